"""Who is signed in: sessions that live on the server.

Everything here is in memory and ends with the process; time is an argument.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

SESSION_LIFE_S: Final = 8 * 3600.0
LOCKED_AFTER_S: Final = 10 * 60.0
PROOF_LASTS_S: Final = 5 * 60.0
SESSION_LIMIT: Final = 96
PER_PERSON: Final = 3
REQUESTS_PER_S: Final = 30.0
REQUEST_BURST: Final = 60.0


@dataclass(slots=True)
class Session:
    """One person at one browser. `id` names it to people; it opens nothing.

    `offered` is the secret of a second factor that was shown here and is not confirmed yet.
    """

    name: str
    opened_at_s: float
    ends_at_s: float
    source: str = ""
    active_at_s: float = 0.0
    proved_at_s: float = 0.0
    allowance: float = REQUEST_BURST
    counted_at_s: float = 0.0
    offered: str = field(default="", repr=False)
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def is_locked(self, now_s: float) -> bool:
        """Whether nobody has touched this page for long: then the password is needed again."""
        return now_s - self.active_at_s >= LOCKED_AFTER_S

    def proof_left_s(self, now_s: float) -> float:
        """For how long the password that was entered last still counts."""
        return max(0.0, self.proved_at_s + PROOF_LASTS_S - now_s)

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
    """All sessions, by the hash of their token: the token itself is known to the browser alone."""

    def __init__(self) -> None:
        self._sessions: dict[bytes, Session] = {}

    def open(self, name: str, now_s: float, source: str = "") -> str:
        """Open a session for somebody who has just proved who they are; returns its token.

        256 random bits. The oldest sessions go when a person, or everybody, has too many.
        """
        self._drop_ended(now_s)
        self._make_room([k for k, s in self._sessions.items() if s.name == name], PER_PERSON)
        self._make_room(list(self._sessions), SESSION_LIMIT)
        ends_at_s = now_s + SESSION_LIFE_S
        return self._keep(Session(name, now_s, ends_at_s, source, now_s, now_s))

    def proved(self, token: str, now_s: float) -> str:
        """The password was entered again: the same session goes on under a new token."""
        session = self._sessions.pop(_key(token))
        session.active_at_s = session.proved_at_s = now_s
        return self._keep(session)

    def find(self, token: str | None, now_s: float) -> Session | None:
        """The session of this token while it lasts."""
        session = self._sessions.get(_key(token)) if token else None
        return session if session and now_s < session.ends_at_s else None

    def of(self, name: str, now_s: float) -> list[Session]:
        """The sessions of one person, oldest first."""
        self._drop_ended(now_s)
        return [session for session in self._sessions.values() if session.name == name]

    def close(self, token: str | None) -> None:
        """End the session of this token, if there is one."""
        if token:
            self._sessions.pop(_key(token), None)

    def close_of(self, name: str, *, but: Session | None = None, only: str = "") -> int:
        """End a person's sessions: all, all `but` one, or `only` the one with this id. How many."""
        ended = [
            key
            for key, session in self._sessions.items()
            if session.name == name and session is not but and only in ("", session.id)
        ]
        for key in ended:
            del self._sessions[key]
        return len(ended)

    def _keep(self, session: Session) -> str:
        token = secrets.token_urlsafe(32)
        self._sessions[_key(token)] = session
        return token

    def _make_room(self, keys: list[bytes], limit: int) -> None:
        for key in keys[: max(0, len(keys) - limit + 1)]:
            del self._sessions[key]

    def _drop_ended(self, now_s: float) -> None:
        self._sessions = {k: s for k, s in self._sessions.items() if now_s < s.ends_at_s}


def _key(token: str) -> bytes:
    return sha256(token.encode()).digest()
