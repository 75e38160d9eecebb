"""What must be true before something that adds energy or access: each with value, limit, and ok.

A refused command names the ones that are missing; the page shows them all the time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from controller.core.argon import expected_argon_l
from controller.core.batch import charged_wt_percent, free_gas_l
from controller.core.matrix.row import Reaction
from controller.core.recipe import MillHold, MillPulse
from controller.core.signals import SIGNALS, DriveState, Image, Signal
from controller.core.watch import stands_still

if TYPE_CHECKING:
    from controller.core.state import ScanState

WT_TOLERANCE: Final = 0.1
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
        return f"UNKNOWN ({image.quality[signal].value})"
    info = SIGNALS[signal]
    if info.digital:
        return "yes" if value == 1.0 else "no"
    if math.isinf(value):
        return f"above range {info.unit}"
    return f"{value:z.{info.decimals}f} {info.unit}".rstrip()


def _true(signal: Signal, image: Image, text: str) -> Permissive:
    return Permissive(signal.name, text, shown(signal, image), "yes", image.values[signal] == 1.0)


def _at_most(signal: Signal, image: Image, limit: float) -> Permissive:
    info = SIGNALS[signal]
    return Permissive(
        f"{signal.name}_MAX",
        info.label,
        shown(signal, image),
        f"at most {limit:g} {info.unit}",
        image.values[signal] <= limit,
    )


def _at_least(signal: Signal, image: Image, limit: float) -> Permissive:
    info = SIGNALS[signal]
    return Permissive(
        f"{signal.name}_MIN",
        info.label,
        shown(signal, image),
        f"at least {limit:g} {info.unit}",
        image.values[signal] >= limit,
    )


def _known(signal: Signal, image: Image) -> Permissive:
    value = image.values[signal]
    return Permissive(
        f"{signal.name}_KNOWN",
        SIGNALS[signal].label,
        shown(signal, image),
        "a trusted value",
        value == value,
    )


def _still(state: ScanState) -> Permissive:
    proof_s = state.equipment.standstill_proof_s
    still_s = state.now_s - state.watch.still_since_s
    return Permissive(
        "STANDSTILL",
        "Standstill (hard-wired input and stopped drive)",
        f"for {still_s:.0f} s" if still_s >= 0.0 else "not proven",
        f"for {proof_s:g} s",
        stands_still(state.watch, state.equipment, state.now_s),
    )


def _drive(image: Image) -> tuple[Permissive, ...]:
    fault = image.values[Signal.DRIVE_FAULT_CODE]
    return (
        Permissive(
            "DRIVE_FAULT",
            "Drive fault code",
            shown(Signal.DRIVE_FAULT_CODE, image),
            "0",
            fault == 0.0,
        ),
        Permissive(
            "DRIVE_STOPPED",
            "Drive stopped",
            _drive_state_name(image),
            "stopped",
            image.values[Signal.DRIVE_STATE] < DriveState.RUNNING,
        ),
    )


def _drive_state_name(image: Image) -> str:
    value = image.values[Signal.DRIVE_STATE]
    if value != value:
        return shown(Signal.DRIVE_STATE, image)
    return _DRIVE_STATE_NAMES.get(value, f"unknown to this software ({value:g})")


def _safe_equipment(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """What start, resume and restart have in common."""
    limits = state.matrix.limits
    return (
        _true(Signal.LID_CLOSED, image, "Lid closed"),
        _true(Signal.LID_LOCKED, image, "Lid locked"),
        _true(Signal.ESTOP_HEALTHY, image, "Emergency stop circuit healthy"),
        _true(Signal.MAINS_HEALTHY, image, "Mains healthy"),
        _still(state),
        *_drive(image),
        _at_most(Signal.MOTOR_C, image, limits.motor_warn_c),
        _at_most(Signal.VESSEL_PRESSURE_MBAR_G, image, limits.cover_high_mbar_g),
        _known(Signal.AMBIENT_PRESSURE_MBAR_ABS, image),
        _known(Signal.ARGON_FLOW_SLPM, image),
        _at_least(Signal.SAMPLE_FLOW_SLPM, image, limits.sample_flow_warn_slpm),
        _at_least(Signal.COOLING_FLOW_LPM, image, limits.cooling_flow_hold_lpm),
        _at_least(Signal.ROOM_O2_PERCENT, image, limits.room_o2_start_percent),
        _at_most(Signal.ROOM_H2S_PPM, image, limits.room_h2s_warn_ppm),
    )


def start_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before a batch: recipe, charge, equipment, argon for the whole recipe, trusted analyzers."""
    limits = state.matrix.limits
    return (
        *_order(state),
        *_safe_equipment(state, image),
        _known(Signal.O2_PPM, image),
        _known(Signal.H2O_PPM, image),
        _known(Signal.H2S_PPM, image),
        _at_most(Signal.POWDER_PROBE_C, image, limits.powder_open_c),
        _at_most(Signal.JAR_C, image, limits.powder_open_c),
        _argon(state, image),
        *_acknowledged(state),
    )


