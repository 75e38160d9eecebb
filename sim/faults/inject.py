"""Puts planned faults into a simulated mill when their time comes, and takes them out again."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Final

from controller.core.signals import Signal
from controller.edge.plantfile import PlantFile
from sim.faults.lies import Lie
from sim.faults.model import Planned, Undo
from sim.faults.wire import Wire
from sim.mill import Mill

_EARLY_S: Final = 1e-6  # a sum of periods is not taken for too early

Ticker = Callable[[Mill, float], None]


class _Lies:
    """What stands in a transmitter's override: the lies that are told now, one after the other."""

    __slots__ = ("_injector", "told")

    def __init__(self, injector: Injector) -> None:
        self._injector = injector
        self.told: list[tuple[Lie, float]] = []

    def __call__(self, true: float) -> float:
        now_s = self._injector.now_s
        for lie, since_s in self.told:
            true = lie(true, now_s - since_s)
        return true


class Injector:
    """The faults of one mill. `tick` once in a period, before anything is read.

    Faults act on it by `lie`, `hold`, `every`, `stall` and by `wire`; each returns what undoes it.
    """

    def __init__(self, mill: Mill, plant: PlantFile, planned: Sequence[Planned]) -> None:
        self.mill = mill
        self.wire = Wire(plant, mill)
        self.now_s = -math.inf
        self._waiting = sorted(planned, key=lambda one: one.on_s)
        self._active: list[tuple[Planned, Undo]] = []
        self._lies: dict[Signal, _Lies] = {}
        self._stacks: dict[tuple[str, str], list[list[Any]]] = {}
        self._tickers: list[tuple[Ticker]] = []
        self._stalled_until_s = -math.inf

    @property
    def active(self) -> tuple[Planned, ...]:
        """The faults that are there now."""
        return tuple(planned for planned, _ in self._active)

    @property
    def coming(self) -> tuple[Planned, ...]:
        """The faults that are to come, the next one first."""
        return tuple(self._waiting)

    @property
    def stalled(self) -> bool:
        """Whether the controller does not scan in this period."""
        return self.now_s + _EARLY_S < self._stalled_until_s

    def tick(self, now_s: float) -> None:
        """Plant time is `now_s`: begin and end what is due."""
        dt_s = max(0.0, now_s - self.now_s) if self.now_s > -math.inf else 0.0
        self.now_s = now_s
        due_s = now_s + _EARLY_S
        while self._waiting and self._waiting[0].on_s <= due_s:
            self.begin(self._waiting.pop(0))
        for planned, undo in [entry for entry in self._active if entry[0].off_s <= due_s]:
            undo()
            self._active.remove((planned, undo))
        for (ticker,) in tuple(self._tickers):
            ticker(self.mill, dt_s)
        self.wire.tick(now_s)

    def add(self, planned: Planned) -> None:
        """One fault more that is to come."""
        self._waiting = sorted([*self._waiting, planned], key=lambda one: one.on_s)

    def begin(self, planned: Planned) -> None:
        """Begin a fault now; it ends at its time, or by `heal`."""
        self._active.append((planned, planned.fault.begin(self, planned.value)))

    def heal(self) -> None:
        """End every fault, and forget those that were to come."""
        self._waiting.clear()
        for _, undo in reversed(self._active):
            undo()
        self._active.clear()

    # What faults do.

    def lie(self, signal: Signal, lie: Lie) -> Undo:
        """A transmitter states something else than it measures."""
        lies = self._lies.setdefault(signal, _Lies(self))
        entry = (lie, self.now_s)
        lies.told.append(entry)
        overrides = self.mill.transmitters.overrides
        overrides[signal] = lies

        def undo() -> None:
            lies.told.remove(entry)
            if not lies.told:
                overrides.pop(signal, None)

        return undo

    def hold(self, part: str, attribute: str, value: Any) -> Undo:
        """An attribute of a part of the mill ("" is the mill itself) is set to a value.

        Where several faults hold the same one, the last one has it.
        """
        target = attrgetter(part)(self.mill) if part else self.mill
        stack = self._stacks.setdefault((part, attribute), [])
        if not stack:
            stack.append([getattr(target, attribute)])
        entry = [value]
        stack.append(entry)
        _put(target, attribute, value)

        def undo() -> None:
            last = stack[-1] is entry
            stack[:] = [other for other in stack if other is not entry]
            if last:
                _put(target, attribute, stack[-1][0])
            if len(stack) == 1:
                stack.clear()

        return undo

    def every(self, ticker: Ticker) -> Undo:
        """Something happens on and on: `ticker(mill, dt_s)` in each period."""
        entry = (ticker,)
        self._tickers.append(entry)
        return lambda: self._tickers.remove(entry)

    def stall(self, for_s: float) -> Undo:
        """The controller does not scan for so long."""
        self._stalled_until_s = self.now_s + for_s

        def undo() -> None:
            self._stalled_until_s = -math.inf

        return undo


def _put(target: Any, attribute: str, value: Any) -> None:
    if attribute == "stuck_at":
        target.stick(value)
    else:
        setattr(target, attribute, value)
