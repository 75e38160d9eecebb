"""Certificate and key of the page's server: without them it listens to this computer only."""

from __future__ import annotations

import ssl
import stat
from dataclasses import dataclass
from pathlib import Path

from controller.errors import StartError


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files of the certificate (with its chain) and the key, and the server's names."""

    cert: Path
    key: Path
    names: tuple[str, ...]


def checked(cert: Path | None, key: Path | None, names: tuple[str, ...]) -> Tls | None:
    """The TLS of these options; None for none at all.

    Raises StartError when one of the three is missing, the files do not fit together, or others may
    read the key.
    """
    if cert is None and key is None and not names:
        return None
    if cert is None or key is None or not names:
        raise StartError(
            "is not complete",
            where="--tls-cert, --tls-key, --name",
            do="Give all three: certificate, key, and the name that browsers will use.",
        )
    _private(key)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as error:
        raise StartError(
            f"cannot be used with {key} ({error.strerror or error})",
            where=str(cert),
            do="Give a certificate and the key that belongs to it, as PEM, without a password.",
        ) from error
    return Tls(cert, key, names)


def _private(key: Path) -> None:
    try:
        mode = key.stat().st_mode
    except OSError as error:
        raise StartError(f"cannot be read ({error.strerror})", where=str(key)) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise StartError(
            "may be read by others than its owner",
            where=str(key),
            do=f"Type: chmod 600 {key}",
        )
