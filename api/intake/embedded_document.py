"""A document as base64 inside a JSON body, decoded while it arrives."""

import base64
import binascii
import json
import re
from collections.abc import AsyncIterator
from typing import Any, Final

from api.problems import Problem

MAX_REST_BYTES: Final = 1 << 20
_OVERLAP_BYTES: Final = 512  # longer than what `start` can match


class EmbeddedDocument:
    """Splits a body into the first base64 string that `start` announces, and the JSON around it.

    `start` matches the bytes up to the first of the string's letters. A quote inside a JSON string
    is escaped, so a member's name with its quotes and colon is found nowhere else. Call `begin`,
    then `document` if it found one, then `rest`.
    """

    def __init__(self, chunks: AsyncIterator[bytes], start: re.Pattern[bytes]) -> None:
        self._chunks = chunks
        self._start = start
        self._before = b""
        self._held = b""

    async def begin(self) -> bool:
        """Read to the document's first byte; False where the body has none.

        Raises Problem `bad_json` for a body of more than MAX_REST_BYTES without one.
        """
        seen = 0
        async for chunk in self._chunks:
            self._before += chunk
            match = self._start.search(self._before, max(0, seen - _OVERLAP_BYTES))
            if match is not None:
                self._held = self._before[match.end() :]
                self._before = self._before[: match.end()]
                return True
            seen = _checked(self._before)
        return False

    async def document(self) -> AsyncIterator[bytes]:
        """The decoded document in pieces. Raises Problem `bad_json`."""
        ended = False
        while not ended:
            text, quote, rest = self._held.partition(b'"')
            ended = bool(quote)
            whole = len(text) if ended else len(text) - len(text) % 4
            yield _decoded(text[:whole])
            self._held = quote + rest if ended else text[whole:]
            if not ended:
                chunk = await anext(self._chunks, None)
                if chunk is None:
                    raise Problem("bad_json", "The body ends inside the document.")
                self._held += chunk

    async def rest(self) -> dict[str, Any]:
        """The JSON object, in which the document is an empty string. Raises Problem `bad_json`."""
        text = self._before + self._held
        _checked(text)
        async for chunk in self._chunks:
            text += chunk
            _checked(text)
        try:
            read = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Problem("bad_json", f"The body is not JSON: {error}.") from error
        if not isinstance(read, dict):
            raise Problem("bad_json", "The body is not a JSON object.")
        return read


def _checked(text: bytes) -> int:
    if len(text) > MAX_REST_BYTES:
        raise Problem("bad_json", f"The body has over {MAX_REST_BYTES} bytes beside the document.")
    return len(text)


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text.replace(b"\\/", b"/"), validate=True)
    except binascii.Error as error:
        raise Problem("bad_json", "The document is not base64.") from error