def _order(state: ScanState) -> tuple[Permissive, ...]:
    batch = state.batch
    recipe = Permissive(
        "RECIPE",
        "Recipe loaded",
        "none" if batch is None else f"{batch.recipe.id} v{batch.recipe.version}",
        "a checked recipe",
        batch is not None,
    )
    if batch is None or batch.charge is None:
        return recipe, Permissive("CHARGE", "Charge confirmed", "no", "masses and checks", False)
    charge, sse = batch.charge, batch.recipe.sse
    mass_g = charge.cam_mass_g + charge.sse_mass_g
    actual = charged_wt_percent(charge, sse.basis)
    low, high = batch.equipment.charge_min_g, batch.equipment.charge_max_g
    return (
        recipe,
        Permissive(
            "CHARGE_MASS",
            "Charged mass",
            f"{mass_g:.2f} g",
            f"{low:g} to {high:g} g",
            low <= mass_g <= high and free_gas_l(batch) > 0.0,
        ),
        Permissive(
            "CHARGE_WT",
            f"Charged electrolyte ({sse.basis.value})",
            f"{actual:.2f} %",
            f"{sse.wt_percent:g} % within {WT_TOLERANCE:g} points",
            abs(actual - sse.wt_percent) <= WT_TOLERANCE + 1e-9,
        ),
        Permissive(
            "CHARGE_CLEAN",
            "Previous batch emptied and cleaned",
            "yes" if charge.emptied_and_cleaned else "no",
            "yes",
            charge.emptied_and_cleaned,
        ),
    )


def _argon(state: ScanState, image: Image) -> Permissive:
    equipment = state.equipment
    left_l = (
        image.values[Signal.ARGON_SUPPLY_BAR_G]
        / equipment.argon_cylinder_full_bar_g
        * equipment.argon_cylinder_l
    )
    need_l = 0.0 if state.batch is None else expected_argon_l(state.batch.recipe, equipment)
    return Permissive(
        "ARGON",
        "Argon for the whole recipe",
        f"{left_l:.0f} L" if left_l == left_l else shown(Signal.ARGON_SUPPLY_BAR_G, image),
        f"at least {need_l:.0f} L",
        left_l >= need_l,
    )


def _acknowledged(state: ScanState) -> tuple[Permissive, ...]:
    waiting = [
        state.matrix.rows[alarm.row].text
        for alarm in state.alarms
        if not alarm.acked and state.matrix.rows[alarm.row].reaction >= Reaction.HOLD
    ]
    return (
        Permissive(
            "ACKNOWLEDGED",
            "Alarms of holds and trips acknowledged",
            "; ".join(waiting) if waiting else "all",
            "all acknowledged",
            not waiting,
        ),
    )


