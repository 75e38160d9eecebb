"""Anybody presses anything in any mode while values come and go: what must be so all the same."""

from __future__ import annotations

import math

from bench import command, load
from byhand import MILL, proven_bench
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.commands import Command, CommandName, Comment
from controller.core.hands import JOG_LEASE_S, Jog, Mode
from controller.core.matrix.row import Reaction
from controller.core.outputs import Outputs
from controller.core.roles import Role
from controller.core.signals import NAN, Signal
from controller.core.state import ScanState
from controller.core.states import State

MAY_BE = ["COOLING_LOST", "UNDERSPEED", "SUPPLY_VALVE", "EXHAUST_VALVE", "ARGON_FLOW"]
ROWS = [*MAY_BE, *MAY_BE, "ESTOP", "O2_LOC", "O2_HOLD", "NOTHING"]
NUMBERS = st.sampled_from([0.0, 0.5, 5.0, 60.0, 61.0, 1e9, -1.0, NAN, math.inf])
JOGS = st.builds(
    Jog,
    argon_flow_slpm=st.none() | NUMBERS,
    supply_open=st.none() | st.booleans(),
    exhaust_shut=st.none() | st.booleans(),
    cooling_shut=st.booleans(),
    rotor_rpm=st.sampled_from([0.0, 100.0, 500.0, 600.0, 601.0, -5.0, NAN, math.inf]),
    for_s=st.none() | st.sampled_from([0.1, 5.0, 600.0, 601.0, NAN]),
)
BLADES = st.builds(Jog, rotor_rpm=st.sampled_from([500.0, 600.0, 601.0]))
NAMES = st.sampled_from([*[CommandName.JOG] * 12, *[CommandName.BYPASS] * 6, *CommandName])
SEEN = st.sampled_from(
    [
        *({},) * 24,
        {Signal.LID_CLOSED: 0.0},
        {Signal.LID_LOCKED: NAN},
        {Signal.ESTOP_HEALTHY: 0.0},
        {Signal.O2_PPM: 60.0},
        {Signal.VESSEL_PRESSURE_MBAR_G: NAN},
        {Signal.COOLING_FLOW_LPM: 0.0},
        {Signal.RUN_PERMIT_FEEDBACK: 0.0},
        {Signal.STANDSTILL: 0.0},
    ]
)


@st.composite
def commands(draw: st.DrawFn) -> Command:
    name = draw(NAMES)
    if name is CommandName.LOAD:
        return load()
    return command(
        name,
        draw(st.integers(0, 10**9)),
        roles=draw(st.sampled_from([*[frozenset(Role)] * 12, *({role} for role in Role)])),
        jog=draw(BLADES | JOGS),
        row=draw(st.sampled_from(ROWS)),
        minutes=draw(st.sampled_from([1.0, 1.0, 1.0]) | NUMBERS),
        argon_flow_slpm=draw(NUMBERS),
        reason=draw(st.sampled_from(["", "because"])),
        comment=Comment(text="seen"),
    )


STEPS = st.lists(
    st.tuples(SEEN, st.lists(commands(), max_size=2), st.sampled_from([0.1, 0.5, 1.5, 3.0, 30.0])),
    min_size=1,
    max_size=25,
)


def sound(state: ScanState, out: Outputs, x: dict[Signal, float], held_s: float) -> None:
    """I1, I5, I9, I11, I23 in one scan."""
    if out.spins:
        assert state.mode is not Mode.MAINTENANCE
        assert x[Signal.LID_CLOSED] == x[Signal.LID_LOCKED] == x[Signal.ESTOP_HEALTHY] == 1.0
    if out.spins and state.state is State.IDLE:
        assert state.mode is Mode.MANUAL and state.batch is None
        assert 0.0 <= out.rotor_rpm <= MILL.manual_rpm_max
        run_down_s = MILL.manual_rpm_max / MILL.ramp_down_rpm_per_s
        assert held_s <= JOG_LEASE_S + run_down_s + 0.2
    if state.mode is Mode.MAINTENANCE:
        assert out == Outputs(
            vent_open=out.vent_open, lid_unlock=out.lid_unlock, beacon=out.beacon, horn=out.horn
        )
    assert 0.0 <= out.argon_flow_slpm <= MILL.argon_flow_max_slpm
    if out.supply_open:
        assert x[Signal.LID_CLOSED] == 1.0 and x[Signal.VESSEL_PRESSURE_MBAR_G] < 290.0
    assert not (out.lid_unlock and (out.spins or state.hands.busy))
    groups = [bypass.group for bypass in state.hands.bypasses]
    assert len(set(groups)) == len(groups)
    for bypass in state.hands.bypasses:
        row = next(row for row in state.matrix.rows if row.id == bypass.row)
        assert row.bypass is not None and row.reaction is Reaction.WARN
        assert bypass.until_s - bypass.since_s <= 60.0 * row.bypass.max_min
        assert state.now_s <= bypass.until_s + 0.2


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whoever_presses_whatever_nothing_unsafe_is_sent(
    steps: list[tuple[dict[Signal, float], list[Command], float]],
) -> None:
    bench = proven_bench()
    pressed_s = -math.inf
    for seen, asked, seconds in steps:
        for scan in range(round(seconds / bench.period_s)):
            decision = bench.see(seen, *(asked if scan == 0 else ()))
            accepted = {r.command_id for r in decision.results if r.accepted}
            if any(c.id in accepted and c.jog is not None for c in asked if c.name.value == "jog"):
                pressed_s = bench.now_s
            x = {signal: bench.image.values[signal] for signal in Signal}
            sound(bench.state, decision.outputs, x, bench.now_s - pressed_s)
