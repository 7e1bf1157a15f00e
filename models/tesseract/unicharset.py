"""A model's characters: the unicharset, and the recoder that spells them in network classes.

Sources: src/ccutil/unicharset.cpp, unicharcompress.cpp of Tesseract.
"""

from models.errors import unreadable
from models.tesseract.byte_reader import ByteReader

Code = tuple[int, ...]

MAX_CHARACTERS = 1 << 17  # the largest released set has about 12 thousand
_MAX_CODE = 9  # RecodedCharID::kMaxCodeLen


def read_unicharset(text: bytes) -> tuple[str, ...]:
    """The characters by id; `NULL` in the file is the space.

    Raises EngineFailure `model_unreadable`.
    """
    try:
        lines = text.decode("utf-8").split("\n")
        count = int(lines[0])
    except ValueError as error:
        raise unreadable("a character set without a count") from error
    if not 0 < count <= min(MAX_CHARACTERS, len(lines) - 1):
        raise unreadable(f"a character set of {count} characters in {len(lines)} lines")
    return tuple(_character(line) for line in lines[1 : count + 1])


def _character(line: str) -> str:
    symbol, _, _properties = line.partition(" ")
    if not symbol:
        raise unreadable("an empty character")
    return " " if symbol == "NULL" else symbol


def read_recoder(reader: ByteReader) -> tuple[Code, ...]:
    """The classes that spell each character, by its id. Raises EngineFailure."""
    count = reader.count("recoded characters", MAX_CHARACTERS)
    return tuple(_code(reader) for _ in range(count))


def _code(reader: ByteReader) -> Code:
    reader.skip(1)  # self_normalized, which decoding ignores
    length = reader.count("classes for a character", _MAX_CODE)
    return tuple(int(item) for item in reader.array("i4", length))
