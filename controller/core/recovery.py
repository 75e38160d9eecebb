"""A batch that a crash or a power cut has ended: what may be done with it, worked out from what the
record has and what the plant measures now. Nothing here moves anything.

Going on is always a new batch, linked to the old one, that tests, purges and proves again before it
mills what is left of the dose. The limits are assumed starting values, as those of the rows are.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from enum import Enum, unique
from typing import Final, NamedTuple

from controller.core.batch import G_PER_KG, J_PER_KWH, Totals
from controller.core.commands import Charge
from controller.core.limits import Limits
from controller.core.recipe import MillHold, MillPhase, MillPulse, Phase, Recipe
from controller.core.signals import SIGNALS, Image, Signal

LEAST_SHARE: Final = 1e-3
_LEAST_REVOLUTIONS: Final = 1.0
_LEAST_ON_S: Final = 1.0
_LEAST_KWH_PER_KG: Final = 1e-4


@unique
class Advice(Enum):
    """What the policy proposes."""

    CONTINUE = "continue"  # a linked batch with the rest of the dose
    FINISH = "finish"  # the whole dose was given: nothing is left to mill
    LOOK = "look"  # something that must be known is UNKNOWN
    SCRAP = "scrap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crashed:
    """What the record has about the batch that was cut off.

    `recipe` is None when its text does not fit this mill any more. `gap_s` is the time from the
    last sign of life to the start of this process.
    """

    batch_id: str
    recipe: Recipe | None
    charge: Charge | None
    phase_index: int
    mill_index: int
    totals: Totals
    last_utc: str
    gap_s: float


class Policy(NamedTuple):
    """Up to where a batch may be continued that was cut off in a phase of this kind."""

    gap_h: float
    o2_ppm: float
    h2o_ppm: float


_BEFORE_MILLING: Final = Policy(gap_h=24.0, o2_ppm=20_000.0, h2o_ppm=2_000.0)
_MILLING: Final = Policy(gap_h=8.0, o2_ppm=1_000.0, h2o_ppm=100.0)
POLICY: Final[dict[str, Policy]] = {
    "leak_test": _BEFORE_MILLING,
    "purge": _BEFORE_MILLING,
    "prove_inert": _BEFORE_MILLING,
    "mill_hold": _MILLING,
    "mill_pulse": _MILLING,
    "cool_down": _MILLING,
    "safe_to_open": _MILLING,
}
_MUST_BE_KNOWN: Final = (
    Signal.LID_CLOSED,
    Signal.LID_LOCKED,
    Signal.STANDSTILL,
    Signal.VESSEL_PRESSURE_MBAR_G,
    Signal.O2_PPM,
    Signal.H2O_PPM,
    Signal.H2S_PPM,
    Signal.POWDER_PROBE_C,
    # Not about the powder: in any state but IDLE these trip while they are UNKNOWN.
    Signal.ROOM_O2_PERCENT,
    Signal.ROOM_H2S_PPM,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The advice and every reason for it; `recipe` is what a continuation would run."""

    advice: Advice
    reasons: tuple[str, ...]
    recipe: Recipe | None = None


def propose(crashed: Crashed, image: Image, limits: Limits, *, still: bool = True) -> Proposal:
    """What the policy proposes now. `still` is whether standstill is proven, for its whole time."""
    if crashed.recipe is None or crashed.charge is None:
        return Proposal(Advice.SCRAP, ("the recipe or the charge is not in the record",))
    against = _against(crashed, crashed.recipe, image, limits)
    if against:
        return Proposal(Advice.SCRAP, against)
    unknown = [signal for signal in _MUST_BE_KNOWN if image.values[signal] != image.values[signal]]
    if unknown:
        names = (f"{SIGNALS[signal].label} is UNKNOWN" for signal in unknown)
        return Proposal(Advice.LOOK, tuple(names))
    if image.values[Signal.STANDSTILL] != 1.0 or not still:
        return Proposal(Advice.LOOK, ("it is not proven yet that the blade stands still",))
    recipe = remaining(crashed)
    if recipe is None:
        return Proposal(Advice.FINISH, ("the whole dose was given before",))
    if image.health.watchdogs_unarmed != 0.0:
        return Proposal(Advice.LOOK, ("the watchdogs of the output devices are not proven yet",))
    fault = image.values[Signal.DRIVE_FAULT_CODE]
    if fault != 0.0:
        return Proposal(Advice.LOOK, (_fault_text(fault),))
    return Proposal(Advice.CONTINUE, (_rest_text(crashed, recipe),), recipe)


