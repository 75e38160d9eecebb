"""Accounts of an earlier version are brought up to this one, and back.

`support/earlier/accounts-N.sqlite3.xz` was written with schema N: three people, and one audit entry
that the controller does not have yet.
"""

from __future__ import annotations

import lzma
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from pagesite import PASSWORD, Site, run
from simplant import ROOT

from controller.cli import main
from controller.core.roles import Role
from hmi.accounts.passwords import Vault
from hmi.accounts.store import FILE, STEPS, AccountStore

EARLIER = ROOT / "tests" / "support" / "earlier" / "accounts-1.sqlite3.xz"


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """Accounts as the first schema had them."""
    path = tmp_path / FILE
    path.write_bytes(lzma.decompress(EARLIER.read_bytes()))
    path.chmod(0o600)
    return path


def dump_of(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [*db.iterdump(), str(db.execute("PRAGMA user_version").fetchone()[0])]


def test_everybody_is_there_after_an_upgrade(
    earlier: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = dump_of(earlier)
    store = AccountStore(earlier.parent)
    ada, bea, carl = store.all()
    assert Vault().check(ada.password, "a long and plain sentence")
    assert (ada.roles, ada.password_utc) == ({Role.OPERATOR, Role.ADMIN}, "")
    assert (bea.roles, bea.password, carl.disabled) == ({Role.SUPERVISOR}, None, True)
    assert [body["name"] for _, body in store.untold(9)] == ["Ada"]
    store.close()
    assert "the accounts were brought from version 1 to 3" in caplog.text
    assert dump_of(earlier.with_name(f"{FILE}.v1")) == before
    assert {path.stat().st_mode & 0o777 for path in earlier.parent.glob(f"{FILE}*")} == {0o600}


def test_the_way_back_keeps_who_came_since(earlier: Path) -> None:
    store = AccountStore(earlier.parent)
    store.add("Dora", frozenset({Role.OPERATOR}), "Ada", "2026-12-01T08:00:00+00:00")
    store.set_password("Dora", "hash", "2026-12-01T08:05:00+00:00")
    store.close()
    back = ["accounts", "migrate", "--to", "1", "--data", str(earlier.parent)]
    done = CliRunner().invoke(main, back)
    assert done.exit_code == 0, done.output
    with closing(sqlite3.connect(earlier)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        names = [row[0] for row in db.execute("SELECT name FROM accounts ORDER BY key")]
        assert names == ["Ada", "Bea", "Carl", "Dora"]
        columns = [row[1] for row in db.execute("PRAGMA table_info(accounts)")]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as first:
        first.executescript((STEPS.folder / "0001-accounts.up.sql").read_text())
        assert columns == [row[1] for row in first.execute("PRAGMA table_info(accounts)")]


def test_while_the_page_runs_nothing_is_changed(earlier: Path) -> None:
    store = AccountStore(earlier.parent)
    back = ["accounts", "migrate", "--to", "1", "--data", str(earlier.parent)]
    done = CliRunner().invoke(main, back)
    store.close()
    assert done.exit_code == 1
    assert "nothing was changed (database is locked)" in done.output


def test_the_age_of_a_password_is_that_of_the_password_not_of_its_hash() -> None:
    async def check(it: Site) -> None:
        it.add("Ada", Role.ADMIN)
        it.desk.store.set_password("Ada", Vault(time_cost=2, memory_kib=16).keep(PASSWORD), "then")
        assert (await it.sign_in()).status_code == 204
        (shown,) = (await it.http.get("/api/users")).json()
        assert shown["password_utc"] == "then"

    run(check)


def test_with_a_second_factor_from_version_2_and_back(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_bytes(lzma.decompress(EARLIER.with_name("accounts-2.sqlite3.xz").read_bytes()))
    path.chmod(0o600)
    before = dump_of(path)
    store = AccountStore(tmp_path)
    assert [one.name for one in store.all()] == ["Ada", "Bea", "Carl"]
    assert {one.factor for one in store.all()} == {None}
    store.set_factor("Ada", "GEZDGNBVGY3TQOJQ", "2026-12-01T08:00:00+00:00", 7)
    store.close()
    back = ["accounts", "migrate", "--to", "2", "--data", str(tmp_path)]
    done = CliRunner().invoke(main, back)
    assert done.exit_code == 0, done.output
    assert dump_of(path) == before
