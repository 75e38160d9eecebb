"""One-time codes: what the console or an administrator hands to a person, good for one use."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

# No letter or digit that is taken for another one when read from a screen: 31 signs, 8 places.
ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_GROUP: Final = 4
CONSOLE_LIFE_S: Final = 15 * 60.0
HANDED_LIFE_S: Final = 24 * 3_600.0


def new_code() -> str:
    """A fresh code, `XXXX-XXXX` (about 40 bits), from the system's randomness."""
    return "-".join(_group() for _ in range(2))


def _group() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_GROUP))


def code_hash(code: str) -> str:
    """What is kept and compared: case, blanks and dashes that a person types do not count."""
    plain = "".join(code.split()).replace("-", "").upper()
    return sha256(plain.encode()).hexdigest()


@dataclass(slots=True)
class ConsoleCode:
    """The code at the console that makes one administrator. `announce` shows each new one."""

    announce: Callable[[str], None]
    wanted: bool
    _kept: str = field(init=False, default="", repr=False)
    _made_at_s: float = field(init=False, default=0.0)

    def renew(self, now_s: float) -> None:
        """Show a code if one is wanted and none is valid, or the valid one is old."""
        if self.wanted and (not self._kept or now_s - self._made_at_s >= CONSOLE_LIFE_S):
            code = new_code()
            self._kept, self._made_at_s = code_hash(code), now_s
            self.announce(code)

    def is_right(self, code: str, now_s: float) -> bool:
        """Whether this is the valid code; it stays valid until it is spent."""
        fresh = self.wanted and bool(self._kept) and now_s - self._made_at_s < CONSOLE_LIFE_S
        return hmac.compare_digest(code_hash(code), self._kept or code_hash("")) and fresh

    def spend(self) -> None:
        """The code is used up; no other one follows."""
        self.wanted = False
        self._kept = ""
