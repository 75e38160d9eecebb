"""Whole batches in which something goes wrong: what happens, how soon, and that nothing worse does.

After every scan the invariants are checked by code that shares nothing with the interlocks (I1 to
I5, I7 to I9, I11, I13, I19, I22, I23, and the plant's own truth).
"""

from __future__ import annotations

import pytest
from bench import LAB, SHORT
from disturbances import DISTURBANCES, heal
from worlds import ONSETS, Run, run_at

from controller.core.commands import CommandName
from controller.core.events import EventKind
from controller.core.states import State
from sim.world import Operator, new_mill

WATCHED_S = 20.0
ALL_ONSETS = [*ONSETS, "held"]
TRIPPED = (State.ABORTING, State.ABORTED)


def disturbed(onset: str, name: str) -> Run:
    """The batch at this moment, with this gone wrong."""
    run, disturbance = run_at(onset), DISTURBANCES[name]
    run.hide(disturbance.hides)
    run.events.clear()
    disturbance.begin(run.world.mill)
    return run


def breaches(run: Run) -> list[str]:
    return [str(breach) for breach in run.invariants.breaches[:5]]


@pytest.mark.parametrize("name", DISTURBANCES)
def test_whatever_goes_wrong_at_whatever_moment_no_invariant_is_broken(name: str) -> None:
    for onset in ALL_ONSETS:
        run = disturbed(onset, name)
        run.go(WATCHED_S)
        assert not run.invariants.breaches, (onset, breaches(run))


# At speed: where it leads, and within how many seconds of the true onset.
REACTIONS: dict[str, tuple[State, float]] = {
    "lid_opened": (State.ABORTING, 0.0),
    "lock_released": (State.ABORTING, 0.2),
    "lid_closed_unknown": (State.ABORTING, 0.0),
    "lid_locked_unknown": (State.ABORTING, 0.0),
    "lid_bridged_open": (State.HOLDING, 0.2),  # the pressure tells
    "o2_unknown": (State.HOLDING, 0.0),
    "o2_over_range": (State.ABORTING, 0.0),
    "o2_60_ppm": (State.HOLDING, 5.0),
    "frost_point_unknown": (State.HOLDING, 0.0),
    "water_high": (State.HOLDING, 5.0),
    "h2s_unknown": (State.HOLDING, 0.0),
    "h2s_60_ppm": (State.ABORTING, 1.0),
    "sample_flow_lost": (State.HOLDING, 0.0),
    "leak": (State.HOLDING, 30.0),
    "argon_empty": (State.HOLDING, 2.0),
    "supply_stuck_shut": (State.HOLDING, 2.3),
    "exhaust_stuck_shut": (State.HOLDING, 2.3),
    "exhaust_blocked": (State.ABORTING, 10.0),
    "pressure_unknown": (State.HOLDING, 0.0),  # credit; then the trip
    "pressure_300": (State.ABORTING, 0.0),
    "ambient_unknown": (State.HOLDING, 0.0),
    "cooling_lost": (State.HOLDING, 5.0),
    "powder_probe_unknown": (State.HOLDING, 0.5),
    "powder_probe_70": (State.ABORTING, 1.0),
    "jar_unknown": (State.HOLDING, 0.5),
    "motor_unknown": (State.HOLDING, 2.0),
    "motor_130": (State.ABORTING, 1.0),
    "drive_trip": (State.ABORTING, 0.0),
    "drive_runaway": (State.ABORTING, 1.2),
    "drive_state_unknown": (State.ABORTING, 1.5),
    "rotor_unknown": (State.ABORTING, 0.0),
    "torque_unknown": (State.ABORTING, 0.5),
    "blade_jammed": (State.ABORTING, 0.6),
    "permit_feedback_lost": (State.ABORTING, 0.7),
    "estop": (State.ABORTING, 0.0),
    "estop_unknown": (State.ABORTING, 0.0),
    "mains_lost": (State.HOLDING, 0.1),  # the sample first; then the drive, or the stop
    "room_h2s": (State.ABORTING, 1.0),
    "room_o2_low": (State.ABORTING, 1.0),
    "room_o2_unknown": (State.ABORTING, 10.0),
    # Nothing yet: the valve is where it should be, the exotherm is slow, the blade is on.
    "supply_stuck_open": (State.RUNNING, 0.0),
    "exhaust_stuck_open": (State.RUNNING, 0.0),
    "powder_heats": (State.RUNNING, 0.0),
    "standstill_unknown": (State.RUNNING, 0.0),
    "standstill_always": (State.RUNNING, 0.0),
    # Its stop comes with the next rest; see below.
    "drive_ignores_stop": (State.RUNNING, 0.0),
}


def test_every_disturbance_has_its_expected_reaction() -> None:
    assert set(REACTIONS) == set(DISTURBANCES)


@pytest.mark.parametrize("name", REACTIONS)
def test_at_speed_each_cause_has_its_effect_in_time(name: str) -> None:
    """I7, I12, I13: from the onset in the plant to the output, in seconds."""
    expected, within_s = REACTIONS[name]
    run = disturbed("milling, at speed", name)
    if expected is State.RUNNING:
        run.go(5.0)
        assert run.state is State.RUNNING
        return
    began_s = run.world.now_s
    assert run.go(within_s + 0.1, until=lambda run: run.state is not State.RUNNING), run.state
    assert run.state is expected
    assert run.world.scans * 0.1 - began_s <= within_s + 0.15
    if expected is State.ABORTING:
        assert not run.world.outputs.spins


