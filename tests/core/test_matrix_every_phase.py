"""Every row, in every phase, for every way that its signal can go wrong, through the whole scan.

Generated from the matrix: a row that is added is tested here without another line. Proves I7 (a
trip leaves in the scan of its cause, plus its confirm time), I3, I13 and I14.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pytest
from bench import LAB, SHORT, TURNING, TURNS, image, state_in

from controller.core.batch import Step
from controller.core.derived import arms_of
from controller.core.health import HEALTHY, Health
from controller.core.image import assemble
from controller.core.limits import limits_for
from controller.core.matrix import rows
from controller.core.matrix.row import Own, Reaction, Row
from controller.core.outputs import DEAD, Outputs
from controller.core.recipe import (
    CoolDown,
    LeakTest,
    MillHold,
    MillPulse,
    ProveInert,
    Purge,
    SafeToOpen,
)
from controller.core.scan import scan
from controller.core.signals import SIGNAL_COUNT, Image, Quality, Signal
from controller.core.state import ScanState
from controller.core.states import State, Trigger, fire
from controller.core.watch import watched

PERIOD_S = 0.1
LIMITS = limits_for(LAB, SHORT.atmosphere)
ALL_ROWS = rows(LIMITS)
ROWS = [row for row in ALL_ROWS if isinstance(row.source, Signal)]
SWEEP = Outputs(argon_flow_slpm=5.0, supply_open=True)
RESTING = replace(TURNING, run=False, rotor_rpm=0.0)
TRIGGER = {
    Reaction.HOLD: Trigger.HOLD,
    Reaction.STOP: Trigger.STOP,
    Reaction.TRIP: Trigger.ABORT,
}
SEVERITY = {
    State.HOLDING: 1,
    State.HELD: 1,
    State.STOPPING: 2,
    State.STOPPED: 2,
    State.ABORTING: 3,
    State.ABORTED: 3,
}


@dataclass(frozen=True)
class Scene:
    """A moment of a batch: its state, phase and step, and what was sent last."""

    state: State
    phase: type
    step: Step
    sent: Outputs

    def __str__(self) -> str:
        return f"{self.state.value}-{self.phase.__name__}-{self.step.value}"


SCENES = [
    Scene(State.STARTING, LeakTest, Step.BEGIN, DEAD),
    Scene(State.RUNNING, LeakTest, Step.MEASURE, Outputs(exhaust_shut=True)),
    Scene(State.RUNNING, Purge, Step.SWEEP, SWEEP),
    Scene(State.RUNNING, ProveInert, Step.DWELL, SWEEP),
    Scene(State.RUNNING, MillHold, Step.ON, replace(TURNING, rotor_rpm=2000.0)),
    Scene(State.RUNNING, MillPulse, Step.ON, TURNING),
    Scene(State.RUNNING, MillPulse, Step.OFF, RESTING),
    Scene(State.PAUSING, MillPulse, Step.ON, TURNING),
    Scene(State.PAUSED, MillPulse, Step.OFF, SWEEP),
    Scene(State.RESUMING, MillPulse, Step.OFF, SWEEP),
    Scene(State.HOLDING, MillPulse, Step.ON, TURNING),
    Scene(State.HELD, MillPulse, Step.ON, SWEEP),
    Scene(State.RESTARTING, MillPulse, Step.ON, SWEEP),
    Scene(State.COMPLETING, CoolDown, Step.WAIT, SWEEP),
    Scene(State.COMPLETING, SafeToOpen, Step.WAIT, SWEEP),
    Scene(State.COMPLETE, SafeToOpen, Step.DONE, SWEEP),
    Scene(State.STOPPING, MillPulse, Step.ON, TURNING),
    Scene(State.STOPPED, MillPulse, Step.ON, SWEEP),
    Scene(State.ABORTING, MillPulse, Step.ON, DEAD),
    Scene(State.ABORTED, MillPulse, Step.ON, DEAD),
    Scene(State.IDLE, LeakTest, Step.BEGIN, DEAD),
]

# How a value becomes UNKNOWN: (value, quality, age); None keeps the value that is there.
UNKNOWN = {
    "nan": (math.nan, Quality.GOOD, 0.0),
    "stale": (None, Quality.GOOD, 99.0),
    "out_of_range": (None, Quality.BAD_SENSOR, 0.0),
    "missing": (None, Quality.NOT_LICENSED, math.inf),
    "bad_quality": (None, Quality.UNCERTAIN, 0.0),
    "bad_comm": (None, Quality.BAD_COMM, 0.0),
    "bad_config": (None, Quality.BAD_CONFIG, 0.0),
}
# Rows that leave UNKNOWN to others, which are tested here too: an UNKNOWN cover pressure takes the
# purge credit, and with it this row's arm, in the same scan; an UNKNOWN O2 is for O2_HOLD.
LEFT_TO_OTHERS = ("COVER_LOST", "O2_LOC")
CAUSES = ["above", "below", *UNKNOWN]
MAX_AGE_S = (2.0,) * SIGNAL_COUNT


def scenes_for(cause: str) -> list[Scene]:
    """All of them; to the scan one kind of UNKNOWN is as the other, so the rest of the kinds are
    tried where it matters most.
    """
    if cause in ("above", "below", "nan"):
        return SCENES
    return [scene for scene in SCENES if scene.sent.run]


def healthy(scene: Scene) -> dict[Signal, float]:
    """What a plant that does as it was told would show in this scene."""
    sent = scene.sent
    shown = {
        Signal.ARGON_FLOW_SLPM: sent.argon_flow_slpm,
        Signal.ARGON_FLOW_SP_SLPM: sent.argon_flow_slpm,
        Signal.SUPPLY_VALVE_OPEN: float(sent.supply_open),
        Signal.EXHAUST_VALVE_OPEN: float(not sent.exhaust_shut),
        Signal.RUN_PERMIT_FEEDBACK: float(sent.run_permit),
    }
    return shown | TURNS | {Signal.ROTOR_RPM: sent.rotor_rpm} if sent.run else shown


def spoiled(scene: Scene, signal: Signal, cause: str, row: Row) -> Image | None:
    """The scene's image with one signal gone wrong; None where the row has no such side."""
    if cause in ("above", "below"):
        bound = row.high if cause == "above" else row.low
        if math.isinf(bound):
            return None
        off = 1.0 if cause == "above" else -1.0
        return image(healthy(scene) | {signal: bound + off})
    whole = image(healthy(scene))
    values, quality, ages = list(whole.values), list(whole.quality), list(whole.age_s)
    # Water is not read: it is as unknown as the frost point that it comes from.
    source = Signal.FROST_POINT_C if signal is Signal.H2O_PPM else signal
    value, quality[source], ages[source] = UNKNOWN[cause]
    if value is not None:
        values[source] = value
    return assemble(values, quality, ages, MAX_AGE_S)


