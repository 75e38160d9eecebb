"""What an administrator does with the accounts of others. Each change is on the record with it."""

from __future__ import annotations

from controller.core.roles import Role
from controller.errors import InputError
from hmi.accounts.audit import Action
from hmi.accounts.codes import HANDED_LIFE_S, code_hash, new_code
from hmi.accounts.desk import Desk
from hmi.accounts.store import Account


class People:
    """Accounts are added, changed and disabled. None is deleted: the record goes on naming it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._store = desk.store

    def add(self, by: str, name: str, roles: frozenset[Role]) -> str:
        """Add a person; the code with which they set their password. Raises InputError."""
        if self._store.get(name) is not None:
            raise InputError("that name is in use", do="Choose another one.")
        with self._store.change():
            self._store.add(name, roles, by, self._desk.utc_text())
            self._desk.audit.note(Action.ADDED, by, about=name, roles=_words(roles))
            return self._handed_out(name)

    def new_code(self, by: str, name: str) -> str:
        """Take a person's password away; the code with which they set another one."""
        account = self._desk.must(name)
        self._not_the_last_admin(account)
        with self._store.change():
            self._desk.audit.note(Action.CODE, by, about=account.name)
            return self._handed_out(name)

    def take_factor(self, by: str, name: str) -> None:
        """Take a person's second factor away, as when its device is lost. Raises InputError."""
        account = self._desk.must(name)
        if account.factor is None:
            raise InputError("there is no second factor", do="Read the list again.")
        with self._store.change():
            self._store.take_factor(name)
            self._desk.audit.note(Action.FACTOR_ENDED, by, about=account.name)

    def set_roles(self, by: str, name: str, roles: frozenset[Role]) -> None:
        """Replace a person's roles. Raises InputError."""
        account = self._desk.must(name)
        if Role.ADMIN not in roles:
            self._not_the_last_admin(account)
        with self._store.change():
            self._store.set_roles(name, roles)
            self._desk.audit.note(
                Action.ROLES,
                by,
                about=account.name,
                old=_words(account.roles),
                new=_words(roles),
            )

    def set_disabled(self, by: str, name: str, disabled: bool) -> None:
        """Lock a person out, or let them in again. Raises InputError."""
        account = self._desk.must(name)
        if disabled:
            self._not_the_last_admin(account)
        with self._store.change():
            self._store.set_disabled(name, disabled)
            action = Action.DISABLED if disabled else Action.ENABLED
            self._desk.audit.note(action, by, about=account.name)

    def _handed_out(self, name: str) -> str:
        code = new_code()
        self._store.set_code(name, code_hash(code), self._desk.utc().timestamp() + HANDED_LIFE_S)
        return code

    def _not_the_last_admin(self, account: Account) -> None:
        others = [a for a in self._store.all() if a.is_admin and a.name != account.name]
        if account.is_admin and not others:
            raise InputError(
                "that is the last administrator", do="Make another one first, then try again."
            )


def _words(roles: frozenset[Role]) -> str:
    return " ".join(role.value for role in Role if role in roles)
