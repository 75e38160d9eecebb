"""The accounts on disk: one SQLite file of their own, which only its owner may read.

Each change is one transaction together with what is told of it, so that neither is there without
the other. What is told waits in the same file until the controller's record has it.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from controller.core.roles import Role
from controller.errors import StartError
from controller.migration import Steps, version_of

log = logging.getLogger("blademill.accounts")

FILE: Final = "accounts.sqlite3"
_KEPT: Final = (
    "name, roles, disabled, password, code, code_ends_s, created_by, created_utc, signed_in_utc"
)


def _contents(db: sqlite3.Connection) -> object:
    """What a change of version must leave as it is: everybody, and what is not told yet."""
    query = f"SELECT key, {_KEPT} FROM accounts ORDER BY key"  # noqa: S608  constant
    people = db.execute(query).fetchall()
    return people, db.execute("SELECT * FROM told ORDER BY n").fetchall()


STEPS: Final = Steps(Path(__file__).with_name("steps"), _contents)


@dataclass(frozen=True, slots=True)
class Account:
    """One person. Without `password` (its hash) nobody signs in; `code` is a hash too.

    `password_utc` is since when the password is theirs; empty when that is not known. `factor` is
    the secret of a second factor, and `factor_step` the newest time step whose code was used.
    """

    name: str
    roles: frozenset[Role]
    disabled: bool
    password: str | None
    code: str | None
    code_ends_s: float
    created_by: str
    created_utc: str
    signed_in_utc: str
    password_utc: str
    factor: str | None = field(repr=False)
    factor_utc: str
    factor_step: int

    @property
    def is_admin(self) -> bool:
        """Whether this person can manage accounts now."""
        return Role.ADMIN in self.roles and not self.disabled and self.password is not None


def key_of(name: str) -> str:
    """What makes a name one person's: "ADA" and "ada" are the same."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


class AccountStore:
    """All accounts. Raises StartError when the file cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.touch(mode=0o600)
            moved = STEPS.move(self.path)
            if moved is not None:
                log.warning("the accounts were %s", moved)
            self._db = sqlite3.connect(self.path, isolation_level=None)
            self._prepare()
        except (OSError, sqlite3.Error, ValueError) as error:
            raise StartError(
                f"the accounts cannot be opened ({error})",
                where=str(self.path),
                do="Choose another folder with --data, or put a good copy of the file in place.",
            ) from error

    def _prepare(self) -> None:
        version = version_of(self._db)
        if version > STEPS.newest:
            raise sqlite3.DatabaseError(
                f"version {version}, this software knows versions up to {STEPS.newest}"
            )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        if version == 0:
            STEPS.make(self._db)
        # What is read holds a lock until the end: nobody brings the file to another version.
        self.all()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction: all of it is on disk afterwards, or nothing of it ever."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def get(self, name: str) -> Account | None:
        """The account of this name, however it is written."""
        row = self._db.execute(f"{_SELECT} WHERE key = ?", (key_of(name),)).fetchone()
        return None if row is None else _account(row)

    def all(self) -> list[Account]:
        """Every account, by name."""
        return [_account(row) for row in self._db.execute(f"{_SELECT} ORDER BY key")]

    def add(self, name: str, roles: frozenset[Role], by: str, utc: str) -> None:
        """Add an account without a password. Raises sqlite3.IntegrityError for a name in use."""
        self._db.execute(
            "INSERT INTO accounts (key, name, roles, created_by, created_utc)"
            " VALUES (?, ?, ?, ?, ?)",
            (key_of(name), name, _words(roles), by, utc),
        )

    def set_roles(self, name: str, roles: frozenset[Role]) -> None:
        """Replace the roles of an account."""
        self._set(name, "roles = ?", _words(roles))

    def set_disabled(self, name: str, disabled: bool) -> None:
        """Lock an account out, or let it in again."""
        self._set(name, "disabled = ?", int(disabled))

    def set_password(self, name: str, kept: str, utc: str) -> None:
        """Give another password, by its hash; a code that was handed out is used up."""
        self._set(name, "code = NULL, password = ?, password_utc = ?", kept, utc)

    def set_hash(self, name: str, kept: str) -> None:
        """Keep another hash of the same password."""
        self._set(name, "password = ?", kept)

    def set_code(self, name: str, kept: str, ends_s: float) -> None:
        """Take the password away and keep the hash of a code, valid until `ends_s` (Unix time)."""
        self._set(name, "password = NULL, code = ?, code_ends_s = ?", kept, ends_s)

    def set_factor(self, name: str, secret: str, utc: str, step: int) -> None:
        """Give a second factor; codes up to this time step are used up."""
        self._set(name, "factor = ?, factor_utc = ?, factor_step = ?", secret, utc, step)

    def set_factor_step(self, name: str, step: int) -> None:
        """Codes up to this time step are used up."""
        self._set(name, "factor_step = ?", step)

    def take_factor(self, name: str) -> None:
        """Take the second factor away."""
        self._set(name, "factor = NULL, factor_utc = ''")

    def set_signed_in(self, name: str, utc: str) -> None:
        """Note the last sign-in."""
        self._set(name, "signed_in_utc = ?", utc)

    def _set(self, name: str, what: str, *values: str | float) -> None:
        # `what` is one of the constants above.
        self._db.execute(
            f"UPDATE accounts SET {what} WHERE key = ?",  # noqa: S608
            (*values, key_of(name)),
        )

    def tell(self, body: dict[str, Any]) -> None:
        """Keep one audit entry until the controller has it."""
        self._db.execute("INSERT INTO told (body) VALUES (?)", (json.dumps(body),))

    def untold(self, limit: int) -> list[tuple[int, dict[str, Any]]]:
        """The oldest audit entries that the controller does not have yet."""
        rows = self._db.execute("SELECT n, body FROM told ORDER BY n LIMIT ?", (limit,))
        return [(n, json.loads(body)) for n, body in rows]

    def was_told(self, n: int) -> None:
        """The controller has this entry on its record."""
        self._db.execute("DELETE FROM told WHERE n = ?", (n,))


_SELECT: Final = f"SELECT {_KEPT}, password_utc, factor, factor_utc, factor_step FROM accounts"  # noqa: S608  constant


def _account(row: tuple[Any, ...]) -> Account:
    name, roles, disabled, *rest = row
    return Account(name, frozenset(Role(word) for word in roles.split()), bool(disabled), *rest)


def _words(roles: frozenset[Role]) -> str:
    return " ".join(role.value for role in Role if role in roles)
