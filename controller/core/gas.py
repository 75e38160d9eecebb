"""Argon, moisture and leaks in numbers: frost point, sweep purge, leak rates.

Pressures are absolute, in mbar where the name does not say otherwise. Functions that the scan
calls with live values raise InputError only for values that have no answer; a signal's quality is
checked before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from controller.core.constants import (
    AIR_O2_FRACTION,
    GAS_CONSTANT,
    STANDARD_PRESSURE,
    ZERO_CELSIUS,
)
from controller.errors import InputError

ZERO_C_K: Final = ZERO_CELSIUS.value
STANDARD_MBAR: Final = STANDARD_PRESSURE.value
PA_PER_MBAR: Final = 100.0
PPM: Final = 1e6
S_PER_H: Final = 3600.0
# amount of gas in 1 sccm, at 0 degC and one standard atmosphere, in mol/s
SCCM_MOL_S: Final = STANDARD_MBAR * PA_PER_MBAR * 1e-6 / 60.0 / (GAS_CONSTANT.value * ZERO_C_K)

# The ice curve holds from 110 K to 0.01 degC. Up to 40 degC it is carried on, so that a sensor in
# room air still has a reading: there it lies above the curve of liquid water, the safe side.
FROST_LOW_C: Final = -160.0
FROST_HIGH_C: Final = 40.0
NEWTON_ROUNDS: Final = 30


def ice_vapor_pressure_pa(frost_point_c: float) -> float:
    """Vapor pressure over ice in Pa at this frost point.

    Murphy and Koop, Q. J. R. Meteorol. Soc. 131 (2005) 1539, eq. 7. Raises InputError outside
    -160 to 40 degC.
    """
    if not FROST_LOW_C <= frost_point_c <= FROST_HIGH_C:
        raise InputError(
            f"{frost_point_c:g} degC is not a frost point that can be converted",
            where="frost_point_c",
            do=f"Allowed is {FROST_LOW_C:g} to {FROST_HIGH_C:g} degC.",
        )
    return math.exp(_ln_ice_pressure(frost_point_c + ZERO_C_K))


def _ln_ice_pressure(t_k: float) -> float:
    return 9.550426 - 5723.265 / t_k + 3.53068 * math.log(t_k) - 0.00728332 * t_k


def frost_point_c(vapor_pressure_pa: float) -> float:
    """Frost point in degC at this vapor pressure in Pa: the inverse of `ice_vapor_pressure_pa`.

    First guess from the same paper (eq. 8), then Newton on the logarithm. Raises InputError for a
    pressure that no frost point between -160 and 40 degC has, so for zero and below too.
    """
    low, high = ice_vapor_pressure_pa(FROST_LOW_C), ice_vapor_pressure_pa(FROST_HIGH_C)
    if not 0.999999 * low <= vapor_pressure_pa <= 1.000001 * high:
        raise InputError(
            f"{vapor_pressure_pa:g} Pa of water vapor has no frost point",
            where="vapor_pressure_pa",
            do=f"Allowed is {low:.3g} to {high:.5g} Pa.",
        )
    ln_e = math.log(vapor_pressure_pa)
    t_k = (1.814625 * ln_e + 6190.134) / (29.120 - ln_e)
    for _ in range(NEWTON_ROUNDS):
        slope = 5723.265 / t_k**2 + 3.53068 / t_k - 0.00728332
        step = (_ln_ice_pressure(t_k) - ln_e) / slope
        t_k -= step
        if abs(step) < 1e-9:
            break
    return t_k - ZERO_C_K


def ppmv_from_frost_point(
    frost_point_c: float, line_pressure_mbar_abs: float, *, dry: bool = False
) -> float:
    """Water content in ppm by volume at the pressure of the line that the sensor sits in.

    Of the moist gas, or with `dry` of the gas without its water. The enhancement factor (0.4 to
    1 % at 1 bar) is taken as 1.
    """
    _require_positive("line_pressure_mbar_abs", line_pressure_mbar_abs)
    e_pa = ice_vapor_pressure_pa(frost_point_c)
    p_pa = line_pressure_mbar_abs * PA_PER_MBAR
    rest_pa = p_pa - e_pa
    if rest_pa <= 0.0:
        raise InputError(
            f"{frost_point_c:g} degC frost point needs more pressure than there is in the line",
            where="line_pressure_mbar_abs",
            do=f"Allowed is above {e_pa / PA_PER_MBAR:.4g} mbar.",
        )
    return PPM * e_pa / (rest_pa if dry else p_pa)


def frost_point_from_ppmv(h2o_ppm: float, line_pressure_mbar_abs: float) -> float:
    """Frost point in degC of gas with this water content (ppm by volume of the moist gas)."""
    _require_positive("h2o_ppm", h2o_ppm)
    _require_positive("line_pressure_mbar_abs", line_pressure_mbar_abs)
    return frost_point_c(h2o_ppm / PPM * line_pressure_mbar_abs * PA_PER_MBAR)


def actual_l_min(flow_slpm: float, pressure_mbar_abs: float, gas_c: float) -> float:
    """Volume flow in the vessel of a flow in slpm (0 degC, 1013.25 mbar)."""
    return flow_slpm * STANDARD_MBAR / pressure_mbar_abs * (gas_c + ZERO_C_K) / ZERO_C_K


def sweep_ppm(initial_ppm: float, supply_ppm: float, volumes: float, mixing: float = 1.0) -> float:
    """What is left of an impurity after a sweep with `volumes` free volumes of argon.

    `mixing` is 1 for perfect mixing, in practice 0.1 to 1. Holds for gas alone: water that walls
    and powder give off does not follow it.
    """
    return supply_ppm + (initial_ppm - supply_ppm) * math.exp(-mixing * volumes)


def sweep_volumes(
    initial_ppm: float, target_ppm: float, supply_ppm: float, mixing: float = 1.0
) -> float:
    """Free volumes of argon that bring an impurity down to `target_ppm`; 0 if it is there already.

    Raises InputError when the target is not above what the argon itself brings in.
    """
    _require_positive("mixing", mixing)
    if not target_ppm > supply_ppm:
        raise InputError(
            f"{target_ppm:g} ppm cannot be reached with argon that carries {supply_ppm:g} ppm",
            where="target_ppm",
            do="Choose a higher target or a purer argon.",
        )
    if initial_ppm <= target_ppm:
        return 0.0
    return math.log((initial_ppm - supply_ppm) / (target_ppm - supply_ppm)) / mixing


def sweep_time_s(
    volumes: float,
    free_volume_l: float,
    flow_slpm: float,
    pressure_mbar_abs: float,
    gas_c: float,
) -> float:
    """Time that this many free volumes take at this flow."""
    _require_positive("flow_slpm", flow_slpm)
    return 60.0 * volumes * free_volume_l / actual_l_min(flow_slpm, pressure_mbar_abs, gas_c)


@dataclass(frozen=True, slots=True)
class LeakRate:
    """A leak rate and its standard deviation, both in mbar L/s; positive is gas lost."""

    rate_mbar_l_s: float
    sigma_mbar_l_s: float


@dataclass(frozen=True, slots=True)
class DecayReading:
    """One end of a pressure decay test."""

    pressure_mbar_abs: float
    gas_c: float


def pressure_decay_leak(
    start: DecayReading,
    end: DecayReading,
    duration_s: float,
    free_volume_l: float,
    *,
    pressure_sigma_mbar: float,
    temperature_sigma_k: float,
    volume_sigma_l: float = 0.0,
    reference_c: float = 20.0,
) -> LeakRate:
    """Leak rate from the fall of pressure in a closed vessel, both ends taken to `reference_c`.

    The sigmas are of one reading, apart from what shifts both ends alike. At overpressure this
    measures argon going out, not air coming in. Raises InputError unless duration, volume,
    pressures and absolute temperatures are positive and the sigmas not negative.
    """
    _require_positive("duration_s", duration_s)
    _require_positive("free_volume_l", free_volume_l)
    for name, value in (
        ("pressure_sigma_mbar", pressure_sigma_mbar),
        ("temperature_sigma_k", temperature_sigma_k),
        ("volume_sigma_l", volume_sigma_l),
    ):
        _require_not_negative(name, value)
    p1, p1_sigma = _at_reference(start, pressure_sigma_mbar, temperature_sigma_k, reference_c)
    p2, p2_sigma = _at_reference(end, pressure_sigma_mbar, temperature_sigma_k, reference_c)
    fall = p1 - p2
    return LeakRate(
        free_volume_l * fall / duration_s,
        math.hypot(free_volume_l * p1_sigma, free_volume_l * p2_sigma, fall * volume_sigma_l)
        / duration_s,
    )


def _at_reference(
    reading: DecayReading,
    pressure_sigma_mbar: float,
    temperature_sigma_k: float,
    reference_c: float,
) -> tuple[float, float]:
    """Pressure that the same gas would have at `reference_c`, and its standard deviation."""
    t_k = reading.gas_c + ZERO_C_K
    _require_positive("pressure_mbar_abs", reading.pressure_mbar_abs)
    _require_positive("gas_c (as absolute temperature)", t_k)
    factor = (reference_c + ZERO_C_K) / t_k
    by_temperature = reading.pressure_mbar_abs / t_k * temperature_sigma_k
    return (
        reading.pressure_mbar_abs * factor,
        factor * math.hypot(pressure_sigma_mbar, by_temperature),
    )


def o2_slope_ppm_h(
    air_leak_mbar_l_s: float, free_volume_l: float, pressure_mbar_abs: float
) -> float:
    """Rise of O2 in ppm/h that a leak of air into a closed vessel makes."""
    per_s = air_leak_mbar_l_s / (free_volume_l * pressure_mbar_abs)
    return per_s * AIR_O2_FRACTION.value * PPM * S_PER_H


def air_leak_from_o2_slope(
    slope_ppm_h: float, free_volume_l: float, pressure_mbar_abs: float
) -> float:
    """Leak of air in mbar L/s behind a rise of O2 in a closed vessel; positive is air coming in."""
    per_s = slope_ppm_h / (AIR_O2_FRACTION.value * PPM * S_PER_H)
    return per_s * free_volume_l * pressure_mbar_abs


def sccm_from_mbar_l_s(rate_mbar_l_s: float, gas_c: float = 0.0) -> float:
    """A leak rate of gas at `gas_c` as standard cm3/min (0 degC, 1013.25 mbar)."""
    mol_s = rate_mbar_l_s * PA_PER_MBAR * 1e-3 / (GAS_CONSTANT.value * (gas_c + ZERO_C_K))
    return mol_s / SCCM_MOL_S


def mbar_l_s_from_sccm(flow_sccm: float, gas_c: float = 0.0) -> float:
    """Standard cm3/min (0 degC, 1013.25 mbar) as mbar L/s of gas at `gas_c`."""
    return flow_sccm / sccm_from_mbar_l_s(1.0, gas_c)


def _require_positive(name: str, value: float) -> None:
    if not 0.0 < value < math.inf:
        raise InputError(
            f"{value:g} is not a positive number", where=name, do="Give a number above 0."
        )


def _require_not_negative(name: str, value: float) -> None:
    if not 0.0 <= value < math.inf:
        raise InputError(
            f"{value:g} is not a number of 0 or more", where=name, do="Give 0 or more."
        )
