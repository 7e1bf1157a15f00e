"""A document inside JSON, as `{"base64Source": "..."}`, decoded while it arrives."""

import base64
import binascii
import json
import re
from collections.abc import AsyncIterator

from api.problems import Problem

_HEAD = re.compile(rb'^\s*\{\s*"(base64Source|urlSource)"\s*:\s*"')
_LONGEST_HEAD = 1024
_LONGEST_URL = 8192


class SourceBody:
    """Tells from the first bytes whether a document or its URL is sent; `url` is set for one."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""
        self.url: str | None = None

    async def begin(self) -> None:
        """Read the first bytes. Raises Problem `bad_json`."""
        match = None
        while match is None:
            chunk = await anext(self._chunks, None)
            if chunk is None or len(self._held) > _LONGEST_HEAD:
                raise _malformed()
            self._held += chunk
            match = _HEAD.match(self._held)
        if match[1] == b"urlSource":
            self.url = await self._read_url()
        else:
            self._held = self._held[match.end() :]

    async def document(self) -> AsyncIterator[bytes]:
        """The decoded document in pieces. Raises Problem `bad_json`."""
        ended = False
        while not ended:
            text, quote, _ = self._held.partition(b'"')
            ended = bool(quote)
            whole = len(text) if ended else len(text) - len(text) % 4
            yield _decoded(text[:whole])
            self._held = text[whole:]
            if not ended:
                chunk = await anext(self._chunks, None)
                if chunk is None:
                    raise _malformed()
                self._held += chunk
        async for _ in self._chunks:
            pass  # the end of the object, and fields that mean nothing here

    async def _read_url(self) -> str:
        async for chunk in self._chunks:
            self._held += chunk
            if len(self._held) > _LONGEST_URL:
                raise _malformed()
        try:
            return str(json.loads(self._held)["urlSource"])
        except ValueError as error:
            raise _malformed() from error


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text.replace(b"\\/", b"/"), validate=True)
    except binascii.Error as error:
        raise Problem("bad_json", "`base64Source` is not base64.") from error


def _malformed() -> Problem:
    return Problem(
        "bad_json", "Send `base64Source` or `urlSource` as the first field of an object."
    )
