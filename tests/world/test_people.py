"""What people do at a mill in mid-batch, rightly and wrongly."""

from __future__ import annotations

from random import Random

import pytest
from bench import command, load
from disturbances import DISTURBANCES, heal
from worlds import ONSETS, Run, run_at

from controller.core.commands import CommandName
from controller.core.signals import Signal
from controller.core.states import State

SEEDS = range(12)
TRIPPED = (State.ABORTING, State.ABORTED)
MILLING = [name for name in ONSETS if name.startswith("milling")]


def sound(run: Run) -> bool:
    assert not run.invariants.breaches, [str(breach) for breach in run.invariants.breaches[:5]]
    return True


@pytest.mark.parametrize("onset", [*ONSETS, "held"])
def test_abort_takes_the_drive_off_at_once_and_stop_leads_it_down(onset: str) -> None:
    """I22, and L1: both end, and the lid stays locked."""
    run = run_at(onset)
    assert run.order(CommandName.ABORT).accepted
    assert run.state is State.ABORTING and not run.world.outputs.spins
    assert run.go(80.0, until=lambda run: run.state is State.ABORTED)
    run = run_at(onset)
    assert run.order(CommandName.STOP).accepted
    assert run.state is State.STOPPING
    assert run.go(80.0, until=lambda run: run.state is State.STOPPED), run.state
    assert run.world.mill.rotor_rpm < 5.0 and run.world.mill.lid_locked
    sound(run)


@pytest.mark.parametrize("onset", [name for name in ONSETS if name != "cover kept"])
def test_a_hold_at_any_moment_can_be_restarted_and_completes(onset: str) -> None:
    """L2: and a milling blade waits for a minute within the start limits (I3)."""
    run = run_at(onset)
    assert run.order(CommandName.HOLD).accepted
    assert run.go(80.0, until=lambda run: run.state is State.HELD)
    assert run.world.mill.rotor_rpm < 5.0
    run.go(70.0)
    result = run.order(CommandName.RESTART)
    assert result.accepted, result.reasons
    assert run.go(900.0, until=lambda run: run.state is State.COMPLETE), run.state
    sound(run)


@pytest.mark.parametrize("onset", MILLING)
def test_a_pause_rests_the_blade_and_a_resume_gives_the_rest_of_the_dose(onset: str) -> None:
    """I9."""
    run = run_at(onset)
    assert run.order(CommandName.PAUSE).accepted
    assert run.go(120.0, until=lambda run: run.state is State.PAUSED)
    assert run.world.mill.rotor_rpm < 5.0
    run.go(60.0)
    assert not run.world.outputs.spins
    result = run.order(CommandName.RESUME)
    assert result.accepted, result.reasons
    assert run.go(900.0, until=lambda run: run.state is State.COMPLETE), run.state
    assert run.world.state.totals.on_time_s >= 30.0
    sound(run)


def test_a_batch_that_is_ended_early_is_cooled_and_kept() -> None:
    run = run_at("milling, at speed")
    assert run.order(CommandName.COMPLETE).accepted
    assert run.go(200.0, until=lambda run: run.state is State.COMPLETE), run.state
    sound(run)


def test_the_lid_is_released_after_the_batch_and_the_next_batch_is_clean() -> None:
    """I2, L2: vented first, unlocked then, opened by a person, shut again, and charged anew."""
    run = run_at("cover kept")
    mill = run.world.mill
    assert not mill.open_lid()
    result = run.order(CommandName.LID_RELEASE)
    assert result.accepted, result.reasons
    assert not run.world.outputs.lid_unlock, "at 30 mbar it vents first"
    assert run.go(60.0, until=lambda run: not run.world.mill.lid_locked)
    assert abs(mill.vessel.pressure_mbar - mill.ambient_mbar) <= 5.5
    assert mill.open_lid()
    run.go(5.0)
    assert not run.world.outputs.lid_unlock and not run.world.outputs.supply_open
    mill.close_lid()
    run.go(5.0)
    assert mill.lid_locked
    assert run.order(CommandName.RESET).accepted
    run.go(10.0)
    assert run.state is State.IDLE
    sound(run)


def test_a_release_while_it_coasts_is_refused() -> None:
    """I2: the drive reads zero at once after a trip, the blade does not stand."""
    run = run_at("milling, at speed")
    run.order(CommandName.ABORT)
    run.go(1.0)
    assert run.world.image.values[Signal.ROTOR_RPM] == 0.0 and run.world.mill.rotor_rpm > 1000.0
    assert not run.order(CommandName.LID_RELEASE).accepted
    while run.world.mill.rotor_rpm > 0.0:
        assert not run.order(CommandName.LID_RELEASE).accepted
        run.go(0.5)
    sound(run)


def clumsy(seed: int) -> Run:
    """A batch with a person who presses anything at any time, while things break and heal."""
    draw = Random(seed)
    run = run_at(draw.choice([*ONSETS, "held"]))
    mill, broken_until_s = run.world.mill, 0.0
    for _ in range(40):
        if draw.random() < 0.25 and run.world.now_s >= broken_until_s:
            disturbance = DISTURBANCES[draw.choice(list(DISTURBANCES))]
            run.hide(disturbance.hides)
            disturbance.begin(mill)
            broken_until_s = run.world.now_s + draw.choice([0.2, 1.0, 5.0, 30.0])
        elif run.world.now_s >= broken_until_s > 0.0:
            heal(mill)
            broken_until_s = 0.0
        names = [draw.choice(list(CommandName)) for _ in range(draw.choice([0, 0, 1, 1, 2]))]
        if draw.random() < 0.3:
            names += [CommandName.ACK, draw.choice([CommandName.RESTART, CommandName.RESET])]
        run.step(*[load() if n is CommandName.LOAD else command(n, run.sent) for n in names])
        run.sent += 1
        if draw.random() < 0.1:
            mill.open_lid()
        elif draw.random() < 0.3:
            mill.close_lid()
        run.go(draw.choice([0.1, 0.5, 3.0, 10.0, 30.0]))
    return run


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_can_press_the_mill_into_danger(seed: int) -> None:
    """All invariants, and L3: healed, there is a way back to IDLE for every state."""
    run = clumsy(seed)
    sound(run)
    heal(run.world.mill)
    run.go(200.0)
    for _ in range(4):
        run.order(CommandName.ACK)
        if run.state in (State.COMPLETE, State.STOPPED, State.ABORTED):
            run.order(CommandName.RESET)
        elif run.state is not State.IDLE:
            run.order(CommandName.STOP)
        run.go(20.0)
    assert run.state is State.IDLE, run.state
    sound(run)
