"""Tesseract's `.traineddata` files, parsed strictly: container, network, characters.

Layout: src/ccutil/tessdatamanager.cpp and src/lstm/lstmrecognizer.cpp (DeSerialize).
"""

import hashlib
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from models.errors import unreadable
from models.tesseract.byte_reader import ByteOrder, ByteReader
from models.tesseract.dawg import read_word_graph
from models.tesseract.network_tree import Node, read_tree
from models.tesseract.unicharset import Code, read_recoder, read_unicharset
from vision.core.errors import EngineFailure
from vision.recognition.lstm.dawg_lexicon import WordGraph

MAX_BYTES = 256 << 20  # the largest released file has 90 MB
_MAX_NETWORK_BYTES = 64 << 20  # the largest released network has 14 MB; parsing takes four times it
_MAX_ENTRIES = 1000  # a larger count means the other byte order (kMaxNumTessdataEntries)
_MAX_SPEC = 4096
_CONFIG, _LSTM, _MARKS, _WORDS, _NUMBERS = 0, 17, 18, 19, 20
_UNICHARSET, _RECODER, _VERSION = 21, 22, 23
_INTEGER, _RECODED = 1, 64  # training flags
_ARCHIVES = (b"PK", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_LINK_BYTES = 1024
_LINK = re.compile(rb"[\w./+-]+\.traineddata\s*")

COMPONENTS = (
    "config", "unicharset", "unicharambigs", "inttemp", "pffmtable", "normproto", "punc-dawg",
    "word-dawg", "number-dawg", "freq-dawg", "fixed-length-dawgs", "cube-unicharset",
    "cube-word-dawg", "shapetable", "bigram-dawg", "unambig-dawg", "params-model", "lstm",
    "lstm-punc-dawg", "lstm-word-dawg", "lstm-number-dawg", "lstm-unicharset", "lstm-recoder",
    "version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LstmModel:
    """One parsed model. `null_class` is the CTC blank; `codes[i]` spells character `i`."""

    sha256: str
    version: str
    spec: str
    integer: bool
    iterations: int
    network: Node
    null_class: int
    characters: tuple[str, ...]
    codes: tuple[Code, ...]
    config: str
    words: WordGraph | None
    numbers: WordGraph | None
    marks: WordGraph | None
    sizes: dict[str, int]

    @property
    def classes(self) -> int:
        """The number of classes that the network distinguishes."""
        return self.network.header.outputs


def read_traineddata(path: Path) -> LstmModel:
    """The model in a file; symlinks are followed.

    Raises EngineFailure: `model_missing`, `model_unreadable` for damaged files, `model_unsupported`
    for valid ones without an LSTM network and for formats that Tesseract 4.0 and later never wrote.
    """
    if not path.is_file():
        raise EngineFailure("model_missing", f"there is no file {path}; restore it")
    if path.stat().st_size > MAX_BYTES:
        raise unreadable(f"{path.name} is larger than {MAX_BYTES >> 20} MB")
    try:
        return parse_traineddata(path.read_bytes())
    except EngineFailure as failure:
        raise EngineFailure(failure.code, f"{path.name}: {failure.message}") from failure


def parse_traineddata(data: bytes) -> LstmModel:
    """The model in the bytes of a `.traineddata` file. Raises EngineFailure as the above."""
    _refuse_other_files(data)
    order, parts = _components(data)
    if _LSTM not in parts:
        held = ", ".join(_name(index) for index in parts) or "nothing"
        raise EngineFailure("model_unsupported", f"it has no LSTM network; it holds {held}")
    if len(parts[_LSTM]) > _MAX_NETWORK_BYTES:
        raise unreadable(f"its network has more than {_MAX_NETWORK_BYTES >> 20} MB")
    reader = ByteReader(parts[_LSTM], order)
    network = read_tree(reader)
    embedded = not {_UNICHARSET, _RECODER} <= parts.keys()
    text = _embedded_unicharset(reader) if embedded else parts[_UNICHARSET]
    spec = reader.text(_MAX_SPEC)
    flags, iterations, _, null_class = (int(reader.number("i")) for _ in range(4))
    reader.skip(12)  # Adam's beta, learning rate, momentum
    characters = read_unicharset(text)
    recoder = reader if embedded else ByteReader(parts[_RECODER], order)
    codes = read_recoder(recoder) if flags & _RECODED else _plain_codes(len(characters))
    model = LstmModel(
        sha256=hashlib.sha256(data).hexdigest(),
        version=parts.get(_VERSION, b"").decode("utf-8", "replace").strip("\0\n "),
        spec=spec,
        integer=bool(flags & _INTEGER),
        iterations=iterations,
        network=network,
        null_class=null_class,
        characters=characters,
        codes=codes,
        config=parts.get(_CONFIG, b"").decode("utf-8", "replace"),
        words=_word_graph(parts.get(_WORDS), order),
        numbers=_word_graph(parts.get(_NUMBERS), order),
        marks=_word_graph(parts.get(_MARKS), order),
        sizes={_name(index): len(part) for index, part in parts.items()},
    )
    _check_classes(model)
    for left in (reader.left, recoder.left):
        if left:
            raise unreadable(f"{left} bytes after the end of its network")
    return model


def _refuse_other_files(data: bytes) -> None:
    if data.startswith(_ARCHIVES):
        raise EngineFailure(
            "model_unsupported",
            "it is an archive of components; unpack it and join them with combine_tessdata",
        )
    if len(data) <= _LINK_BYTES and _LINK.fullmatch(data):
        target = data.decode("ascii").strip()
        raise EngineFailure(
            "model_unsupported",
            f"it is a symbolic link to {target} saved as a text file; replace it with {target}",
        )


def _components(data: bytes) -> tuple[ByteOrder, dict[int, bytes]]:
    """The components by their index; one ends where the next one present begins."""
    if len(data) < 4:
        raise unreadable("it is shorter than its header")
    order: ByteOrder = "<" if struct.unpack("<I", data[:4])[0] <= _MAX_ENTRIES else ">"
    reader = ByteReader(data, order)
    count = reader.count("components", _MAX_ENTRIES)
    offsets = [int(offset) for offset in reader.array("i8", count)]
    present = [(index, offset) for index, offset in enumerate(offsets) if offset >= 0]
    bounds = [4 + 8 * count, *(offset for _, offset in present), len(data)]
    if bounds != sorted(bounds):
        raise unreadable("components overlap or lie outside the file")
    return order, {
        index: data[start:end] for (index, start), end in zip(present, bounds[2:], strict=True)
    }


def _word_graph(part: bytes | None, order: ByteOrder) -> WordGraph | None:
    return read_word_graph(ByteReader(part, order)) if part else None


def _name(index: int) -> str:
    return COMPONENTS[index] if index < len(COMPONENTS) else f"component {index}"


def _embedded_unicharset(reader: ByteReader) -> bytes:
    """Text within the LSTM component: its first line counts the lines that follow."""
    first = reader.line()
    try:
        count = int(first)
    except ValueError as error:
        raise unreadable("a character set without a count") from error
    if not 0 < count <= reader.left:
        raise unreadable(f"a character set of {count} characters")
    return b"\n".join([first, *(reader.line() for _ in range(count)), b""])


def _plain_codes(count: int) -> tuple[Code, ...]:
    return tuple((number,) for number in range(count))


def _check_classes(model: LstmModel) -> None:
    if len(model.codes) != len(model.characters):
        raise unreadable(f"{len(model.codes)} codes for {len(model.characters)} characters")
    classes = range(model.classes)
    if model.null_class not in classes:
        raise unreadable(f"null class {model.null_class} of {model.classes}")
    if any(part not in classes for code in model.codes for part in code):
        raise unreadable(f"a character spelt with classes beyond the {model.classes}")
