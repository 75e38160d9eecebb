"""MANUAL: valves, flow and blade by hand, under the same interlocks, while somebody says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench import CHARGE, Bench, command, kinds, load, state_in
from byhand import (
    BLADE,
    GAS,
    MILL,
    PURGE,
    hold_button,
    idle_bench,
    manual_bench,
    must,
    order,
    proven_bench,
    turning_bench,
)

from controller.core.batch import Step
from controller.core.commands import CommandName
from controller.core.events import EventKind
from controller.core.hands import JOG_LEASE_S, NOBODY, Jog, Mode
from controller.core.limits import limits_for
from controller.core.matrix.permits import Fact, Need, permits
from controller.core.outputs import DEAD
from controller.core.recipe import SafeToOpen
from controller.core.signals import NAN, Signal
from controller.core.state import initial_state
from controller.core.states import State

RUN_DOWN_S = BLADE.rotor_rpm / MILL.ramp_down_rpm_per_s
TRIPPED = (State.ABORTING, State.ABORTED)


def after_batch(state: State) -> Bench:
    bench = Bench(state_in(state, SafeToOpen, Step.DONE, credit=False))
    bench.see(seconds=6.0)
    return bench


def test_a_new_controller_is_in_auto_and_dead() -> None:
    """I10."""
    state = initial_state(MILL)
    assert state.hands is NOBODY and state.mode is Mode.AUTO and state.outputs == DEAD


@pytest.mark.parametrize("state", State)
def test_manual_begins_only_where_no_batch_is_under_way(state: State) -> None:
    bench = Bench(state_in(state, SafeToOpen, Step.BEGIN))
    bench.state = replace(bench.state, batch=bench.state.batch)
    allowed = state in (State.IDLE, State.STOPPED, State.COMPLETE)
    result = order(bench, CommandName.MANUAL)
    assert result.accepted is allowed, result.reasons
    assert (bench.state.mode is Mode.MANUAL) is allowed


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        ({Signal.ESTOP_HEALTHY: 0.0}, "Emergency stop"),
        ({Signal.STANDSTILL: 0.0}, "Standstill"),
        ({Signal.VESSEL_PRESSURE_MBAR_G: NAN}, "pressure"),
        ({Signal.ROOM_O2_PERCENT: 18.5}, "Room O2"),
    ],
)
def test_manual_says_what_is_missing(seen: dict[Signal, float], says: str) -> None:
    result = order(idle_bench(), CommandName.MANUAL, seen)
    assert not result.accepted and any(says in reason for reason in result.reasons)


@pytest.mark.parametrize(
    "asked",
    [
        load(),
        command(CommandName.CHARGE, charge=CHARGE),
        command(CommandName.START),
        command(CommandName.MANUAL),
        command(CommandName.MAINTENANCE, reason="blade"),
    ],
    ids=lambda asked: asked.name.value,
)
def test_no_batch_begins_in_manual(asked: object) -> None:
    bench = manual_bench()
    (result,) = bench.see({}, asked).results  # type: ignore[arg-type]
    assert not result.accepted and "MANUAL" in " ".join(result.reasons)
    assert bench.state.state is State.IDLE


@pytest.mark.parametrize("need", [Need.MANUAL, Need.SWEEP, Need.GO_ON])
def test_nothing_is_taken_by_hand_that_would_trip_for_its_devices(need: Need) -> None:
    """I16: watchdogs, identities and the one master are conditions by hand as in a batch."""
    known = {row.source for row in permits(limits_for(MILL, None)) if row.needs & need}
    assert known >= {Fact.WATCHDOGS, Fact.RIGHT_DEVICES, Fact.SOLE_MASTER}


# Gas by hand.


def test_gas_is_as_asked_and_ends_by_itself() -> None:
    """I9: an output that nobody renews falls back."""
    bench = manual_bench()
    must(bench, CommandName.JOG, jog=GAS)
    assert bench.outputs == replace(DEAD, argon_flow_slpm=3.0, supply_open=True)
    bench.see(seconds=29.5)
    assert bench.outputs.supply_open
    bench.see(seconds=1.0)
    assert bench.outputs == DEAD
    begun, over = kinds(bench.events, "jog")
    assert begun.data["argon_flow_slpm"] == 3.0 and begun.data["user"] == "tester"
    assert over.data["on"] is False and over.data["for_s"] == pytest.approx(30.0, abs=0.2)


@pytest.mark.parametrize(
    ("jog", "out"),
    [
        (Jog(supply_open=True), replace(DEAD, supply_open=True)),
        (Jog(exhaust_shut=True), replace(DEAD, exhaust_shut=True)),
        (Jog(cooling_shut=True), replace(DEAD, cooling_shut=True)),
        (
            Jog(argon_flow_slpm=2.0, supply_open=False),
            replace(DEAD, argon_flow_slpm=2.0),
        ),
    ],
)
def test_each_valve_by_hand(jog: Jog, out: object) -> None:
    bench = manual_bench()
    must(bench, CommandName.JOG, jog=jog)
    assert bench.outputs == out
    bench.see(seconds=JOG_LEASE_S)
    assert bench.outputs == DEAD, "without a time it is the lease"


@pytest.mark.parametrize("state", [State.STOPPED, State.COMPLETE])
def test_after_a_batch_the_cover_comes_back(state: State) -> None:
    bench = after_batch(state)
    cover = bench.outputs
    assert cover.argon_flow_slpm == MILL.cover_flow_slpm
    must(bench, CommandName.MANUAL)
    must(bench, CommandName.JOG, jog=Jog(argon_flow_slpm=0.0))
    assert not bench.outputs.supply_open
    bench.see(seconds=3.0)
    assert bench.outputs == cover


@pytest.mark.parametrize(
    "jog",
    [
        Jog(argon_flow_slpm=11.0),
        Jog(argon_flow_slpm=-1.0),
        Jog(argon_flow_slpm=NAN),
        Jog(argon_flow_slpm=1.0, for_s=601.0),
        Jog(argon_flow_slpm=1.0, for_s=0.0),
        Jog(argon_flow_slpm=1.0, for_s=NAN),
        Jog(rotor_rpm=601.0),
        Jog(rotor_rpm=-100.0),
        Jog(rotor_rpm=NAN),
    ],
)
def test_what_is_out_of_range_is_refused(jog: Jog) -> None:
    """I11."""
    bench = proven_bench()
    must(bench, CommandName.PURGE_END)
    assert not order(bench, CommandName.JOG, jog=jog).accepted
    assert bench.outputs == DEAD


@pytest.mark.parametrize(
    "seen",
    [
        {Signal.LID_CLOSED: 0.0},
        {Signal.LID_CLOSED: NAN},
        {Signal.VESSEL_PRESSURE_MBAR_G: 200.0},
        {Signal.ROOM_H2S_PPM: 2.0},
        {Signal.ARGON_SUPPLY_BAR_G: 1.0},
    ],
)
def test_no_argon_by_hand_without_its_conditions(seen: dict[Signal, float]) -> None:
    """I5."""
    for name, more in ((CommandName.JOG, {"jog": GAS}), (CommandName.PURGE, PURGE)):
        bench = manual_bench()
        assert not order(bench, name, seen, **more).accepted
        assert not bench.outputs.supply_open


@pytest.mark.parametrize("name", ["jog", "purge"])
def test_an_opened_lid_shuts_the_argon_in_the_same_scan(name: str) -> None:
    bench = manual_bench()
    more = {"jog": GAS} if name == "jog" else PURGE
    must(bench, CommandName(name), **more)
    assert bench.outputs.supply_open
    bench.see({Signal.LID_CLOSED: 0.0})
    assert not bench.outputs.supply_open and bench.outputs.argon_flow_slpm == 0.0


# The blade by hand.


def test_the_blade_wants_a_proven_atmosphere_first() -> None:
    """I3, I4: a clean reading is no proof; a purge and a minute within the limits are."""
    bench = manual_bench()
    bench.see(seconds=70.0)
    result = order(bench, CommandName.JOG, jog=BLADE)
    assert not result.accepted and any("purge by hand" in reason for reason in result.reasons)
    must(bench, CommandName.PURGE, **PURGE)
    bench.see(seconds=29.0)
    assert not order(bench, CommandName.JOG, jog=BLADE).accepted, "10 volumes are not swept yet"
    bench.see(seconds=3.0)
    must(bench, CommandName.JOG, jog=BLADE)


def test_a_purge_in_dirty_gas_proves_nothing() -> None:
    """I3."""
    bench = manual_bench()
    must(bench, CommandName.PURGE, **PURGE)
    bench.see({Signal.O2_PPM: 15.0}, seconds=100.0)
    assert not bench.state.watch.credit


def test_the_blade_turns_while_the_button_is_held_and_no_longer() -> None:
    """I9, I11: it follows the ramp up, and it rests a lease and a ramp after the last word."""
    bench = proven_bench()
    before, heights = 0.0, []
    for scan in range(50):
        if scan % 5 == 0:
            must(bench, CommandName.JOG, jog=BLADE)
        else:
            bench.see()
        heights.append(bench.outputs.rotor_rpm)
        assert bench.outputs.rotor_rpm - before <= MILL.ramp_up_max_rpm_per_s * 0.1 + 1e-9
        before = bench.outputs.rotor_rpm
    assert heights[0] == 0.0, "the run permit comes first"
    assert max(heights) == BLADE.rotor_rpm and bench.outputs.beacon
    bench.see(seconds=JOG_LEASE_S + RUN_DOWN_S)
    assert not bench.outputs.spins


def test_letting_go_runs_the_blade_down_at_once() -> None:
    bench = turning_bench()
    must(bench, CommandName.JOG, jog=Jog())
    assert bench.outputs.rotor_rpm < BLADE.rotor_rpm
    bench.see(seconds=RUN_DOWN_S + 0.1)
    assert not bench.outputs.spins


def test_the_lease_counts_scans_when_process_time_runs_faster_than_people() -> None:
    bench = proven_bench(period_s=1.0)
    must(bench, CommandName.JOG, jog=BLADE)
    bench.see(seconds=18.0)
    assert bench.outputs.rotor_rpm == BLADE.rotor_rpm
    bench.see(seconds=5.0)
    assert not bench.outputs.spins


@pytest.mark.parametrize(
    ("seen", "row"),
    [
        ({Signal.ESTOP_HEALTHY: 0.0}, "ESTOP"),
        ({Signal.LID_CLOSED: 0.0}, "LID_OPEN_TURNING"),
        ({Signal.LID_LOCKED: NAN}, "LID_UNLOCKED_TURNING"),
        ({Signal.DRIVE_FAULT_CODE: 7.0}, "DRIVE_FAULT"),
        ({Signal.VESSEL_PRESSURE_MBAR_G: 300.0}, "PRESSURE_TRIP"),
        ({Signal.O2_PPM: 25_000.0}, "O2_LOC"),
        ({Signal.ROTOR_RPM: 13_000.0}, "OVERSPEED_MAX"),
    ],
)
def test_a_trip_by_hand_is_a_trip(seen: dict[Signal, float], row: str) -> None:
    """I1, I7: in the scan of its cause, latched, and nothing comes back by itself."""
    bench = turning_bench()
    bench.see(seen)
    assert bench.state.state is State.ABORTING and not bench.outputs.spins
    assert bench.state.hands.jog is None
    assert row in [bench.state.matrix.rows[a.row].id for a in bench.state.alarms if a.latched]
    bench.see(seconds=70.0)
    assert bench.state.state in TRIPPED and not bench.outputs.spins
    assert not order(bench, CommandName.JOG, jog=BLADE).accepted


@pytest.mark.parametrize(
    ("seen", "after_s"),
    [
        ({Signal.O2_PPM: 60.0}, 5.0),
        ({Signal.O2_PPM: NAN}, 0.0),
        ({Signal.H2O_PPM: 120.0}, 5.0),
        ({Signal.H2S_PPM: NAN}, 0.0),
        ({Signal.POWDER_PROBE_C: NAN}, 0.5),
        ({Signal.COOLING_FLOW_LPM: 0.1}, 5.0),
        ({Signal.VESSEL_PRESSURE_MBAR_G: 2.0}, 0.5),
        ({Signal.ARGON_SUPPLY_BAR_G: 1.0}, 2.0),
    ],
)
def test_a_hold_by_hand_runs_the_blade_down(seen: dict[Signal, float], after_s: float) -> None:
    """I3, I13: and when the cause is gone only a person turns it again (I9)."""
    bench = turning_bench()
    for _ in range(round((after_s + 0.2) / 0.1)):
        bench.see(seen, command(CommandName.JOG, bench.scans, jog=BLADE))
    assert bench.state.hands.jog is None and bench.state.state is State.IDLE
    bench.see(seen, seconds=RUN_DOWN_S + 0.1)
    assert not bench.outputs.spins
    bench.see(seconds=10.0)
    assert not bench.outputs.spins


def test_a_failing_mains_stops_what_is_moved_by_hand() -> None:
    bench = turning_bench()
    bench.see({Signal.MAINS_HEALTHY: 0.0}, seconds=0.5)
    assert bench.state.state is State.STOPPING and bench.state.hands.jog is None
    bench.see(seconds=1.0)
    assert not bench.outputs.spins


@pytest.mark.parametrize("name", ["hold", "stop", "abort"])
def test_hold_stop_and_abort_win_over_a_jog_in_the_same_scan(name: str) -> None:
    """I22."""
    bench = turning_bench()
    stop = command(CommandName(name), 1, roles=frozenset())
    decision = bench.see({}, command(CommandName.JOG, 2, jog=BLADE), stop)
    accepted = {result.command_id: result.accepted for result in decision.results}
    assert accepted == {stop.id: True, "jog-2": False}
    assert bench.state.hands.jog is None and bench.outputs.rotor_rpm < BLADE.rotor_rpm
    bench.see(seconds=RUN_DOWN_S + 0.1)
    assert not bench.outputs.spins


@pytest.mark.parametrize("state", [State.STOPPED, State.COMPLETE])
def test_a_stop_ends_gas_by_hand_where_the_batch_is_over(state: State) -> None:
    """I22: also where the state itself has nothing more to stop."""
    bench = after_batch(state)
    must(bench, CommandName.MANUAL)
    must(bench, CommandName.JOG, jog=replace(GAS, argon_flow_slpm=9.0))
    must(bench, CommandName.STOP)
    assert bench.outputs.argon_flow_slpm < 9.0


@pytest.mark.parametrize("state", [State.STOPPED, State.COMPLETE])
def test_the_powder_of_a_batch_is_not_milled_by_hand(state: State) -> None:
    bench = after_batch(state)
    must(bench, CommandName.MANUAL)
    must(bench, CommandName.PURGE, **PURGE)
    bench.see(seconds=90.0)
    result = order(bench, CommandName.JOG, jog=BLADE)
    assert not result.accepted and "without a loaded recipe" in result.reasons[0]


def test_a_loaded_recipe_bars_the_blade() -> None:
    bench = idle_bench()
    bench.see({}, load())
    must(bench, CommandName.MANUAL)
    must(bench, CommandName.PURGE, **PURGE)
    bench.see(seconds=90.0)
    assert not bench.state.watch.credit
    assert not order(bench, CommandName.JOG, jog=BLADE).accepted


def test_a_plant_without_a_jog_speed_never_jogs_its_blade() -> None:
    bench = proven_bench()
    bench.state = replace(bench.state, equipment=replace(MILL, manual_rpm_max=0.0))
    result = order(bench, CommandName.JOG, jog=BLADE)
    assert not result.accepted and "manual_rpm_max" in result.reasons[0]


def test_lid_and_hands_keep_out_of_each_others_way() -> None:
    """I2."""
    bench = turning_bench()
    assert not order(bench, CommandName.LID_RELEASE).accepted
    bench.see(seconds=10.0)
    must(bench, CommandName.PURGE_END)
    must(bench, CommandName.LID_RELEASE)
    assert not order(bench, CommandName.JOG, jog=GAS).accepted
    assert not order(bench, CommandName.PURGE, **PURGE).accepted


# The way back.


def test_auto_needs_standstill_and_hands_off_and_says_so() -> None:
    bench = turning_bench()
    result = order(bench, CommandName.AUTO)
    assert not result.accepted
    assert any("Standstill" in reason for reason in result.reasons)
    assert any("jog by tester" in reason for reason in result.reasons)
    bench.see(seconds=3.0)
    must(bench, CommandName.PURGE_END)
    assert not order(bench, CommandName.AUTO).accepted, "standstill is proven for 5 s"
    bench.see(seconds=5.0)
    must(bench, CommandName.AUTO)
    assert bench.state.hands is NOBODY
    assert not bench.state.watch.credit, "a batch proves its own atmosphere"
    first, last = kinds(bench.events, "mode_changed")
    assert (first.data["to"], last.data["to"]) == ("manual", "auto")


def test_a_tripped_manual_is_reset_and_goes_back() -> None:
    bench = turning_bench()
    bench.see({Signal.ESTOP_HEALTHY: 0.0})
    bench.see(seconds=70.0)
    assert bench.state.state is State.ABORTED
    must(bench, CommandName.ACK)
    must(bench, CommandName.RESET)
    bench.see(seconds=2.0)
    assert bench.state.state is State.IDLE and bench.state.mode is Mode.MANUAL
    must(bench, CommandName.AUTO)


def test_renewals_are_answered_and_not_recorded_one_by_one() -> None:
    bench = proven_bench()
    events = len(bench.events)
    hold_button(bench, 20.0)
    new = bench.events[events:]
    assert [event.kind for event in new] == [EventKind.JOG, EventKind.COMMAND_ACCEPTED]


# Purge by hand.


@pytest.mark.parametrize("state", State)
def test_a_purge_by_hand_is_for_the_states_in_which_nothing_runs(state: State) -> None:
    bench = Bench(state_in(state, SafeToOpen, Step.BEGIN))
    result = order(bench, CommandName.PURGE, **PURGE)
    waiting = (State.IDLE, State.STOPPED, State.COMPLETE, State.ABORTED)
    assert result.accepted is (state in waiting), result.reasons
    if result.accepted:
        assert bench.outputs.argon_flow_slpm == 10.0 and not bench.outputs.exhaust_shut


@pytest.mark.parametrize("end", ["time", "purge.end", "stop"])
def test_a_purge_by_hand_ends(end: str) -> None:
    bench = idle_bench()
    must(bench, CommandName.PURGE, argon_flow_slpm=5.0, minutes=1.0)
    bench.see(seconds=59.0)
    assert bench.outputs.argon_flow_slpm == 5.0
    if end != "time":
        must(bench, CommandName(end))
        assert bench.outputs == DEAD
    bench.see(seconds=1.5)
    assert bench.outputs == DEAD
    assert [event.data["on"] for event in kinds(bench.events, "purge_by_hand")] == [True, False]


def test_a_purge_by_hand_trips_and_shuts_like_any_argon() -> None:
    """I5, I7: the rows are armed by it, in IDLE too."""
    bench = idle_bench()
    must(bench, CommandName.PURGE, **PURGE)
    bench.see({Signal.ROOM_O2_PERCENT: 17.0}, seconds=1.5)
    assert bench.state.state in TRIPPED and not bench.outputs.supply_open
    bench = idle_bench()
    must(bench, CommandName.PURGE, **PURGE)
    bench.see({Signal.ARGON_FLOW_SLPM: 0.0}, seconds=3.0)
    assert bench.state.hands.sweep is None and not bench.outputs.supply_open
    assert bench.state.state is State.IDLE
