"""The record's disk fills up, turns read-only or is damaged under a real controller.

A clear alarm, no start, stop all the same; nothing is overwritten, and nothing that was
acknowledged is lost (I20, I22).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from disks import MB, breakable_disk, fail, fill, limit_files, needs_mount, small_disk
from livebatch import ROOT, Live, live, wait_for

from controller.records.reader import RecordReader
from controller.records.schema import RECORD_NAME

pytestmark = pytest.mark.modbus

TOLD_S = 15.0


def until_lost(running: Live) -> None:
    """Something to write, and the alarm that it cannot be written."""
    running.command("comment", text="is anybody writing?")
    wait_for(lambda: running.tells("RECORD_LOST"), TOLD_S)


def refuses_to_start(running: Live) -> None:
    answer = running.command("start")
    assert not answer["accepted"]
    assert "Record is written" in " ".join(answer["reasons"])
    assert not running.mill.outputs.run


def texts(running: Live) -> list[str]:
    return [row.text for row in RecordReader(running.data).newest(1_000)]


def test_a_disk_without_room_refuses_the_start_and_goes_on_by_itself() -> None:
    with live() as running:
        running.charge_batch()
        limit_files(running.process.pid, 0)
        until_lost(running)
        refuses_to_start(running)
        running.must("stop")
        limit_files(running.process.pid, None)
        running.must("comment", text="there is room again")
        wait_for(lambda: "tester: there is room again" in texts(running), TOLD_S)
        assert "tester: is anybody writing?" in texts(running)
        assert RecordReader(running.data).verify().good


@needs_mount
def test_a_disk_that_fills_up_is_told_before_it_is_full(tmp_path: Path) -> None:
    """The alarm comes while everything can still be written; what has no room is not begun."""
    with small_disk(tmp_path / "disk", 400) as data, live(data=data) as running:
        running.charge_batch()
        assert not running.tells("DISK_FILLING")
        ballast = data / "ballast"
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, 340 * MB)
        wait_for(lambda: running.tells("DISK_FILLING"), TOLD_S)
        (alarm,) = (one for one in running.snapshot()["alarms"] if one["id"] == "DISK_FILLING")
        assert "h of batches" in str(alarm)
        answer = running.command("start")
        assert [why for why in answer["reasons"] if why.startswith("Room for the record")]
        running.must("comment", text="this is still written")
        ballast.unlink()
        running.until_accepted("start")


@pytest.mark.long
@needs_mount
def test_a_disk_that_fills_up_holds_the_batch_and_stop_works(tmp_path: Path) -> None:
    """The blade rests within the ten seconds that the record may be lost, and its run-down."""
    with small_disk(tmp_path / "disk", 400) as data, live(data=data) as running:
        running.start_batch()
        running.until_milling()
        ballast = fill(data)
        wait_for(lambda: running.tells("RECORD_LOST"), TOLD_S)
        wait_for(lambda: running.snapshot()["state"] in ("HOLDING", "HELD"), TOLD_S)
        wait_for(lambda: running.mill.rotor_rpm < 1.0, TOLD_S)
        running.must("stop")
        running.until_state("STOPPED")
        ballast.unlink()
        batch_id = running.snapshot()["batch"]["id"]
        moves = lambda: [  # noqa: E731
            row.body["to"] for row in RecordReader(data).rows(batch_id) if row.kind == "transition"
        ]
        wait_for(lambda: moves()[-1:] == ["STOPPED"], TOLD_S)
        assert moves()[2] == "HOLDING"
        assert RecordReader(data).verify().good


@needs_mount
def test_a_disk_that_turns_read_only_keeps_what_it_has(tmp_path: Path) -> None:
    with breakable_disk(tmp_path / "disk") as data:
        with live(data=data) as running:
            running.charge_batch()
            running.must("comment", text="before the disk failed")
            wait_for(lambda: "tester: before the disk failed" in texts(running), TOLD_S)
            fail(data)
            until_lost(running)
            refuses_to_start(running)
            running.must("stop")
            before = {path.name: path.read_bytes() for path in data.glob(f"{RECORD_NAME}*")}
        words = ("control", "--data", str(data), "--socket", str(tmp_path / "door.sock"))
        refused = subprocess.run(
            [sys.executable, "-m", "controller", *words, "--plant", "deploy/lab-0.5l.toml"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert refused.returncode == 1
        assert "Read-only file system" in refused.stderr
        after = {path.name: path.read_bytes() for path in data.glob(f"{RECORD_NAME}*")}
        assert after == before


def test_a_damaged_record_is_kept_aside_and_the_mill_stays_locked_out() -> None:
    """D3, I9: a new record is begun; what the old one knew of a lock-out nobody can tell."""
    content = bytearray()

    def damaged(running: Live) -> None:
        running.start()
        running.must("comment", text="whole")
        running.process.terminate()
        assert running.process.wait(10.0) == 0
        path = running.data / RECORD_NAME
        content.extend(path.read_bytes())
        content[4096:4196] = bytes(100)
        path.write_bytes(content)

    with live(before=damaged) as running:
        wait_for(lambda: running.tells("RECORD_DAMAGED"), TOLD_S)
        (aside,) = running.data.glob(f"{RECORD_NAME}.damaged-*[0-9Z]")
        assert aside.read_bytes() == content
        assert running.snapshot()["hands"]["mode"] == "maintenance"
        text = running.recipe_path.read_text()
        refused = running.command("load", recipe_toml=text, name="q")
        assert "the end of MAINTENANCE" in " ".join(refused["reasons"])
        assert RecordReader(running.data).verify().good


def test_a_lock_out_outlives_a_killed_controller() -> None:
    """I9: somebody may have their hands in the mill."""
    with live() as running:
        mechanic = {"user": "Mia", "roles": ["maintenance"]}

        def locked() -> bool:
            asked = running.command("maintenance", who=mechanic, reason="blade change")
            return bool(asked["accepted"])

        wait_for(locked, 30.0)
        running.process.kill()
        running.process.wait(10.0)
        running.start()
        hands = running.snapshot()["hands"]
        assert (hands["mode"], hands["user"]) == ("maintenance", "Mia")
        text = running.recipe_path.read_text()
        refused = running.command("load", recipe_toml=text, name="q")
        assert "Mia locked the mill, blade change" in " ".join(refused["reasons"])
        assert not running.command("maintenance.end")["accepted"]
        assert running.command("maintenance.end", who=mechanic)["accepted"]
        wait_for(lambda: running.snapshot()["hands"]["mode"] == "auto")
