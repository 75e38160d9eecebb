"""What one seed does: which faults when, what people do, when the controller is killed.

Everything is drawn before anything runs. Each purpose has a random stream of its own, so that one
more draw for one of them leaves the others as they were.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from sim.faults.actuators import actuator_faults
from sim.faults.communication import communication_faults
from sim.faults.contacts import contact_faults
from sim.faults.drive import drive_faults
from sim.faults.gas import gas_faults
from sim.faults.heat import heat_faults
from sim.faults.model import Fault, Planned
from sim.faults.process import process_faults
from sim.faults.room import room_faults
from sim.faults.sensors import sensor_faults

CLEAN: Final = 0.10
CROWDED: Final = 0.05
FULL_LENGTH: Final = 0.10
WARM: Final = 0.85  # of the seeds with faults: begin where the blade is about to turn
BY_HAND: Final = 0.12
FAMILY_ON: Final = 0.4
MILLS: Final = 4
STALL_MAX_S: Final = 5.0
CRASH: Final = "controller_crash"
_MACHINE: Final = ("powder_", "jar_", "motor_", "torque_", "rotor_", "cooling_")
FAMILIES: Final[dict[str, tuple[Fault, ...]]] = {
    "machine's sensors": tuple(f for f in sensor_faults() if f.name.startswith(_MACHINE)),
    "gas sensors": tuple(f for f in sensor_faults() if not f.name.startswith(_MACHINE)),
    "contacts": tuple(contact_faults()),
    "actuators": tuple(actuator_faults()),
    "gas": tuple(gas_faults()),
    "heat": tuple(heat_faults()),
    "drive": tuple(drive_faults()),
    "room": tuple(room_faults()),
    "communication": tuple(communication_faults()),
    "process": tuple(process_faults()),
}


@dataclass(frozen=True, slots=True)
class Habits:
    """How often people do something (times a second), and how badly."""

    helpful_hz: float = 0.0
    careless_hz: float = 0.0
    presses_estop: bool = False
    twice: float = 0.0
    late_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Crash:
    """The controller is killed at `at_s` and comes back after `for_s`."""

    at_s: float
    for_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """One seed. Times are in s from the beginning of the run; `for_s` is until all is mended."""

    seed: int
    full_length: bool
    warm: bool
    mill: int
    for_s: float
    faults: tuple[Planned, ...]
    crashes: tuple[Crash, ...]
    habits: Habits
    to_the_end: bool
    by_hand: bool  # begins with a mill that has been purged by hand, without a batch

    @property
    def clean(self) -> bool:
        """Whether nothing fails: then nothing may trip or hold either."""
        return not self.faults and not self.crashes

    @property
    def troubles(self) -> tuple[str, ...]:
        """The names of all that fails."""
        return (*(one.fault.name for one in self.faults), *(CRASH for _ in self.crashes))


def draw(seed: int) -> Plan:
    """The plan of one seed: the same in every process."""
    shape = _stream(seed, "shape")
    clean, full_length = shape.random() < CLEAN, shape.random() < FULL_LENGTH
    by_hand = not clean and not full_length and _stream(seed, "hands").random() < BY_HAND
    warm = not clean and not full_length and shape.random() < WARM
    if clean:
        for_s = 0.0
    elif full_length:
        for_s = shape.uniform(300.0, 700.0)
    else:
        for_s = shape.uniform(40.0, 120.0) + (0.0 if warm else 140.0)
    return Plan(
        seed=seed,
        full_length=full_length,
        warm=warm,
        mill=shape.randrange(MILLS),
        for_s=for_s,
        faults=() if clean else tuple(_faults(_stream(seed, "faults"), for_s)),
        crashes=() if clean else tuple(_crashes(_stream(seed, "crashes"), for_s)),
        habits=Habits() if clean else _habits(_stream(seed, "habits")),
        by_hand=by_hand,
        to_the_end=clean or shape.random() < 0.25,
    )


def _stream(seed: int, purpose: str) -> Random:
    return Random(f"{purpose} {seed}")  # noqa: S311 - a repeatable draw, no secret


def people(seed: int) -> Random:
    """The stream of what people do while the run goes on."""
    return _stream(seed, "people")


def _faults(draw: Random, for_s: float) -> Iterator[Planned]:
    on = [name for name in FAMILIES if draw.random() < FAMILY_ON] or [draw.choice(list(FAMILIES))]
    if draw.random() < CROWDED:
        count = draw.randint(11, 25)
    else:
        count = 1 + min(9, int(draw.expovariate(0.4)))
    longest_s = draw.choice((2.0, 10.0, 60.0))
    for _ in range(count):
        yield _fault(draw, draw.choice(FAMILIES[draw.choice(on)]), for_s, longest_s)


def _fault(draw: Random, fault: Fault, for_s: float, longest_s: float) -> Planned:
    on_s = round(draw.uniform(0.0, 0.9 * for_s), 1)
    off_s = on_s + round(max(0.1, draw.expovariate(1.0 / longest_s)), 1)
    stays = draw.random() < 0.25
    return Planned(fault, on_s, math.inf if stays else off_s, _value(draw, fault))


def _value(draw: Random, fault: Fault) -> float:
    """The default, one of about its size, or now and then anything that is allowed."""
    value, chance = fault.value, draw.random()
    if value is None:
        return math.nan
    high = STALL_MAX_S if fault.name == "scan_stalled" else value.high
    if chance < 0.1:
        return draw.uniform(value.low, high)
    if chance < 0.5:
        times = math.pow(10.0, draw.uniform(-0.5, 0.5))
        return min(max(value.default * times, value.low), high)
    return value.default


def _crashes(draw: Random, for_s: float) -> Iterator[Crash]:
    if draw.random() < 0.15:
        for _ in range(draw.randint(1, 2)):
            yield Crash(draw.uniform(0.0, for_s), draw.choice((0.3, 1.0, 3.0, 10.0)))


def _habits(draw: Random) -> Habits:
    return Habits(
        helpful_hz=draw.choice((0.0, 0.1, 0.5, 1.0)),
        careless_hz=draw.choice((0.0, 0.02, 0.1, 0.5)),
        presses_estop=draw.random() < 0.2,
        twice=draw.choice((0.0, 0.3)),
        late_s=draw.choice((0.0, 0.5, 5.0)),
    )
