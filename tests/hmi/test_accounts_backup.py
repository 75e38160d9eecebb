"""Everything that a machine needs is in a backup, and a new machine works with what is restored."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from recording import record_of_run

from controller.cli import main
from controller.core.roles import Role
from controller.errors import RecordError
from controller.records.reader import RecordReader
from controller.reports.signing import KEY_NAME, export_key
from hmi.accounts.backup import copy_accounts
from hmi.accounts.store import FILE, AccountStore

UTC = "2026-12-01T08:00:00+00:00"


def blademill(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_accounts_are_copied_while_the_page_has_them_open(tmp_path: Path) -> None:
    page, backup, machine = (tmp_path / name for name in ("page", "backup", "machine"))
    store = AccountStore(page)
    store.add("Ada", frozenset({Role.ADMIN}), "", UTC)
    store.set_password("Ada", "hash", UTC)
    store.tell({"name": "Ada"})
    made = blademill("accounts", "backup", backup, "--data", page)
    assert made.exit_code == 0, made.output
    assert "1 accounts" in made.output
    store.add("Bea", frozenset({Role.OPERATOR}), "Ada", UTC)
    people, told = store.all()[:1], store.untold(9)
    store.close()
    assert blademill("accounts", "restore", backup, "--data", machine).exit_code == 0
    restored = AccountStore(machine)
    assert (restored.all(), restored.untold(9)) == (people, told)
    restored.close()


def test_restored_accounts_are_put_over_nobody(tmp_path: Path) -> None:
    AccountStore(tmp_path / "page").close()
    copy_accounts(tmp_path / "page", tmp_path / "backup")
    before = (tmp_path / "page" / FILE).read_bytes()
    with pytest.raises(RecordError, match="is there already"):
        copy_accounts(tmp_path / "backup", tmp_path / "page")
    assert (tmp_path / "page" / FILE).read_bytes() == before
    with pytest.raises(RecordError, match="there are no accounts"):
        copy_accounts(tmp_path / "nowhere", tmp_path / "other")
    (tmp_path / "page" / FILE).write_bytes(b"no database" * 500)
    with pytest.raises(RecordError, match="cannot be copied"):
        copy_accounts(tmp_path / "page", tmp_path / "third")
    assert not (tmp_path / "third" / FILE).exists()


def test_a_machine_from_a_backup_has_record_key_and_accounts(tmp_path: Path) -> None:
    """One folder, as the nightly timer makes it; nobody but its owner can read any of it."""
    data, page, backup = (tmp_path / name for name in ("data", "page", "backup"))
    batch_id = record_of_run(data)
    key = export_key(data)
    store = AccountStore(page)
    store.add("Ada", frozenset({Role.ADMIN}), "", UTC)
    assert blademill("record", "backup", backup, "--data", data).exit_code == 0
    assert blademill("accounts", "backup", backup, "--data", page).exit_code == 0
    store.close()
    machine = tmp_path / "machine"
    assert blademill("record", "restore", backup, "--data", machine).exit_code == 0
    assert blademill("accounts", "restore", backup, "--data", machine).exit_code == 0
    assert export_key(machine).fingerprint == key.fingerprint
    reader = RecordReader(machine)
    assert reader.verify().head == RecordReader(data).verify().head
    assert reader.batch(batch_id) == RecordReader(data).batch(batch_id)
    for folder in (backup, machine):
        assert {path.name for path in folder.iterdir()} == {
            "record.sqlite",
            "trends",
            KEY_NAME,
            FILE,
        }
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
        assert {path.stat().st_mode & 0o777 for path in (folder, folder / "trends")} == {0o700}
    again = blademill("record", "restore", backup, "--data", machine)
    assert isinstance(again.exception, RecordError | SystemExit)
    assert again.exit_code != 0
    with closing(sqlite3.connect(machine / FILE)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
