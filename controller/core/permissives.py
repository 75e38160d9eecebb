"""What must be true before something that adds energy or access: each with value, limit, and ok.

A refused command names the ones that are missing; the page shows them all the time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from controller.core.argon import expected_argon_l
from controller.core.batch import charged_wt_percent, free_gas_l
from controller.core.hands import SWEEP_VOLUMES, Mode
from controller.core.limits import RECORD_MB_PER_H
from controller.core.matrix.permits import Fact, Need, Permit
from controller.core.matrix.row import Reaction
from controller.core.recipe import MillHold, MillPulse
from controller.core.signals import SIGNAL_COUNT, SIGNALS, DriveState, Image, Signal
from controller.core.watch import stands_still

if TYPE_CHECKING:
    from controller.core.state import ScanState

WT_TOLERANCE: Final = 0.1
_RELIED_ON: Final = (
    Signal.STANDSTILL,
    Signal.DRIVE_STATE,
    Signal.ROTOR_RPM,
    Signal.VESSEL_PRESSURE_MBAR_G,
    Signal.SAMPLE_FLOW_SLPM,
    Signal.H2S_PPM,
    Signal.POWDER_PROBE_C,
)
_TELL_OF_TURNING: Final = (Signal.STANDSTILL, Signal.DRIVE_STATE, Signal.ROTOR_RPM)
_DRIVE_STATE_NAMES: Final = {float(state): state.name.lower() for state in DriveState}


@dataclass(frozen=True, slots=True)
class Permissive:
    """One condition, as a person reads it."""

    id: str
    text: str
    value: str
    limit: str
    ok: bool

    @property
    def missing(self) -> str:
        """The sentence that a refusal gives."""
        return f"{self.text}: {self.value}, needs {self.limit}"


def shown(signal: Signal, image: Image) -> str:
    """A value with its unit, or why it is UNKNOWN."""
    value = image.values[signal]
    if value != value:
        why = image.quality[signal].value.replace("_", " ")
        return f"UNKNOWN ({why})"
    info = SIGNALS[signal]
    if info.digital:
        return "yes" if value == 1.0 else "no"
    if math.isinf(value):
        return f"above range {info.unit}"
    return f"{value:z.{info.decimals}f} {info.unit}".rstrip()


def start_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before a batch: recipe, charge, equipment, argon for the whole recipe, trusted analyzers."""
    return _judged(Need.START, state, image)


def go_on_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before `resume` and `restart`: cause cleared and seen, equipment safe, atmosphere proven.

    Without purge credit the batch goes back to its purge, where the atmosphere is proven anew.
    """
    needs = Need.GO_ON | Need.EDGE if spins_next(state) else Need.GO_ON
    return _judged(needs, state, image)


def unlock_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before the lid lock gets power: standstill, pressure, temperature, H2S (I2)."""
    return _judged(Need.UNLOCK, state, image)


def release_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before `lid.release`: all that the lock needs but the pressure, which the release vents."""
    return _judged(Need.RELEASE, state, image)


def reset_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before a reset: nothing turns, hard-wired circuits healthy, trips over and seen (I8)."""
    return _judged(Need.RESET, state, image)


def manual_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before MANUAL: what would trip at once, with the rows armed as they are then."""
    return _judged(Need.MANUAL, state, image)


def leave_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before the way back to AUTO, and before MAINTENANCE: standstill, and hands off."""
    return _judged(Need.LEAVE, state, image)


def sweep_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before argon is let in by hand."""
    return _judged(Need.SWEEP, state, image)


def blade_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before the blade is jogged from rest: as before a restart that turns, and no less (I3)."""
    return _judged(Need.GO_ON | Need.EDGE | Need.BLADE, state, image)


def _judged(needs: Need, state: ScanState, image: Image) -> tuple[Permissive, ...]:
    found = (
        _of_fact(row, row.source, state, image)
        if isinstance(row.source, Fact)
        else _of_signal(row, row.source, image)
        for row in state.matrix.permits
        if row.needs & needs
    )
    return tuple(permissive for permissive in found if permissive is not None)


def _drive_state_name(image: Image) -> str:
    value = image.values[Signal.DRIVE_STATE]
    if value != value:
        return shown(Signal.DRIVE_STATE, image)
    return _DRIVE_STATE_NAMES.get(value, f"unknown to this software ({value:g})")


def _of_signal(row: Permit, signal: Signal, image: Image) -> Permissive:
    value = image.values[signal]
    info = SIGNALS[signal]
    text = row.text or info.label
    shown_value = _drive_state_name(image) if signal is Signal.DRIVE_STATE else shown(signal, image)
    band = f"{_band(row, signal)} ({row.remedy})" if row.remedy else _band(row, signal)
    return Permissive(row.id, text, shown_value, band, row.low <= value <= row.high)


