"""The desk at which people prove who they are, and set the passwords that prove it.

Hashes are made in a worker thread, two at a time, so that a flood of tries neither stops the page
nor fills the memory. Whatever is wrong with a sign-in, the answer and its time are the same.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar

from controller.core.roles import Role
from controller.errors import AccessError, InputError
from hmi.accounts.audit import Action, Audit
from hmi.accounts.codes import ConsoleCode, code_hash
from hmi.accounts.factor import step_of
from hmi.accounts.passwords import Vault, fault_of
from hmi.accounts.store import Account, AccountStore, key_of
from hmi.accounts.throttle import Throttles

WRONG: Final = "Name, password or authenticator code is wrong."
WRONG_CODE: Final = "Name or one of the codes is wrong, or too old."
WRONG_FACTOR: Final = "That is not the code that the app shows now, or it was used before."
FIRST_ROLES: Final = frozenset(Role) - {Role.VIEWER}
"""With one account the mill can be run. What takes two people still takes a second one."""
ALARM_AT: Final = 10
HASHING: Final = 2
CONSOLE: Final = "console"

T = TypeVar("T")


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Desk:
    """Who is who. `now_s` (monotonic) times the tries, `utc` the codes that are handed out."""

    store: AccountStore
    vault: Vault
    console: ConsoleCode
    now_s: Callable[[], float]
    utc: Callable[[], datetime] = _utc_now
    audit: Audit = field(init=False)
    _throttles: Throttles = field(init=False, default_factory=Throttles)
    _hashing: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """The console shows a code as long as nobody can manage accounts."""
        self.audit = Audit(self.store, self.utc)
        self._hashing = asyncio.Semaphore(HASHING)
        if not any(account.is_admin for account in self.store.all()):
            self.console.wanted = True

    async def sign_in(self, name: str, password: str, totp: str, source: str) -> Account:
        """The account of a person who has proved it. Raises AccessError.

        `totp` is the code of the authenticator app; it is not looked at where there is none.
        """
        account = await self._proved(name, password, source, Action.SIGN_IN, totp)
        if self.vault.is_outdated(account.password or ""):
            self.store.set_hash(account.name, await self._hashed(password))
        self.store.set_signed_in(account.name, self.utc_text())
        return account

    async def verify_password(self, name: str, password: str, source: str = "") -> bool:
        """Whether this is the person's password, as for a signature. Raises AccessError to wait.

        A wrong one counts as a wrong try; either way it is on the record.
        """
        try:
            await self._proved(name, password, source, Action.PROOF)
        except AccessError as refused:
            if refused.wait_s > 0.0:
                raise
            return False
        return True

    async def set_up(self, name: str, code: str, password: str, source: str) -> Account:
        """Make an administrator with the console's code. Raises AccessError, InputError."""
        self._may_try(CONSOLE, source)
        if not self.console.is_right(code, self.now_s()):
            self._count_wrong(CONSOLE, source, Action.SET_UP)
            raise AccessError("That is not the code that the console shows now.")
        _refuse_weak(password, name)
        if self.store.get(name) is not None:
            raise InputError("that name is in use", do="Choose another one.")
        kept = await self._hashed(password)
        if not self.console.is_right(code, self.now_s()):
            raise AccessError("That code has just been used.")
        with self.store.change():
            self.store.add(name, FIRST_ROLES, CONSOLE, self.utc_text())
            self.store.set_password(name, kept, self.utc_text())
            self.audit.note(Action.SET_UP, name, source=source)
        self.console.spend()
        return self.must(name)

    async def enroll(self, name: str, code: str, password: str, totp: str, source: str) -> Account:
        """Set a password with a code from an administrator. Raises AccessError, InputError.

        A second factor stays as it is, and is asked for here too.
        """
        self._may_try(name, source)
        if not self._code_is_right(name, code, totp):
            self._count_wrong(name, source, Action.ENROLLED)
            raise AccessError(WRONG_CODE)
        _refuse_weak(password, name)
        kept = await self._hashed(password)
        if not self._code_is_right(name, code, totp):
            raise AccessError(WRONG_CODE)
        with self.store.change():
            self._use_up(self.must(name), totp)
            self.store.set_password(name, kept, self.utc_text())
            self.audit.note(Action.ENROLLED, self.must(name).name, source=source)
        self._throttles.passed(key_of(name))
        return self.must(name)

    async def change_password(self, name: str, old: str, new: str, source: str) -> None:
        """Replace one's own password. Raises AccessError, InputError."""
        await self._proved(name, old, source, Action.PROOF)
        _refuse_weak(new, name)
        kept = await self._hashed(new)
        with self.store.change():
            self.store.set_password(name, kept, self.utc_text())
            self.audit.note(Action.PASSWORD, name, source=source)

    def set_factor(self, name: str, secret: str, totp: str, source: str) -> None:
        """Give a person a second factor that they have shown to work. Raises AccessError."""
        step = step_of(secret, totp, self.utc().timestamp(), 0)
        if step is None:
            raise AccessError(WRONG_FACTOR)
        with self.store.change():
            self.store.set_factor(name, secret, self.utc_text(), step)
            self.audit.note(Action.FACTOR, name, source=source)

    def end_factor(self, name: str, totp: str, source: str) -> None:
        """Take one's own second factor away, with a code of it. Raises AccessError."""
        self._may_try(name, source)
        account = self.must(name)
        if account.factor is None:
            raise InputError("there is no second factor", do="Read the page again.")
        if self._step(account, totp) is None:
            self._count_wrong(name, source, Action.FACTOR_ENDED)
            raise AccessError(WRONG_FACTOR)
        self._throttles.passed(key_of(name))
        with self.store.change():
            self.store.take_factor(name)
            self.audit.note(Action.FACTOR_ENDED, name, about=account.name, source=source)

    def must(self, name: str) -> Account:
        """The account of this name. Raises InputError when there is none."""
        account = self.store.get(name)
        if account is None:
            raise InputError("there is no such account", do="Read the list again.")
        return account

    def utc_text(self) -> str:
        """The wall clock for people."""
        return self.utc().isoformat(timespec="seconds")

    async def _proved(
        self, name: str, password: str, source: str, action: Action, totp: str | None = None
    ) -> Account:
        """Without `totp` the password is enough: somebody who is signed in proves it again."""
        self._may_try(name, source)
        account = self.store.get(name)
        kept = None if account is None or account.disabled else account.password
        right = await self._off_loop(lambda: self.vault.check(kept, password))
        # Meanwhile an administrator may have locked the account, or given it another password.
        now = self.store.get(name)
        same = now is not None and not now.disabled and now.password == kept
        passed = now is not None and (totp is None or self._factor_is_right(now, totp))
        if not right or now is None or account is None or not same or not passed:
            self._count_wrong(name, source, action)
            raise AccessError(WRONG)
        if totp is not None:
            self._use_up(now, totp)
        self._throttles.passed(key_of(name))
        self.audit.note(action, account.name, source=source)
        return account

    def _factor_is_right(self, account: Account, totp: str) -> bool:
        return account.factor is None or self._step(account, totp) is not None

    def _step(self, account: Account, totp: str) -> int | None:
        now_s = self.utc().timestamp()
        return step_of(account.factor or "", totp, now_s, account.factor_step)

    def _use_up(self, account: Account, totp: str) -> None:
        step = None if account.factor is None else self._step(account, totp)
        if step is not None:
            self.store.set_factor_step(account.name, step)

    def _code_is_right(self, name: str, code: str, totp: str) -> bool:
        account = self.store.get(name)
        kept = "" if account is None or account.disabled else account.code or ""
        fresh = account is not None and self.utc().timestamp() < account.code_ends_s
        right = hmac.compare_digest(code_hash(code), kept) and fresh
        return right and account is not None and self._factor_is_right(account, totp)

    def _may_try(self, name: str, source: str) -> None:
        wait_s = self._throttles.wait_s(key_of(name), source, self.now_s())
        if wait_s > 0.0:
            raise AccessError("Too many wrong tries.", code="wait", wait_s=wait_s)

    def _count_wrong(self, name: str, source: str, action: Action) -> None:
        count = self._throttles.failed(key_of(name), source, self.now_s())
        self.audit.note(action, name, ok=False, source=source, tries=str(count))
        if count % ALARM_AT == 0:
            self.audit.note(Action.GUESSING, name, ok=False, source=source, tries=str(count))

    async def _hashed(self, password: str) -> str:
        return await self._off_loop(lambda: self.vault.keep(password))

    async def _off_loop(self, work: Callable[[], T]) -> T:
        async with self._hashing:
            return await asyncio.to_thread(work)


def _refuse_weak(password: str, name: str) -> None:
    fault = fault_of(password, name)
    if fault:
        raise InputError(fault.rstrip("."))
