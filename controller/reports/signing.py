"""The key that signs exports: Ed25519, made at the first export, kept beside the record."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from controller.errors import RecordError

KEY_NAME: Final = "export.key"
RAW_BYTES: Final = 32


class ExportKey:
    """One private key. Its fingerprint is what others write down, and compare exports with."""

    def __init__(self, raw: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(raw)
        self.public = self._key.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key, in hexadecimal."""
        return fingerprint_of(self.public)

    def sign(self, content: bytes) -> bytes:
        """The signature of `content`, 64 bytes."""
        return self._key.sign(content)


def fingerprint_of(public: bytes) -> str:
    """SHA-256 of a public key, in hexadecimal."""
    return hashlib.sha256(public).hexdigest()


def signature_fits(public: bytes, signature: bytes, content: bytes) -> bool:
    """Whether the owner of this public key has signed `content`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def export_key(data: Path) -> ExportKey:
    """The key of this data folder, made if there is none. Raises RecordError when it is damaged."""
    path = data / KEY_NAME
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return _made(path)
    except OSError as error:
        raise RecordError(f"the key cannot be read ({error.strerror})", where=str(path)) from error
    if len(raw) != RAW_BYTES:
        raise RecordError("the key is damaged", where=str(path), do="Restore it from the backup.")
    return ExportKey(raw)


def _made(path: Path) -> ExportKey:
    raw = Ed25519PrivateKey.generate().private_bytes_raw()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            os.fsync(file.fileno())
    except OSError as error:
        raise RecordError(f"no key can be made ({error.strerror})", where=str(path)) from error
    return ExportKey(raw)
