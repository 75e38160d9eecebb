"""What becomes of `manual`, `auto`, `jog`, `purge`, `purge.end`, `maintenance`, `maintenance.end`.

Each is accepted, or refused with all that is missing. Who may give them is another table's matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from controller.core.by_hand import (
    MANUAL_STATES,
    SWEEP_STATES,
    end_jog,
    end_sweep,
    jogged,
    turns_by_hand,
)
from controller.core.commands import Command
from controller.core.events import Event, EventKind
from controller.core.hands import (
    JOG_MAX_S,
    SWEEP_MAX_MIN,
    Hands,
    Jog,
    Jogging,
    Mode,
    Sweep,
    jog_lease_s,
    settled,
)
from controller.core.permissives import (
    Permissive,
    blade_permissives,
    leave_permissives,
    manual_permissives,
    sweep_permissives,
)
from controller.core.signals import Image
from controller.core.state import ScanState
from controller.core.states import State

if TYPE_CHECKING:
    from controller.core.commanding import Mind

Checks = Callable[[ScanState, Image], tuple[Permissive, ...]]
PURGE_MIN_MINUTES: Final = 0.1


def to_manual(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out `manual`."""
    missing = manual_missing(mind.state, mind.image)
    return missing or _mode(mind, command, Mode.MANUAL)


def manual_missing(state: ScanState, image: Image) -> tuple[str, ...]:
    """What is missing for MANUAL."""
    reasons = _in_mode(state, Mode.AUTO) + _in_state(state, MANUAL_STATES)
    return reasons or _missing(manual_permissives, state, image)