def _band(row: Permit, signal: Signal) -> str:
    """The band in words."""
    info = SIGNALS[signal]
    if info.digital:
        return "yes" if row.low == 1.0 else "no"
    if signal is Signal.DRIVE_STATE:
        return "stopped"
    if row.low == row.high:
        return f"{row.low:g} {info.unit}".rstrip()
    if math.isinf(row.low) and math.isinf(row.high):
        return "a trusted value"
    side, limit = ("at least", row.low) if math.isinf(row.high) else ("at most", row.high)
    return f"{side} {limit:g} {info.unit}"


def _of_fact(row: Permit, fact: Fact, state: ScanState, image: Image) -> Permissive | None:
    """The condition as it stands, None where it does not arise."""
    found = _FACTS[fact](state, image)
    if found is None:
        return None
    value, limit, ok = found
    return Permissive(row.id, row.text, value, limit, ok)


_Found = tuple[str, str, bool] | None


def _recipe(state: ScanState, image: Image) -> _Found:
    del image
    batch = state.batch
    value = "none" if batch is None else f"{batch.recipe.id} v{batch.recipe.version}"
    return value, "a checked recipe", batch is not None


def _charge(state: ScanState, image: Image) -> _Found:
    del image
    if state.batch is not None and state.batch.charge is not None:
        return None
    return "no", "masses and checks", False


def _charge_mass(state: ScanState, image: Image) -> _Found:
    del image
    batch = state.batch
    if batch is None or batch.charge is None:
        return None
    mass_g = batch.charge.cam_mass_g + batch.charge.sse_mass_g
    low, high = batch.equipment.charge_min_g, batch.equipment.charge_max_g
    fits = low <= mass_g <= high and free_gas_l(batch) > 0.0
    return f"{mass_g:.2f} g", f"{low:g} to {high:g} g", fits


def _charge_wt(state: ScanState, image: Image) -> _Found:
    del image
    batch = state.batch
    if batch is None or batch.charge is None:
        return None
    sse = batch.recipe.sse
    actual = charged_wt_percent(batch.charge, sse.basis)
    limit = f"{sse.wt_percent:g} % ({sse.basis.value}) within {WT_TOLERANCE:g} points"
    return f"{actual:.2f} %", limit, abs(actual - sse.wt_percent) <= WT_TOLERANCE + 1e-9


def _charge_clean(state: ScanState, image: Image) -> _Found:
    del image
    if state.batch is None or state.batch.charge is None:
        return None
    clean = state.batch.charge.emptied_and_cleaned
    return "yes" if clean else "no", "yes", clean


def _standstill(state: ScanState, image: Image) -> tuple[str, str, bool]:
    del image
    proof_s = state.equipment.standstill_proof_s
    still_s = state.now_s - state.watch.still_since_s
    value = f"for {still_s:.0f} s" if still_s >= 0.0 else "not proven"
    ok = stands_still(state.watch, state.equipment, state.now_s)
    return value, f"for {proof_s:g} s", ok


def _approachable(state: ScanState, image: Image) -> _Found:
    """Proven standstill; with a part of that proof UNKNOWN, the coast time since anything could
    turn, unless what is known says that it turns.
    """
    proven = _standstill(state, image)
    since_s = state.now_s - state.watch.last_spin_s
    if since_s < state.equipment.standstill_proof_s:
        # A run permit alone turns nothing yet, but the proof counts from its end (I2).
        return f"drive permitted {since_s:.0f} s ago", proven[1], False
    known = [image.values[signal] for signal in _TELL_OF_TURNING]
    if stands_still(state.watch, state.equipment, state.now_s) or all(v == v for v in known):
        return proven
    standstill, drive_state, rotor_rpm = known
    turns = (
        standstill == 0.0
        or drive_state >= DriveState.RUNNING
        or abs(rotor_rpm) > state.matrix.limits.still_rpm
    )
    return (
        "it still turns" if turns else f"UNKNOWN; last permitted {since_s:.0f} s ago",
        f"proof, or {state.equipment.coast_s:g} s since the drive was permitted",
        since_s >= state.equipment.coast_s and not turns,
    )


def _argon(state: ScanState, image: Image) -> _Found:
    equipment = state.equipment
    left_l = (
        image.values[Signal.ARGON_SUPPLY_BAR_G]
        / equipment.argon_cylinder_full_bar_g
        * equipment.argon_cylinder_l
    )
    need_l = 0.0 if state.batch is None else expected_argon_l(state.batch.recipe, equipment)
    value = f"{left_l:.0f} L" if left_l == left_l else shown(Signal.ARGON_SUPPLY_BAR_G, image)
    return value, f"at least {need_l:.0f} L, with waits at their time limits", left_l >= need_l


def _acknowledged(state: ScanState, image: Image) -> _Found:
    del image
    waiting = [
        state.matrix.rows[alarm.row].text
        for alarm in state.alarms
        if not alarm.acked and state.matrix.rows[alarm.row].reaction >= Reaction.HOLD
    ]
    return "; ".join(waiting) if waiting else "all", "all acknowledged", not waiting


def _cleared(state: ScanState, least: Reaction) -> _Found:
    active = [
        state.matrix.rows[alarm.row].text
        for alarm in state.alarms
        if alarm.active and state.matrix.rows[alarm.row].reaction >= least
    ]
    return "; ".join(active) if active else "all", "all cleared", not active


