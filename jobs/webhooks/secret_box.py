"""Webhook secrets at rest: encrypted by AES-256-GCM with a key that is not in the database.

The key file holds 32-byte keys in base64, one a line, the newest first; the database alone
reveals no secret. The file is read each time, so that a new key takes effect at once.
"""

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jobs.domain.errors import LedgerError

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12  # drawn by chance: fine for 2^32 secrets a key (NIST SP 800-38D, 8.3)
_VERSION: Final = "s1"


class SecretKeyMissing(LedgerError):  # noqa: N818 - the field's word, and it reads well at the raise
    """The key that a secret was sealed with is not in the key file; for the operator."""


class SecretKeys:
    """The keys in a file that its owner alone may read.

    `may_make`: whether a first key may be made here. Where several hosts share a database, a key
    that one of them made for itself would be missing on the others.
    """

    def __init__(self, path: Path, *, may_make: bool) -> None:
        self._path = path
        self._may_make = may_make

    def seal(self, text: str, owner: str) -> str:
        """Return `text` sealed with the newest key; it opens for the same `owner` only.

        Raises SecretKeyMissing where there is no key; `make_first` makes one.
        """
        keys = self._read()
        if not keys:
            raise SecretKeyMissing(f"there is no key for webhook secrets in {self._path}")
        name, key = next(iter(keys.items()))
        nonce = secrets.token_bytes(_NONCE_BYTES)
        hidden = AESGCM(key).encrypt(nonce, text.encode(), owner.encode())
        return ".".join((_VERSION, name, base64.urlsafe_b64encode(nonce + hidden).decode()))

    def open(self, sealed: str, owner: str) -> str:
        """Return what was sealed; SecretKeyMissing where no key of the file opens it."""
        _, name, body = sealed.split(".")
        key = self._read().get(name)
        if key is None:
            raise SecretKeyMissing(
                f"a webhook secret was sealed with the key {name}, which {self._path} does not hold"
            )
        raw = base64.urlsafe_b64decode(body)
        nonce, hidden = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, hidden, owner.encode()).decode()
        except InvalidTag as error:
            raise SecretKeyMissing(f"the secret of {owner} was altered in the database") from error

    def names(self) -> tuple[str, ...]:
        """The names of the keys, newest first; SecretKeyMissing where a line is none."""
        return tuple(self._read())

    def current(self) -> str | None:
        """The name of the newest key, or None where there is none."""
        return next(iter(self._read()), None)

    def make_first(self, *, others: bool) -> None:
        """Make the file with one key, unless there is one; of several processes one makes it.

        Raises SecretKeyMissing where it may not be made, and where `others` sealed secrets already.
        """
        if others or not self._may_make:
            raise SecretKeyMissing(
                f"the keys of webhook secrets are not in {self._path}: give every process the file "
                "in PAGESIGHT_WEBHOOK_KEY_FILE"
            )
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=self._path.parent) as file:  # made with mode 0600
            file.write(_new_line())
            file.flush()
            os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(file.name, self._path)

    def add(self) -> None:
        """Put a new key first."""
        self._write(_new_line() + (self._path.read_text() if self._path.exists() else ""))

    def keep(self, names: frozenset[str]) -> int:
        """Forget all keys but the newest and those named; return how many went."""
        keys = self._read()
        kept = {name: key for name, key in keys.items() if name in names or name == self.current()}
        self._write("".join(_line(key) for key in kept.values()))
        return len(keys) - len(kept)

    def _read(self) -> Mapping[str, bytes]:
        """The keys by name, newest first."""
        try:
            lines = self._path.read_text().split()
        except FileNotFoundError:
            return {}
        try:
            keys = [base64.b64decode(line, validate=True) for line in lines]
        except binascii.Error as error:
            raise SecretKeyMissing(f"{self._path} holds a line that is no key") from error
        if any(len(key) != KEY_BYTES for key in keys):
            raise SecretKeyMissing(f"{self._path} holds a key that has not {KEY_BYTES} bytes")
        return {key_name(key): key for key in keys}

    def _write(self, text: str) -> None:
        with NamedTemporaryFile("w", dir=self._path.parent, delete=False) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(self._path)


def is_sealed(kept: str) -> bool:
    """Say whether a kept secret is sealed; earlier versions kept plain `whsec_` texts."""
    return kept.startswith(f"{_VERSION}.")


def key_name_of(sealed: str) -> str:
    """The name of the key that a secret was sealed with."""
    return sealed.split(".")[1]


def key_name(key: bytes) -> str:
    """What a key is called where it must not be shown."""
    return sha256(b"pagesight key name" + key).hexdigest()[:12]


def _new_line() -> str:
    return _line(secrets.token_bytes(KEY_BYTES))


def _line(key: bytes) -> str:
    return base64.b64encode(key).decode() + "\n"