def _against(crashed: Crashed, recipe: Recipe, image: Image, limits: Limits) -> tuple[str, ...]:
    """Everything for which the powder cannot be trusted any more. UNKNOWN is not among it."""
    x, phase = image.values, recipe.phases[crashed.phase_index]
    policy = POLICY[phase.type]
    gap_h = crashed.gap_s / 3600.0
    found = []
    if x[Signal.LID_CLOSED] == 0.0:
        found.append("the lid is open")
    if gap_h > policy.gap_h:
        found.append(f"{gap_h:.1f} h without control, at most {policy.gap_h:g} h in {phase.type}")
    for signal, limit in (
        (Signal.O2_PPM, policy.o2_ppm),
        (Signal.H2O_PPM, policy.h2o_ppm),
        (Signal.POWDER_PROBE_C, limits.powder_trip_c),
    ):
        if x[signal] > limit:
            info = SIGNALS[signal]
            found.append(f"{info.label} {x[signal]:.4g} {info.unit}, at most {limit:g}")
    return tuple(found)


def remaining(crashed: Crashed) -> Recipe | None:
    """The recipe with only what is left of its dose; None when nothing is. Everything else stays.

    Its hash is that of the recipe and the new phases together; its text is that of the recipe.
    """
    recipe = crashed.recipe
    if recipe is None:
        return None
    mass_kg = _mass_kg(crashed)
    phases: list[Phase] = []
    for index, phase in enumerate(recipe.phases):
        if not isinstance(phase, MillHold | MillPulse):
            phases.append(phase)
        elif index == crashed.mill_index:
            rest = _rest(phase, crashed.totals, mass_kg)
            if rest is not None:
                phases.append(rest)
        elif index > crashed.mill_index:
            phases.append(phase)
    if not any(isinstance(phase, MillHold | MillPulse) for phase in phases):
        return None
    told = json.dumps([recipe.sha256, [asdict(phase) for phase in phases]], sort_keys=True)
    sha256 = hashlib.sha256(told.encode()).hexdigest()
    return replace(recipe, phases=tuple(phases), sha256=sha256)


def _mass_kg(crashed: Crashed) -> float:
    charge = crashed.charge
    return 0.0 if charge is None else (charge.cam_mass_g + charge.sse_mass_g) / G_PER_KG


def _rest(phase: MillPhase, totals: Totals, mass_kg: float) -> MillPhase | None:
    """The segment with the rest of its dose, None when less is left than a recipe may say."""
    if phase.end_revolutions is not None:
        left = phase.end_revolutions - totals.dose_revolutions
        enough = left >= max(_LEAST_REVOLUTIONS, LEAST_SHARE * phase.end_revolutions)
        return replace(phase, end_revolutions=left) if enough else None
    if phase.end_on_time_s is not None:
        left = phase.end_on_time_s - totals.dose_on_time_s
        enough = left >= max(_LEAST_ON_S, LEAST_SHARE * phase.end_on_time_s)
        return replace(phase, end_on_time_s=left) if enough else None
    if phase.end_energy_kwh_per_kg is not None and mass_kg > 0.0:
        left = phase.end_energy_kwh_per_kg - totals.dose_energy_j / J_PER_KWH / mass_kg
        enough = left >= max(_LEAST_KWH_PER_KG, LEAST_SHARE * phase.end_energy_kwh_per_kg)
        return replace(phase, end_energy_kwh_per_kg=left) if enough else None
    return None


def _fault_text(fault: float) -> str:
    """What to do about a fault that the drive latched; most have one after a time without control.

    It must be cleared before the continuation is loaded: a reset unloads what is loaded.
    """
    if fault != fault:
        return f"{SIGNALS[Signal.DRIVE_FAULT_CODE].label} is UNKNOWN"
    return (
        f"the drive holds fault {fault:g} (mostly its own, for the time without control): press"
        " Stop, then Reset. This batch keeps waiting for its decision"
    )


def _rest_text(crashed: Crashed, recipe: Recipe) -> str:
    totals = crashed.totals
    left = sum(isinstance(phase, MillHold | MillPulse) for phase in recipe.phases)
    return (
        f"leak test, purge and proof again, then the rest of the dose: {left} mill segment(s);"
        f" given so far {totals.revolutions:.0f} revolutions in {totals.on_time_s:.0f} s"
    )