def is_armed(state: ScanState, x: Image, now_s: float, index: int) -> bool:
    watch = watched(
        state.watch,
        x.values,
        state.outputs,
        state.matrix.limits,
        now_s,
        PERIOD_S,
        LAB.run_down_s,
        state.watch.trust,
    )
    armed = state.matrix.armed(arms_of(state, watch, now_s))
    return any(entry[0] == index for entry in armed)


def at_least(state: State, scene: Scene, effect: Reaction) -> bool:
    """Whether the machine has gone as far as `effect` asks, or further, or could not go."""
    if effect is Reaction.WARN:
        return True
    expected = fire(scene.state, TRIGGER[effect])
    if expected is None:
        return True
    return SEVERITY.get(state, 0) >= SEVERITY[expected]


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_row_acts_in_time_in_every_phase(row: Row, cause: str) -> None:
    assert isinstance(row.source, Signal)
    index = ALL_ROWS.index(row)
    tried = 0
    for scene in scenes_for(cause):
        x = spoiled(scene, row.source, cause, row)
        if x is None:
            continue
        state = state_in(scene.state, scene.phase, scene.step, outputs=scene.sent)
        unknown = cause in UNKNOWN
        confirm_s = row.unknown_confirm_s if unknown else row.confirm_s
        effect = row.on_unknown if unknown else row.reaction
        if math.isinf(confirm_s) or not is_armed(state, x, PERIOD_S, index):
            continue
        tried += 1
        last = 1 + math.ceil(confirm_s / PERIOD_S - 1e-9)
        for number in range(1, last + 1):
            decision = scan(state, x, (), number * PERIOD_S, PERIOD_S)
            before, state = state, decision.state
            confirmed = state.matrix.confirmed(state.violations)
            assert number == last or index not in confirmed, f"{scene}: confirmed too early"
            if at_least(state.state, scene, max(effect, Reaction.HOLD)):
                break  # another row of the same cause was faster
            if not is_armed(before, x, number * PERIOD_S, index):
                break  # the phase went on to where the row does not count
        assert at_least(state.state, scene, effect) or not is_armed(
            before, x, number * PERIOD_S, index
        ), f"{scene}: {state.state}"
        if effect is Reaction.TRIP and state.state in (State.ABORTING, State.ABORTED):
            assert not decision.outputs.spins, f"{scene}: still driven"
    assert tried or cause in ("above", "below") or row.id in LEFT_TO_OTHERS, "never armed"


OWN_ROWS = [row for row in ALL_ROWS if isinstance(row.source, Own)]


def ailing(source: Own, value: float) -> Health:
    """Everything well but one."""
    return HEALTHY._replace(**{Health._fields[source - Own.RECORD_LOST_S]: value})


def test_the_sources_are_in_the_order_of_the_fields() -> None:
    assert [own.name.lower() for own in Own] == list(Health._fields)


@pytest.mark.parametrize("unknown", [False, True], ids=["beyond", "nan"])
@pytest.mark.parametrize("row", OWN_ROWS, ids=lambda row: row.id)
def test_rows_about_the_controller_itself_act_in_time_in_every_phase(
    row: Row, unknown: bool
) -> None:
    assert isinstance(row.source, Own)
    index = ALL_ROWS.index(row)
    effect = row.on_unknown if unknown else row.reaction
    confirm_s = row.unknown_confirm_s if unknown else row.confirm_s
    health = ailing(row.source, math.nan if unknown else row.high + 1.0)
    tried = 0
    for scene in SCENES:
        x = replace(image(healthy(scene)), health=health)
        state = state_in(scene.state, scene.phase, scene.step, outputs=scene.sent)
        if not is_armed(state, x, PERIOD_S, index):
            continue
        tried += 1
        last = 1 + math.ceil(confirm_s / PERIOD_S - 1e-9)
        for number in range(1, last + 1):
            decision = scan(state, x, (), number * PERIOD_S, PERIOD_S)
            state = decision.state
            if at_least(state.state, scene, max(effect, Reaction.HOLD)):
                break
        assert at_least(state.state, scene, effect), f"{scene}: {state.state}"
        if effect is Reaction.TRIP and state.state in (State.ABORTING, State.ABORTED):
            assert not decision.outputs.spins, f"{scene}: still driven"
        assert any(v.row == index for v in state.violations), f"{scene}: not told"
    assert tried, "never armed"
