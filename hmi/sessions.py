"""Who is signed in: the one-time code of the console, and sessions that live on the server.

Everything here is in memory and ends with the process; time is an argument.
"""

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
FREE_TRIES: Final = 5
LONGEST_WAIT_S: Final = 30.0
SESSION_LIFE_S: Final = 8 * 3600.0
SESSION_LIMIT: Final = 32
REQUESTS_PER_S: Final = 30.0
REQUEST_BURST: Final = 60.0


def new_code() -> str:
    """A fresh sign-in code, `XXXX-XXXX`, from the system's randomness."""
    return "-".join(_group() for _ in range(2))


def _group() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_GROUP))


def _plain(code: str) -> bytes:
    """What is compared: case, blanks and dashes that a person adds or leaves out do not count."""
    return "".join(code.split()).replace("-", "").upper().encode()


@dataclass(slots=True)
class Throttle:
    """Five tries are free; from then on each wrong one doubles the wait for the next."""

    failures: int = 0
    free_at_s: float = 0.0

    def wait_s(self, now_s: float) -> float:
        """How long the next try must wait; 0 when it may be made."""
        return max(0.0, self.free_at_s - now_s)

    def failed(self, now_s: float) -> None:
        """Count one wrong try."""
        self.failures += 1
        over = self.failures - FREE_TRIES
        if over >= 0:
            self.free_at_s = now_s + min(2.0 ** min(over, 10), LONGEST_WAIT_S)

    def reset(self) -> None:
        """Forget the wrong tries after a right one."""
        self.failures = 0
        self.free_at_s = 0.0


@dataclass(slots=True)
class CodeBook:
    """The one code that is valid now. `announce` shows each new one at the console."""

    announce: Callable[[str], None]
    throttle: Throttle = field(default_factory=Throttle)
    _code: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._renew()

    def redeem(self, code: str, now_s: float) -> bool:
        """Whether `code` is the valid one; then it is used up and a new one is announced.

        Ask `throttle.wait_s` first: a try made too early counts as one more.
        """
        right = hmac.compare_digest(_plain(code), _plain(self._code))
        if not right or self.throttle.wait_s(now_s) > 0.0:
            self.throttle.failed(now_s)
            return False
        self.throttle.reset()
        self._renew()
        return True

    def _renew(self) -> None:
        self._code = new_code()
        self.announce(self._code)


@dataclass(slots=True)
class Session:
    """One person at one browser."""

    name: str
    role: str
    ends_at_s: float
    allowance: float = REQUEST_BURST
    counted_at_s: float = 0.0

    def may_ask(self, now_s: float) -> bool:
        """Count one request; False when this session asks faster than any person and page do."""
        gained = max(0.0, now_s - self.counted_at_s) * REQUESTS_PER_S
        self.allowance = min(REQUEST_BURST, self.allowance + gained)
        self.counted_at_s = now_s
        if self.allowance < 1.0:
            return False
        self.allowance -= 1.0
        return True


class SessionStore:
    """All sessions, by the hash of their id: the id itself is known to the browser alone."""

    def __init__(self) -> None:
        self._sessions: dict[bytes, Session] = {}

    def open(self, name: str, role: str, now_s: float) -> str:
        """Open a session and return its id (256 bits). The oldest one goes when there are many."""
        self._drop_ended(now_s)
        while len(self._sessions) >= SESSION_LIMIT:
            del self._sessions[next(iter(self._sessions))]
        token = secrets.token_urlsafe(32)
        self._sessions[_key(token)] = Session(name, role, now_s + SESSION_LIFE_S)
        return token

    def find(self, token: str | None, now_s: float) -> Session | None:
        """The session of this id while it lasts."""
        session = self._sessions.get(_key(token)) if token else None
        return session if session and now_s < session.ends_at_s else None

    def close(self, token: str | None) -> None:
        """End the session of this id, if there is one."""
        if token:
            self._sessions.pop(_key(token), None)

    def _drop_ended(self, now_s: float) -> None:
        self._sessions = {k: s for k, s in self._sessions.items() if now_s < s.ends_at_s}


def _key(token: str) -> bytes:
    return sha256(token.encode()).digest()
