"""Every signal that the controller reads, as a closed set, and the image of one scan.

An image is three parallel sequences indexed by `Signal`: plain floats (NaN where the value is
UNKNOWN, for whatever reason), the quality that explains it, and the age. Digital signals are 0.0
and 1.0. Comparisons are written so that NaN lands on the unsafe side: `not (o2 <= limit)`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum, unique
from typing import Final

from controller.core.health import HEALTHY, NO_DETAILS, Details, Health
from controller.core.value import Value

NAN: Final = math.nan


@unique
class Signal(IntEnum):
    """What is measured. The name carries the unit; members without one are 0/1."""

    LID_CLOSED = 0
    LID_LOCKED = 1
    ESTOP_HEALTHY = 2
    RUN_PERMIT_FEEDBACK = 3
    STANDSTILL = 4
    DRIVE_STATE = 5
    DRIVE_FAULT_CODE = 6
    ROTOR_RPM = 7
    DRIVE_CURRENT_A = 8
    TORQUE_NM = 9
    SHAFT_POWER_W = 10
    MOTOR_C = 11
    VESSEL_PRESSURE_MBAR_G = 12
    AMBIENT_PRESSURE_MBAR_ABS = 13
    ARGON_SUPPLY_BAR_G = 14
    ARGON_FLOW_SLPM = 15
    ARGON_FLOW_SP_SLPM = 16
    SUPPLY_VALVE_OPEN = 17
    EXHAUST_VALVE_OPEN = 18
    SAMPLE_FLOW_SLPM = 19
    O2_PPM = 20
    FROST_POINT_C = 21
    H2O_PPM = 22
    H2S_PPM = 23
    ROOM_O2_PERCENT = 24
    ROOM_H2S_PPM = 25
    JAR_C = 26
    POWDER_PROBE_C = 27
    COOLING_FLOW_LPM = 28
    MAINS_HEALTHY = 29


SIGNAL_COUNT: Final = len(Signal)


class DriveState(IntEnum):
    """Values of `Signal.DRIVE_STATE`, as the drive's status word gives them."""

    STOPPED = 0
    STOPPING = 1
    STANDBY = 2
    RUNNING = 3


@unique
class Quality(Enum):
    """Why a value may or may not be used."""

    GOOD = "good"
    GOOD_LIMITED = "limited"
    UNCERTAIN = "uncertain"
    BAD_SENSOR = "bad_sensor"
    BAD_CONFIG = "bad_config"
    BAD_COMM = "bad_comm"
    STALE = "stale"
    NOT_LICENSED = "not_licensed"

    @property
    def usable(self) -> bool:
        """Whether a value of this quality may enter an interlock."""
        return self in (Quality.GOOD, Quality.GOOD_LIMITED)


@dataclass(frozen=True, slots=True)
class SignalInfo:
    """How a signal is named and shown."""

    label: str
    unit: str
    decimals: int
    digital: bool = False


def _analog(label: str, unit: str, decimals: int) -> SignalInfo:
    return SignalInfo(label, unit, decimals)


def _digital(label: str) -> SignalInfo:
    return SignalInfo(label, "", 0, digital=True)


SIGNALS: Final[dict[Signal, SignalInfo]] = {
    Signal.LID_CLOSED: _digital("Lid closed"),
    Signal.LID_LOCKED: _digital("Lid locked"),
    Signal.ESTOP_HEALTHY: _digital("E-stop circuit healthy"),
    Signal.RUN_PERMIT_FEEDBACK: _digital("Run permit (contactor)"),
    Signal.STANDSTILL: _digital("Standstill (hard-wired)"),
    Signal.DRIVE_STATE: _analog("Drive state", "", 0),
    Signal.DRIVE_FAULT_CODE: _analog("Drive fault code", "", 0),
    Signal.ROTOR_RPM: _analog("Rotor speed", "rpm", 0),
    Signal.DRIVE_CURRENT_A: _analog("Drive current", "A", 2),
    Signal.TORQUE_NM: _analog("Torque", "N m", 3),
    Signal.SHAFT_POWER_W: _analog("Shaft power", "W", 0),
    Signal.MOTOR_C: _analog("Motor temperature", "°C", 1),
    Signal.VESSEL_PRESSURE_MBAR_G: _analog("Vessel pressure", "mbar gauge", 1),
    Signal.AMBIENT_PRESSURE_MBAR_ABS: _analog("Ambient pressure", "mbar abs", 1),
    Signal.ARGON_SUPPLY_BAR_G: _analog("Argon supply", "bar gauge", 2),
    Signal.ARGON_FLOW_SLPM: _analog("Argon flow", "slpm", 2),
    Signal.ARGON_FLOW_SP_SLPM: _analog("Argon flow set point (read back)", "slpm", 2),
    Signal.SUPPLY_VALVE_OPEN: _digital("Argon supply valve open"),
    Signal.EXHAUST_VALVE_OPEN: _digital("Exhaust valve open"),
    Signal.SAMPLE_FLOW_SLPM: _analog("Sample flow", "slpm", 2),
    Signal.O2_PPM: _analog("Headspace O2", "ppm", 2),
    Signal.FROST_POINT_C: _analog("Frost point", "°C", 1),
    Signal.H2O_PPM: _analog("Headspace H2O", "ppm", 2),
    Signal.H2S_PPM: _analog("Headspace H2S", "ppm", 2),
    Signal.ROOM_O2_PERCENT: _analog("Room O2", "%", 2),
    Signal.ROOM_H2S_PPM: _analog("Room H2S", "ppm", 2),
    Signal.JAR_C: _analog("Jar temperature", "°C", 1),
    Signal.POWDER_PROBE_C: _analog("Powder probe", "°C", 1),
    Signal.COOLING_FLOW_LPM: _analog("Cooling flow", "L/min", 2),
    Signal.MAINS_HEALTHY: _digital("Mains healthy"),
}

# Gas values are samples drawn through a line: without sample flow they describe nothing.
SAMPLED: Final = (Signal.O2_PPM, Signal.FROST_POINT_C, Signal.H2O_PPM, Signal.H2S_PPM)
SAMPLE_FLOW_MIN_SLPM: Final = 0.2


@dataclass(slots=True, init=False)
class Image(Value):
    """What the plant looks like in one scan.

    `values`, `quality` and `age_s` each hold `SIGNAL_COUNT` entries indexed by `Signal`. `values`
    holds NaN wherever the signal is UNKNOWN; no value that was not measured in time is ever in it.
    `health` is what the controller knows of itself, and `details` says it in words.
    """

    values: Final[Sequence[float]]
    quality: Final[Sequence[Quality]]
    age_s: Final[Sequence[float]]
    health: Final[Health]
    details: Final[Details]

    def __init__(
        self,
        values: Sequence[float],
        quality: Sequence[Quality],
        age_s: Sequence[float],
        health: Health = HEALTHY,
        details: Details = NO_DETAILS,
    ) -> None:
        self.values = values
        self.quality = quality
        self.age_s = age_s
        self.health = health
        self.details = details


UNKNOWN_IMAGE: Final = Image(
    values=(NAN,) * SIGNAL_COUNT,
    quality=(Quality.NOT_LICENSED,) * SIGNAL_COUNT,
    age_s=(math.inf,) * SIGNAL_COUNT,
)