def _dwell(state: ScanState, image: Image) -> _Found:
    del image
    dwell_s = state.matrix.limits.start_dwell_s
    held_s = state.now_s - state.watch.start_ok_since_s
    value = f"for {held_s:.0f} s" if held_s >= 0.0 else "not now"
    return value, f"for {dwell_s:g} s", held_s >= dwell_s


def _record(state: ScanState, image: Image) -> _Found:
    lost_s, warn_s = image.health.record_lost_s, state.matrix.limits.record_warn_s
    value = "yes" if lost_s == 0.0 else f"not for {lost_s:.0f} s"
    return value, "yes", lost_s <= warn_s


def _record_room(state: ScanState, image: Image) -> _Found:
    limits, free_mb = state.matrix.limits, image.health.disk_free_mb
    phases = () if state.batch is None else state.batch.recipe.phases
    longest_h = sum(phase.time_limit_s for phase in phases) / 3600.0
    need_mb = limits.disk_reserve_mb + RECORD_MB_PER_H * longest_h
    value = f"{free_mb:.0f} MB" if free_mb == free_mb else "UNKNOWN"
    return value, f"at least {need_mb:.0f} MB, with waits at their time limits", free_mb >= need_mb


def _sound(image: Image, field: str) -> _Found:
    """Whether a part of the controller's own health is zero, and what is wrong where it is not."""
    count: float = getattr(image.health, field)
    told = dict(image.details).get(field, "UNKNOWN")
    return "yes" if count == 0.0 else told, "yes", count == 0.0


def _steady(state: ScanState, signals: Collection[int]) -> _Found:
    lost = [one.signal for one in state.watch.trust.loose if one.signal in signals]
    names = "; ".join(SIGNALS[Signal(index)].label for index in lost)
    return f"lost lately: {names}" if lost else "all", "no losses for some seconds", not lost


def _no_bypass(state: ScanState, image: Image) -> _Found:
    del image
    bypasses = state.hands.bypasses
    names = "; ".join(f"{bypass.row} by {bypass.user}" for bypass in bypasses)
    return (names, "none", False) if bypasses else None


def _hands_off(state: ScanState, image: Image) -> _Found:
    del image
    jog, sweep = state.hands.jog, state.hands.sweep
    moved = [f"jog by {jog.user}"] if jog is not None else []
    if sweep is not None:
        moved.append(f"purge by {sweep.user}")
    if state.hands.mode is Mode.MANUAL and state.outputs.spins:
        moved.append("the blade runs down")
    return ("; ".join(moved), "nothing", False) if moved else None


def _swept(state: ScanState, image: Image) -> _Found:
    del image
    if state.watch.credit:
        return None
    sweep = state.hands.sweep
    swept_l = 0.0 if sweep is None else sweep.swept_l
    enough_l = SWEEP_VOLUMES * state.equipment.vessel_l
    dwell_s = state.matrix.limits.start_dwell_s
    limit = f"{enough_l:.1f} L of argon and {dwell_s:g} s within start limits during the purge"
    return f"{swept_l:.1f} L swept", limit, False


_FACTS: Final[dict[Fact, Callable[[ScanState, Image], _Found]]] = {
    Fact.RECIPE: _recipe,
    Fact.CHARGE: _charge,
    Fact.CHARGE_MASS: _charge_mass,
    Fact.CHARGE_WT: _charge_wt,
    Fact.CHARGE_CLEAN: _charge_clean,
    Fact.STANDSTILL: _standstill,
    Fact.APPROACHABLE: _approachable,
    Fact.ARGON: _argon,
    Fact.ACKNOWLEDGED: _acknowledged,
    Fact.HOLDS_CLEARED: lambda state, image: _cleared(state, Reaction.HOLD),
    Fact.TRIPS_CLEARED: lambda state, image: _cleared(state, Reaction.TRIP),
    Fact.ATMOSPHERE_DWELL: _dwell,
    Fact.STEADY: lambda state, image: _steady(state, range(SIGNAL_COUNT)),
    Fact.STEADY_TO_OPEN: lambda state, image: _steady(state, _RELIED_ON),
    Fact.RECORD: _record,
    Fact.RECORD_ROOM: _record_room,
    Fact.WATCHDOGS: lambda _, image: _sound(image, "watchdogs_unarmed"),
    Fact.RIGHT_DEVICES: lambda _, image: _sound(image, "wrong_devices"),
    Fact.SOLE_MASTER: lambda _, image: _sound(image, "foreign_write"),
    Fact.DEVICES_ANSWER: lambda _, image: _sound(image, "devices_lost"),
    Fact.NO_BYPASS: _no_bypass,
    Fact.HANDS_OFF: _hands_off,
    Fact.SWEPT: _swept,
}


def spins_next(state: ScanState) -> bool:
    """Whether going on means a blade that turns, and not a purge first."""
    if state.batch is None or not state.watch.credit:
        return False
    phase = state.batch.phases[state.position.index]
    return isinstance(phase, MillHold | MillPulse)
