"""Outputs by hand, scan by scan: what has expired ends, what a purge has proven, what is sent.

Nothing here begins anything: that needs a person's command. Everything here ends by itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from controller.core.bypassing import end_expired
from controller.core.events import Event, EventKind
from controller.core.gate import Turn
from controller.core.hands import SWEEP_VOLUMES, Hands, Jog, Mode, Sweep, blade_rpm, settled
from controller.core.outputs import Outputs
from controller.core.signals import Image, Signal
from controller.core.state import ScanState
from controller.core.states import State
from controller.core.watch import GAS_UNKNOWN_MAX_S, stands_still

if TYPE_CHECKING:
    from controller.core.commanding import Mind

MANUAL_STATES: Final = (State.IDLE, State.STOPPED, State.COMPLETE)
UNRENEWED: Final = "nobody has renewed it"
SWEEP_STATES: Final = (*MANUAL_STATES, State.ABORTED)
_LID_CLOSED: Final = int(Signal.LID_CLOSED)
_LID_LOCKED: Final = int(Signal.LID_LOCKED)
_PRESSURE: Final = int(Signal.VESSEL_PRESSURE_MBAR_G)
_PERMIT: Final = int(Signal.RUN_PERMIT_FEEDBACK)
_FLOW: Final = int(Signal.ARGON_FLOW_SLPM)


def turns_by_hand(state: ScanState) -> bool:
    """Whether this is where a blade may be jogged: MANUAL, IDLE, and no batch's powder."""
    return state.hands.mode is Mode.MANUAL and state.state is State.IDLE and state.batch is None


def turn_of(state: ScanState) -> Turn:
    """What the last gate may let the blade do by hand: rise with a lease, else run down."""
    if not turns_by_hand(state):
        return Turn.NOT
    return Turn.UP if blade_rpm(state.hands, state.now_s) > 0.0 else Turn.DOWN


def tended(mind: Mind, image: Image, dt_s: float) -> None:
    """What time does to everything by hand, before this scan's commands are looked at."""
    if mind.state.hands.bypasses:
        end_expired(mind)
    hands, now_s = mind.state.hands, mind.state.now_s
    jog, sweep = hands.jog, hands.sweep
    if jog is not None and now_s >= jog.until_s:
        end_jog(mind, UNRENEWED)
    elif jog is not None and hands.turns and image.values[_PERMIT] == 1.0 and not jog.turning:
        _keep(mind, replace(hands, jog=replace(jog, turning=True)))
    if sweep is not None and now_s >= sweep.until_s:
        end_sweep(mind, "its time is over")
    elif sweep is not None:
        _swept(mind, sweep, image.values, dt_s)


def _swept(mind: Mind, sweep: Sweep, x: Sequence[float], dt_s: float) -> None:
    """Adds up the argon; in MANUAL enough of it, and proven gas, are the credit for the blade."""
    flow_slpm = x[_FLOW]
    if x[_LID_CLOSED] != 1.0:
        end_sweep(mind, "the lid is not proven closed")
        return
    added_l = flow_slpm * dt_s / 60.0 if 0.0 < flow_slpm < math.inf else 0.0
    state = mind.state
    # What would cost the credit costs the argon that was swept so far, too.
    lost = x[_LID_LOCKED] != 1.0 or not x[_PRESSURE] >= 0.0
    lost |= state.now_s - state.watch.gas_known_s > GAS_UNKNOWN_MAX_S
    sweep = replace(sweep, swept_l=0.0 if lost else sweep.swept_l + added_l)
    _keep(mind, replace(state.hands, sweep=sweep))
    if state.watch.credit or not turns_by_hand(state) or not _proven(state, sweep):
        return
    mind.state = replace(mind.state, watch=replace(state.watch, credit=True))
    text = f"Atmosphere proven by hand: {sweep.swept_l:.1f} L swept"
    mind.events.append(Event(EventKind.PURGE_CREDIT, state.now_s, text, {"credit": True}))


def _proven(state: ScanState, sweep: Sweep) -> bool:
    held_s = state.now_s - state.watch.start_ok_since_s
    enough_l = SWEEP_VOLUMES * state.equipment.vessel_l
    return sweep.swept_l >= enough_l and held_s >= state.matrix.limits.start_dwell_s


def let_go(mind: Mind, why: str) -> bool:
    """Ends all that is moved by hand. Whether there was anything."""
    busy = mind.state.hands.busy
    end_jog(mind, why)
    end_sweep(mind, why)
    return busy


