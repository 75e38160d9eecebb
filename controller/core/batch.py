"""A batch: the control recipe it runs, where it is in it, and what it has added up."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum, unique
from typing import Final

from controller.core.band import RunBand
from controller.core.coating import Basis
from controller.core.commands import Charge
from controller.core.equipment import Equipment
from controller.core.papers import Approval
from controller.core.recipe import (
    CoolDown,
    MillHold,
    MillPhase,
    MillPulse,
    Phase,
    Purge,
    Recipe,
)
from controller.core.value import Value
from controller.core.volume import free_volume_l

G_PER_KG: Final = 1000.0
J_PER_KWH: Final = 3.6e6


@unique
class Step(Enum):
    """Where a phase is within itself."""

    BEGIN = "begin"
    FILL = "fill"
    SETTLE = "settle"
    MEASURE = "measure"
    SWEEP = "sweep"
    DWELL = "dwell"
    ENABLE = "enable"
    ON = "on"
    OFF = "off"
    RUN_DOWN = "run_down"
    WAIT = "wait"
    DONE = "done"


class Verdict(IntEnum):
    """What a phase has found out about itself; anything but GOING stops the batch from going on."""

    GOING = 0
    TIME_LIMIT = 1
    LEAKS = 2
    LEAK_INCONCLUSIVE = 3
    SLOPE_TOO_STEEP = 4


@dataclass(frozen=True, slots=True)
class Average:
    """A running sum over a measuring window: absolute pressure, kelvin of jar and powder, O2."""

    count: int = 0
    pressure_mbar: float = 0.0
    kelvin: float = 0.0
    powder_kelvin: float = 0.0
    o2_ppm: float = 0.0
    mid_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Position(Value):
    """Where the batch is. Times are on the process clock, which stands still while held."""

    index: int = 0
    step: Step = Step.BEGIN
    phase_began_s: float = 0.0
    step_began_s: float = 0.0
    pulses: int = 0
    mill_index: int = 0
    first: Average = Average()
    last: Average = Average()
    verdict: Verdict = Verdict.GOING
    leak_rate_mbar_l_s: float | None = None
    o2_slope_ppm_per_min: float | None = None
    again: bool = False  # the phase goes on after a pause or a hold: no dry run has done that

    def having_measured(self, first: Average, last: Average) -> Position:
        """The same with these windows: a measurement adds to one in each scan."""
        return Position(
            self.index,
            self.step,
            self.phase_began_s,
            self.step_began_s,
            self.pulses,
            self.mill_index,
            first,
            last,
            self.verdict,
            self.leak_rate_mbar_l_s,
            self.o2_slope_ppm_per_min,
            self.again,
        )


@dataclass(slots=True, init=False)
class Totals(Value):
    """What a batch adds up. `dose_*` belong to the mill segment under way."""

    process_s: Final[float]
    hold_s: Final[float]
    revolutions: Final[float]
    on_time_s: Final[float]
    energy_j: Final[float]
    argon_l: Final[float]
    dose_revolutions: Final[float]
    dose_on_time_s: Final[float]
    dose_energy_j: Final[float]

    def __init__(
        self,
        process_s: float = 0.0,
        hold_s: float = 0.0,
        revolutions: float = 0.0,
        on_time_s: float = 0.0,
        energy_j: float = 0.0,
        argon_l: float = 0.0,
        dose_revolutions: float = 0.0,
        dose_on_time_s: float = 0.0,
        dose_energy_j: float = 0.0,
    ) -> None:
        self.process_s = process_s
        self.hold_s = hold_s
        self.revolutions = revolutions
        self.on_time_s = on_time_s
        self.energy_j = energy_j
        self.argon_l = argon_l
        self.dose_revolutions = dose_revolutions
        self.dose_on_time_s = dose_on_time_s
        self.dose_energy_j = dose_energy_j


@dataclass(frozen=True, slots=True)
class Batch(Value):
    """The control recipe of one batch with everything that is fixed once it is loaded."""

    id: str
    recipe: Recipe
    operator: str
    equipment: Equipment
    charge: Charge | None = None
    started_s: float | None = None
    continues: str = ""  # the batch that a crash ended and that this one mills the rest of
    approvals: tuple[Approval, ...] = ()
    band: RunBand | None = None  # of its own dry runs, once they are done

    mass_kg: float = field(init=False)  # core and electrolyte, as charged, else as the recipe says
    phases: tuple[Phase, ...] = field(init=False)
    mills: tuple[MillPhase | None, ...] = field(init=False)  # each phase that mills, else None
    first_mill: int = field(init=False)
    purge_index: int = field(init=False)
    cool_down_index: int = field(init=False)

    def __post_init__(self) -> None:
        """What every scan asks for, found once: the mass, where purge, milling, cool-down are."""
        set_field = object.__setattr__
        set_field(self, "phases", self.recipe.phases)
        set_field(self, "mass_kg", _mass_kg(self.recipe, self.charge))
        mills = tuple(p if isinstance(p, MillHold | MillPulse) else None for p in self.phases)
        set_field(self, "mills", mills)
        for name, kind in (
            ("first_mill", (MillHold, MillPulse)),
            ("purge_index", (Purge,)),
            ("cool_down_index", (CoolDown,)),
        ):
            found = next(i for i, phase in enumerate(self.phases) if isinstance(phase, kind))
            set_field(self, name, found)


def _mass_kg(recipe: Recipe, charge: Charge | None) -> float:
    if charge is None:
        return recipe.charge.total_mass_g / G_PER_KG
    return (charge.cam_mass_g + charge.sse_mass_g) / G_PER_KG


def charged_wt_percent(charge: Charge, basis: Basis) -> float:
    """The electrolyte share that was really charged, on the recipe's basis."""
    whole = charge.cam_mass_g + (charge.sse_mass_g if basis is Basis.TOTAL else 0.0)
    return 100.0 * charge.sse_mass_g / whole


def free_gas_l(batch: Batch) -> float:
    """Gas volume of the vessel with its charge in it."""
    recipe = batch.recipe
    mass_g = batch.mass_kg * G_PER_KG
    return free_volume_l(recipe.core, recipe.sse, mass_g, batch.equipment.vessel_l)
