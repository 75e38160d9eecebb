"""What the points of a plant file can say against what its mill and the limits need.

A transmitter that ends below a limit, a scale for another unit, or a point of another kind would
work without a complaint, and never trip.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

from controller.core.equipment import Equipment
from controller.core.limits import limits_for
from controller.core.signals import SIGNALS, Signal
from controller.edge.codec import SPAN_MA, PointCodec
from controller.edge.registers import Point, RawType
from controller.edge.tomlindex import KeyPath
from controller.edge.wiring import Device, OutputWire, SignalWire

Range = tuple[float, float]
Problem = tuple[KeyPath, str]

# What one unit of the point is in units of the signal, where the two have different ones.
SAME: Final = (1.0,)
POLES: Final = (60.0, 30.0, 20.0, 15.0, 12.0, 10.0)  # rpm per Hz of motors with 2 to 12 poles
FACTORS: Final[Mapping[tuple[str, str], tuple[float, ...]]] = {
    ("degC", "°C"): SAME,
    ("ppmv", "ppm"): SAME,
    ("lpm", "L/min"): SAME,
    ("kW", "W"): (1000.0,),
    ("Hz", "rpm"): POLES,
}
OUTPUT_UNITS: Final = {"rotor_rpm": "rpm", "argon_flow_slpm": "slpm"}
MOST_SPAN: Final = 100.0  # times what is needed: beyond that the last digits are lost
RATED_SHARE: Final = (0.4, 2.0)  # of torque_max_nm over the torque that 100 % stands for
TOLERANCE: Final = 0.01


def needed(equipment: Equipment) -> dict[Signal, Range]:
    """What each transmitter must be able to read at this mill, in the signal's unit."""
    limits = limits_for(equipment, None)
    e = equipment
    highest_mbar = max(limits.pressure_trip_mbar_g, e.leak_test_max_mbar_g)
    return {
        Signal.ROTOR_RPM: (0.0, limits.rotor_trip_rpm),
        Signal.TORQUE_NM: (0.0, e.torque_max_nm),
        Signal.MOTOR_C: (20.0, limits.motor_trip_c),
        Signal.VESSEL_PRESSURE_MBAR_G: (0.0, highest_mbar),
        Signal.AMBIENT_PRESSURE_MBAR_ABS: (900.0, 1060.0),
        Signal.ARGON_SUPPLY_BAR_G: (0.0, e.argon_cylinder_full_bar_g),
        Signal.ARGON_FLOW_SLPM: (0.0, e.argon_flow_max_slpm),
        Signal.ARGON_FLOW_SP_SLPM: (0.0, e.argon_flow_max_slpm),
        Signal.SAMPLE_FLOW_SLPM: (0.0, limits.sample_flow_warn_slpm),
        Signal.O2_PPM: (0.0, limits.o2_hold_ppm),
        Signal.FROST_POINT_C: (-65.0, -40.0),  # 5 to 130 ppm in argon at 1 bar
        Signal.H2S_PPM: (0.0, limits.h2s_trip_ppm),
        Signal.ROOM_O2_PERCENT: (limits.room_o2_trip_percent, 20.95),
        Signal.ROOM_H2S_PPM: (0.0, limits.room_h2s_trip_ppm),
        Signal.JAR_C: (20.0, limits.powder_trip_c),
        Signal.POWDER_PROBE_C: (20.0, limits.powder_trip_c),
        Signal.COOLING_FLOW_LPM: (0.0, limits.cooling_flow_hold_lpm),
    }


def signal_range_problems(
    signal: Signal, wire: SignalWire, point: Point, device: Device, equipment: Equipment
) -> Iterator[tuple[str, str]]:
    """Where an analog signal's point cannot say what is needed."""
    if signal is Signal.DRIVE_STATE:
        if not {"stopped", "running"} <= set(point.states or ()):
            yield "point", "must be a drive's state, with a number for stopped and for running"
        return
    if point.states:
        yield "point", "is a state, not a number"
        return
    unit = SIGNALS[signal].unit
    if wire.span is None:
        problem = list(_unit_problems(signal, wire, point, unit, equipment))
        yield from problem
        if problem:
            return
    low, high = wire.span or _reach(wire, point, device)
    need = needed(equipment).get(signal)
    if need and not (low <= need[0] and need[1] <= high):
        key = "span" if wire.span else "scale" if wire.scale else "point"
        yield key, _narrow(low, high, need, unit)
    elif need and (steps := _coarse(signal, wire, point, equipment)):
        yield "span", steps
    elif need and wire.span and high - low > MOST_SPAN * (need[1] - need[0]):
        yield "span", f"is {high - low:g} {unit} wide; {need[1] - need[0]:g} {unit} are needed"