def end_jog(mind: Mind, why: str) -> None:
    """Ends a jog, if there is one: its outputs are as the state itself has them again."""
    state, jog = mind.state, mind.state.hands.jog
    if jog is None:
        return
    for_s = state.now_s - jog.since_s
    data: dict[str, str | float | bool | list[str] | None] = {
        "on": False,
        "user": jog.user,
        "why": why,
        "for_s": for_s,
        **jogged(jog.asked),
    }
    mind.events.append(
        Event(EventKind.JOG, state.now_s, f"Jog over after {for_s:.1f} s: {why}", data)
    )
    _keep(mind, replace(state.hands, jog=None))


def end_sweep(mind: Mind, why: str) -> None:
    """Ends a purge by hand, if there is one."""
    state, sweep = mind.state, mind.state.hands.sweep
    if sweep is None:
        return
    for_s = state.now_s - sweep.since_s
    data: dict[str, str | float | bool | list[str] | None] = {
        "on": False,
        "user": sweep.user,
        "why": why,
        "for_s": for_s,
        "swept_l": sweep.swept_l,
    }
    text = f"Purge by hand over after {for_s:.0f} s, {sweep.swept_l:.1f} L: {why}"
    mind.events.append(Event(EventKind.PURGE_BY_HAND, state.now_s, text, data))
    _keep(mind, replace(state.hands, sweep=None))


def _keep(mind: Mind, hands: Hands) -> None:
    mind.state = replace(mind.state, hands=settled(hands))


def jogged(asked: Jog) -> dict[str, str | float | bool | list[str] | None]:
    """A jog as plain values: only what it says something about."""
    found = {
        "argon_flow_slpm": asked.argon_flow_slpm,
        "supply_open": asked.supply_open,
        "exhaust_shut": asked.exhaust_shut,
        "cooling_shut": asked.cooling_shut or None,
        "rotor_rpm": asked.rotor_rpm or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def with_hands(state: ScanState, auto: Outputs, x: Sequence[float], dt_s: float) -> Outputs:
    """The image that the state asks for (`auto`) with what people do by hand laid over it."""
    hands, out = state.hands, auto
    open_to_people = auto.lid_unlock or x[_LID_CLOSED] != 1.0
    if hands.sweep is not None and not open_to_people:
        flow_slpm = max(auto.argon_flow_slpm, hands.sweep.flow_slpm)
        out = replace(out, argon_flow_slpm=flow_slpm, supply_open=True)
    if hands.jog is not None:
        out = _jogged(out, hands.jog.asked, open_to_people)
    if turns_by_hand(state):
        out = _turned(state, out, dt_s)
    return out


def _jogged(out: Outputs, asked: Jog, open_to_people: bool) -> Outputs:
    if asked.exhaust_shut is not None:
        out = replace(out, exhaust_shut=asked.exhaust_shut)
    if asked.argon_flow_slpm is not None:
        flow_slpm = asked.argon_flow_slpm
        out = replace(out, argon_flow_slpm=flow_slpm, supply_open=flow_slpm > 0.0)
    if asked.supply_open is not None:
        out = replace(out, supply_open=asked.supply_open)
    if open_to_people:
        out = replace(out, argon_flow_slpm=0.0, supply_open=False)
    return replace(out, cooling_shut=asked.cooling_shut)


def _turned(state: ScanState, out: Outputs, dt_s: float) -> Outputs:
    """The blade on its way to the jogged speed, or down from it when nobody holds the button."""
    before, equipment, jog = state.outputs.rotor_rpm, state.equipment, state.hands.jog
    held_rpm = blade_rpm(state.hands, state.now_s)
    target_rpm = held_rpm if jog is not None and jog.turning else 0.0
    if target_rpm > before:
        rotor_rpm = min(target_rpm, before + equipment.ramp_up_max_rpm_per_s * dt_s)
    else:
        rotor_rpm = max(target_rpm, before - equipment.ramp_down_rpm_per_s * dt_s)
    still = stands_still(state.watch, equipment, state.now_s)
    return replace(
        out,
        run=rotor_rpm > 0.0,
        rotor_rpm=rotor_rpm,
        run_permit=held_rpm > 0.0 or rotor_rpm > 0.0,
        beacon=out.beacon or rotor_rpm > 0.0 or not still,
    )
