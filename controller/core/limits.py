"""The limits of the cause-and-effect rows: each number is written once, here.

Defaults are starting values for the process owner (assumed, to be confirmed at commissioning);
a recipe may tighten the atmosphere and the plant file brings the machine's own ceilings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from controller.core.equipment import Equipment
from controller.core.recipe import Atmosphere
from controller.core.value import Value

# Trend (7.8 MB), its archive beside it for a while, events; rounded up. Assumed for later versions.
RECORD_MB_PER_H: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(Value):
    """Everything that a row, a permissive or the last gate compares with."""

    o2_start_ppm: float = 10.0
    o2_warn_ppm: float = 20.0
    o2_hold_ppm: float = 50.0
    o2_loc_ppm: float = 20_000.0
    h2o_start_ppm: float = 10.0
    h2o_warn_ppm: float = 30.0
    h2o_hold_ppm: float = 100.0
    h2s_open_ppm: float = 5.0
    h2s_warn_ppm: float = 10.0
    h2s_trip_ppm: float = 50.0
    cover_low_mbar_g: float = 5.0
    cover_high_mbar_g: float = 150.0
    pressure_trip_mbar_g: float = 290.0
    open_max_mbar_g: float = 5.0
    powder_open_c: float = 35.0
    powder_warn_c: float = 50.0
    powder_trip_c: float = 60.0
    motor_warn_c: float = 100.0
    motor_trip_c: float = 120.0
    room_o2_start_percent: float = 20.0
    room_o2_warn_percent: float = 19.5
    room_o2_trip_percent: float = 18.0
    room_h2s_warn_ppm: float = 1.0
    room_h2s_trip_ppm: float = 5.0
    argon_supply_warn_bar_g: float = 20.0
    argon_supply_hold_bar_g: float = 3.0
    sample_flow_warn_slpm: float = 0.3
    cooling_flow_hold_lpm: float = 0.5
    overspeed_margin_rpm: float = 200.0
    overspeed_margin_share: float = 0.05
    underspeed_margin_rpm: float = 200.0
    underspeed_margin_share: float = 0.05
    argon_flow_error_share: float = 0.2
    rotor_trip_rpm: float = 20_000.0
    torque_trip_nm: float = 1_000.0
    still_rpm: float = 5.0
    start_dwell_s: float = 60.0
    held_limit_s: float = 1_800.0
    paused_limit_s: float = 1_800.0
    still_reading_limit_s: float = 60.0
    probe_below_jar_k: float = 5.0
    record_warn_s: float = 1.0
    record_hold_s: float = 10.0
    disk_used_percent: float = 80.0
    disk_reserve_mb: float = 200.0  # what must be left after the longest that a batch may take
    scan_gap_s: float = 0.5
    band_confirm_s: float = 5.0
    band_deadband: float = 0.05  # of the width of the band


def limits_for(equipment: Equipment, atmosphere: Atmosphere | None) -> Limits:
    """The limits in force: the plant's, tightened by the recipe's atmosphere, never loosened."""
    base = Limits()
    machine = {
        "rotor_trip_rpm": 1.05 * equipment.rotor_rpm_max,
        "torque_trip_nm": equipment.torque_max_nm,
        "powder_trip_c": min(base.powder_trip_c, equipment.powder_max_c),
        "held_limit_s": equipment.held_limit_s,
        "paused_limit_s": equipment.paused_limit_s,
        "still_reading_limit_s": equipment.still_reading_limit_s,
    }
    if atmosphere is None:
        return Limits(**machine)
    return Limits(
        **machine,
        o2_start_ppm=min(base.o2_start_ppm, atmosphere.o2_start_ppm),
        o2_hold_ppm=min(base.o2_hold_ppm, atmosphere.o2_trip_ppm),
        o2_warn_ppm=min(base.o2_warn_ppm, atmosphere.o2_trip_ppm),
        h2o_start_ppm=min(base.h2o_start_ppm, atmosphere.h2o_start_ppm),
        h2o_hold_ppm=min(base.h2o_hold_ppm, atmosphere.h2o_trip_ppm),
        h2o_warn_ppm=min(base.h2o_warn_ppm, atmosphere.h2o_trip_ppm),
    )
