"""What a batch adds up: hold time is not milling time, and UNKNOWN adds nothing."""

from __future__ import annotations

import math
from dataclasses import asdict, replace

import pytest
from bench import CHARGE, LAB, SHORT, image
from hypothesis import given
from hypothesis import strategies as st

from controller.core.batch import Batch, Position, Step, Totals
from controller.core.recipe import MillHold, MillPulse, Phase
from controller.core.signals import NAN, SIGNAL_COUNT, Signal
from controller.core.state import ScanState, initial_state
from controller.core.states import State
from controller.core.totals import added

TURNING = {Signal.ROTOR_RPM: 3000.0, Signal.SHAFT_POWER_W: 100.0, Signal.ARGON_FLOW_SLPM: 6.0}
BATCH = Batch("B-1", SHORT, "tester", LAB, CHARGE, started_s=0.0)
MILL = next(i for i, phase in enumerate(SHORT.phases) if isinstance(phase, MillPulse))
MILLING = {State.RUNNING, State.PAUSING}
PROCESS = MILLING | {State.STARTING, State.COMPLETING, State.RESUMING}
HOLD = {State.HOLDING, State.HELD, State.PAUSED, State.RESTARTING}


def state_in(state: State, index: int = MILL, step: Step = Step.ON) -> ScanState:
    position = Position(index=index, step=step)
    return replace(initial_state(LAB), state=state, batch=BATCH, position=position)


def after_a_second(state: ScanState, changes: dict[Signal, float] | None = None) -> Totals:
    totals = state.totals
    x = image(TURNING | (changes or {})).values
    for _ in range(10):
        totals = added(replace(state, totals=totals), x, 0.1)
    return totals


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_every_state_counts_what_it_should(state: State) -> None:
    totals = after_a_second(state_in(state))
    counted = state in PROCESS | HOLD | {State.STOPPING, State.ABORTING}
    assert totals.process_s == pytest.approx(1.0 if state in PROCESS else 0.0)
    assert totals.hold_s == pytest.approx(1.0 if state in HOLD else 0.0)
    assert totals.revolutions == pytest.approx(50.0 if counted else 0.0)
    assert totals.argon_l == pytest.approx(0.1 if counted else 0.0)
    assert (totals.energy_j > 0.0) is counted


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_hold_time_is_not_milling_time(state: State) -> None:
    """The dose stands still while held. The turns of a run-down into HELD are in the totals of the
    batch and not in the dose of its segment: the segment gives them once more after the restart.
    """
    totals = after_a_second(state_in(state))
    dose_s = 1.0 if state in MILLING else 0.0
    assert totals.on_time_s == pytest.approx(dose_s)
    assert totals.dose_on_time_s == pytest.approx(dose_s)
    assert totals.dose_revolutions == pytest.approx(50.0 * dose_s)
    assert (totals.dose_energy_j > 0.0) is (state in MILLING)


@pytest.mark.parametrize("step", Step, ids=lambda step: step.value)
def test_blade_time_is_the_time_of_the_on_step(step: Step) -> None:
    """A pulse's run-down turns count in the dose, its time does not."""
    totals = after_a_second(state_in(State.RUNNING, step=step))
    assert totals.dose_on_time_s == pytest.approx(1.0 if step is Step.ON else 0.0)
    assert totals.dose_revolutions == pytest.approx(50.0)


@pytest.mark.parametrize("index", range(len(SHORT.phases)))
def test_only_mill_segments_give_a_dose(index: int) -> None:
    phase: Phase = SHORT.phases[index]
    totals = after_a_second(state_in(State.RUNNING, index, Step.DWELL))
    assert (totals.dose_revolutions > 0.0) is isinstance(phase, MillHold | MillPulse)


def test_energy_is_net_of_the_empty_mill() -> None:
    totals = after_a_second(state_in(State.RUNNING))
    empty_w = LAB.empty_torque_nm * 3000.0 * 2.0 * math.pi / 60.0
    assert totals.energy_j == pytest.approx(100.0 - empty_w)
    idle = after_a_second(state_in(State.RUNNING), {Signal.SHAFT_POWER_W: 0.5 * empty_w})
    assert idle.energy_j == 0.0


@pytest.mark.parametrize("value", [NAN, math.inf, -math.inf, -1.0], ids=str)
@pytest.mark.parametrize(
    ("signal", "names"),
    [
        (Signal.ROTOR_RPM, ("revolutions", "dose_revolutions", "energy_j", "dose_energy_j")),
        (Signal.SHAFT_POWER_W, ("energy_j", "dose_energy_j")),
        (Signal.ARGON_FLOW_SLPM, ("argon_l",)),
    ],
    ids=lambda value: value.name if isinstance(value, Signal) else "",
)
def test_unknown_and_above_range_add_nothing(
    signal: Signal, names: tuple[str, ...], value: float
) -> None:
    """I14: no dose is reached on a value that was not measured."""
    usual = asdict(after_a_second(state_in(State.RUNNING)))
    found = asdict(after_a_second(state_in(State.RUNNING), {signal: value}))
    for name, total in found.items():
        assert total == pytest.approx(0.0 if name in names else usual[name]), name


@given(
    st.lists(
        st.floats(-1e300, 1e300) | st.sampled_from([NAN, math.inf, -math.inf]),
        min_size=SIGNAL_COUNT,
        max_size=SIGNAL_COUNT,
    ),
    st.sampled_from(State),
    st.sampled_from(Step),
    st.floats(0.0, 2.0),
)
def test_totals_only_grow_and_stay_numbers(
    values: list[float], state: State, step: Step, dt_s: float
) -> None:
    before = Totals(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    after = added(replace(state_in(state, step=step), totals=before), values, dt_s)
    for name, total in asdict(after).items():
        assert 1.0 <= total < math.inf, name
