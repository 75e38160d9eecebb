"""The ways in which one transmitter can fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from controller.core.signals import NAN, Quality, Signal
from sim.faults.effects import ages, is_bad, lies
from sim.faults.lies import (
    Intermittent,
    Lie,
    Slow,
    Stuck,
    adds,
    drifts,
    saturating,
    spikes,
    states,
)
from sim.faults.model import NOTHING, Fault, Table, Value, counted

LOOSE_S: Final = 3.0  # a loose contact has shown itself by then


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """One transmitter: its range, values that matter, and what has to come of its failures.

    `unknown` is for a value that cannot be used, `beyond` for one past its limits on the side of
    `wrong`. `whole` sensors fail in every way, the others only in the ways that differ.
    """

    prefix: str
    signal: Signal
    label: str
    hazard: str
    unit: str
    low: float
    high: float
    wrong: float
    unknown: Table
    beyond: Table
    whole: bool = False
    stuck: Table = NOTHING
    bias: float = 0.0
    biased: Table = NOTHING
    spike: float = 0.0
    spiked: Table = NOTHING
    at_top: Table = NOTHING
    at_bottom: Table = NOTHING


def failures_of(sensor: Sensor) -> Iterator[Fault]:
    """Every failure of one transmitter."""
    yield from _plain(sensor)
    if sensor.whole:
        yield from _whole(sensor)


def _plain(s: Sensor) -> Iterator[Fault]:
    def ranged(lie: Callable[[float], Lie]) -> Callable[[float], Lie]:
        return lambda value: saturating(lie(value), s.low, s.high)

    def fault(
        kind: str, catalogue: str, text: str, made: Callable[[float], Lie], expected: Table,
        value: Value | None = None,
    ) -> Fault:  # fmt: skip
        return Fault(
            name=f"{s.prefix}_{kind}",
            catalogue=catalogue,
            hazard=s.hazard,
            text=f"{s.label}: {text}",
            begin=lies(s.signal, made),
            expected=expected,
            value=value,
        )

    yield fault("stuck", "S1", "stays at what it reads when the fault begins.",
                lambda _: Stuck(), s.stuck)  # fmt: skip
    yield fault("nan", "S4", "the sensor is broken or burnt out: not a number.",
                lambda _: states(NAN), s.unknown)  # fmt: skip
    yield fault("wrong", "S5", "reads VALUE, whatever is true.", ranged(states), s.beyond,
                Value(s.unit, s.wrong, s.low, s.high))  # fmt: skip
    yield fault("intermittent", "S12", "VALUE percent of the readings are not a number.",
                lambda percent: Intermittent(percent / 100.0), counted(s.unknown, LOOSE_S),
                Value("%", 50.0, 1.0, 100.0))  # fmt: skip
    yield Fault(
        name=f"{s.prefix}_stale",
        catalogue="S6",
        hazard=s.hazard,
        text=f"{s.label}: the device answers, but without new samples; the last one grows old.",
        begin=ages(s.signal),
        expected=s.unknown,
        ages=(s.signal,),
    )


def _whole(s: Sensor) -> Iterator[Fault]:
    span = s.high - s.low

    def fault(
        kind: str, catalogue: str, text: str, made: Callable[[float], Lie], expected: Table,
        value: Value | None = None,
    ) -> Fault:  # fmt: skip
        def ranged(value: float) -> Lie:
            return saturating(made(value), s.low, s.high)

        return Fault(
            name=f"{s.prefix}_{kind}",
            catalogue=catalogue,
            hazard=s.hazard,
            text=f"{s.label}: {text}",
            begin=lies(s.signal, ranged),
            expected=expected,
            value=value,
        )

    yield fault("drift", "S2", "is wrong by a factor that grows to VALUE within ten minutes.",
                drifts, NOTHING, Value("times", 1.3, 0.1, 10.0))  # fmt: skip
    yield fault("spike", "S3", "jumps once by VALUE for two or three scans.", spikes, s.spiked,
                Value(s.unit, s.spike, -span, span))  # fmt: skip
    yield fault("over_range", "S5", "saturates at the top of its range.",
                lambda _: states(2.0 * s.high + span), s.at_top)  # fmt: skip
    yield fault("under_range", "S5", "saturates at the bottom of its range.",
                lambda _: states(s.low - span), s.at_bottom)  # fmt: skip
    yield fault("bias", "S9", "reads VALUE more than is true.", adds, s.biased,
                Value(s.unit, s.bias, -span, span))  # fmt: skip
    yield fault("slow", "S1", "follows with a lag of VALUE.", Slow, NOTHING,
                Value("s", 60.0, 0.1, 3600.0))  # fmt: skip
    yield Fault(
        name=f"{s.prefix}_bad",
        catalogue="S7",
        hazard=s.hazard,
        text=f"{s.label}: the device marks its value as not to be used (in calibration).",
        begin=is_bad(s.signal, Quality.UNCERTAIN),
        expected=s.unknown,
    )
