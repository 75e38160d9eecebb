"""Readings that come and go, and readings that never move."""

from __future__ import annotations

import pytest
from bench import CALM, LAB, PERIOD_S, Bench, charge, command, image, kinds, load, state_in
from hypothesis import given
from hypothesis import strategies as st

from controller.core.batch import Step
from controller.core.commands import CommandName
from controller.core.image import assemble
from controller.core.outputs import DEAD, Outputs
from controller.core.recipe import MillPulse
from controller.core.signals import NAN, SIGNAL_COUNT, Image, Signal
from controller.core.state import initial_state
from controller.core.states import State
from controller.core.trust import FORGET_S, LOOSE, MOVING, NEW, Trust, trusted

SWEEP = Outputs(argon_flow_slpm=2.0, supply_open=True)
SWEPT = {
    Signal.ARGON_FLOW_SLPM: 2.0,
    Signal.ARGON_FLOW_SP_SLPM: 2.0,
    Signal.SUPPLY_VALVE_OPEN: 1.0,
}


class Memory:
    """Feeds the memory with images."""

    def __init__(self) -> None:
        self.trust = NEW
        self.scans = 0
        self.see()

    def see(
        self,
        changes: dict[Signal, float] | None = None,
        sent: Outputs = DEAD,
        seconds: float = PERIOD_S,
        stir: float = 1e-9,
    ) -> Trust:
        for _ in range(round(seconds / PERIOD_S)):
            self.scans += 1
            stirred = {s: CALM.get(s, 3.0) * (1.0 + stir * self.scans) for s in MOVING}
            shown = image(stirred | (changes or {}))
            self.trust = trusted(self.trust, shown, sent, self.scans * PERIOD_S)
        return self.trust


def flicker(memory: Memory, signal: Signal, bad: float, times: int) -> Trust:
    for _ in range(times):
        memory.see({signal: bad})
        memory.see()
    return memory.trust


LOST = [(signal, NAN) for signal in Signal if signal is not Signal.H2O_PPM] + [
    (Signal.LID_CLOSED, 0.0),
    (Signal.LID_LOCKED, 0.0),
    (Signal.ESTOP_HEALTHY, 0.0),
    (Signal.MAINS_HEALTHY, 0.0),
    (Signal.SUPPLY_VALVE_OPEN, 1.0),
    (Signal.EXHAUST_VALVE_OPEN, 0.0),
]


@pytest.mark.parametrize(("signal", "bad"), LOST, ids=lambda value: str(value))
def test_three_losses_in_a_row_are_a_loose_contact_and_two_are_not(
    signal: Signal, bad: float
) -> None:
    """S12: whatever its confirm time is, and however short each loss."""
    memory = Memory()
    memory.see(seconds=3.0)
    assert flicker(memory, signal, bad, 2).worst < LOOSE
    trust = flicker(memory, signal, bad, 1)
    assert trust.worst == LOOSE
    assert signal in {one.signal for one in trust.loose if one.count == LOOSE}


def test_one_long_loss_counts_once() -> None:
    """A row with a confirm time keeps it: what is lost for good is not loose."""
    memory = Memory()
    assert memory.see({Signal.COOLING_FLOW_LPM: NAN}, seconds=4.0).worst == 2


def test_what_has_been_steady_is_forgotten() -> None:
    memory = Memory()
    flicker(memory, Signal.JAR_C, NAN, 3)
    assert memory.see(seconds=FORGET_S + 0.2).worst == LOOSE - 1
    assert memory.see(seconds=LOOSE * FORGET_S).loose == ()


def test_a_valve_that_was_just_told_to_move_is_not_lost() -> None:
    memory = Memory()
    memory.see(seconds=3.0)
    for _ in range(5):
        memory.see(sent=SWEEP, seconds=0.4)
        memory.see(SWEPT, SWEEP, seconds=0.4)
        memory.see(SWEPT, seconds=0.4)
        memory.see(seconds=0.4)
    assert memory.trust.worst == 0


def test_what_was_never_there_is_not_lost() -> None:
    """A controller that has just been started knows nothing yet."""
    trust = NEW
    unknown = Image((NAN,) * SIGNAL_COUNT, image().quality, image().age_s)
    for number, shown in enumerate((unknown, image(), unknown, image())):
        trust = trusted(trust, assemble(shown.values), DEAD, 0.1 * number)
    assert trust.worst == 2


@given(st.lists(st.booleans(), max_size=60))
def test_the_count_is_bounded_and_only_losses_raise_it(good: list[bool]) -> None:
    memory, before = Memory(), 0
    for now in good:
        memory.see({} if now else {Signal.MOTOR_C: NAN})
        assert 0 <= memory.trust.worst <= 12
        assert not (now and memory.trust.worst > before)
        before = memory.trust.worst


