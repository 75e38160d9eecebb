"""What room the record has on its disk: asked of real file systems, told before it is gone (D1)."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path

import pytest
from bench import BATCH, PERIOD_S, image, state_in
from disks import MB, needs_mount, small_disk

from controller.core.batch import Step
from controller.core.health import HEALTHY
from controller.core.permissives import start_permissives
from controller.core.recipe import LeakTest
from controller.core.scan import scan
from controller.core.signals import Image
from controller.core.state import ScanState
from controller.core.states import State
from controller.records import room
from controller.records.room import UNKNOWN, Room, RoomWatch, room_of

READY = state_in(State.IDLE, LeakTest, Step.BEGIN)


def with_room(found: Room) -> Image:
    """All well but for this room."""
    health = HEALTHY._replace(disk_used_percent=found.used_percent, disk_free_mb=found.free_mb)
    return replace(image(), health=health, details=(("disk_used_percent", found.words),))


def alarms(found: Room) -> list[tuple[str, str]]:
    decision = scan(READY, with_room(found), (), PERIOD_S, PERIOD_S)
    state: ScanState = decision.state
    return [(state.matrix.rows[alarm.row].id, alarm.detail) for alarm in state.alarms]


@needs_mount
def test_a_disk_is_read_as_df_reads_it_while_it_fills(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as data:
        empty = room_of(data)
        assert empty.used_percent == pytest.approx(0.0, abs=1.0)
        assert empty.free_mb == pytest.approx(64 * MB / 1e6, rel=0.01)
        assert alarms(empty) == []
        with (data / "ballast").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, 56 * MB)
        filled = room_of(data)
        assert filled.used_percent == pytest.approx(100.0 * 56 / 64, abs=1.0)
        assert alarms(filled) == [("DISK_FILLING", "disk: 8 MB free, some 1 h of batches")]


def test_of_a_large_disk_only_what_a_record_could_need_counts(tmp_path: Path) -> None:
    """Four fifths of 1 TB used is no reason to call somebody; 8 GB left of it is."""

    def disk(total_gb: float, free_gb: float) -> Room:
        block, blocks = 4096, int(total_gb * 1e9 / 4096)
        free = int(free_gb * 1e9 / block)
        found = os.statvfs(tmp_path)
        fields = [block, block, blocks, free, free, *tuple(found)[5:]]
        return room.room_from(os.statvfs_result(fields))

    assert alarms(disk(1000.0, 200.0)) == []
    assert alarms(disk(1000.0, 11.0)) == []
    assert [row for row, _ in alarms(disk(1000.0, 8.0))] == ["DISK_FILLING"]
    assert alarms(disk(8.0, 1.7)) == []
    assert [row for row, _ in alarms(disk(8.0, 1.5))] == ["DISK_FILLING"]


def test_a_disk_that_does_not_answer_is_unknown_and_told(tmp_path: Path) -> None:
    now_s = [0.0]
    watch = RoomWatch(tmp_path, lambda: now_s[0])
    assert math.isnan(watch.newest().free_mb)
    watch.look()
    assert watch.newest().free_mb > 0.0
    now_s[0] += room.OLD_S + 1.0
    assert math.isnan(watch.newest().used_percent)
    gone = RoomWatch(tmp_path / "nowhere", lambda: now_s[0])
    gone.look()
    assert math.isnan(gone.newest().used_percent)
    assert [row for row, _ in alarms(UNKNOWN)] == ["DISK_FILLING"]


@pytest.mark.parametrize(("short_mb", "ok"), [(-1.0, True), (1.0, False), (math.nan, False)])
def test_a_start_needs_room_for_the_longest_that_the_batch_may_take(
    short_mb: float, *, ok: bool
) -> None:
    """I20."""
    longest_h = sum(phase.time_limit_s for phase in BATCH.recipe.phases) / 3600.0
    found = with_room(Room(0.0, 200.0 + 15.0 * longest_h - short_mb))
    missing = [one.id for one in start_permissives(READY, found) if not one.ok]
    assert missing == ([] if ok else ["RECORD_ROOM"])