def to_auto(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out `auto`: the credit of a purge by hand ends with MANUAL."""
    missing = auto_missing(mind.state, mind.image)
    if missing:
        return missing
    mind.state = replace(mind.state, watch=replace(mind.state.watch, credit=False))
    return _mode(mind, command, Mode.AUTO)


def auto_missing(state: ScanState, image: Image) -> tuple[str, ...]:
    """What is missing for the way back to AUTO."""
    return _in_mode(state, Mode.MANUAL) or _missing(leave_permissives, state, image)


def to_maintenance(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out `maintenance`: from here on nothing but the lid can be moved."""
    reasons = maintenance_missing(mind.state, mind.image)
    if not command.reason.strip():
        reasons += ("a reason",)
    return reasons or _mode(mind, command, Mode.MAINTENANCE)


def maintenance_missing(state: ScanState, image: Image) -> tuple[str, ...]:
    """What is missing for MAINTENANCE."""
    reasons = _in_mode(state, Mode.AUTO) + _in_state(state, (State.IDLE,))
    if state.batch is not None:
        reasons += (f"an unloaded recipe: stop and reset {state.batch.id} first",)
    return reasons or _missing(leave_permissives, state, image)


def end_maintenance(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out `maintenance.end`."""
    reasons = _in_mode(mind.state, Mode.MAINTENANCE)
    return reasons or _mode(mind, command, Mode.AUTO)


def start_jog(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out `jog`: sets, renews or, when it asks for nothing, ends it."""
    asked = command.jog
    if asked is None:
        return ("what to jog",)
    if asked.idle:
        end_jog(mind, f"let go by {command.user}")
        return ()
    reasons = jog_missing(mind.state, mind.image, asked)
    if reasons:
        return reasons
    state = mind.state
    before, now_s = state.hands.jog, state.now_s
    renewed = before is not None and before.asked == asked
    lease_s = jog_lease_s(mind.period_s)
    for_s = lease_s if asked.for_s is None else asked.for_s
    if asked.rotor_rpm:
        for_s = min(for_s, lease_s)
    jog = Jogging(
        asked,
        command.user,
        before.since_s if before is not None and renewed else now_s,
        now_s + for_s,
        turning=before is not None and before.turning and asked.rotor_rpm > 0.0,
    )
    mind.state = replace(state, hands=replace(state.hands, jog=jog))
    if not renewed:
        text = f"Jog by {command.user}: {_words(asked)}"
        data: dict[str, str | float | bool | list[str] | None] = {
            "on": True,
            "user": command.user,
            "for_s": for_s,
            **jogged(asked),
        }
        mind.events.append(Event(EventKind.JOG, now_s, text, data))
    return ()


def jog_missing(state: ScanState, image: Image, asked: Jog) -> tuple[str, ...]:
    """What is missing for a jog; a renewal only needs that it is still under way."""
    reasons = _in_mode(state, Mode.MANUAL) + _in_state(state, MANUAL_STATES)
    reasons += _out_of_range(state, asked)
    if state.release is not None:
        reasons += ("the end of the lid release",)
    if asked.gas and state.hands.sweep is not None:
        reasons += ("the end of the purge by hand",)
    if reasons:
        return reasons
    before = state.hands.jog
    if asked.gas and (before is None or not before.asked.gas):
        reasons += _missing(sweep_permissives, state, image)
    if asked.rotor_rpm and not state.hands.turns:
        reasons += _blade_missing(state, image)
    return reasons


def _blade_missing(state: ScanState, image: Image) -> tuple[str, ...]:
    if not turns_by_hand(state):
        return ("the blade is jogged in IDLE, without a loaded recipe",)
    return _missing(blade_permissives, state, image)


def _out_of_range(state: ScanState, asked: Jog) -> tuple[str, ...]:
    equipment, reasons = state.equipment, []
    if asked.for_s is not None and not 0.0 < asked.for_s <= JOG_MAX_S:
        reasons.append(f"a time of at most {JOG_MAX_S:g} s")
    flow_slpm = asked.argon_flow_slpm
    if flow_slpm is not None and not 0.0 <= flow_slpm <= equipment.argon_flow_max_slpm:
        reasons.append(f"an argon flow from 0 to {equipment.argon_flow_max_slpm:g} slpm")
    if asked.rotor_rpm and equipment.manual_rpm_max == 0.0:
        reasons.append("a plant file with manual_rpm_max: this blade is never jogged")
    elif asked.rotor_rpm and not 0.0 < asked.rotor_rpm <= equipment.manual_rpm_max:
        reasons.append(f"a rotor speed of at most {equipment.manual_rpm_max:g} rpm")
    return tuple(reasons)


def _words(asked: Jog) -> str:
    return ", ".join(f"{name} = {value}" for name, value in jogged(asked).items())


def start_sweep(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out `purge`: argon to the scrubber for so many minutes."""
    reasons = sweep_missing(mind.state, mind.image)
    state, most_slpm = mind.state, mind.state.equipment.argon_flow_max_slpm
    if not 0.0 < command.argon_flow_slpm <= most_slpm:
        reasons += (f"an argon flow of at most {most_slpm:g} slpm",)
    if not PURGE_MIN_MINUTES <= command.minutes <= SWEEP_MAX_MIN:
        reasons += (f"a time from {PURGE_MIN_MINUTES:g} to {SWEEP_MAX_MIN:g} min",)
    if reasons:
        return reasons
    now_s, flow_slpm = state.now_s, command.argon_flow_slpm
    swept_l = 0.0 if state.hands.sweep is None else state.hands.sweep.swept_l
    sweep = Sweep(flow_slpm, command.user, now_s, now_s + 60.0 * command.minutes, swept_l)
    mind.state = replace(state, hands=replace(state.hands, sweep=sweep))
    text = f"Purge by hand by {command.user}: {flow_slpm:g} slpm for {command.minutes:g} min"
    data: dict[str, str | float | bool | list[str] | None] = {
        "on": True,
        "user": command.user,
        "argon_flow_slpm": flow_slpm,
        "minutes": command.minutes,
    }
    mind.events.append(Event(EventKind.PURGE_BY_HAND, now_s, text, data))
    return ()


def sweep_missing(state: ScanState, image: Image) -> tuple[str, ...]:
    """What is missing for a purge by hand."""
    reasons = _in_state(state, SWEEP_STATES) + _locked_out(state)
    if state.release is not None:
        reasons += ("the end of the lid release",)
    if state.hands.jog is not None and state.hands.jog.asked.gas:
        reasons += ("the end of the jog",)
    return reasons or _missing(sweep_permissives, state, image)


def stop_sweep(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out `purge.end`."""
    if mind.state.hands.sweep is None:
        return ("there is no purge by hand",)
    end_sweep(mind, f"ended by {command.user}")
    return ()


def _mode(mind: Mind, command: Command, mode: Mode) -> tuple[str, ...]:
    state = mind.state
    before, reason = state.hands, command.reason.strip()
    kept = Hands(sweep=before.sweep, bypasses=before.bypasses)
    if mode is not Mode.AUTO:
        kept = replace(kept, mode=mode, user=command.user, since_s=state.now_s, reason=reason)
    mind.state = replace(state, hands=settled(kept), version=state.version + 1)
    why = f": {reason}" if reason else ""
    text = f"{before.mode.name} to {mode.name} by {command.user}{why}"
    data: dict[str, str | float | bool | list[str] | None] = {
        "from": before.mode.value,
        "to": mode.value,
        "user": command.user,
        "reason": reason,
    }
    mind.events.append(Event(EventKind.MODE_CHANGED, state.now_s, text, data))
    return ()


def _in_mode(state: ScanState, mode: Mode) -> tuple[str, ...]:
    if state.hands.mode is mode:
        return ()
    return (f"the mode {mode.name}; it is {state.hands.mode.name}",)


def _locked_out(state: ScanState) -> tuple[str, ...]:
    return ("the end of MAINTENANCE",) if state.hands.mode is Mode.MAINTENANCE else ()


def _in_state(state: ScanState, states: tuple[State, ...]) -> tuple[str, ...]:
    if state.state in states:
        return ()
    names = ", ".join(item.value for item in states)
    return (f"one of the states {names}; it is {state.state.value}",)


def _missing(checks: Checks, state: ScanState, image: Image) -> tuple[str, ...]:
    return tuple(check.missing for check in checks(state, image) if not check.ok)
