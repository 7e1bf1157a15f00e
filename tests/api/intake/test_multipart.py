import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.intake.multipart import MAX_FIELD_BYTES, SingleFileForm
from api.problems import Problem


def part(name: str, data: bytes, filename: str | None = None) -> bytes:
    given_name = f'; filename="{filename}"' if filename else ""
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{given_name}\r\n\r\n'
    return head.encode() + data + b"\r\n"


def read(body: bytes, step: int) -> tuple[SingleFileForm, bytes]:
    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(body), step):
            yield body[start : start + step]

    async def run() -> tuple[SingleFileForm, bytes]:
        form = SingleFileForm(stream(), b"b", frozenset({"options", "metadata"}))
        return form, b"".join([chunk async for chunk in form.file_chunks()])

    return asyncio.run(run())


@given(data=st.binary(max_size=300), step=st.integers(1, 400), first=st.booleans())
def test_a_file_comes_out_whole_however_the_body_is_cut(
    data: bytes, step: int, first: bool
) -> None:
    parts = [part("file", data, "a.png"), part("options", b'{"dpi":200}')]
    body = b"".join(parts if first else parts[::-1]) + b"--b--\r\n"
    if b"\r\n--b" in data:
        return
    form, received = read(body, step)
    assert received == data
    assert form.fields == {"options": '{"dpi":200}'}
    assert form.filename == "a.png"


@given(
    preamble=st.binary(max_size=300).filter(lambda text: b"--b" not in text),
    step=st.integers(1, 400),
)
def test_text_before_the_first_boundary_is_ignored(preamble: bytes, step: int) -> None:
    body = preamble + b"\r\n" + part("file", b"1234", "a.png") + b"--b--\r\n"
    form, received = read(body, step)
    assert (received, form.filename) == (b"1234", "a.png")


@pytest.mark.parametrize(
    ("header", "refused"),
    [
        ("Content-Transfer-Encoding: base64", True),
        ("Content-Transfer-Encoding: quoted-printable", True),
        ("Content-Encoding: gzip", True),
        ("Content-Transfer-Encoding: binary", False),
        ("Content-Transfer-Encoding: 8BIT", False),
    ],
)
def test_a_part_that_is_encoded_is_refused_by_name(header: str, refused: bool) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'
    body = head + header.encode() + b"\r\n\r\n1234\r\n--b--\r\n"
    if not refused:
        assert read(body, 7)[1] == b"1234"
        return
    with pytest.raises(Problem, match=header.split(": ")[1]) as problem:
        read(body, 7)
    assert problem.value.kind.code == "bad_multipart"


@given(body=st.binary(max_size=200), step=st.integers(1, 50))
def test_rubbish_is_a_problem_and_never_another_error(body: bytes, step: int) -> None:
    with pytest.raises(Problem):
        read(b"--b\r\n" + body, step)


@pytest.mark.parametrize(
    "body",
    [
        part("file", b"1") + part("file", b"2") + b"--b--\r\n",
        part("file", b"1") + part("options", b"1") + part("options", b"2") + b"--b--\r\n",
        part("file", b"1") + part("options", bytes(MAX_FIELD_BYTES + 1)) + b"--b--\r\n",
        part("file", b"1") + part("options", b"\xff") + b"--b--\r\n",
        part("file", b"1"),
        b"--b--\r\n",
        b"",
        b"x" * (MAX_FIELD_BYTES + 1),
    ],
)
def test_a_form_that_breaks_the_rules_is_refused(body: bytes) -> None:
    with pytest.raises(Problem) as refused:
        read(body, 1000)
    assert refused.value.kind.code == "bad_multipart"
