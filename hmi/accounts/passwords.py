"""Passwords: which ones are taken, and how they are kept.

The rules are those of NIST SP 800-63B and OWASP ASVS 5.0 (6.2): long enough, nothing asked about
the kinds of signs in it, no change by the calendar, and nothing that everybody tries first.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_SIGNS: Final = 12
MOST_SIGNS: Final = 128
LEAST_DIFFERENT: Final = 5
# One lane: a sign-in takes one core, and the scan keeps the other.
TIME_COST: Final = 3
MEMORY_KIB: Final = 65_536
LANES: Final = 1

CONTEXT: Final = frozenset(
    [
        "blademill",
        "blade",
        "mill",
        "argon",
        "cathode",
        "coating",
        "controller",
        "electrolyte",
        "viewer",
        "operator",
        "author",
        "supervisor",
        "maintenance",
        "admin",
        "administrator",
    ]
)
ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "12345678901234567890",
)
_PLAIN_LETTERS: Final = str.maketrans("013457@$!", "oieastasi")
_LIST: Final = Path(__file__).with_name("common.txt")
# A word that is only repeated stays that word: "argonargonargon" is "argon".
_REPEATED: Final = re.compile(r"(.+?)\1+")


def settled(password: str) -> str:
    """One form of a text that can be typed in several ways (NFKC, as 800-63B asks)."""
    return unicodedata.normalize("NFKC", password)


def fault_of(password: str, name: str) -> str:
    """What is wrong with a new password of the person `name`; empty when it may be used."""
    text = settled(password)
    if len(text) < LEAST_SIGNS:
        return f"The password needs at least {LEAST_SIGNS} characters. A few words do well."
    if len(text) > MOST_SIGNS:
        return f"The password may have at most {MOST_SIGNS} characters."
    if len(set(text)) < LEAST_DIFFERENT:
        return f"The password needs at least {LEAST_DIFFERENT} different characters."
    if _is_known(text.casefold(), name.casefold()):
        return "That is among the first passwords that anybody tries. Choose another one."
    return ""


def _is_known(text: str, name: str) -> bool:
    bare = _bare(text)
    if len(bare) < 4 or any(bare in row or bare in row[::-1] for row in ROWS):
        return True
    tried = {text, bare, bare.translate(_PLAIN_LETTERS)}
    own = {part for part in re.split(r"\W+", name) if part} | {_bare(name)}
    return any(word in CONTEXT or word in own or _is_common(word) for word in tried)


def _bare(text: str) -> str:
    """The word that is left without digits and signs around it, and without its repetitions."""
    word = text.strip("0123456789 !?.,;:-_+*#$%&/()=@'\"") or text
    repeated = _REPEATED.fullmatch(word)
    return repeated[1] if repeated else word


def _is_common(word: str) -> bool:
    return sha256(word.encode()).hexdigest()[:10] in _common()


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """8,939 passwords and words, each as the head of its SHA-256.

    From the lists of zxcvbn (MIT license): of the passwords that leak most often all that are long
    enough and the first 5,000 shorter ones, which people make longer with digits, and long words
    of English.
    """
    return frozenset(_LIST.read_text(encoding="ascii").split())


class Vault:
    """Makes and checks hashes (argon2id). The costs are in each hash, so they can be raised."""

    def __init__(
        self, time_cost: int = TIME_COST, memory_kib: int = MEMORY_KIB, lanes: int = LANES
    ) -> None:
        self._hasher = PasswordHasher(time_cost, memory_kib, lanes)
        self._nobody = self._hasher.hash("nobody has this password")

    def keep(self, password: str) -> str:
        """The hash to be stored."""
        return self._hasher.hash(settled(password))

    def check(self, kept: str | None, password: str) -> bool:
        """Whether this is the password. Without a hash it takes as long, and it is not."""
        try:
            self._hasher.verify(kept or self._nobody, settled(password))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made with other costs than are wanted now."""
        return self._hasher.check_needs_rehash(kept)