@pytest.mark.parametrize("signal", MOVING, ids=lambda signal: signal.name)
def test_a_reading_that_stands_still_while_flow_changes_is_counted(signal: Signal) -> None:
    """S1."""
    memory = Memory()
    frozen = {signal: CALM.get(signal, 3.0)}
    memory.see(frozen, seconds=20.0)
    assert memory.trust.stands_s == 0.0, "nothing has changed that it could follow"
    memory.see(SWEPT | frozen, SWEEP, seconds=42.0)
    assert memory.trust.stands_s > 60.0
    memory.see(SWEPT, SWEEP, seconds=2.0)
    assert memory.trust.stands_s == 0.0


@pytest.mark.parametrize(
    ("signal", "value"),
    [(Signal.O2_PPM, float("inf")), (Signal.O2_PPM, 0.0), (Signal.H2S_PPM, 0.0)],
    ids=str,
)
def test_an_analyzer_at_an_end_of_its_range_may_stand(signal: Signal, value: float) -> None:
    memory = Memory()
    memory.see({signal: value}, seconds=10.0)
    assert memory.see(SWEPT | {signal: value}, SWEEP, seconds=90.0).stands_s == 0.0


def test_noise_is_enough() -> None:
    memory = Memory()
    memory.see(seconds=10.0)
    assert memory.see(SWEPT, SWEEP, seconds=600.0).stands_s == 0.0


# What comes of it.


def at_rest() -> Bench:
    return Bench(state_in(State.RUNNING, MillPulse, Step.OFF, outputs=SWEEP))


def flickering(bench: Bench, signal: Signal, times: int) -> None:
    for _ in range(times):
        bench.see({signal: NAN})
        bench.see()


def test_a_batch_with_a_loose_sensor_is_held_and_told_which_one() -> None:
    """S12: cooling flow has a confirm time of 5 s, and never gets there."""
    bench = at_rest()
    bench.see(seconds=1.0)
    flickering(bench, Signal.COOLING_FLOW_LPM, 3)
    assert bench.state.state in (State.HOLDING, State.HELD)
    assert kinds(bench.events, "transition")[0].data["cause"] == "LOOSE_INPUT"
    assert [e.text for e in kinds(bench.events, "doubt")] == ["Cooling flow comes and goes"]
    bench.see(seconds=10.0)
    bench.see({}, command(CommandName.ACK))
    bench.see({}, command(CommandName.RESTART))
    assert not bench.results[-1].accepted, "it has to be steady for a while"


def test_a_start_waits_until_everything_has_been_steady() -> None:
    """S12."""
    bench = Bench(initial_state(LAB))
    bench.see(seconds=10.0)
    bench.see({}, load(), charge())
    flickering(bench, Signal.MOTOR_C, 1)
    bench.see({}, command(CommandName.START, 1))
    assert bench.state.state is State.IDLE
    assert any("Motor temperature" in reason for reason in bench.results[-1].reasons)
    bench.see(seconds=2.0 * FORGET_S + 0.5)
    bench.see({}, command(CommandName.START, 2))
    assert bench.results[-1].accepted, bench.results[-1].reasons


def test_a_frozen_analyzer_holds_the_batch() -> None:
    """S1, I3."""
    bench = Bench(state_in(State.RUNNING, MillPulse, Step.OFF, outputs=SWEEP))
    for _ in range(800):
        bench.see({Signal.O2_PPM: 3.0})
        if bench.state.state is not State.RUNNING:
            break
    moves = kinds(bench.events, "transition")
    assert moves and moves[0].data["cause"] == "READING_STANDS_STILL"
    assert bench.now_s < 70.0
    assert kinds(bench.events, "doubt")[0].text.startswith("Headspace O2 has not moved")


def test_a_rotor_reading_that_stands_while_its_set_point_moves_trips() -> None:
    """S1, A6, I12."""
    bench = at_rest()
    for _ in range(600):
        bench.see({Signal.ROTOR_RPM: 0.0})
        if bench.state.state is not State.RUNNING:
            break
    assert bench.state.state is State.ABORTING and not bench.outputs.spins
    assert kinds(bench.events, "transition")[0].data["cause"] == "ROTOR_UNMOVED"


def test_a_powder_that_reads_far_colder_than_its_jar_is_held() -> None:
    """T2, I13."""
    bench = at_rest()
    bench.see({Signal.JAR_C: 30.1, Signal.POWDER_PROBE_C: 25.0}, seconds=4.9)
    assert bench.state.state is State.RUNNING
    bench.see({Signal.JAR_C: 30.1, Signal.POWDER_PROBE_C: 25.0}, seconds=0.5)
    assert kinds(bench.events, "transition")[0].data["cause"] == "PROBE_BELOW_JAR"


def test_a_batch_that_is_paused_for_too_long_is_held() -> None:
    """L1."""
    bench = Bench(state_in(State.PAUSED, MillPulse, Step.OFF, outputs=SWEEP))
    bench.see(seconds=LAB.paused_limit_s)
    assert bench.state.state is State.PAUSED
    bench.see(seconds=0.3)
    assert bench.state.state in (State.HOLDING, State.HELD)
    assert kinds(bench.events, "transition")[0].data["cause"] == "PAUSED_EXPIRED"
