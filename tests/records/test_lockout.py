"""A lock-out outlives its controller: crash, restart, and a record that cannot tell (I9)."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import LAB, Bench
from byhand import BLADE, must, order
from recording import PLANT, recording

from controller.core.commands import CommandName
from controller.core.events import Event, EventKind
from controller.core.hands import NOBODY, Hands, Mode
from controller.core.outputs import DEAD
from controller.core.state import initial_state
from controller.cycle import PERIOD_S
from controller.records.lockout import UNSURE
from controller.records.reader import RecordReader
from controller.records.record import Record
from controller.records.schema import RECORD_NAME
from controller.records.setting import setting_of


def started(folder: Path) -> Hands:
    """What a controller that is started on the record in `folder` comes up with."""
    record = Record(folder, setting_of(PLANT, 1.0), PERIOD_S)
    record.start(PLANT.equipment)
    record.end()
    return record.hands


def mode_changed(to: str, user: str = "Mia", reason: str = "blade change") -> Event:
    data: dict[str, str | float | bool | list[str] | None] = {"to": to, "user": user}
    return Event(EventKind.MODE_CHANGED, 0.0, "", data | {"reason": reason})


@pytest.mark.parametrize(
    ("modes", "hands"),
    [
        ((), NOBODY),
        (("maintenance",), Hands(mode=Mode.MAINTENANCE, user="Mia", reason="blade change")),
        (("maintenance", "auto"), NOBODY),
        (("manual",), NOBODY),
    ],
)
def test_what_the_record_says_of_maintenance_holds_after_every_restart(
    tmp_path: Path, modes: tuple[str, ...], hands: Hands
) -> None:
    with recording(tmp_path) as (clerk, _):
        for mode in modes:
            clerk.add(mode_changed(mode))
    for _ in range(3):
        assert started(tmp_path) == hands


def test_a_first_controller_is_not_locked_out(tmp_path: Path) -> None:
    assert started(tmp_path / "new") is NOBODY


@pytest.mark.parametrize("locked", [True, False])
def test_a_damaged_record_leaves_the_mill_locked_out_until_a_person_ends_it(
    tmp_path: Path, locked: bool
) -> None:
    with recording(tmp_path) as (clerk, _):
        clerk.add(mode_changed("maintenance" if locked else "auto"))
    path = tmp_path / RECORD_NAME
    content = bytearray(path.read_bytes())
    content[4096:4196] = bytes(100)
    path.write_bytes(content)
    for _ in range(3):
        assert started(tmp_path).mode is Mode.MAINTENANCE
    row = RecordReader(tmp_path).last_of(EventKind.MODE_CHANGED)
    assert row is not None
    assert row.body["to"] == "maintenance"
    with recording(tmp_path) as (clerk, _):
        clerk.add(mode_changed("auto"))
    assert started(tmp_path) is NOBODY


def test_a_record_that_cannot_be_read_leaves_the_mill_locked_out(tmp_path: Path) -> None:
    (tmp_path / RECORD_NAME).write_bytes(b"not a database, and not empty either" * 200)
    hands = started(tmp_path)
    assert (hands.mode, hands.user) == (UNSURE.mode, UNSURE.user)
    assert "does not tell" in hands.reason


def test_nothing_moves_and_only_maintenance_ends_it() -> None:
    """I9, I21: the same lock-out as that which a person has just given."""
    bench = Bench(initial_state(LAB, hands=UNSURE))
    bench.see(seconds=10.0)
    for name in (CommandName.LOAD, CommandName.START, CommandName.MANUAL, CommandName.PURGE):
        assert not order(bench, name).accepted
    assert not order(bench, CommandName.JOG, jog=BLADE).accepted
    assert bench.outputs == DEAD
    must(bench, CommandName.MAINTENANCE_END)
    assert bench.state.mode is Mode.AUTO
