"""The figures of a batch that come from its trend: atmosphere from lid to lid, energy, torque."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from controller.core.batch import J_PER_KWH
from controller.records.archive import ParquetTrend, Trend

if TYPE_CHECKING:
    from numpy.typing import NDArray

GASES: Final = ("o2_ppm", "h2o_ppm", "h2s_ppm")
DT_MAX_S: Final = 2.0
WARM_C: Final = 50.0
ARCHIVES_KEPT: Final = 64


def trend_figures(trend: Trend, charged_kg: float) -> dict[str, Any]:
    """Peaks, doses and means. A value that was UNKNOWN counts in none of them, but is counted."""
    if isinstance(trend, ParquetTrend):
        # Nothing is added to an archive: what one of a week takes a second to say is kept.
        return dict(_archived_figures(trend.path, trend.path.stat().st_ino, charged_kg))
    return _figures(trend, charged_kg)


@lru_cache(maxsize=ARCHIVES_KEPT)
def _archived_figures(path: Path, _inode: int, charged_kg: float) -> dict[str, Any]:
    return _figures(ParquetTrend(path), charged_kg)


def _figures(trend: Trend, charged_kg: float) -> dict[str, Any]:
    t_s = trend.times()
    if not len(t_s):
        return {"scans": 0}
    dt_s = np.clip(np.diff(t_s, prepend=t_s[0]), 0.0, DT_MAX_S)
    spins = trend.column("set_rotor_rpm") > 0.0
    begin, end = lid_to_lid(trend.column("lid_closed"), spins)
    window = slice(begin, end)
    gases = {name: _gas(trend.column(name), dt_s, spins, window) for name in GASES}
    return {
        "scans": len(t_s),
        "deadband": trend.header["deadband"],
        "lid_closed_s": float(t_s[begin]),
        "lid_opened_s": float(t_s[end]) if end < len(t_s) else None,
        **gases,
        "torque_nm": _torque(trend.column("torque_nm")[spins]),
        "powder_probe_c": _heat(trend.column("powder_probe_c"), dt_s),
        "jar_c": _heat(trend.column("jar_c"), dt_s),
        "vessel_pressure_mbar_g": _range(trend.column("vessel_pressure_mbar_g")[window]),
        "energy_gross_kwh_per_kg": _gross(trend.column("shaft_power_w"), dt_s, charged_kg),
    }


def lid_to_lid(lid_closed: NDArray[np.float32], spins: NDArray[np.bool_]) -> tuple[int, int]:
    """The scans from the lid's closing before the blade first turned to its next opening.

    A lid that is UNKNOWN is not open here: the atmosphere inside goes on being looked at.
    """
    open_ = np.flatnonzero(lid_closed == 0.0)
    first_turn = int(np.argmax(spins)) if spins.any() else len(spins)
    before, after = open_[open_ < first_turn], open_[open_ >= first_turn]
    begin = int(before[-1]) + 1 if len(before) else 0
    if begin >= len(lid_closed):
        return 0, len(lid_closed)
    return begin, int(after[0]) if len(after) else len(lid_closed)


def _gas(
    ppm: NDArray[np.float32], dt_s: NDArray[np.float64], spins: NDArray[np.bool_], window: slice
) -> dict[str, float | None]:
    inside, dt = ppm[window], dt_s[window]
    known = np.isfinite(inside)
    turning = ppm[spins]
    known_turning = turning[np.isfinite(turning)]
    return {
        "at_first_turn": float(turning[0]) if len(turning) and np.isfinite(turning[0]) else None,
        "max": _greatest(inside[known]),
        "max_while_turning": _greatest(known_turning),
        "ppm_min": float(np.sum(inside[known] * dt[known]) / 60.0),
        "unknown_min": float(np.sum(dt[~known]) / 60.0),
    }


def _torque(torque: NDArray[np.float32]) -> dict[str, float | None]:
    known = torque[np.isfinite(torque)]
    if not len(known):
        return {"mean": None, "peak": None, "noise": None}
    steps = np.diff(known.astype(np.float64))
    noise = float(np.std(steps) / np.sqrt(2.0)) if len(steps) else 0.0
    return {"mean": float(known.mean()), "peak": float(known.max()), "noise": noise}


def _heat(celsius: NDArray[np.float32], dt_s: NDArray[np.float64]) -> dict[str, float | None]:
    warm = celsius > WARM_C
    known = celsius[np.isfinite(celsius)]
    return {"max": _greatest(known), f"above_{WARM_C:.0f}_s": float(np.sum(dt_s[warm]))}


def _range(values: NDArray[np.float32]) -> dict[str, float | None]:
    known = values[np.isfinite(values)]
    return {"min": float(known.min()) if len(known) else None, "max": _greatest(known)}


def _gross(
    power_w: NDArray[np.float32], dt_s: NDArray[np.float64], charged_kg: float
) -> float | None:
    known = np.isfinite(power_w) & (power_w > 0.0)
    energy_j = float(np.sum(power_w[known].astype(np.float64) * dt_s[known]))
    return energy_j / J_PER_KWH / charged_kg if charged_kg > 0.0 else None


def _greatest(values: NDArray[np.float32]) -> float | None:
    return float(values.max()) if len(values) else None
