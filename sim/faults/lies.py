"""How a transmitter lies: what it states, given what is true and how long it has been lying."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Final

from controller.core.signals import NAN

Lie = Callable[[float, float], float]
"""(true reading, seconds since the fault began) -> stated reading."""

SPIKE_S: Final = 0.25  # two or three scans
DRIFT_S: Final = 600.0


class Stuck:
    """Goes on stating what it stated first."""

    __slots__ = ("_first",)

    def __init__(self) -> None:
        self._first: float | None = None

    def __call__(self, true: float, t_s: float) -> float:
        if self._first is None:
            self._first = true
        return self._first


class Slow:
    """Follows with a lag of first order."""

    __slots__ = ("_lag_s", "_stated", "_t_s")

    def __init__(self, lag_s: float) -> None:
        self._lag_s = lag_s
        self._stated: float | None = None
        self._t_s = 0.0

    def __call__(self, true: float, t_s: float) -> float:
        stated = self._stated
        if stated is None or not math.isfinite(true) or not math.isfinite(stated):
            stated = true
        else:
            stated += (true - stated) * -math.expm1(-(t_s - self._t_s) / self._lag_s)
        self._stated = stated
        self._t_s = t_s
        return stated


class Intermittent:
    """States `instead` in this share of the readings, at random from a fixed seed."""

    __slots__ = ("_draw", "_instead", "_share")

    def __init__(self, share: float, instead: float = NAN) -> None:
        self._draw = Random(1).random  # noqa: S311  imitates a loose wire, guards nothing
        self._instead = instead
        self._share = share

    def __call__(self, true: float, t_s: float) -> float:
        return self._instead if self._draw() < self._share else true


def mirrored(cold_c: float) -> Lie:
    """States as far below its cold end as is true above, as a thermocouple with swapped wires."""
    return lambda true, t_s: 2.0 * cold_c - true


def states(value: float) -> Lie:
    """States this, whatever is true."""
    return lambda true, t_s: value


def adds(offset: float) -> Lie:
    """States so much more (or less)."""
    return lambda true, t_s: true + offset


def scales(factor: float) -> Lie:
    """States so many times the truth."""
    return lambda true, t_s: true * factor


def drifts(factor: float) -> Lie:
    """Is wrong by a factor that has grown to `factor` after ten minutes, and grows on."""
    return lambda true, t_s: true * (1.0 + (factor - 1.0) * t_s / DRIFT_S)


def spikes(offset: float) -> Lie:
    """Jumps once, for two or three scans."""
    return lambda true, t_s: true + offset if t_s < SPIKE_S else true


def saturating(lie: Lie, low: float, high: float) -> Lie:
    """`lie` from a transmitter of this range: it stays at the bottom, and tops out at +inf."""

    def stated(true: float, t_s: float) -> float:
        value = lie(true, t_s)
        if value < low:
            return low
        return math.inf if value > high else value

    return stated
