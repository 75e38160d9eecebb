"""Readings that are good one by one and still cannot be trusted: they come and go, or never move.

A loose contact or a flapping device begins every confirm time anew, so losses are counted: up by 2
for each, down by 1 for every `FORGET_S` without one. A frozen transmitter states a good value for
ever: a gas or pressure reading that has not changed by its last digit while flow or speed did.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from operator import eq, itemgetter
from typing import Final

from controller.core.image import ALL_GOOD
from controller.core.outputs import DEAD, Outputs
from controller.core.signals import NAN, SIGNAL_COUNT, SIGNALS, Image, Signal
from controller.core.value import Value

LOSS: Final = 2
LOOSE: Final = 6  # three losses, with less than FORGET_S between them
MOST: Final = 12
FORGET_S: Final = 5.0
LOOK_S: Final = 1.0
VALVE_FOLLOWS_S: Final = 2.0

_LID_CLOSED: Final = int(Signal.LID_CLOSED)
_LID_LOCKED: Final = int(Signal.LID_LOCKED)
_ESTOP: Final = int(Signal.ESTOP_HEALTHY)
_MAINS: Final = int(Signal.MAINS_HEALTHY)
_SUPPLY: Final = int(Signal.SUPPLY_VALVE_OPEN)
_EXHAUST: Final = int(Signal.EXHAUST_VALVE_OPEN)
_CONTACTS: Final = (_LID_CLOSED, _LID_LOCKED, _ESTOP, _MAINS)
_VALVES: Final = frozenset((_SUPPLY, _EXHAUST))
_MADE: Final = float(len(_CONTACTS))
# What noise and the process never let stand still.
MOVING: Final = (
    Signal.VESSEL_PRESSURE_MBAR_G,
    Signal.O2_PPM,
    Signal.FROST_POINT_C,
    Signal.H2S_PPM,
)
_MOVING: Final = tuple(int(signal) for signal in MOVING)
_moving_of: Final = itemgetter(*_MOVING)
_FROM_ZERO: Final = frozenset((int(Signal.O2_PPM), int(Signal.H2S_PPM)))


@dataclass(frozen=True, slots=True)
class Loose:
    """How often a signal was lost lately, and since when the count is as it is."""

    signal: int
    count: int
    since_s: float


@dataclass(frozen=True, slots=True)
class Trust(Value):
    """What is remembered of past readings.

    `out` holds the signals that are lost now: UNKNOWN, a contact that is not made, a valve that is
    not as it was told. `stands_s` is for how long the stillest of `MOVING` has not moved although
    flow or speed have changed since.
    """

    out: frozenset[int] = frozenset(range(SIGNAL_COUNT))
    loose: tuple[Loose, ...] = ()
    valves_s: float = -math.inf
    told: tuple[bool, bool] = (DEAD.supply_open, DEAD.exhaust_shut)
    look_s: float = -math.inf
    seen: tuple[float, ...] = (NAN,) * len(MOVING)
    since_s: tuple[float, ...] = (0.0,) * len(MOVING)
    flow_rpm: tuple[float, float] = (0.0, 0.0)
    roused_s: float = -math.inf
    stands_s: float = 0.0

    @property
    def worst(self) -> int:
        """The highest count of losses."""
        return max((one.count for one in self.loose), default=0)


NEW: Final = Trust()


def trusted(before: Trust, image: Image, sent: Outputs, now_s: float) -> Trust:
    """The memory after this image; `sent` is what the plant was last told.

    In the quiet case, and between two looks, it is `before` itself.
    """
    x = image.values
    if (
        image.quality is not ALL_GOOD
        or before.out
        or before.loose
        or x[_LID_CLOSED] + x[_LID_LOCKED] + x[_ESTOP] + x[_MAINS] != _MADE
        or x[_SUPPLY] != (1.0 if sent.supply_open else 0.0)
        or x[_EXHAUST] == (1.0 if sent.exhaust_shut else 0.0)
    ):
        before = _counted(before, image, sent, now_s)
    return before if now_s < before.look_s else _looked(before, image, sent, now_s)


def _counted(before: Trust, image: Image, sent: Outputs, now_s: float) -> Trust:
    out = frozenset(_lost(image, sent))
    told = (sent.supply_open, sent.exhaust_shut)
    valves_s = before.valves_s if told == before.told else now_s
    new = out - before.out
    if now_s - valves_s < VALVE_FOLLOWS_S:
        new -= _VALVES
    if not new and out == before.out and told == before.told and not before.loose:
        return before
    return replace(
        before,
        out=out,
        loose=tuple(_losses(before.loose, new, now_s)),
        valves_s=valves_s,
        told=told,
    )


def _lost(image: Image, sent: Outputs) -> Iterator[int]:
    x = image.values
    yield from (index for index, value in enumerate(x) if value != value)
    yield from (index for index in _CONTACTS if x[index] == 0.0)
    if x[_SUPPLY] == float(not sent.supply_open):
        yield _SUPPLY
    if x[_EXHAUST] == float(sent.exhaust_shut):
        yield _EXHAUST


def _losses(loose: tuple[Loose, ...], new: frozenset[int], now_s: float) -> Iterator[Loose]:
    for one in loose:
        if one.signal in new:
            yield Loose(one.signal, min(one.count + LOSS, MOST), now_s)
        elif now_s - one.since_s < FORGET_S:
            yield one
        elif one.count > 1:
            yield Loose(one.signal, one.count - 1, now_s)
    known = {one.signal for one in loose}
    yield from (Loose(signal, LOSS, now_s) for signal in sorted(new - known))


def _looked(before: Trust, image: Image, sent: Outputs, now_s: float) -> Trust:
    x = image.values
    seen = _moving_of(x)
    since_s: tuple[float, ...] = (now_s,) * len(seen)
    if any(map(eq, seen, before.seen)):
        since_s = tuple(
            began_s if value == was and _has_room(index, value) else now_s
            for index, value, was, began_s in zip(
                _MOVING, seen, before.seen, before.since_s, strict=True
            )
        )
    flow_rpm = (sent.argon_flow_slpm, sent.rotor_rpm)
    roused_s = before.roused_s if flow_rpm == before.flow_rpm else now_s
    return Trust(
        before.out,
        before.loose,
        before.valves_s,
        before.told,
        now_s + LOOK_S - 1e-6,
        seen,
        since_s,
        flow_rpm,
        roused_s,
        now_s - first_s if (first_s := min(since_s)) < roused_s else 0.0,
    )


def _has_room(index: int, value: float) -> bool:
    """Whether it could move both ways: an analyzer at an end of its range may well stand there."""
    return value < math.inf and (value > 0.0 or index not in _FROM_ZERO)


def doubts(before: Trust, after: Trust, stands_limit_s: float) -> Iterator[str]:
    """What is said of each signal that has just lost its trust."""
    if after.loose is not before.loose:
        known = {one.signal for one in before.loose if one.count >= LOOSE}
        for one in after.loose:
            if one.count >= LOOSE and one.signal not in known:
                yield f"{SIGNALS[Signal(one.signal)].label} comes and goes"
    if after.stands_s > stands_limit_s >= before.stands_s:
        for signal, since_s in zip(MOVING, after.since_s, strict=True):
            if after.look_s - since_s > stands_limit_s and since_s < after.roused_s:
                yield f"{SIGNALS[signal].label} has not moved for {after.stands_s:.0f} s"