@pytest.mark.parametrize("name", [n for n, (s, _) in REACTIONS.items() if s is State.ABORTING])
def test_after_a_trip_nothing_turns_until_someone_starts_a_batch(name: str) -> None:
    """I8, I9: neither when it heals, nor on an acknowledgement, nor on a reset."""
    run = disturbed("milling, at speed", name)
    run.go(20.0)
    assert run.state in TRIPPED
    heal(run.world.mill)
    run.go(30.0)
    for order in (CommandName.RESTART, CommandName.RESUME, CommandName.START):
        assert not run.order(order).accepted
    assert run.order(CommandName.ACK).accepted
    assert any(alarm.latched for alarm in run.world.state.alarms)
    assert any(alarm.first_out for alarm in run.world.state.alarms)
    run.go(60.0)
    assert run.order(CommandName.RESET).accepted
    assert run.world.state.alarms == ()
    run.go(60.0)
    assert run.state is State.IDLE and not run.world.outputs.spins
    assert run.world.mill.rotor_rpm == 0.0
    rises = [breach for breach in run.invariants.breaches if breach.invariant in ("I8", "I9")]
    assert not rises and not run.invariants.breaches, breaches(run)


@pytest.mark.parametrize("name", [n for n, (s, _) in REACTIONS.items() if s is State.HOLDING])
def test_a_hold_ends_by_the_operators_restart_and_the_batch_completes(name: str) -> None:
    """I9, L2: healed, acknowledged, restarted, with the dose that was given."""
    run = disturbed("milling, at speed", name)
    before = run.world.state.totals.dose_on_time_s
    run.go(within_s(name) + 15.0)
    if run.state in (*TRIPPED, State.STOPPED):
        assert name in (
            "leak",
            "lid_bridged_open",
            "exhaust_stuck_shut",
            "pressure_unknown",
            "mains_lost",
        )
        return  # it grew into a trip or a stop
    assert run.state is State.HELD and not run.world.outputs.spins
    heal(run.world.mill)
    run.go(200.0)
    assert run.state is State.HELD and not run.world.outputs.spins, "nothing restarts by itself"
    assert run.order(CommandName.ACK).accepted
    result = run.order(CommandName.RESTART)
    assert result.accepted, result.reasons
    # The dose goes on from where it was; only a hold of the first segment could lose it.
    assert run.go(600.0, until=lambda run: run.world.state.totals.dose_on_time_s > before)
    assert run.go(900.0, until=lambda run: run.state is State.COMPLETE), run.state
    assert not run.invariants.breaches, breaches(run)


def within_s(name: str) -> float:
    return REACTIONS[name][1]


@pytest.mark.parametrize("name", ["estop", "lid_opened", "drive_trip", "powder_probe_70", "leak"])
def test_after_a_trip_is_put_right_a_clean_batch_completes(name: str) -> None:
    """L2, L3: healed, reset, charged anew, started: no alarm, no hold."""
    run = disturbed("milling, at speed", name)
    run.go(40.0)
    heal(run.world.mill)
    run.go(120.0)
    run.order(CommandName.ACK)
    if run.state is State.HELD:
        run.order(CommandName.ABORT)
        run.go(2.0)
    assert run.order(CommandName.RESET).accepted
    assert run.go(5.0, until=lambda run: run.state is State.IDLE)
    assert run.world.state.batch is None, "the recipe of the lost batch is unloaded"
    assert run.world.mill.load(new_mill(SHORT, LAB, seed=3).charge)
    run.go(60.0)  # people take a while, and the probes get to the temperature of the new jar
    run.operator, run.events = Operator(SHORT), []
    assert run.go(900.0, until=lambda run: run.state is State.COMPLETE), run.state
    assert not [e for e in run.events if e.kind is EventKind.ALARM_RAISED]
    assert not run.invariants.breaches, breaches(run)


def test_a_welded_contactor_is_found_in_the_rest_and_never_unlocked() -> None:
    """I2, I12, A8: the drive ignores its stop, and the standstill input has failed too."""
    run = disturbed("milling, at speed", "drive_ignores_stop")
    DISTURBANCES["standstill_unknown"].begin(run.world.mill)
    rested = run.go(30.0, until=lambda run: run.world.outputs.rotor_rpm == 0.0)
    assert rested and run.world.mill.rotor_rpm > 2900.0
    assert run.go(30.0, until=lambda run: run.state in TRIPPED), run.state
    run.go(90.0)
    assert run.world.mill.rotor_rpm > 2900.0
    ids = {run.world.state.matrix.rows[a.row].id for a in run.world.state.alarms if a.active}
    assert "STILL_TURNING" in ids, "people are told to press the emergency stop"
    run.order(CommandName.ACK)
    assert not run.order(CommandName.RESET).accepted
    assert not run.order(CommandName.LID_RELEASE).accepted
    run.go(130.0)
    assert run.world.mill.lid_locked and not run.invariants.breaches, breaches(run)


def test_a_hold_that_lasts_shorter_than_its_confirm_time_is_none() -> None:
    """L5: healed just in time, the batch goes on without an alarm."""
    for name, seconds in (("o2_60_ppm", 4.8), ("cooling_lost", 4.8), ("powder_probe_70", 0.9)):
        run = disturbed("milling, at speed", name)
        run.go(seconds)
        heal(run.world.mill)
        run.go(20.0)
        assert run.state is State.RUNNING
        assert not [e for e in run.events if e.kind is EventKind.ALARM_RAISED], name
