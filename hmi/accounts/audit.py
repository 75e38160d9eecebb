"""The audit trail of accounts and sessions: on disk first, then handed to the controller."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import uuid
from collections.abc import Callable
from datetime import datetime
from enum import Enum, unique
from typing import Final

from controller.api.client import ControllerClient
from controller.errors import LinkError
from hmi.accounts.store import AccountStore

RETRY_S: Final = 1.0
AT_ONCE: Final = 50

log = logging.getLogger("blademill.hmi")


@unique
class Action(Enum):
    """What can happen to accounts, sessions and a simulated mill, a closed set."""

    SET_UP = "account.set_up"
    ADDED = "account.added"
    ROLES = "account.roles"
    DISABLED = "account.disabled"
    ENABLED = "account.enabled"
    CODE = "account.code"
    ENROLLED = "account.enrolled"
    PASSWORD = "account.password"  # noqa: S105  a name for what happened
    FACTOR = "account.factor"
    FACTOR_ENDED = "account.factor_ended"
    SIGN_IN = "session.sign_in"
    SIGN_OUT = "session.sign_out"
    ENDED = "session.ended"
    PROOF = "session.proof"
    GUESSING = "session.guessing"
    DENIED = "session.denied"
    FAULT = "training.fault"
    HEALED = "training.healed"


_TEXT: Final = {
    Action.SET_UP: "first administrator set up",
    Action.ADDED: "account added",
    Action.ROLES: "roles changed",
    Action.DISABLED: "account disabled",
    Action.ENABLED: "account enabled",
    Action.CODE: "one-time code handed out, password taken away",
    Action.ENROLLED: "password set with a one-time code",
    Action.PASSWORD: "password changed",
    Action.FACTOR: "second factor set up",
    Action.FACTOR_ENDED: "second factor taken away",
    Action.SIGN_IN: "signed in",
    Action.SIGN_OUT: "signed out",
    Action.ENDED: "session ended",
    Action.PROOF: "password entered again",
    Action.GUESSING: "many wrong tries for one name",
    Action.DENIED: "request denied",
    Action.FAULT: "fault put into the simulator",
    Action.HEALED: "faults of the simulator ended",
}


class Audit:
    """Keeps entries in the accounts' file; `deliver` hands them on, each at least once."""

    def __init__(self, store: AccountStore, utc: Callable[[], datetime]) -> None:
        self._store = store
        self._utc = utc
        self._news = asyncio.Event()

    def note(
        self, action: Action, user: str, *, about: str = "", ok: bool = True, **more: str
    ) -> None:
        """Keep one entry; inside `store.change()` it is there exactly when the change is."""
        what = _TEXT[action] if ok or action is Action.GUESSING else f"{_TEXT[action]}: refused"
        self._store.tell(
            {
                "id": str(uuid.uuid4()),
                "utc": self._utc().isoformat(timespec="milliseconds"),
                "action": action.value,
                "user": user,
                "about": about,
                "ok": ok,
                "text": f"{what}{f' ({about})' if about else ''} by {user}",
                "more": more,
            }
        )
        self._news.set()

    async def deliver(self, client: ControllerClient) -> None:
        """Hand entries to the controller as they come, oldest first, for as long as this runs."""
        while True:
            try:
                await self._deliver_waiting(client)
            except LinkError:
                await asyncio.sleep(RETRY_S)
            except sqlite3.Error:
                log.exception("the audit entries cannot be read")
                await asyncio.sleep(RETRY_S)

    async def _deliver_waiting(self, client: ControllerClient) -> None:
        waiting = self._store.untold(AT_ONCE)
        if not waiting:
            self._news.clear()
            await self._news.wait()
        for n, body in waiting:
            await self._hand_over(client, n, body)

    async def _hand_over(self, client: ControllerClient, n: int, body: dict[str, object]) -> None:
        answer = await client.post("audit", body)
        if answer.status >= 500:
            raise LinkError(f"an audit entry was not taken ({answer.status})")
        if answer.status >= 400:
            log.error("the controller refuses an audit entry (%d): %s", answer.status, body)
        self._store.was_told(n)