def _atmosphere(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    limits = state.matrix.limits
    held_s = state.now_s - state.watch.start_ok_since_s
    return (
        _at_most(Signal.O2_PPM, image, limits.o2_start_ppm),
        _at_most(Signal.H2O_PPM, image, limits.h2o_start_ppm),
        _at_most(Signal.H2S_PPM, image, limits.h2s_open_ppm),
        Permissive(
            "ATMOSPHERE_DWELL",
            "O2, H2O and H2S within start limits",
            f"for {held_s:.0f} s" if held_s >= 0.0 else "not now",
            f"for {limits.start_dwell_s:g} s",
            held_s >= limits.start_dwell_s,
        ),
    )


def go_on_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before `resume` and `restart`: cause cleared and seen, equipment safe, atmosphere proven.

    Without purge credit the batch goes back to its purge, where the atmosphere is proven anew.
    """
    limits = state.matrix.limits
    common = (
        _cleared(state, Reaction.HOLD, "Causes of holds and trips cleared"),
        *_acknowledged(state),
        *_safe_equipment(state, image),
        _at_most(Signal.POWDER_PROBE_C, image, limits.powder_warn_c),
    )
    return (*common, *_atmosphere(state, image)) if spins_next(state) else common


def _cleared(state: ScanState, least: Reaction, text: str) -> Permissive:
    active = [
        state.matrix.rows[alarm.row].text
        for alarm in state.alarms
        if alarm.active and state.matrix.rows[alarm.row].reaction >= least
    ]
    value = "; ".join(active) if active else "all"
    return Permissive("CLEARED", text, value, "all cleared", not active)


def spins_next(state: ScanState) -> bool:
    """Whether going on means a blade that turns, and not a purge first."""
    if state.batch is None or not state.watch.credit:
        return False
    phase = state.batch.phases[state.position.index]
    return isinstance(phase, MillHold | MillPulse)


def unlock_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before the lid lock gets power: standstill, pressure, temperature, H2S (I2)."""
    limits = state.matrix.limits
    return (
        *release_permissives(state, image),
        _at_most(Signal.VESSEL_PRESSURE_MBAR_G, image, limits.open_max_mbar_g),
    )


def release_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before `lid.release`: all that the lock needs but the pressure, which the release vents."""
    limits = state.matrix.limits
    return (
        _may_be_approached(state, image),
        _at_most(Signal.POWDER_PROBE_C, image, limits.powder_open_c),
        _at_most(Signal.H2S_PPM, image, limits.h2s_open_ppm),
        _at_least(Signal.SAMPLE_FLOW_SLPM, image, limits.sample_flow_warn_slpm),
    )


def _may_be_approached(state: ScanState, image: Image) -> Permissive:
    """Proven standstill; with a part of that proof UNKNOWN, the coast time since anything could
    turn, unless what is known says that it turns.
    """
    proven = _still(state)
    known = [image.values[signal] for signal in _TELL_OF_TURNING]
    if proven.ok or all(value == value for value in known):
        return proven
    standstill, drive_state, rotor_rpm = known
    turns = (
        standstill == 0.0
        or drive_state >= DriveState.RUNNING
        or abs(rotor_rpm) > state.matrix.limits.still_rpm
    )
    coasted_s = state.now_s - state.watch.last_spin_s
    return Permissive(
        "COASTED",
        "Standstill UNKNOWN; time since the drive was last permitted",
        "it still turns" if turns else f"{coasted_s:.0f} s",
        f"{state.equipment.coast_s:g} s",
        coasted_s >= state.equipment.coast_s and not turns,
    )


def reset_permissives(state: ScanState, image: Image) -> tuple[Permissive, ...]:
    """Before a reset: nothing turns, hard-wired circuits healthy, trips over and seen (I8)."""
    return (
        _true(Signal.ESTOP_HEALTHY, image, "Emergency stop circuit healthy"),
        _may_be_approached(state, image),
        _cleared(state, Reaction.TRIP, "Causes of trips cleared"),
        *_acknowledged(state),
    )