def _coarse(signal: Signal, wire: SignalWire, point: Point, equipment: Equipment) -> str | None:
    """Where one step of the converter is more than the leak test takes the transmitter to be."""
    sigma = {
        Signal.VESSEL_PRESSURE_MBAR_G: equipment.pressure_sigma_mbar,
        Signal.JAR_C: equipment.temperature_sigma_k,
        Signal.POWDER_PROBE_C: equipment.temperature_sigma_k,
    }.get(signal)
    if sigma is None or wire.span is None or point.type is RawType.F32:
        return None
    step = point.scale * (wire.span[1] - wire.span[0]) / SPAN_MA
    if step <= sigma * math.sqrt(12.0):  # the deviation of what is rounded to steps
        return None
    unit = SIGNALS[signal].unit
    return f"makes steps of {step:.2g} {unit}; the leak test takes it to be known to {sigma:g}"


def _reach(wire: SignalWire, point: Point, device: Device) -> Range:
    low, high = PointCodec(point, device.order).limits
    return low * (wire.scale or 1.0), high * (wire.scale or 1.0)


def _narrow(low: float, high: float, need: Range, unit: str) -> str:
    return (
        f"reads {low:g} to {high:g} {unit}; the limits of this mill need"
        f" {need[0]:g} to {need[1]:g} {unit}"
    )


def _unit_problems(
    signal: Signal, wire: SignalWire, point: Point, unit: str, equipment: Equipment
) -> Iterator[tuple[str, str]]:
    if signal is Signal.TORQUE_NM and point.unit == "%":
        rated_nm = 100.0 * (wire.scale or 1.0)
        low, high = RATED_SHARE
        if not low * rated_nm <= equipment.torque_max_nm <= high * rated_nm:
            most = equipment.torque_max_nm
            yield "scale", f"makes 100 % {rated_nm:g} N m, with torque_max_nm = {most:g}"
        return
    factors = FACTORS.get((point.unit, unit))
    yield from _factor_problems(wire.scale or 1.0, point.unit, unit, factors)


def _factor_problems(
    scale: float, given: str, wanted: str, allowed: tuple[float, ...] | None
) -> Iterator[tuple[str, str]]:
    if allowed is None and given.split(" ")[0] != wanted.split(" ")[0]:
        yield "point", f"makes {given or 'a bare number'} {wanted or 'a bare number'}"
        return
    factors = allowed or SAME
    if not any(math.isclose(scale, factor, rel_tol=TOLERANCE) for factor in factors):
        numbers = " or ".join(f"{factor:.6g}" for factor in factors)
        yield "scale", f"is {scale:g}; {given or 'this'} to {wanted or 'this'} takes {numbers}"


def output_range_problems(
    name: str, wire: OutputWire, point: Point, equipment: Equipment
) -> Iterator[tuple[str, str]]:
    """Where an analog output's point takes another unit, or less than the mill may be told."""
    unit = OUTPUT_UNITS[name]
    scale = wire.scale or 1.0
    inverse = tuple(1.0 / factor for factor in FACTORS.get((point.unit, unit), ()))
    problems = list(_factor_problems(scale, unit, point.unit, inverse or None))
    yield from problems
    most = {
        "rotor_rpm": equipment.rotor_rpm_max,
        "argon_flow_slpm": equipment.argon_flow_max_slpm,
    }[name]
    if not problems and point.valid and most * scale > point.valid[1]:
        highest = most * scale
        yield "scale", f"the most in [equipment] gives {highest:g}, above {point.valid[1]:g}"


def pole_problems(
    signal: SignalWire | None, output: OutputWire | None, points: tuple[Point, Point] | None
) -> Iterator[Problem]:
    """Speed asked for and speed read must count the same poles."""
    if signal is None or output is None or points is None:
        return
    both_hz = all(point.unit == "Hz" for point in points)
    product = (signal.scale or 1.0) * (output.scale or 1.0)
    if both_hz and not math.isclose(product, 1.0, rel_tol=TOLERANCE):
        yield (
            ("signals", "rotor_rpm", "scale"),
            f"and that of outputs.rotor_rpm differ: a set speed reads {product:g} times as much",
        )
