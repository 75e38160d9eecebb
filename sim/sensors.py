"""What the transmitters make of the plant: lag, noise, range.

Values are physical, as a transmitter would state them, before any 4-20 mA conversion; a range
clamps. The analyzers read gas drawn through a sample line: without sample flow they go on reading
what stands in the line.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Final

from controller.core.signals import SIGNAL_COUNT, Signal
from sim.compiling import mypyc_attr
from sim.drive import Drive
from sim.gas import ArgonSupply
from sim.parameters import ROOM_O2, SensorParameters

_RING: Final = 4096
_LN_PER_FROST: Final = 0.14  # d ln(vapor pressure) per K of frost point near -60 °C
_OVER_RANGE: Final = 1.03  # a 4-20 mA transmitter drives a little beyond its range
_TWO_PI: Final = 2.0 * math.pi
_DRY_PA: Final = 1e-3  # below what any probe tells


def ln_vapor_pa(frost_c: float) -> float:
    """Natural log of the vapor pressure over ice in Pa (Murphy & Koop 2005, eq. 7)."""
    t = frost_c + 273.15
    return 9.550426 - 5723.265 / t + 3.53068 * math.log(t) - 0.00728332 * t


def frost_point_c(ln_pa: float) -> float:
    """Frost point from ln(vapor pressure in Pa) (Murphy & Koop 2005, eq. 8)."""
    return (1.814625 * ln_pa + 6190.134) / (29.120 - ln_pa) - 273.15


def _normal(seed: int, count: int) -> list[float]:
    """The first `count` numbers of `Random(seed).gauss(0, 1)`, in less than half the time."""
    draw = Random(seed).random  # noqa: S311  imitates noise, guards nothing
    numbers: list[float] = []
    for _ in range(count // 2):
        angle = draw() * _TWO_PI
        radius = math.sqrt(-2.0 * math.log(1.0 - draw()))
        numbers.append(math.cos(angle) * radius)
        numbers.append(math.sin(angle) * radius)
    return numbers


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class Noise:
    """Standard normal numbers from a seed, drawn once and handed out in blocks.

    Drawing in every scan would cost more than the plant; the ring repeats after minutes, with each
    signal at another place in it.
    """

    __slots__ = ("_at", "_ring", "_size")

    def __init__(self, seed: int, size: int) -> None:
        self._size = size
        self._ring = _normal(seed, _RING)
        self._ring += self._ring[:size]
        self._at = 0

    def block(self) -> list[float]:
        """The next `size` numbers."""
        at = self._at
        end = at + self._size
        self._at = end if end < _RING else end - _RING
        return self._ring[at:end]


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class Lags:
    """The slow transmitters: gas analyzers, temperature probes, room gas detectors.

    Attributes hold what each cell has settled to so far; `ln_water_pa` is the log of the vapor
    pressure at the moisture probe.
    """

    __slots__ = (
        "_dt_s",
        "_frost_down",
        "_frost_up",
        "_h2s",
        "_jar",
        "_line_h2s",
        "_line_ln_pa",
        "_line_o2",
        "_o2",
        "_powder",
        "_room",
        "h2s_ppm",
        "jar_c",
        "ln_water_max",
        "ln_water_min",
        "ln_water_pa",
        "o2_ppm",
        "parameters",
        "powder_c",
        "room_h2s_ppm",
        "room_o2_percent",
    )

    def __init__(
        self,
        parameters: SensorParameters,
        *,
        o2: float,
        h2o: float,
        pressure_pa: float,
        start_c: float,
    ) -> None:
        k = parameters
        self.parameters = k
        self.ln_water_min = ln_vapor_pa(k.frost_min_c)
        self.ln_water_max = ln_vapor_pa(k.frost_max_c)
        self.o2_ppm = self._line_o2 = 1e6 * o2
        self.h2s_ppm = self._line_h2s = 0.0
        self.ln_water_pa = self._line_ln_pa = math.log(h2o * pressure_pa)
        self.powder_c = start_c
        self.jar_c = start_c
        self.room_o2_percent = 100.0 * ROOM_O2
        self.room_h2s_ppm = 0.0
        self._set_dt(0.1)

    def _set_dt(self, dt_s: float) -> None:
        k = self.parameters
        self._dt_s = dt_s
        self._o2 = -math.expm1(-dt_s / k.o2_lag_s)
        self._h2s = -math.expm1(-dt_s / k.h2s_lag_s)
        self._frost_up = -math.expm1(-dt_s / k.frost_up_lag_s)
        self._frost_down = -math.expm1(-dt_s / k.frost_down_lag_s)
        self._powder = -math.expm1(-dt_s / k.powder_lag_s)
        self._jar = -math.expm1(-dt_s / k.jar_lag_s)
        self._room = -math.expm1(-dt_s / k.room_lag_s)

    def step(
        self, dt_s: float, powder_c: float, jar_c: float, room_o2: float, room_h2s: float
    ) -> None:
        """Let every cell follow for `dt_s`; room values are mole fractions."""
        if dt_s != self._dt_s:
            self._set_dt(dt_s)
        self.o2_ppm += (self._line_o2 - self.o2_ppm) * self._o2
        self.h2s_ppm += (self._line_h2s - self.h2s_ppm) * self._h2s
        wetter = self._line_ln_pa - self.ln_water_pa
        self.ln_water_pa += wetter * (self._frost_up if wetter > 0.0 else self._frost_down)
        self.powder_c += (powder_c - self.powder_c) * self._powder
        self.jar_c += (jar_c - self.jar_c) * self._jar
        self.room_o2_percent += (100.0 * room_o2 - self.room_o2_percent) * self._room
        self.room_h2s_ppm += (1e6 * room_h2s - self.room_h2s_ppm) * self._room

    def draw_sample(self, o2: float, h2o: float, h2s: float, pressure_pa: float) -> None:
        """Fill the sample line with gas of these mole fractions."""
        self._line_o2 = 1e6 * o2
        self._line_h2s = 1e6 * h2s
        water_pa = h2o * pressure_pa
        self._line_ln_pa = math.log(water_pa if water_pa > _DRY_PA else _DRY_PA)


_NOISY: Final = 15
_ROTOR_RPM: Final = int(Signal.ROTOR_RPM)
_DRIVE_STATE: Final = int(Signal.DRIVE_STATE)
_DRIVE_FAULT_CODE: Final = int(Signal.DRIVE_FAULT_CODE)
_DRIVE_CURRENT_A: Final = int(Signal.DRIVE_CURRENT_A)
_TORQUE_NM: Final = int(Signal.TORQUE_NM)
_SHAFT_POWER_W: Final = int(Signal.SHAFT_POWER_W)
_MOTOR_C: Final = int(Signal.MOTOR_C)
_VESSEL_PRESSURE_MBAR_G: Final = int(Signal.VESSEL_PRESSURE_MBAR_G)
_AMBIENT_PRESSURE_MBAR_ABS: Final = int(Signal.AMBIENT_PRESSURE_MBAR_ABS)
_ARGON_SUPPLY_BAR_G: Final = int(Signal.ARGON_SUPPLY_BAR_G)
_ARGON_FLOW_SLPM: Final = int(Signal.ARGON_FLOW_SLPM)
_ARGON_FLOW_SP_SLPM: Final = int(Signal.ARGON_FLOW_SP_SLPM)
_SAMPLE_FLOW_SLPM: Final = int(Signal.SAMPLE_FLOW_SLPM)
_O2_PPM: Final = int(Signal.O2_PPM)
_FROST_POINT_C: Final = int(Signal.FROST_POINT_C)
_H2O_PPM: Final = int(Signal.H2O_PPM)
_H2S_PPM: Final = int(Signal.H2S_PPM)
_ROOM_O2_PERCENT: Final = int(Signal.ROOM_O2_PERCENT)
_ROOM_H2S_PPM: Final = int(Signal.ROOM_H2S_PPM)
_JAR_C: Final = int(Signal.JAR_C)
_POWDER_PROBE_C: Final = int(Signal.POWDER_PROBE_C)
_COOLING_FLOW_LPM: Final = int(Signal.COOLING_FLOW_LPM)


@mypyc_attr(allow_interpreted_subclasses=True)  # so that it can be copied
class Transmitters:
    """All analog transmitters: what they state for the plant as it is.

    `overrides` maps a signal to a function of its true reading; it makes a transmitter lie.
    """

    __slots__ = (
        "_h2s_max",
        "_noise",
        "_o2_max",
        "_room_h2s_max",
        "_torque_noise_nm",
        "lags",
        "overrides",
        "parameters",
        "values",
    )

    def __init__(
        self, parameters: SensorParameters, lags: Lags, *, rated_torque_nm: float, seed: int
    ) -> None:
        k = parameters
        self.parameters = k
        self.lags = lags
        self.overrides: dict[Signal, Callable[[float], float]] = {}
        self.values = [0.0] * SIGNAL_COUNT
        self._noise = Noise(seed, _NOISY)
        self._torque_noise_nm = k.torque_noise_share * rated_torque_nm
        self._o2_max = _OVER_RANGE * k.o2_range_ppm
        self._h2s_max = _OVER_RANGE * k.h2s_range_ppm
        self._room_h2s_max = _OVER_RANGE * k.room_h2s_range_ppm

    def read(
        self,
        drive: Drive,
        supply: ArgonSupply,
        vessel_mbar: float,
        ambient_mbar: float,
        sample_slpm: float,
        cooling_lpm: float,
    ) -> None:
        """Put one reading of every analog transmitter into `values`."""
        k = self.parameters
        lags = self.lags
        values = self.values
        # fmt: off
        (
            r_speed, r_torque, r_pressure, r_ambient, r_supply, r_flow, r_sample, r_o2, r_frost,
            r_h2s, r_room_o2, r_room_h2s, r_jar, r_powder, r_cooling,
        ) = self._noise.block()
        # fmt: on

        values[_DRIVE_STATE] = float(drive.state)
        values[_DRIVE_FAULT_CODE] = float(drive.fault)
        values[_DRIVE_CURRENT_A] = drive.current_a
        values[_MOTOR_C] = drive.motor_c
        speed = drive.output_rps
        # A stalled motor draws its limit of current and gives its limit of torque.
        if speed > 0.0 or drive.torque_nm > 0.0:
            torque_nm = drive.torque_nm + r_torque * self._torque_noise_nm
            values[_ROTOR_RPM] = 60.0 * speed + r_speed * k.speed_noise_rpm
            values[_TORQUE_NM] = torque_nm
            values[_SHAFT_POWER_W] = torque_nm * speed * _TWO_PI
        else:
            values[_ROTOR_RPM] = 0.0
            values[_TORQUE_NM] = 0.0
            values[_SHAFT_POWER_W] = 0.0

        gauge_mbar = vessel_mbar - ambient_mbar + r_pressure * k.pressure_noise_mbar
        if gauge_mbar > k.pressure_max_mbar:
            gauge_mbar = k.pressure_max_mbar
        elif gauge_mbar < k.pressure_min_mbar:
            gauge_mbar = k.pressure_min_mbar
        values[_VESSEL_PRESSURE_MBAR_G] = gauge_mbar
        values[_AMBIENT_PRESSURE_MBAR_ABS] = ambient_mbar + r_ambient * k.ambient_noise_mbar
        values[_ARGON_SUPPLY_BAR_G] = supply.bottle_bar_g + r_supply * k.supply_noise_bar
        values[_ARGON_FLOW_SLPM] = supply.flow_slpm + r_flow * k.flow_noise_slpm
        values[_ARGON_FLOW_SP_SLPM] = supply.set_slpm
        values[_SAMPLE_FLOW_SLPM] = (
            sample_slpm + r_sample * k.sample_noise_slpm if sample_slpm > 0.0 else 0.0
        )

        values[_O2_PPM] = _within(lags.o2_ppm + r_o2 * k.o2_noise_ppm, self._o2_max)
        values[_H2S_PPM] = _within(lags.h2s_ppm + r_h2s * k.h2s_noise_ppm, self._h2s_max)
        ln_pa = lags.ln_water_pa + r_frost * _LN_PER_FROST * k.frost_noise_c
        if ln_pa < lags.ln_water_min:
            ln_pa = lags.ln_water_min
        elif ln_pa > lags.ln_water_max:
            ln_pa = lags.ln_water_max
        values[_FROST_POINT_C] = frost_point_c(ln_pa)
        values[_H2O_PPM] = 1e4 * math.exp(ln_pa) / vessel_mbar
        values[_ROOM_O2_PERCENT] = lags.room_o2_percent + r_room_o2 * k.room_o2_noise_percent
        values[_ROOM_H2S_PPM] = _within(
            lags.room_h2s_ppm + r_room_h2s * k.room_h2s_noise_ppm, self._room_h2s_max
        )
        values[_JAR_C] = lags.jar_c + r_jar * k.temperature_noise_c
        values[_POWDER_PROBE_C] = lags.powder_c + r_powder * k.temperature_noise_c
        values[_COOLING_FLOW_LPM] = (
            cooling_lpm + r_cooling * k.cooling_noise_lpm if cooling_lpm > 0.0 else 0.0
        )

    def apply_overrides(self) -> None:
        """Let the lying transmitters lie."""
        values = self.values
        for signal, lie in self.overrides.items():
            values[signal] = lie(values[signal])


def _within(value: float, top: float) -> float:
    return 0.0 if value < 0.0 else top if value > top else value
