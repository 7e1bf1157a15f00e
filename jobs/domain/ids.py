"""Identifiers: a prefix that says what it names, then 26 letters that sort by time."""

import hashlib
import os
import time
from datetime import UTC, datetime
from threading import Lock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, as in the ULID spec


_RANDOM_BITS, _STEP_BITS = 80, 40
_DRAWN_BYTES = 4096


class _Numbers:
    """Milliseconds and random bits; those of one millisecond ascend, in this process.

    Random bytes are drawn for many ids at once: each system call gives the interpreter's lock away.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = 0
        self._drawn = memoryview(b"")

    def next(self) -> int:
        now = time.time_ns() // 1_000_000
        with self._lock:
            if self._last >> _RANDOM_BITS == now:
                self._last += 1 + self._draw(_STEP_BITS)
            else:
                self._last = now << _RANDOM_BITS | self._draw(_RANDOM_BITS)
            return self._last

    def begin_again(self) -> None:
        """In a forked child: its ids would be its parent's."""
        self._lock = Lock()
        self._drawn = memoryview(b"")

    def _draw(self, bits: int) -> int:
        size = bits // 8
        if len(self._drawn) < size:
            self._drawn = memoryview(os.urandom(_DRAWN_BYTES))
        number = int.from_bytes(self._drawn[:size])
        self._drawn = self._drawn[size:]
        return number


_numbers = _Numbers()
os.register_at_fork(after_in_child=_numbers.begin_again)


def new_id(prefix: str) -> str:
    """Return `prefix_` and a ULID (48 bits of milliseconds, 80 random bits) in lower case.

    Those that one process makes sort as they were made. Source of the layout and of that: the
    ULID specification.
    """
    return f"{prefix}_{_encode(_numbers.next(), 26)}"


def part_id(prefix: str, whole: str, index: int) -> str:
    """Return the id of part `index` of what the id `whole` names, the same each time.

    It has the moment of the whole, then the index in 20 bits, so that parts sort in their order;
    the 60 bits of a hash after it keep it from being another's.
    """
    digest = hashlib.sha256(f"{whole}:{index}".encode()).digest()
    rest = index << 60 | int.from_bytes(digest[:8]) >> 4
    return f"{prefix}_{whole[-26:-16]}{_encode(rest, 16)}"


def _encode(number: int, letters: int) -> str:
    shifts = range(5 * (letters - 1), -1, -5)
    return "".join(_ALPHABET[number >> shift & 31] for shift in shifts)


def made_at(name: str) -> datetime | None:
    """Return when an id was made, to the millisecond; None for what is none of ours."""
    letters = name[-26:-16]
    if len(name) < 26 or not set(letters) <= set(_ALPHABET) or letters[0] > "7":
        return None
    number = 0
    for letter in letters:
        number = number << 5 | _ALPHABET.index(letter)
    return datetime.fromtimestamp(number / 1000, UTC)
