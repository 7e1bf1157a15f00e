"""Which half a disturbance, font or case belongs to: tuning, or held out from it."""

import hashlib
from typing import Literal, get_args

Half = Literal["tuning", "held-out"]
Choice = Literal["tuning", "held-out", "all"]
CHOICES: tuple[Choice, ...] = get_args(Choice)

# Chosen once so that disturbances and fonts divide evenly; never change it.
_SALT = "pagesight-2793"


def half_of(name: str) -> Half:
    """By the parity of the name's SHA-256, so that additions move nothing else."""
    digest = hashlib.sha256(f"{_SALT}:{name}".encode()).digest()
    return "held-out" if digest[0] % 2 else "tuning"


def seed_of(*parts: object) -> int:
    """A 64-bit seed that depends on these parts alone, equal in every process."""
    text = "\0".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
