"""Whether the times of a plant file fit together: polls, ages, watchdogs, and the scan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from controller.core.signals import Signal
from controller.edge.tomlindex import KeyPath
from controller.edge.wiring import HEARTBEAT, Device, PlantDocument

Problem = tuple[KeyPath, str]

# What stops the blade or lets a person in may not be old.
FAST: Final = frozenset(
    {
        Signal.LID_CLOSED,
        Signal.LID_LOCKED,
        Signal.ESTOP_HEALTHY,
        Signal.RUN_PERMIT_FEEDBACK,
        Signal.STANDSTILL,
        Signal.DRIVE_STATE,
        Signal.DRIVE_FAULT_CODE,
        Signal.ROTOR_RPM,
        Signal.TORQUE_NM,
    }
)
FAST_AGE_S: Final = 1.0
SLOW_AGE_S: Final = 5.0
# For so long a controller that is gone may leave the blade driven.
WATCHDOG_MOST_S: Final = 2.0
SCAN_S: Final = 0.1


def time_problems(plant: PlantDocument) -> Iterator[Problem]:
    """Every time that does not fit the others."""
    for number, device in enumerate(plant.devices):
        for key, message in _device_problems(device, plant):
            yield ("devices", number, key), message
    yield from _heartbeat_problems(plant)
    yield from _unit_problems(plant.devices)


def _device_problems(device: Device, plant: PlantDocument) -> Iterator[tuple[str, str]]:
    shortest = 3.0 * device.poll_s + device.timeout_s
    if device.max_age_s < shortest:
        yield "max_age_s", f"must be at least three polls and a timeout, here {shortest:g} s"
    names = {name for name, wire in plant.signals.items() if wire.device == device.id}
    fast = sorted(signal.name.lower() for signal in FAST if signal.name.lower() in names)
    if fast and device.max_age_s > FAST_AGE_S:
        yield "max_age_s", f"must be at most {FAST_AGE_S:g} s: {fast[0]} is read from it"
    elif names and device.max_age_s > SLOW_AGE_S:
        yield "max_age_s", f"must be at most {SLOW_AGE_S:g} s"
    if device.watchdog_s is not None and device.watchdog_s > WATCHDOG_MOST_S:
        yield "watchdog_s", f"must be at most {WATCHDOG_MOST_S:g} s: until then outputs stay on"
    if device.timeout_s < SCAN_S / 2.0:
        yield "timeout_s", f"must be at least half a scan, {SCAN_S / 2.0:g} s"


def _heartbeat_problems(plant: PlantDocument) -> Iterator[Problem]:
    path = ("plant", "heartbeat_s")
    time_s = plant.plant.heartbeat_s
    if time_s > WATCHDOG_MOST_S:
        yield path, f"must be at most {WATCHDOG_MOST_S:g} s: until then the permit stays on"
    carrier = plant.outputs.get(HEARTBEAT)
    for device in plant.devices:
        if carrier and device.id == carrier.device and time_s < device.max_age_s:
            yield path, f"must be at least max_age_s of {device.id}, which is {device.max_age_s:g}"


def _unit_problems(devices: Iterable[Device]) -> Iterator[Problem]:
    shared = Counter((device.host, device.port) for device in devices)
    for number, device in enumerate(devices):
        if device.unit == 0 and shared[device.host, device.port] > 1:
            yield ("devices", number, "unit"), "is 0, which calls every device behind a gateway"
