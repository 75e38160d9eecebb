"""The whole controller killed with -9 in each of the 16 states, over real Modbus."""

from __future__ import annotations

from pathlib import Path

import pytest
from livebatch import SUPPORT, Live, live, wait_for

from controller.core.signals import DriveState, Signal
from controller.core.states import State
from sim.drive import DriveFault

pytestmark = pytest.mark.modbus

WATCHDOG_S = 1.0
# Two ticks of the plant server and a machine with other work.
SLACK_S = 0.5
SPINS_RPM = 2900.0
MILLING = "milling"

# How to get there: commands in small letters, states to wait for in capitals. Where the blade can
# turn, it does.
WAYS: dict[State, str] = {
    State.IDLE: "",
    State.STARTING: "start",
    State.RUNNING: "start milling",
    State.COMPLETING: "start milling complete",
    State.COMPLETE: "start RUNNING complete",
    State.PAUSING: "start milling pause",
    State.PAUSED: "start RUNNING pause",
    State.RESUMING: "start RUNNING pause PAUSED resume",
    State.HOLDING: "start milling hold",
    State.HELD: "start RUNNING hold",
    State.RESTARTING: "start RUNNING hold HELD restart",
    State.STOPPING: "start milling stop",
    State.STOPPED: "start RUNNING stop",
    State.ABORTING: "start milling abort",
    State.ABORTED: "start RUNNING abort",
    State.RESETTING: "start RUNNING stop STOPPED reset",
}
BRIEF = (State.RUNNING,)


def drive_output_is_off(running: Live) -> bool:
    """Neither the contactor nor the run command drives the blade any more."""
    drive = running.mill.drive
    return not drive.permit and (drive.fault is not DriveFault.NONE or not drive.run)


def die_on(running: Live, way: str) -> float:
    """Goes the way until the controller has killed itself; how long the drive went on."""
    for step in way.split():
        if step == MILLING:
            running.until_milling()
        elif step.isupper():
            running.until_state(step)
        else:
            running.until_accepted(step)
    wait_for(lambda: running.process.poll() is not None)
    return wait_for(lambda: drive_output_is_off(running), 5.0)


@pytest.mark.parametrize(
    "state",
    [pytest.param(s, id=s.value, marks=() if s in BRIEF else pytest.mark.long) for s in State],
)
def test_killed_in_any_state_the_mill_is_safe_and_nothing_begins_by_itself(state: State) -> None:
    """I2, I9, I10, I15: the watchdogs switch off, the lid stays locked, and the next controller
    says what happened, keeps the DEAD image, and turns nothing.
    """
    turning = MILLING in WAYS[state]
    program = (str(SUPPORT / "dying_controller.py"), state.value, str(SPINS_RPM * turning))
    with live(program=program) as running:
        sim = running.sim
        if WAYS[state]:
            running.charge_batch()
        sim.look_anew()
        took_s = die_on(running, WAYS[state])
        assert took_s <= WATCHDOG_S + SLACK_S
        assert not sim.unlocked
        sim.look_anew()
        assert sim.register(Signal.LID_LOCKED) == 1.0
        if turning:
            assert running.mill.rotor_rpm > 0.0, "the blade no longer coasted: nothing was proven"

        running.start()
        assert "CONTROLLER_RESTART" in running.alarms()
        wait_for(lambda: running.snapshot()["scan"]["count"] > 50, 20.0)
        wait_for(lambda: sim.register(Signal.STANDSTILL) == 1.0, 20.0)
        snapshot = running.snapshot()
        assert snapshot["state"] == "IDLE"
        assert not any(snapshot["outputs"].values())
        assert not running.command("start")["accepted"]
        assert sim.register(Signal.DRIVE_STATE) < DriveState.RUNNING
        assert sim.register(Signal.LID_LOCKED) == 1.0
        assert not sim.driven
        assert not sim.unlocked


def test_a_controller_that_was_told_to_end_leaves_nothing_to_tell(tmp_path: Path) -> None:
    with live() as running:
        running.process.terminate()
        assert running.process.wait(10.0) == 0
        running.start()
        assert "CONTROLLER_RESTART" not in running.alarms()
