"""A document inside JSON comes out whole, wherever the body is cut into pieces."""

import base64
import json
import re
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.intake.embedded_document import MAX_REST_BYTES, EmbeddedDocument
from api.problems import Problem

START = re.compile(rb'"data"\s*:\s*"')


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


def split(body: bytes, size: int) -> tuple[bytes | None, dict[str, object]]:
    async def run() -> tuple[bytes | None, dict[str, object]]:
        embedded = EmbeddedDocument(pieces(body, size), START)
        found = await embedded.begin()
        content = b"".join([part async for part in embedded.document()]) if found else None
        return content, await embedded.rest()

    with pytest.raises(StopIteration) as ended:  # nothing in it waits, so one step is all
        run().send(None)
    result: tuple[bytes | None, dict[str, object]] = ended.value.value
    return result


@given(
    content=st.binary(max_size=200),
    text=st.text(max_size=30),
    size=st.integers(1, 300),
    first=st.booleans(),
)
def test_document_and_other_members_come_out_in_any_order(
    content: bytes, text: str, size: int, first: bool
) -> None:
    document = {"data": base64.b64encode(content).decode()}
    others: dict[str, object] = {"note": f'"data": "{text}', "list": [text]}
    body = {**document, **others} if first else {**others, **document}
    found, rest = split(json.dumps(body).encode(), size)
    assert found == content
    assert rest == {**others, "data": ""}


def test_a_body_without_a_document_is_plain_json() -> None:
    assert split(b'{"url": "x"}', 3) == (None, {"url": "x"})


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": "aGk',
        b'{"data": "a"}',
        b'{"data": "aGk=" ',
        b"[1]",
        b"",
        b"[" * 5000,
        b'{"data": "aGk=", "note": "' + b"x" * MAX_REST_BYTES + b'"}',
        b'{"note": "' + b"x" * MAX_REST_BYTES + b'"}',
    ],
)
def test_what_is_cut_off_or_malformed_or_long_is_refused(body: bytes) -> None:
    with pytest.raises(Problem) as caught:
        split(body, 1 << 16)
    assert caught.value.kind.code == "bad_json"
