"""The last gate, by properties: whatever is wanted, whatever is measured, in any state."""

from __future__ import annotations

import math

from bench import image
from hypothesis import given
from hypothesis import strategies as st

from controller.core.gate import RAMPING_UP, RUNNING_DOWN, gated, may_spin
from controller.core.limits import Limits
from controller.core.outputs import DEAD, Outputs
from controller.core.signals import NAN, SIGNAL_COUNT, Signal
from controller.core.states import State

LIMITS = Limits()
MAX_RPM = 6_000.0
ODD = st.sampled_from([NAN, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 1e308, 5e-324])
NUMBERS = ODD | st.floats(-1e4, 1e4)
BITS = st.booleans()
FIELDS = {
    name: NUMBERS if name in ("rotor_rpm", "argon_flow_slpm") else BITS
    for name in Outputs.__dataclass_fields__
}
OUTPUTS = st.builds(Outputs, **FIELDS)
# Half of the images have the door shut, so that what passes is seen too.
DIGITAL = st.sampled_from([0.0, 1.0, 1.0, 1.0, 1.0, NAN, 0.5, math.inf])
IMAGES = st.builds(
    lambda values, lid, locked, estop, pressure: [
        {
            Signal.LID_CLOSED: lid,
            Signal.LID_LOCKED: locked,
            Signal.ESTOP_HEALTHY: estop,
            Signal.VESSEL_PRESSURE_MBAR_G: pressure,
        }.get(signal, values[signal])
        for signal in Signal
    ],
    st.lists(NUMBERS, min_size=SIGNAL_COUNT, max_size=SIGNAL_COUNT),
    DIGITAL,
    DIGITAL,
    DIGITAL,
    st.floats(-100.0, 600.0) | ODD,
)
# What was sent before has passed the gate too: its numbers are sound.
SENT = st.builds(
    Outputs,
    **FIELDS | {"rotor_rpm": st.floats(0.0, 12_000.0), "argon_flow_slpm": st.floats(0.0, 10.0)},
)
STATES = st.sampled_from(State)


def gate(
    wanted: Outputs,
    x: list[float],
    state: State,
    before: Outputs,
    *,
    credit: bool = True,
    unlock_ok: bool = True,
) -> Outputs:
    return gated(
        wanted,
        x,
        state,
        LIMITS,
        before=before,
        credit=credit,
        unlock_ok=unlock_ok,
        rotor_max_rpm=MAX_RPM,
    )


@given(OUTPUTS, IMAGES, STATES, SENT, BITS, BITS)
def test_nothing_unsafe_passes(
    wanted: Outputs, x: list[float], state: State, before: Outputs, credit: bool, unlock_ok: bool
) -> None:
    out = gate(wanted, x, state, before, credit=credit, unlock_ok=unlock_ok)
    # I1: anything that may turn needs lid, lock and emergency stop, proven in this very image.
    if out.spins:
        assert x[Signal.LID_CLOSED] == x[Signal.LID_LOCKED] == x[Signal.ESTOP_HEALTHY] == 1.0
        assert state in RAMPING_UP | RUNNING_DOWN
    # I4: without purge credit nothing turns, but what a hold or a stop runs down.
    if not credit and state not in (State.HOLDING, State.STOPPING):
        assert not out.spins
    # I2: access and rotation exclude each other, also from one scan to the next.
    if out.lid_unlock:
        assert unlock_ok and not out.spins and not before.spins
    # I11: a set point is a number within the machine's range.
    assert math.isfinite(out.rotor_rpm) and 0.0 <= out.rotor_rpm <= MAX_RPM
    assert math.isfinite(out.argon_flow_slpm) and out.argon_flow_slpm >= 0.0
    # I5: at a high or UNKNOWN pressure argon is shut and the way out is open.
    if not x[Signal.VESSEL_PRESSURE_MBAR_G] < 290.0:
        assert not out.supply_open and not out.exhaust_shut and out.argon_flow_slpm == 0.0


@given(OUTPUTS, IMAGES, STATES, SENT, BITS, BITS)
def test_the_gate_only_takes_away(
    wanted: Outputs, x: list[float], state: State, before: Outputs, credit: bool, unlock_ok: bool
) -> None:
    """No energy, gas or access that was not asked for."""
    out = gate(wanted, x, state, before, credit=credit, unlock_ok=unlock_ok)
    for name in ("run", "run_permit", "supply_open", "exhaust_shut", "lid_unlock"):
        assert getattr(out, name) <= getattr(wanted, name), name
    for name in ("rotor_rpm", "argon_flow_slpm"):
        asked = getattr(wanted, name)
        assert getattr(out, name) <= (max(asked, 0.0) if asked == asked else 0.0), name
    for name in ("vent_open", "cooling_shut", "drive_fault_reset", "beacon", "horn"):
        assert getattr(out, name) == getattr(wanted, name), name


@given(OUTPUTS, IMAGES, st.sampled_from(sorted(RUNNING_DOWN, key=str)), SENT, BITS)
def test_a_run_down_only_goes_down(
    wanted: Outputs, x: list[float], state: State, before: Outputs, credit: bool
) -> None:
    """I3, I9: in HOLDING, STOPPING and COMPLETING nothing that was off comes on, no speed rises."""
    out = gate(wanted, x, state, before, credit=credit)
    assert out.run <= before.run
    assert out.run_permit <= before.run_permit
    assert out.rotor_rpm <= before.rotor_rpm


@given(OUTPUTS, IMAGES, STATES, SENT, BITS, BITS)
def test_what_has_passed_passes_again(
    wanted: Outputs, x: list[float], state: State, before: Outputs, credit: bool, unlock_ok: bool
) -> None:
    once = gate(wanted, x, state, before, credit=credit, unlock_ok=unlock_ok)
    assert gate(once, x, state, before, credit=credit, unlock_ok=unlock_ok) == once


@given(IMAGES, STATES, SENT)
def test_the_dead_image_always_passes_untouched(
    x: list[float], state: State, before: Outputs
) -> None:
    assert gate(DEAD, x, state, before) is DEAD


def test_a_sound_image_passes_untouched() -> None:
    """The gate is no obstacle: what is permitted comes out as the very same object."""
    spin = Outputs(
        run=True, rotor_rpm=3000.0, run_permit=True, argon_flow_slpm=2.0, supply_open=True
    )
    x = list(image().values)
    assert may_spin(x)
    assert gate(spin, x, State.RUNNING, spin) is spin
    fill = Outputs(argon_flow_slpm=1.0, supply_open=True, exhaust_shut=True)
    assert gate(fill, x, State.RUNNING, DEAD) is fill
    open_up = Outputs(lid_unlock=True, vent_open=True)
    assert gate(open_up, x, State.COMPLETE, DEAD) is open_up
