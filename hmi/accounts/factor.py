"""The second factor: codes of an authenticator app, by time (TOTP, RFC 6238).

SHA-1, six digits, 30 s: what every app makes when nothing else is said.
"""

from __future__ import annotations

import hmac
from typing import Final

import pyotp
import segno

STEP_S: Final = 30
WINDOW: Final = 1
"""So many steps before and after the present one count: a phone's clock may be a little off."""
ISSUER: Final = "blademill"


def new_secret() -> str:
    """A fresh secret of 160 bits from the system's randomness, in base32."""
    return pyotp.random_base32()


def uri_of(secret: str, name: str) -> str:
    """The `otpauth://` text by which an app takes the secret over."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def picture_of(uri: str) -> list[str]:
    """The text as a QR code: its rows, `1` where it is dark."""
    return ["".join(map(str, row)) for row in segno.make_qr(uri).matrix]


def step_of(secret: str, code: str, unix_s: float, used_step: int) -> int | None:
    """The time step that this is the code of; None when it is wrong.

    A step up to `used_step` does not count: a code that somebody saw being used is worth nothing.
    """
    plain = "".join(code.split()).encode()
    totp = pyotp.TOTP(secret, interval=STEP_S)
    now = int(unix_s // STEP_S)
    right = [
        step
        for step in range(max(0, now - WINDOW), now + WINDOW + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), plain)
    ]
    return next((step for step in right if step > used_step), None)
