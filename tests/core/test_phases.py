"""Phases end on what was measured, every wait has its limit, and a hold costs no dose."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from bench import (
    BATCH,
    COOL_DOWN,
    LAB,
    LEAK_TEST,
    MILL_HOLD,
    MILL_PULSE,
    PROVE_INERT,
    PURGE,
    SAFE_TO_OPEN,
    SHORT,
    Bench,
    charge,
    command,
    kinds,
    load,
    phase_index,
    state_in,
)

from controller.core.batch import Batch, Step, Verdict
from controller.core.commands import CommandName
from controller.core.phases import FILL_LIMIT_S, SLOPE_SETTLE_S, dose_share
from controller.core.recipe import (
    CoolDown,
    LeakTest,
    MillHold,
    MillPulse,
    Phase,
    ProveInert,
    Purge,
    SafeToOpen,
)
from controller.core.signals import NAN, Signal
from controller.core.state import initial_state
from controller.core.states import State

FULL = {Signal.VESSEL_PRESSURE_MBAR_G: 60.0}
AIR = {Signal.O2_PPM: math.inf, Signal.H2O_PPM: 5000.0}
NEVER = 1e4


def at(phase: type, step: Step = Step.BEGIN, *, credit: bool = True, **changes: object) -> Bench:
    """A running batch at the beginning of a phase, some of whose keys are changed."""
    phases = tuple(
        replace(p, **changes) if isinstance(p, phase) else p  # type: ignore[arg-type,misc]
        for p in SHORT.phases
    )
    batch = Batch("B-1", replace(SHORT, phases=phases), "tester", LAB, BATCH.charge, 0.0)
    return Bench(state_in(State.RUNNING, phase, step, credit=credit, batch=batch))


def phase_of(bench: Bench) -> Phase:
    batch = bench.state.batch
    assert batch is not None
    return batch.phases[bench.state.position.index]


def until(bench: Bench, phase: type, changes: dict[Signal, float], limit_s: float = 500.0) -> float:
    """Seconds until this phase is under way."""
    began_s = bench.now_s
    while not isinstance(phase_of(bench), phase):
        assert bench.now_s - began_s < limit_s, f"still in {phase_of(bench).type}"
        bench.see({signal: value + 1e-9 * bench.scans for signal, value in changes.items()})
    return bench.now_s - began_s


def cause(bench: Bench) -> str:
    return str(kinds(bench.events, "transition")[-1].data["cause"])


# Leak test.


def leak_test(
    rate_mbar_s: float,
    kelvin_s: float = 0.0,
    powder_kelvin_s: float | None = None,
    **changes: object,
) -> Bench:
    """A whole leak test with a steady fall of pressure and rise of temperature."""
    powder_k_s = kelvin_s if powder_kelvin_s is None else powder_kelvin_s
    bench = at(LeakTest, credit=False, **changes)
    bench.see()
    for _ in range(round(40.0 / 0.1)):
        if bench.state.state is not State.RUNNING or not isinstance(phase_of(bench), LeakTest):
            break
        t_s = bench.now_s
        bench.see(
            {
                Signal.VESSEL_PRESSURE_MBAR_G: 60.0 - rate_mbar_s * (t_s - 0.2),
                Signal.JAR_C: 24.0 + kelvin_s * t_s,
                Signal.POWDER_PROBE_C: 24.0 + powder_k_s * t_s,
            }
        )
    return bench


def test_the_leak_test_fills_shuts_and_measures() -> None:
    bench = at(LeakTest, credit=False)
    assert bench.see({Signal.VESSEL_PRESSURE_MBAR_G: 0.0}).outputs.supply_open
    assert bench.outputs.exhaust_shut
    shut = bench.see(FULL).outputs
    assert shut.exhaust_shut and not shut.supply_open and shut.argon_flow_slpm == 0.0


def test_a_tight_vessel_passes_and_the_rate_is_known() -> None:
    bench = leak_test(0.0)
    assert isinstance(phase_of(bench), Purge)
    assert bench.state.position.leak_rate_mbar_l_s == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("rate_mbar_s", [0.05, -0.05])
def test_a_leak_holds_the_batch(rate_mbar_s: float) -> None:
    """G1: gas that comes in is no tight vessel either."""
    bench = leak_test(rate_mbar_s)
    assert bench.state.state is State.HOLDING and cause(bench) == "LEAK_FOUND"
    free_l = 0.5 - 0.095 / 4.78 - 0.005 / 1.64
    found = bench.state.position.leak_rate_mbar_l_s
    assert found == pytest.approx(rate_mbar_s * free_l, rel=0.02)


def test_the_leak_test_knows_that_warm_gas_presses_more() -> None:
    """0.05 K/s alone raises 1,073 mbar by 0.18 mbar/s; a leak as large is not hidden by it."""
    rise_mbar_s = 0.05 * (1013.0 + 60.0) / (273.15 + 24.0)
    assert isinstance(phase_of(leak_test(-rise_mbar_s, 0.05)), Purge)
    hidden = leak_test(0.0, 0.05)
    assert hidden.state.state is State.HOLDING and cause(hidden) == "LEAK_FOUND"


def test_a_test_that_cannot_tell_is_inconclusive() -> None:
    bench = leak_test(0.0, accept_mbar_l_s=1e-3)
    assert bench.state.state is State.HOLDING and cause(bench) == "LEAK_INCONCLUSIVE"


def test_a_jar_that_has_not_settled_yet_is_no_leak() -> None:
    """The gas lies between jar and powder, and nobody knows where while they go different ways."""
    bench = leak_test(0.0, 0.05, powder_kelvin_s=0.0)
    assert bench.state.state is State.HOLDING and cause(bench) == "LEAK_INCONCLUSIVE"


def test_a_value_that_was_lost_in_the_measurement_makes_it_inconclusive() -> None:
    """I14: no result from what was not measured."""
    bench = at(LeakTest, credit=False)
    bench.see(FULL, seconds=5.0)
    bench.see(FULL | {Signal.JAR_C: NAN})
    bench.see(FULL, seconds=40.0)
    assert bench.state.state is State.HELD
    held = [e for e in kinds(bench.events, "transition") if e.data["to"] == "HOLDING"]
    assert held[0].data["cause"] == "LEAK_INCONCLUSIVE"


def test_a_vessel_that_does_not_fill_is_a_leak() -> None:
    """A2: argon is not blown into an open vessel for ever."""
    bench = at(LeakTest, credit=False, time_limit_s=NEVER)
    bench.see({Signal.VESSEL_PRESSURE_MBAR_G: 20.0}, seconds=FILL_LIMIT_S)
    assert bench.state.state is State.RUNNING
    bench.see({Signal.VESSEL_PRESSURE_MBAR_G: 20.0}, seconds=1.0)
    assert bench.state.state is State.HELD
    assert not bench.outputs.exhaust_shut


# Purge and proof.


def test_a_purge_does_not_end_on_time_alone() -> None:
    """I4: volumes are not enough without the measured gas."""
    bench = at(Purge, credit=False, time_limit_s=NEVER)
    bench.see(AIR, seconds=600.0)
    assert bench.state.position.step is Step.SWEEP


def test_a_purge_does_not_end_on_gas_alone() -> None:
    """I4: an analyzer that reads low from the start does not shorten the sweep."""
    bench = at(Purge, credit=False)
    seconds = until(bench, ProveInert, {})
    free_l = 0.5 - 0.095 / 4.78 - 0.005 / 1.64
    sweep_s = PURGE.min_volumes * free_l / (PURGE.argon_flow_slpm / 60.0 * 1.053)
    assert seconds == pytest.approx(sweep_s + PURGE.dwell_s, abs=1.0)


def test_a_break_in_the_dwell_begins_it_anew() -> None:
    bench = at(Purge, credit=False)
    while bench.state.position.step is not Step.DWELL:
        bench.see()
    bench.see(seconds=PURGE.dwell_s - 1.0)
    bench.see({Signal.O2_PPM: 11.0})
    assert bench.state.position.step is Step.SWEEP
    assert until(bench, ProveInert, {}) >= PURGE.dwell_s


def prove(rise_ppm_min: float) -> Bench:
    bench = at(ProveInert, credit=False)
    for _ in range(round((SLOPE_SETTLE_S + PROVE_INERT.slope_s + 2.0) / 0.1)):
        ppm = 2.0 + rise_ppm_min * bench.now_s / 60.0
        bench.see({Signal.O2_PPM: ppm})
    return bench


def test_the_proof_shuts_everything_and_looks_at_the_slope() -> None:
    bench = prove(1.9)
    assert bench.state.position.step is Step.DWELL
    assert bench.state.position.o2_slope_ppm_per_min == pytest.approx(1.9, rel=0.01)
    early = at(ProveInert, credit=False)
    out = early.see(seconds=10.0).outputs
    assert out.exhaust_shut and not out.supply_open


def test_a_slope_that_is_too_steep_holds() -> None:
    """G1."""
    bench = prove(2.1)
    assert bench.state.state in (State.HOLDING, State.HELD)
    causes = [str(e.data["cause"]) for e in kinds(bench.events, "transition")]
    assert causes[0] == "O2_SLOPE"


def test_an_unknown_o2_in_the_slope_proves_nothing() -> None:
    """I14."""
    bench = at(ProveInert, credit=False)
    bench.see(seconds=SLOPE_SETTLE_S + 3.0)
    bench.see({Signal.O2_PPM: NAN})
    bench.see(seconds=PROVE_INERT.slope_s + 100.0)
    assert not bench.state.watch.credit and bench.state.state is State.HELD


def test_credit_comes_from_the_proof_and_its_minute_alone() -> None:
    """I3, I4."""
    bench = at(ProveInert, credit=False)
    seconds = until(bench, MillHold, {})
    assert seconds >= SLOPE_SETTLE_S + PROVE_INERT.slope_s + 60.0
    assert bench.state.watch.credit
    assert [e.data["credit"] for e in kinds(bench.events, "purge_credit")] == [True]
    assert not bench.outputs.spins


def test_the_minute_of_the_proof_has_no_break() -> None:
    """I3."""
    bench = at(ProveInert, credit=False)
    while bench.state.position.step is not Step.DWELL:
        bench.see()
    bench.see(seconds=55.0)
    bench.see({Signal.H2O_PPM: 10.1})
    assert until(bench, MillHold, {}) >= 60.0


# Milling.


def test_the_blade_waits_for_the_contactor() -> None:
    bench = at(MillPulse)
    bench.see({Signal.RUN_PERMIT_FEEDBACK: 0.0}, seconds=20.0)
    assert bench.outputs.run_permit and not bench.outputs.run
    bench.see()
    assert bench.state.position.step is Step.ON


def test_the_blade_does_not_start_on_warm_or_unknown_powder() -> None:
    for value in (45.1, NAN):
        bench = at(MillPulse)
        bench.see({Signal.POWDER_PROBE_C: value}, seconds=0.4)
        assert not bench.outputs.run


def test_the_ramp_is_the_recipes_up_and_the_machines_down() -> None:
    """I11."""
    bench = at(MillPulse)
    bench.see(seconds=0.2)
    rises = [bench.see().outputs.rotor_rpm for _ in range(60)]
    steps = [b - a for a, b in pairwise(rises)]
    assert max(steps) == pytest.approx(0.1 * MILL_PULSE.ramp_rpm_per_s)
    assert max(rises) == rises[-1] == MILL_PULSE.rotor_rpm
    while bench.state.position.step is Step.ON:
        bench.see()
    falls = [bench.see().outputs.rotor_rpm for _ in range(20)]
    down = [b - a for a, b in pairwise(falls)]
    assert min(down) == pytest.approx(-0.1 * LAB.ramp_down_rpm_per_s)


def test_pulses_last_and_rest_as_the_recipe_says() -> None:
    bench = at(MillPulse)
    steps: list[tuple[float, Step]] = []
    while isinstance(phase_of(bench), MillPulse):
        bench.see()
        step = bench.state.position.step
        if not steps or steps[-1][1] is not step:
            steps.append((bench.now_s, step))
    on_s = [b[0] - a[0] for a, b in pairwise(steps) if a[1] is Step.ON]
    off_s = [b[0] - a[0] for a, b in pairwise(steps) if a[1] is Step.OFF]
    assert on_s == pytest.approx([12.0, 12.0, 6.0], abs=0.25)
    assert off_s == pytest.approx([15.0, 15.0], abs=0.25)
    assert [e.data["pulses"] for e in kinds(bench.events, "step")] == [1.0, 2.0, 3.0]


def test_a_pulse_ends_early_on_heat_and_the_next_waits_for_the_powder_to_cool() -> None:
    """I13: temperature-limited pulsing."""
    bench = at(MillPulse)
    bench.see(seconds=3.0)
    bench.see({Signal.POWDER_PROBE_C: 45.1})
    assert bench.state.position.step is Step.OFF
    bench.see({Signal.POWDER_PROBE_C: 38.1}, seconds=30.0)
    assert bench.state.position.step is Step.OFF, "rested long enough, and still too warm"
    bench.see({Signal.POWDER_PROBE_C: 38.0})
    assert bench.state.position.step is Step.ON


def test_a_probe_that_is_lost_ends_the_pulse_in_the_same_scan() -> None:
    """I13."""
    bench = at(MillPulse)
    bench.see(seconds=3.0)
    bench.see({Signal.POWDER_PROBE_C: NAN})
    assert bench.state.position.step is Step.OFF
    bench.see({Signal.POWDER_PROBE_C: NAN}, seconds=0.5)
    assert bench.state.state is State.HOLDING


@pytest.mark.parametrize(
    "ends",
    [
        {"end_on_time_s": 5.0},
        {"end_on_time_s": None, "end_revolutions": 100.0},
        {"end_on_time_s": None, "end_energy_kwh_per_kg": 1e-3},
    ],
    ids=str,
)
def test_a_segment_ends_on_its_dose_and_leaves_only_at_standstill(ends: dict[str, object]) -> None:
    bench = at(MillPulse, **ends)
    phase = phase_of(bench)
    assert isinstance(phase, MillPulse) and bench.state.batch is not None
    share = 0.0
    while bench.state.position.step is not Step.RUN_DOWN:
        bench.see()
        assert share < 1.0, "given its dose, it runs down in the same scan"
        share = dose_share(phase, bench.state.totals, bench.state.batch.mass_kg)
    assert share >= 1.0
    turning = {Signal.STANDSTILL: 0.0}
    bench.see(turning, seconds=30.0)
    assert isinstance(phase_of(bench), MillPulse) and not bench.outputs.spins
    assert until(bench, CoolDown, {}) == pytest.approx(LAB.standstill_proof_s, abs=0.3)
    assert bench.state.totals.dose_revolutions == 0.0


def test_the_next_segment_begins_with_a_dose_of_its_own() -> None:
    bench = at(MillHold)
    until(bench, MillPulse, {})
    totals = bench.state.totals
    assert totals.dose_revolutions == totals.dose_on_time_s == totals.dose_energy_j == 0.0
    assert totals.revolutions >= 200.0
    assert bench.state.position.mill_index == phase_index(MillPulse)


# After milling.


@pytest.mark.parametrize(
    "changes",
    [
        {Signal.POWDER_PROBE_C: 35.1},
        {Signal.POWDER_PROBE_C: NAN},
        {Signal.JAR_C: 35.1},
        {Signal.JAR_C: NAN},
        {Signal.STANDSTILL: 0.0},
        {Signal.STANDSTILL: NAN},
    ],
    ids=str,
)
def test_cool_down_waits_for_powder_jar_and_standstill(changes: dict[Signal, float]) -> None:
    """I2: UNKNOWN is not cool. A hold for a lost probe is as good as waiting."""
    bench = at(CoolDown)
    bench.state = replace(bench.state, state=State.COMPLETING)
    bench.see(changes, seconds=50.0)
    assert isinstance(phase_of(bench), CoolDown)


@pytest.mark.parametrize(
    "changes", [{Signal.H2S_PPM: 5.1}, {Signal.H2S_PPM: NAN}, {Signal.STANDSTILL: 0.0}], ids=str
)
def test_safe_to_open_dwells_without_a_break(changes: dict[Signal, float]) -> None:
    """I2."""
    bench = at(SafeToOpen, credit=False)
    bench.state = replace(bench.state, state=State.COMPLETING)
    bench.see(seconds=SAFE_TO_OPEN.dwell_s - 0.5)
    bench.see(changes)
    bench.see(seconds=SAFE_TO_OPEN.dwell_s - 0.5)
    assert bench.state.state is State.COMPLETING
    bench.see(seconds=LAB.standstill_proof_s + SAFE_TO_OPEN.dwell_s)
    assert bench.state.state is State.COMPLETE
    assert not bench.outputs.lid_unlock, "the lid stays locked until it is released"


# Limits of waiting.


@pytest.mark.parametrize(
    ("phase", "changes", "limit_s"),
    [
        (LeakTest, {Signal.VESSEL_PRESSURE_MBAR_G: 20.0}, LEAK_TEST.time_limit_s),
        (Purge, AIR, PURGE.time_limit_s),
        (ProveInert, {Signal.H2O_PPM: 11.0}, PROVE_INERT.time_limit_s),
        (MillHold, {Signal.RUN_PERMIT_FEEDBACK: 0.0}, MILL_HOLD.time_limit_s),
        (MillPulse, {Signal.RUN_PERMIT_FEEDBACK: 0.0}, MILL_PULSE.time_limit_s),
        (CoolDown, {Signal.POWDER_PROBE_C: 36.0}, COOL_DOWN.time_limit_s),
        (SafeToOpen, {Signal.H2S_PPM: 6.0}, SAFE_TO_OPEN.time_limit_s),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_every_phase_has_a_limit_that_holds(
    phase: type, changes: dict[Signal, float], limit_s: float
) -> None:
    """L1: a wait for something that does not come ends in a hold that says so."""
    bench = at(phase, credit=phase not in (LeakTest, Purge, ProveInert))
    if phase in (CoolDown, SafeToOpen):
        bench.state = replace(bench.state, state=State.COMPLETING)
    before = bench.state.state
    bench.see(changes, seconds=limit_s)
    assert bench.state.state is before
    bench.see(changes, seconds=1.0)
    assert kinds(bench.events, "transition")[0].data["cause"] == "PHASE_TIME_LIMIT"
    assert bench.state.position.verdict is Verdict.TIME_LIMIT


def test_a_batch_that_is_held_for_too_long_is_stopped() -> None:
    """L1."""
    bench = Bench(state_in(State.HELD))
    bench.see(seconds=LAB.held_limit_s)
    assert bench.state.state is State.HELD
    bench.see(seconds=0.3)
    assert bench.state.state in (State.STOPPING, State.STOPPED)
    assert kinds(bench.events, "transition")[0].data["cause"] == "HELD_EXPIRED"


@pytest.mark.parametrize(
    "state",
    [State.STARTING, State.RESUMING, State.RESTARTING],
    ids=lambda state: state.value,
)
def test_waiting_for_the_equipment_has_a_limit(state: State) -> None:
    """L1: a drive that is not ready neither starts nor keeps a batch waiting for ever."""
    bench = Bench(state_in(state, MillPulse, Step.OFF))
    bench.see({Signal.DRIVE_FAULT_CODE: 21.0}, seconds=30.0)
    assert bench.state.state is state
    bench.see({Signal.DRIVE_FAULT_CODE: 21.0}, seconds=0.5)
    assert kinds(bench.events, "transition")[0].data["cause"] == "START_OVERDUE"
    assert bench.state.state in (State.STOPPING, State.STOPPED)


@pytest.mark.parametrize("state", [State.HOLDING, State.STOPPING], ids=lambda state: state.value)
def test_a_run_down_that_does_not_end_is_a_trip(state: State) -> None:
    """I3, I12: still driven after the run-down time, or not at rest after the coast time."""
    bench = Bench(state_in(state))
    bench.see({Signal.STANDSTILL: 0.0}, seconds=LAB.run_down_s + LAB.coast_s)
    assert bench.state.state is state
    bench.see({Signal.STANDSTILL: 0.0}, seconds=0.3)
    trip = kinds(bench.events, "transition")[0].data
    assert trip["to"] == "ABORTING" and "HOLDING_OVERDUE" in str(trip["cause"])


# Hold, restart, pause.


def milled(seconds: float = 6.0) -> Bench:
    bench = at(MillPulse)
    bench.see(seconds=seconds)
    assert bench.outputs.rotor_rpm == MILL_PULSE.rotor_rpm
    return bench


def hold(bench: Bench) -> None:
    bench.see({}, command(CommandName.HOLD))
    while bench.state.state is not State.HELD:
        bench.see()


def test_a_hold_runs_down_keeps_cover_and_costs_no_dose() -> None:
    bench = milled()
    before = bench.state.totals
    bench.see({}, command(CommandName.HOLD))
    speeds = [bench.see().outputs.rotor_rpm for _ in range(40)]
    assert speeds == sorted(speeds, reverse=True) and speeds[-1] == 0.0
    bench.see(seconds=600.0)
    assert bench.state.state is State.HELD
    assert not bench.outputs.spins and bench.outputs.argon_flow_slpm >= LAB.cover_flow_slpm
    after = bench.state.totals
    assert after.dose_revolutions == pytest.approx(before.dose_revolutions, abs=6.0)
    assert after.dose_on_time_s == pytest.approx(before.dose_on_time_s, abs=0.11)
    assert after.on_time_s == pytest.approx(before.on_time_s, abs=0.11)
    assert after.process_s == pytest.approx(before.process_s, abs=0.11)
    assert after.hold_s >= 600.0
    # The turns of the run-down are turns of the batch: 3,000 rpm down at 1,200 rpm/s.
    assert after.revolutions - before.revolutions == pytest.approx(62.5, abs=6.0)


def test_a_restart_goes_on_with_the_same_dose() -> None:
    bench = milled()
    hold(bench)
    dose = bench.state.totals.dose_on_time_s
    assert bench.see({}, command(CommandName.RESTART)).state.state is State.RESTARTING
    bench.see(seconds=1.0)
    assert bench.state.state is State.RUNNING and isinstance(phase_of(bench), MillPulse)
    assert bench.state.totals.dose_on_time_s >= dose > 0.0
    assert not kinds(bench.events, "purge_credit")


@pytest.mark.parametrize(
    "lost",
    [
        {Signal.LID_LOCKED: 0.0},
        {Signal.LID_CLOSED: NAN},
        {Signal.VESSEL_PRESSURE_MBAR_G: -1.0},
    ],
    ids=str,
)
def test_without_credit_a_restart_purges_and_proves_first_and_keeps_the_dose(
    lost: dict[Signal, float],
) -> None:
    """I4: back to purge, never on."""
    bench = milled()
    hold(bench)
    dose = bench.state.totals.dose_revolutions
    bench.see(lost)
    assert not bench.state.watch.credit
    bench.see(seconds=1.0)
    bench.see({}, command(CommandName.ACK), command(CommandName.RESTART))
    bench.see()
    order = []
    while bench.state.position.step is not Step.ON:
        if not order or order[-1] != phase_of(bench).type:
            order.append(phase_of(bench).type)
        bench.see()
        assert bench.now_s < 400.0
    assert order == ["purge", "prove_inert", "mill_pulse"], "and not the first segment again"
    assert bench.state.totals.dose_revolutions == pytest.approx(dose, abs=1.0)


def test_credit_that_is_lost_while_milling_holds_in_the_same_scan() -> None:
    """I4."""
    bench = milled()
    decision = bench.see({Signal.VESSEL_PRESSURE_MBAR_G: -1.0})
    assert decision.state.state is State.HOLDING and "CREDIT_LOST" in cause(bench)


@pytest.mark.parametrize("phase", [LeakTest, Purge, ProveInert], ids=lambda p: p.__name__)
def test_a_proof_that_was_cut_off_is_repeated_whole(phase: type) -> None:
    bench = at(phase, credit=False)
    bench.see(FULL, seconds=20.0)
    hold(bench)
    bench.see({}, command(CommandName.RESTART))
    bench.see(seconds=0.2)
    assert bench.state.position.step in (Step.BEGIN, Step.FILL, Step.SWEEP)
    again = phase if phase is LeakTest else Purge
    assert isinstance(phase_of(bench), again)


def test_a_hold_while_starting_does_not_lose_the_way() -> None:
    """L2: after its proof the batch goes on to its first mill segment."""
    bench = Bench(initial_state(LAB))
    bench.see(seconds=70.0)
    bench.see({}, load(), charge(), command(CommandName.START))
    hold(bench)
    bench.see({}, command(CommandName.RESTART))
    bench.see()
    assert isinstance(phase_of(bench), LeakTest)
    until(bench, ProveInert, FULL)
    until(bench, MillHold, {})


def test_a_pause_waits_for_the_rest_and_runs_down_to_it() -> None:
    """A pause acts at the next rest; the blade is led down, not dropped."""
    bench = milled()
    bench.see({}, command(CommandName.PAUSE))
    assert bench.state.state is State.PAUSING
    speeds = []
    while bench.state.state is State.PAUSING:
        speeds.append(bench.see().outputs.rotor_rpm)
        assert len(speeds) < 400
    falls = [a - b for a, b in pairwise(speeds)]
    assert max(falls) <= 0.1 * LAB.ramp_down_rpm_per_s + 1e-6
    assert bench.state.state is State.PAUSED and speeds[-1] == 0.0
    bench.see(seconds=100.0)
    assert not bench.outputs.spins and bench.outputs.supply_open


def test_a_pause_in_a_rest_starts_no_other_pulse() -> None:
    bench = milled()
    while bench.state.position.step is not Step.OFF or bench.outputs.rotor_rpm > 0.0:
        bench.see()
    bench.see({}, command(CommandName.PAUSE))
    for _ in range(400):
        assert not bench.see().outputs.run
    assert bench.state.state is State.PAUSED


def test_a_pause_between_phases_waits_for_the_end_of_the_phase() -> None:
    bench = at(Purge, credit=False)
    bench.see({}, command(CommandName.PAUSE))
    while bench.state.state is State.PAUSING:
        bench.see()
        assert bench.now_s < 300.0
    assert bench.state.state is State.PAUSED and isinstance(phase_of(bench), ProveInert)
    bench.see(seconds=5.0)
    bench.see({}, command(CommandName.RESUME))
    bench.see(seconds=0.5)
    assert bench.state.state is State.RUNNING and isinstance(phase_of(bench), ProveInert)


def test_a_resumed_batch_goes_on_with_its_pulses() -> None:
    """I9: the blade turns again by this command, and not before."""
    bench = milled()
    bench.see({}, command(CommandName.PAUSE))
    bench.see(seconds=100.0)
    assert bench.state.state is State.PAUSED
    bench.see({}, command(CommandName.RESUME))
    bench.see(seconds=2.0)
    assert bench.state.state is State.RUNNING and bench.outputs.run


def test_complete_ends_the_milling_and_goes_on_to_cool() -> None:
    bench = milled()
    decision = bench.see({}, command(CommandName.COMPLETE))
    assert decision.state.state is State.COMPLETING and isinstance(phase_of(bench), CoolDown)
    speeds = [bench.see().outputs.rotor_rpm for _ in range(40)]
    assert speeds == sorted(speeds, reverse=True) and speeds[-1] == 0.0
    bench.see(seconds=60.0)
    assert bench.state.state is State.COMPLETE


def test_every_phase_is_told_to_start_and_to_end_once() -> None:
    bench = Bench(state_in(State.IDLE, LeakTest, Step.BEGIN))
    bench.see({}, command(CommandName.START))
    while bench.state.state is not State.COMPLETE:
        full = bench.state.position.step in (Step.FILL, Step.SETTLE, Step.MEASURE)
        leak = isinstance(phase_of(bench), LeakTest) and full
        bench.see(FULL if leak else {})
        assert bench.now_s < 600.0
    types = [phase.type for phase in SHORT.phases]
    assert [e.data["type"] for e in kinds(bench.events, "phase_started")] == types
    assert [e.data["type"] for e in kinds(bench.events, "phase_ended")] == types
