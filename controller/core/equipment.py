"""What one mill is and may do: read from the plant file, frozen, the ceiling of every recipe."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import Annotated, Any, ClassVar, Final

from annotated_types import Ge, Gt, Le, Len

# Strict reading for whoever builds these from a file: no unknown key, no coercion, no NaN.
STRICT: Final[dict[str, Any]] = {"extra": "forbid", "strict": True, "allow_inf_nan": False}

Text = Annotated[str, Len(1, 200)]
Name = Annotated[str, Len(1, 60)]
Ppm = Annotated[float, Ge(0.01), Le(1000.0)]
Flow = Annotated[float, Ge(0.0), Le(100.0)]
Seconds = Annotated[float, Ge(0.1), Le(86_400.0)]
Celsius = Annotated[float, Ge(-40.0), Le(150.0)]


@unique
class Handling(Enum):
    """How the powder gets in and out without seeing air."""

    DOCKED_JAR = "docked_jar"
    FIXED_VESSEL = "fixed_vessel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """One mill's dimensions, abilities and ceilings."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    handling: Handling = Handling.DOCKED_JAR
    vessel_l: Annotated[float, Ge(0.05), Le(200.0)]
    blade_diameter_m: Annotated[float, Ge(0.01), Le(2.0)]
    charge_min_g: Annotated[float, Ge(1.0), Le(100_000.0)]
    charge_max_g: Annotated[float, Ge(1.0), Le(100_000.0)]
    rotor_rpm_min: Annotated[float, Ge(10.0), Le(20_000.0)]
    rotor_rpm_max: Annotated[float, Ge(10.0), Le(20_000.0)]
    ramp_up_max_rpm_per_s: Annotated[float, Ge(1.0), Le(5_000.0)]
    ramp_down_rpm_per_s: Annotated[float, Ge(1.0), Le(5_000.0)]
    torque_max_nm: Annotated[float, Gt(0.0), Le(1_000.0)]
    empty_torque_nm: Annotated[float, Ge(0.0), Le(100.0)]
    coast_s: Annotated[float, Ge(1.0), Le(1_800.0)]
    standstill_proof_s: Annotated[float, Ge(2.0), Le(120.0)]
    run_down_s: Annotated[float, Ge(1.0), Le(120.0)]
    argon_flow_max_slpm: Annotated[float, Ge(0.1), Le(100.0)]
    cover_flow_slpm: Annotated[float, Ge(0.05), Le(50.0)]
    trip_purge_flow_slpm: Annotated[float, Ge(0.1), Le(100.0)]
    bleed_flow_slpm: Annotated[float, Ge(0.0), Le(5.0)]
    argon_o2_ppm: Annotated[float, Ge(0.01), Le(50.0)]
    argon_h2o_ppm: Annotated[float, Ge(0.01), Le(50.0)]
    argon_cylinder_l: Annotated[float, Ge(1.0), Le(1_000_000.0)]
    argon_cylinder_full_bar_g: Annotated[float, Ge(1.0), Le(400.0)]
    sweep_mixing: Annotated[float, Ge(0.1), Le(1.0)]
    leak_accept_mbar_l_s: Annotated[float, Ge(1e-6), Le(1e-1)]
    leak_test_max_mbar_g: Annotated[float, Ge(50.0), Le(400.0)]
    relief_mbar_g: Annotated[float, Ge(100.0), Le(2_000.0)]
    powder_max_c: Annotated[float, Ge(20.0), Le(60.0)]
    manual_rpm_max: Annotated[float, Ge(0.0), Le(20_000.0)] = 0.0  # 0: the blade is never jogged
    held_limit_s: Annotated[float, Ge(60.0), Le(86_400.0)] = 1_800.0
    paused_limit_s: Annotated[float, Ge(60.0), Le(86_400.0)] = 1_800.0
    still_reading_limit_s: Annotated[float, Ge(10.0), Le(86_400.0)] = 60.0
    temperature_sigma_k: Annotated[float, Ge(0.001), Le(2.0)] = 0.02
    pressure_sigma_mbar: Annotated[float, Ge(0.0001), Le(10.0)] = 0.03
