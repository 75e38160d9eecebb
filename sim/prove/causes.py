"""Trips and holds as the safety notes have them: what is bad, for how long, and while what.

The numbers are typed out here, not taken from the rows that the scan reads.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from controller.core.equipment import Equipment
from controller.core.signals import Signal

INF: Final = float("inf")


class Cause(NamedTuple):
    """A value that must stay within [low, high]. Outside it is bad after `confirm_s`, UNKNOWN is
    bad after `unknown_s`. `spinning`: only while the blade is driven.
    """

    name: str
    signal: int
    low: float
    high: float
    confirm_s: float
    unknown_s: float
    spinning: bool


def _cause(
    name: str,
    signal: Signal,
    low: float,
    high: float,
    confirm_s: float = 0.0,
    unknown_s: float = 0.0,
    *,
    spinning: bool = True,
) -> Cause:
    return Cause(name, int(signal), low, high, confirm_s, unknown_s, spinning)


def trips(equipment: Equipment) -> tuple[Cause, ...]:
    """What takes the drive off in the same scan."""
    s = Signal
    return (
        _cause("emergency stop", s.ESTOP_HEALTHY, 1.0, 1.0, spinning=False),
        _cause("lid not proven closed", s.LID_CLOSED, 1.0, 1.0),
        _cause("lid not proven locked", s.LID_LOCKED, 1.0, 1.0),
        _cause("drive fault", s.DRIVE_FAULT_CODE, -INF, 0.0),
        _cause("rotor above maximum", s.ROTOR_RPM, -INF, 1.05 * equipment.rotor_rpm_max, 0.1, 0.3),
        _cause("torque", s.TORQUE_NM, -INF, equipment.torque_max_nm, 0.5, 0.5),
        _cause("motor hot", s.MOTOR_C, -INF, 120.0, 1.0, INF),
        _cause("pressure", s.VESSEL_PRESSURE_MBAR_G, -INF, 290.0, 0.0, 0.2, spinning=False),
        _cause("O2 of combustion", s.O2_PPM, -INF, 20_000.0, 0.0, INF),
        _cause("H2S", s.H2S_PPM, -INF, 50.0, 1.0, INF),
        _cause("powder hot", s.POWDER_PROBE_C, -INF, 60.0, 1.0, INF),
        _cause("jar hot", s.JAR_C, -INF, 60.0, 1.0, INF),
        _cause("room O2", s.ROOM_O2_PERCENT, 18.0, INF, 1.0, 10.0, spinning=False),
        _cause("room H2S", s.ROOM_H2S_PPM, -INF, 5.0, 1.0, 10.0, spinning=False),
    )


def holds(o2_ppm: float, h2o_ppm: float) -> tuple[Cause, ...]:
    """What ends the run of the blade, at least by a controlled run-down."""
    s = Signal
    return (
        _cause("O2", s.O2_PPM, -INF, o2_ppm, 5.0, 2.0),
        _cause("H2O", s.H2O_PPM, -INF, h2o_ppm, 5.0, 2.0),
        _cause("H2S unknown", s.H2S_PPM, -INF, INF, INF, 2.0),
        _cause("powder temperature", s.POWDER_PROBE_C, -INF, 60.0, 1.0, 2.0),
        _cause("jar temperature", s.JAR_C, -INF, 60.0, 1.0, 2.0),
        _cause("motor temperature", s.MOTOR_C, -INF, 120.0, 1.0, 2.0),
        _cause("cover pressure", s.VESSEL_PRESSURE_MBAR_G, 5.0, INF, 1.0, 1.0),
        _cause("cooling", s.COOLING_FLOW_LPM, 0.5, INF, 6.0, 6.0),
        _cause("argon supply", s.ARGON_SUPPLY_BAR_G, 3.0, INF, 3.0, 3.0),
        _cause("mains", s.MAINS_HEALTHY, 1.0, 1.0, 1.0, 1.0),
    )
