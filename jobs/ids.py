"""Identifiers: a prefix that says what it names, then 26 letters that sort by time."""

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, as in the ULID spec


def new_id(prefix: str) -> str:
    """Return `prefix_` and a ULID (48 bits of milliseconds, 80 random bits) in lower case.

    Source of the layout: the ULID specification.
    """
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return f"{prefix}_" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
