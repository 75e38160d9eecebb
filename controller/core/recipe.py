"""What a recipe says: typed, bounded on both sides, units in the names; and its cross-checks.

The classes are plain frozen dataclasses whose annotations carry the bounds, so that one
definition serves the file reader, the JSON Schema and the scan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, unique
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Le, Len

from controller.core.coating import Basis
from controller.core.equipment import STRICT, Name, Ppm, Seconds, Text

Particle = Annotated[float, Ge(1.0), Le(50.0)]
Guest = Annotated[float, Ge(0.05), Le(20.0)]
Density = Annotated[float, Ge(0.5), Le(10.0)]
Rpm = Annotated[float, Ge(10.0), Le(20_000.0)]
Ramp = Annotated[float, Ge(1.0), Le(5_000.0)]
SweepFlow = Annotated[float, Ge(0.05), Le(100.0)]
MillTemperature = Annotated[float, Ge(15.0), Le(60.0)]
Version = Annotated[int, Ge(1), Le(1_000_000)]
Note = Annotated[str, Len(0, 2_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Which recipe it is, and whose. `id` goes into batch ids and file names."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    id: Name
    version: Version
    title: Text
    author: Text
    note: Note = ""


@unique
class CamState(Enum):
    """What has been done to the cathode powder. Only pristine powder may be milled."""

    PRISTINE = "pristine"
    CHARGED = "charged"
    RECYCLED = "recycled"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorePowder:
    """The particle that gets the shell. `water_ppm` is labile water by mass (Karl Fischer)."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    material: Text
    state: CamState
    d10_um: Particle
    d50_um: Particle
    d90_um: Particle
    density_g_cm3: Density
    density_origin: Text
    water_ppm: Annotated[float, Ge(0.0), Le(1_000.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Electrolyte:
    """The sulfide electrolyte that becomes the shell, and what is assumed of that shell."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    material: Text
    wt_percent: Annotated[float, Ge(0.1), Le(50.0)]
    basis: Basis
    density_g_cm3: Density
    density_origin: Text
    particle_d50_um: Guest
    solid_fraction: Annotated[float, Ge(0.2), Le(1.0)]
    solid_fraction_origin: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeTarget:
    """The nominal charge, core and electrolyte together."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    total_mass_g: Annotated[float, Ge(1.0), Le(100_000.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Atmosphere:
    """Limits of the headspace, as tight as the author wants and never looser than the plant's."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    o2_start_ppm: Ppm
    o2_trip_ppm: Ppm
    h2o_start_ppm: Ppm
    h2o_trip_ppm: Ppm


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakTest:
    """Pressure decay: fill, settle, hold, and compare with the accepted leak rate."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    type: Literal["leak_test"]
    pressure_mbar_g: Annotated[float, Ge(50.0), Le(400.0)]
    settle_s: Seconds
    hold_s: Annotated[float, Ge(30.0), Le(7_200.0)]
    accept_mbar_l_s: Annotated[float, Ge(1e-6), Le(1e-1)]
    time_limit_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """Sweep with argon until diluted, and stay so for the dwell."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    type: Literal["purge"]
    argon_flow_slpm: SweepFlow
    min_volumes: Annotated[float, Ge(1.0), Le(500.0)]
    dwell_s: Annotated[float, Ge(10.0), Le(3_600.0)]
    time_limit_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveInert:
    """Sweep shut: what the atmosphere does by itself shows small leaks; then the proof dwell."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    type: Literal["prove_inert"]
    slope_s: Annotated[float, Ge(30.0), Le(3_600.0)]
    o2_slope_max_ppm_per_min: Annotated[float, Ge(0.001), Le(100.0)]
    argon_flow_slpm: SweepFlow
    dwell_s: Annotated[float, Ge(60.0), Le(3_600.0)]
    time_limit_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class MillHold:
    """Ramp to speed and stay there. Exactly one `end_` key says when the dose is reached."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    type: Literal["mill_hold"]
    rotor_rpm: Rpm
    ramp_rpm_per_s: Ramp
    argon_flow_slpm: SweepFlow
    powder_high_c: MillTemperature
    powder_low_c: MillTemperature
    time_limit_s: Seconds
    end_on_time_s: Annotated[float, Ge(1.0), Le(86_400.0)] | None = None
    end_revolutions: Annotated[float, Ge(1.0), Le(1e8)] | None = None
    end_energy_kwh_per_kg: Annotated[float, Ge(1e-4), Le(10.0)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MillPulse:
    """As `MillHold`, in pulses: off after `on_s` or at `powder_high_c`, on again after `off_s` and
    below `powder_low_c`.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    type: Literal["mill_pulse"]
    rotor_rpm: Rpm
    ramp_rpm_per_s: Ramp
    on_s: Annotated[float, Ge(1.0), Le(3_600.0)]
    off_s: Annotated[float, Ge(1.0), Le(3_600.0)]
    argon_flow_slpm: SweepFlow
    powder_high_c: MillTemperature
    powder_low_c: MillTemperature
    time_limit_s: Seconds
    end_on_time_s: Annotated[float, Ge(1.0), Le(86_400.0)] | None = None
    end_revolutions: Annotated[float, Ge(1.0), Le(1e8)] | None = None
    end_energy_kwh_per_kg: Annotated[float, Ge(1e-4), Le(10.0)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolDown:
    """Blade off, argon on, until the powder is cool enough to be opened."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    type: Literal["cool_down"]
    powder_c: Annotated[float, Ge(15.0), Le(35.0)]
    argon_flow_slpm: SweepFlow
    time_limit_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeToOpen:
    """Standstill proven and H2S gone; the lid stays locked until `lid.release`."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    type: Literal["safe_to_open"]
    h2s_max_ppm: Annotated[float, Ge(0.1), Le(5.0)]
    dwell_s: Annotated[float, Ge(5.0), Le(3_600.0)]
    argon_flow_slpm: SweepFlow
    time_limit_s: Seconds


MillPhase = MillHold | MillPulse
Phase = LeakTest | Purge | ProveInert | MillHold | MillPulse | CoolDown | SafeToOpen
PHASE_TYPES: tuple[type[Phase], ...] = (
    LeakTest,
    Purge,
    ProveInert,
    MillHold,
    MillPulse,
    CoolDown,
    SafeToOpen,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One recipe, read and found well-formed. `sha256` is of its file, `text` is that file."""

    id: Name
    version: Version
    title: Text
    author: Text
    note: Note
    core: CorePowder
    sse: Electrolyte
    charge: ChargeTarget
    atmosphere: Atmosphere
    phases: tuple[Phase, ...]
    sha256: str
    text: str = field(default="", repr=False, compare=False)
