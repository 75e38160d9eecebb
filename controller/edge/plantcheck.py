"""What must hold between the tables of a plant file, each fault with the line that causes it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import fields
from ipaddress import ip_address
from typing import Final

from controller.core.equipment import Equipment
from controller.core.limits import Limits
from controller.core.outputs import DEAD, Outputs
from controller.core.signals import SIGNALS, Signal
from controller.edge.plantranges import (
    output_range_problems,
    pole_problems,
    signal_range_problems,
)
from controller.edge.planttimes import time_problems
from controller.edge.profile import profile_names
from controller.edge.registers import Point, RawType
from controller.edge.tomlfile import TomlDocument
from controller.edge.tomlindex import KeyPath
from controller.edge.wiring import HEARTBEAT, Device, OutputWire, PlantDocument, SignalWire
from controller.errors import Fault

Problem = tuple[KeyPath, str]

# Computed from the frost point and the measured pressure, so no device may state it.
DERIVED: Final = frozenset({Signal.H2O_PPM})
SIGNAL_NAMES: Final = {signal.name.lower(): signal for signal in Signal if signal not in DERIVED}
OUTPUT_NAMES: Final = (*(field.name for field in fields(Outputs)), HEARTBEAT)
# What a crashed controller must not leave on: only a device that watches its link may carry it.
WATCHED: Final = frozenset(OUTPUT_NAMES) - {
    "argon_flow_slpm",
    "drive_fault_reset",
    "beacon",
    "horn",
}
MILLIAMPERE: Final = "mA"
TIP_M_S: Final = (5.0, 80.0)  # of blade mills: assumed
BULK_G_L: Final = 2200.0  # tapped density of NMC, about
FILL_MOST: Final = 0.6


def plant_faults(plant: PlantDocument, document: TomlDocument) -> Iterator[Fault]:
    """Every fault across the tables of `plant`."""
    for path, message in _problems(plant):
        yield document.fault(path, message)


def _problems(plant: PlantDocument) -> Iterator[Problem]:
    yield from _equipment_problems(plant.equipment)
    for number, device in enumerate(plant.devices):
        for key, message in _device_problems(device, plant):
            yield ("devices", number, key), message
    yield from _clashes(plant.devices)
    yield from time_problems(plant)
    yield from _name_problems("signals", plant.signals, SIGNAL_NAMES)
    yield from _name_problems("outputs", plant.outputs, OUTPUT_NAMES)
    points = _points(plant.devices)
    for name, signal in plant.signals.items():
        for key, message in _signal_problems(name, signal, points, plant):
            yield ("signals", name, key), message
    for name, output in plant.outputs.items():
        for key, message in _output_problems(name, output, points, plant):
            yield ("outputs", name, key), message
    yield from _doubles("signals", plant.signals.items())
    yield from _doubles("outputs", plant.outputs.items())
    yield from pole_problems(*_speed(plant, points))


def _equipment_problems(equipment: Equipment) -> Iterator[Problem]:
    e = equipment
    for low, low_key, high, high_key in (
        (e.charge_min_g, "charge_min_g", e.charge_max_g, "charge_max_g"),
        (e.rotor_rpm_min, "rotor_rpm_min", e.rotor_rpm_max, "rotor_rpm_max"),
        (e.empty_torque_nm, "empty_torque_nm", e.torque_max_nm, "torque_max_nm"),
        (e.bleed_flow_slpm, "bleed_flow_slpm", e.cover_flow_slpm, "cover_flow_slpm"),
        (e.leak_test_max_mbar_g, "leak_test_max_mbar_g", e.relief_mbar_g, "relief_mbar_g"),
        (e.cover_flow_slpm, "cover_flow_slpm", e.trip_purge_flow_slpm, "trip_purge_flow_slpm"),
    ):
        if not low < high:
            yield ("equipment", low_key), f"must be below {high_key}, which is {high:g}"
    for flow, key in (
        (e.cover_flow_slpm, "cover_flow_slpm"),
        (e.trip_purge_flow_slpm, "trip_purge_flow_slpm"),
    ):
        if flow > e.argon_flow_max_slpm:
            limit = e.argon_flow_max_slpm
            yield ("equipment", key), f"must be at most argon_flow_max_slpm, which is {limit:g}"
    yield from _rotor_problems(e)
    trip_mbar = Limits().pressure_trip_mbar_g
    if not e.leak_test_max_mbar_g < trip_mbar:
        why = f"must be below the pressure that trips, which is {trip_mbar:g}"
        yield ("equipment", "leak_test_max_mbar_g"), why
    most_g = FILL_MOST * BULK_G_L * e.vessel_l
    if e.charge_max_g > most_g:
        yield ("equipment", "charge_max_g"), f"is too much for the vessel, which holds {most_g:.0f}"


def _rotor_problems(e: Equipment) -> Iterator[Problem]:
    tip_m_s = math.pi * e.blade_diameter_m * e.rotor_rpm_max / 60.0
    if not TIP_M_S[0] <= tip_m_s <= TIP_M_S[1]:
        why = f"and rotor_rpm_max make a tip speed of {tip_m_s:.1f} m/s"
        low, high = TIP_M_S
        yield ("equipment", "blade_diameter_m"), f"{why}; allowed {low:g} to {high:g}"
    down_s = e.rotor_rpm_max / e.ramp_down_rpm_per_s
    if e.run_down_s < 0.999 * down_s:
        why = f"must be at least rotor_rpm_max over ramp_down_rpm_per_s, {down_s:.1f} s"
        yield ("equipment", "run_down_s"), why
    if e.coast_s < e.run_down_s:
        yield ("equipment", "coast_s"), "must be at least run_down_s: without power it takes longer"


def _device_problems(device: Device, plant: PlantDocument) -> Iterator[tuple[str, str]]:
    if device.profile not in profile_names():
        yield "profile", f"is none of the known profiles: {', '.join(profile_names())}"
    try:
        is_loopback = ip_address(device.host).is_loopback
    except ValueError:
        yield "host", "must be a numeric address, such as 192.168.10.21: names can be redirected"
    else:
        if plant.plant.simulated and not is_loopback:
            yield "host", "must be 127.0.0.1 (or ::1) in a plant that is marked simulated"
    used = {wire.device for wire in plant.signals.values()}
    if device.id not in used | {wire.device for wire in plant.outputs.values()}:
        yield "id", "is wired to no signal and no output"
    if device.profile in profile_names():
        yield from _watchdog_problems(device, plant)
        header = device.register_map.device
        if device.order is not header.word_order and not header.either_order:
            yield "word_order", f"is always {header.word_order.value} with {header.model}"


def _watchdog_problems(device: Device, plant: PlantDocument) -> Iterator[tuple[str, str]]:
    if device.watchdog_s is None:
        drives = any(wire.device == device.id for wire in plant.outputs.values())
        if drives and device.register_map.watchdog:
            yield "watchdog_s", "is missing: the device has a watchdog, and carries outputs"
    elif device.register_map.watchdog is None:
        yield "watchdog_s", f"is set, but {device.register_map.device.model} has no watchdog"
    elif device.watchdog_s <= device.max_age_s:
        yield "watchdog_s", f"must be longer than max_age_s, which is {device.max_age_s:g} s"


def _clashes(devices: Iterable[Device]) -> Iterator[Problem]:
    ids: dict[str, int] = {}
    addresses: dict[tuple[str, int, int], str] = {}
    for number, device in enumerate(devices):
        if ids.setdefault(device.id, number) != number:
            yield ("devices", number, "id"), f"{device.id!r} is there twice"
            continue
        address = (device.host, device.port, device.unit)
        other = addresses.setdefault(address, device.id)
        if other != device.id:
            message = f"host, port and unit are those of {other!r} too"
            yield ("devices", number, "port"), message


def _name_problems(table: str, given: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    given, known = list(given), list(known)
    for name in given:
        if name in {signal.name.lower() for signal in DERIVED} and table == "signals":
            yield (table, name), "is computed from frost point and pressure, and never wired"
        elif name not in known:
            yield (table, name), f"is no known name; there are: {', '.join(known)}"
    missing = [name for name in known if name not in given]
    if missing:
        yield (table,), f"must also have: {', '.join(missing)}"


def _points(devices: Iterable[Device]) -> dict[str, dict[str, Point]]:
    known = profile_names()
    return {
        device.id: device.register_map.points if device.profile in known else {}
        for device in devices
    }


def _wire_problems(
    wire: SignalWire | OutputWire, points: dict[str, dict[str, Point]]
) -> Iterator[tuple[str, str]]:
    if wire.device not in points:
        yield "device", f"is none of the devices: {', '.join(points)}"
    elif points[wire.device] and wire.point not in points[wire.device]:
        yield "point", f"is no point of {wire.device}: {_listed(points[wire.device])}"


def _listed(points: dict[str, Point]) -> str:
    names = list(points)
    return ", ".join(names) if len(names) <= 12 else f"{names[0]} to {names[-1]}"


def _is_bit(point: Point) -> bool:
    return point.type is RawType.BIT or (point.bits is not None and point.bits[1] == 1)


def _signal_problems(
    name: str, wire: SignalWire, points: dict[str, dict[str, Point]], plant: PlantDocument
) -> Iterator[tuple[str, str]]:
    problems = list(_wire_problems(wire, points))
    yield from problems
    point = points.get(wire.device, {}).get(wire.point)
    signal = SIGNAL_NAMES.get(name)
    if point is None or signal is None:
        return
    digital = SIGNALS[signal].digital
    if not point.access.readable:
        yield "point", f"{point.ref} is write-only"
    if digital != _is_bit(point):
        kind = "a single bit" if digital else "a number, not a single bit"
        yield "point", f"must be {kind}"
    if (point.unit == MILLIAMPERE) != (wire.span is not None):
        why = "is needed: the point is a current" if wire.span is None else "is for currents (mA)"
        yield "span", why
    if wire.span is not None and not wire.span[0] < wire.span[1]:
        yield "span", "must be [low, high] with low below high"
    if wire.span is not None and wire.scale is not None:
        yield "scale", "does not go together with span"
    if digital and wire.scale is not None:
        yield "scale", "is for numbers, and this is a bit"
    if wire.invert and not digital:
        yield "invert", "is for single bits only"
    if digital or _is_bit(point) or (point.unit == MILLIAMPERE) != (wire.span is not None):
        return
    device = next(device for device in plant.devices if device.id == wire.device)
    yield from signal_range_problems(signal, wire, point, device, plant.equipment)


def _output_problems(
    name: str, wire: OutputWire, points: dict[str, dict[str, Point]], plant: PlantDocument
) -> Iterator[tuple[str, str]]:
    yield from _wire_problems(wire, points)
    point = points.get(wire.device, {}).get(wire.point)
    if point is None or name not in OUTPUT_NAMES:
        return
    digital = name == HEARTBEAT or isinstance(getattr(DEAD, name), bool)
    if not point.access.writable:
        yield "point", f"{point.ref} is read-only"
    if digital != (_is_bit(point) or point.on is not None):
        yield "point", f"must be {'a single bit or a command word' if digital else 'a number'}"
    if digital and wire.scale is not None:
        yield "scale", "is for numbers, and this output is on or off"
    if not digital and not _is_bit(point) and point.on is None:
        yield from output_range_problems(name, wire, point, plant.equipment)
    device = next(device for device in plant.devices if device.id == wire.device)
    if name in WATCHED and device.register_map.watchdog is None:
        yield "device", "has no watchdog: a crashed controller would leave this output on"


def _speed(
    plant: PlantDocument, points: dict[str, dict[str, Point]]
) -> tuple[SignalWire | None, OutputWire | None, tuple[Point, Point] | None]:
    signal, output = plant.signals.get("rotor_rpm"), plant.outputs.get("rotor_rpm")
    ends = [points.get(wire.device, {}).get(wire.point) for wire in (signal, output) if wire]
    found = [point for point in ends if point is not None]
    return signal, output, (found[0], found[1]) if len(found) == 2 else None


def _doubles(table: str, wires: Iterable[tuple[str, SignalWire | OutputWire]]) -> Iterator[Problem]:
    users: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name, wire in wires:
        users[wire.device, wire.point].append(name)
    for (device, point), names in users.items():
        for name in names[1:]:
            yield (table, name, "point"), f"{device}.{point} is wired to {names[0]} already"
