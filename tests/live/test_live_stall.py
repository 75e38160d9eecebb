"""A controller that stands still, or whose clocks jump: what the plant does, and what is told."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from livebatch import SPEED, SUPPORT, Live, live, wait_for

from controller.api.address import why_down
from controller.supervise import EXIT_STAYS_DOWN, RESTARTS

pytestmark = pytest.mark.modbus

TICKET_S = 0.3
WATCHDOG_S = 1.0
SLACK_S = 0.5
HANGING = (str(SUPPORT / "hanging_controller.py"),)
SKEWED = (str(SUPPORT / "skewed_controller.py"),)
SUPERVISED = (str(SUPPORT / "supervised_controller.py"),)


def drive_is_off(running: Live) -> bool:
    return not running.mill.drive.permit


def stop_for(running: Live, duration_s: float) -> None:
    """SIGSTOP, and SIGCONT after this time."""
    began_s = time.monotonic()
    running.process.send_signal(signal.SIGSTOP)
    wait_for(lambda: time.monotonic() - began_s > duration_s)
    running.process.send_signal(signal.SIGCONT)


def next_child(running: Live, before: int) -> int:
    """The controller under the supervisor, once it is another one than before."""
    pid = running.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    wait_for(lambda: children.read_text().split() not in ([], [str(before)]), 10.0)
    return int(children.read_text())


def in_the_leak_test(running: Live) -> None:
    """A batch under way, its argon valve open."""
    running.start_batch()
    wait_for(lambda: running.mill.outputs.supply_open, 20.0)


def test_a_stopped_process_lets_the_plant_trip_and_goes_on_with_the_trip_image() -> None:
    """I7, I9, I15, I24: nothing that was decided before is sent after, and nothing turns again."""
    with live() as running:
        running.start_batch()
        running.until_milling()
        running.process.send_signal(signal.SIGSTOP)
        assert wait_for(lambda: drive_is_off(running), 5.0) <= WATCHDOG_S + SLACK_S
        running.sim.look_anew()
        running.process.send_signal(signal.SIGCONT)
        wait_for(lambda: running.tells("SCAN_GAP_TRIP"), 10.0)
        wait_for(lambda: running.snapshot()["state"] == "ABORTED", 20.0)
        assert not running.sim.driven
        assert not running.sim.unlocked


@pytest.mark.long
def test_a_stop_that_is_too_short_for_the_plants_watchdog_trips_the_batch_too() -> None:
    """I24: the controller itself notices that nobody watched."""
    with live() as running:
        in_the_leak_test(running)
        stop_for(running, 0.7)
        wait_for(lambda: running.tells("SCAN_GAP_TRIP"), 10.0)
        first = [alarm for alarm in running.snapshot()["alarms"] if alarm["first_out"]]
        assert [alarm["id"] for alarm in first] == ["SCAN_GAP_TRIP"]


@pytest.mark.long
def test_a_garbage_collection_of_five_seconds_is_a_gap_and_no_time_that_was_lived() -> None:
    """I15, I24: the plant shuts its valves meanwhile, and no dwell ends in it."""
    with live(program=HANGING) as running:
        in_the_leak_test(running)
        before_s, began_s = running.snapshot()["process_s"], time.monotonic()
        running.process.send_signal(signal.SIGUSR2)
        shut_s = wait_for(lambda: not running.mill.outputs.supply_open, 5.0)
        assert shut_s <= WATCHDOG_S + SLACK_S
        wait_for(lambda: running.tells("SCAN_GAP_TRIP"), 20.0)
        lived_s = (running.snapshot()["process_s"] - before_s) / SPEED
        assert lived_s < time.monotonic() - began_s - 4.0
        assert running.process.poll() is None


def test_a_calendar_that_is_set_changes_nothing_and_a_suspend_trips() -> None:
    """I24: control goes by the clock since boot alone."""
    with live(program=SKEWED) as running:
        in_the_leak_test(running)
        before = running.snapshot()
        running.process.send_signal(signal.SIGUSR1)
        wait_for(lambda: running.snapshot()["utc"][:4] > before["utc"][:4], 10.0)
        after = running.snapshot()
        assert after["state"] == "RUNNING"
        assert after["process_s"] - before["process_s"] < 60.0 * SPEED
        # A year has 300 million scans; a busy machine may miss a few.
        assert after["scan"]["slips"] - before["scan"]["slips"] < 100
        assert after["values"]["rotor_rpm"]["age_s"] < 60.0
        assert not {alarm["id"] for alarm in after["alarms"]} & {"SCAN_GAP", "SCAN_GAP_TRIP"}

        running.process.send_signal(signal.SIGUSR2)
        wait_for(lambda: running.tells("SCAN_GAP_TRIP"), 10.0)
        assert running.snapshot()["process_s"] - after["process_s"] < 60.0 * SPEED


@pytest.mark.long
def test_a_computer_that_cannot_keep_up_is_told() -> None:
    with live() as running:
        assert not running.snapshot()["scan"]["behind"]

        def behind() -> bool:
            stop_for(running, 0.25)
            return bool(running.snapshot()["scan"]["behind"])

        wait_for(behind, 20.0)
        assert "SCAN_GAP" not in running.alarms()


@pytest.mark.long
def test_a_hung_scan_is_ended_and_started_again_three_times_and_then_stays_down() -> None:
    """I9, I10, I15: a hung scan silences the wire, reads included; a crash loop has an end."""
    with live(program=SUPERVISED) as running:
        in_the_leak_test(running)
        child = next_child(running, 0)
        os.kill(child, signal.SIGUSR1)
        hung_s = time.monotonic()
        wait_for(lambda: time.monotonic() - hung_s > TICKET_S + 0.2)
        heard = running.sim.requests()
        wait_for(lambda: time.monotonic() - hung_s > TICKET_S + 0.5)
        assert running.sim.requests() == heard
        wait_for(lambda: not running.mill.outputs.supply_open, 5.0)
        assert time.monotonic() - hung_s <= TICKET_S + WATCHDOG_S + SLACK_S
        running.sim.look_anew()

        wait_for(lambda: running.tells("CONTROLLER_RESTART"), 20.0)
        assert running.snapshot()["state"] == "IDLE"
        said = running.log()
        assert "the scan hangs, DEAD image written" in said
        assert "hanging_controller.py" in said  # where it hung

        for _ in range(RESTARTS):
            child = next_child(running, child)
            wait_for(running.answers, 20.0)
            os.kill(child, signal.SIGKILL)
        assert running.process.wait(10.0) == EXIT_STAYS_DOWN
        assert "stays down" in why_down(running.socket)
        assert "killed by SIGKILL" in running.log()
        assert not running.sim.driven
        assert not running.sim.unlocked
