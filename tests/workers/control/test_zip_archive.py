import io
import os
import stat
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from vision.core.errors import BadInput
from workers.control.zip_archive import ArchiveLimits, open_archive

LIMITS = ArchiveLimits(documents=5, unpacked_bytes=10_000_000)
Entry = tuple[str | ZipInfo, bytes]


def packed(*entries: Entry, method: int = ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w", method) as archive:
        archive.comment = comment
        for name, data in entries:
            archive.writestr(name, data)
    return file.getvalue()


def special(mode: int) -> ZipInfo:
    info = ZipInfo("special")
    info.create_system = 3
    info.external_attr = (mode | 0o777) << 16
    return info


def encrypted() -> bytes:
    data = bytearray(packed(("a.png", b"x")))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


def stated(count: int) -> bytes:
    """An archive whose end says that it has so many entries."""
    data = bytearray(packed(("a.png", b"x")))
    struct.pack_into("<HH", data, data.rindex(b"PK\x05\x06") + 8, count, count)
    return bytes(data)


def names(tmp_path: Path, data: bytes, limits: ArchiveLimits = LIMITS) -> Sequence[str]:
    file = tmp_path / "a.zip"
    file.write_bytes(data)
    with open_archive(file, limits) as archive:
        return [document.name for document in archive.documents]


def test_folders_and_what_file_managers_add_are_no_documents(tmp_path: Path) -> None:
    data = packed(
        ("scans/", b""),
        ("scans/2024/a.png", b"a"),
        ("scans/.DS_Store", b"x"),
        ("__MACOSX/scans/._a.png", b"x"),
        ("Thumbs.db", b"x"),
        ("b ü.pdf", b"b"),
    )
    assert names(tmp_path, data) == ["scans/2024/a.png", "b ü.pdf"]


def test_an_entry_comes_back_as_it_was_packed(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(packed(("a", bytes(range(256)) * 9000)))
    with open_archive(tmp_path / "a.zip", LIMITS) as archive:
        chunks = list(archive.chunks(archive.documents[0].entry))
    assert b"".join(chunks) == bytes(range(256)) * 9000
    assert len(chunks) > 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "archive_damaged", id="empty file"),
        pytest.param(b"PK\x03\x04 and then nothing", "archive_damaged", id="no directory"),
        pytest.param(packed(("a.png", b"x"))[:-30], "archive_damaged", id="cut end"),
        pytest.param(packed(), "batch_empty", id="no entry"),
        pytest.param(packed(("only/", b"")), "batch_empty", id="only a folder"),
        pytest.param(packed(("a.png", bytes(2_000_000))), "archive_bomb", id="high ratio"),
        pytest.param(
            packed(*[(str(n), os.urandom(9) * 250_000) for n in range(5)]),
            "archive_bomb",
            id="large in all",
        ),
        pytest.param(
            packed(*[(f"{n}.png", b"x") for n in range(6)]), "archive_too_many", id="many entries"
        ),
        pytest.param(stated(5000), "archive_too_many", id="many stated"),
    ],
)
def test_what_is_refused_is_named(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        names(tmp_path, data)
    assert caught.value.code == code


REFUSED = {
    "encrypted": (encrypted(), "archive_encrypted"),
    "symbolic link": (packed((special(stat.S_IFLNK), b"/etc/passwd")), "archive_link"),
    "pipe": (packed((special(stat.S_IFIFO), b"")), "archive_link"),
    "bzip2": (packed(("a.png", b"x"), method=ZIP_BZIP2), "archive_unsupported"),
    "parent folder": (packed(("../up.png", b"x")), "archive_path"),
    "inner parent folder": (packed(("a/../../up.png", b"x")), "archive_path"),
    "absolute path": (packed(("/etc/passwd", b"x")), "archive_path"),
    "drive": (packed(("C:\\up.png", b"x")), "archive_path"),
    "backslashes": (packed(("..\\up.png", b"x")), "archive_path"),
}


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED)
def test_an_entry_that_is_refused_says_why_by_itself(
    tmp_path: Path, data: bytes, code: str
) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with open_archive(tmp_path / "a.zip", LIMITS) as archive:
        (document,) = archive.documents
    assert document.refused is not None
    assert document.refused.code == code


NAMES = {
    "./a.png": "a.png",
    "a//b.png": "a/b.png",
    "a\tb\nc.png": "abc.png",
    "invoice\u202egpj.exe": "invoicegpj.exe",
    "n" * 501: "n" * 500,
    "..": "document-0",
}


@pytest.mark.parametrize(("given", "shown"), NAMES.items())
def test_any_name_is_made_harmless(tmp_path: Path, given: str, shown: str) -> None:
    assert names(tmp_path, packed((given, b"x"), ("b.png", b"y"))) == [shown, "b.png"]


def test_what_is_just_within_the_limits_is_taken(tmp_path: Path) -> None:
    data = packed(*[(f"{n}.png", bytes(1_000_000)) for n in range(5)], comment=b"c" * 0xFFFF)
    assert len(names(tmp_path, data)) == 5
    assert names(tmp_path, packed(("n" * 500, b"x"))) == ["n" * 500]


def test_a_directory_hidden_before_another_end_is_counted(tmp_path: Path) -> None:
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 9000, 9000, 10, 0, 0)
    with pytest.raises(BadInput) as caught:
        names(tmp_path, packed(("a.png", b"x"), comment=end))
    assert caught.value.code == "archive_too_many"


def test_bytes_that_are_not_what_the_directory_says_are_damaged(tmp_path: Path) -> None:
    data = bytearray(packed(("a.bin", b"a" * 100), method=zipfile.ZIP_STORED))
    data[data.index(b"aaaa") + 50] ^= 1
    (tmp_path / "a.zip").write_bytes(data)
    with open_archive(tmp_path / "a.zip", LIMITS) as archive, pytest.raises(BadInput) as caught:
        list(archive.chunks(archive.documents[0].entry))
    assert caught.value.code == "archive_damaged"


BASE = packed(("a/one.png", b"one" * 50), ("two.pdf", bytes(3000)), ("three", b"3"))


@hypothesis_settings(max_examples=150, deadline=None)
@example(places=[(BASE.rindex(b"a/one.png"), 0)], cut=0)  # an entry whose name is empty
@given(
    places=st.lists(
        st.tuples(st.integers(0, len(BASE) - 1), st.integers(0, 255)), min_size=1, max_size=8
    ),
    cut=st.integers(0, 40),
)
def test_a_mutated_archive_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, places: Sequence[tuple[int, int]], cut: int
) -> None:
    data = bytearray(BASE)
    for at, value in places:
        data[at] = value
    file = tmp_path_factory.getbasetemp() / "mutated.zip"
    file.write_bytes(data[: len(data) - cut])
    code = "archive_"
    try:
        with open_archive(file, LIMITS) as archive:
            for document in archive.documents:
                entry = document.entry
                assert sum(map(len, archive.chunks(entry))) <= entry.file_size
    except BadInput as error:
        code = error.code
    assert code.startswith(("archive_", "batch_"))
