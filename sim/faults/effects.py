"""The few ways in which faults act on a plant, as makers of `Fault.begin`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from controller.core.signals import Quality, Signal
from sim.faults.inject import Injector
from sim.faults.lies import Lie
from sim.faults.model import Begin, Undo
from sim.faults.wire import Loss, Reads
from sim.mill import Mill


def lies(signal: Signal, made: Callable[[float], Lie]) -> Begin:
    """A transmitter lies as `made(value)` does."""
    return lambda site, value: site.lie(signal, made(value))


def holds(part: str, attribute: str, made: Callable[[float], Any]) -> Begin:
    """An attribute of a part is kept at `made(value)`."""
    return lambda site, value: site.hold(part, attribute, made(value))


def does(begin: Callable[[Mill], None], end: Callable[[Mill], None] | None = None) -> Begin:
    """Something happens once; `end` is how it is put right, None when that is not ours to do."""

    def act(site: Injector, value: float) -> Undo:
        begin(site.mill)
        return lambda: end(site.mill) if end else None

    return act


def goes_on(tick: Callable[[Mill, float, float], None]) -> Begin:
    """Something happens on and on: `tick(mill, value, dt_s)`."""
    return lambda site, value: site.every(lambda mill, dt_s: tick(mill, value, dt_s))


def all_of(*begins: Begin) -> Begin:
    """Several at once."""

    def act(site: Injector, value: float) -> Undo:
        undos = [begin(site, value) for begin in begins]

        def undo() -> None:
            for one in reversed(undos):
                one()

        return undo

    return act


def ages(signal: Signal) -> Begin:
    """No new values of one signal: the last one grows old."""
    loss = Loss(signals=frozenset((int(signal),)), reads=Reads.OLD)
    return lambda site, value: site.wire.lose(loss)


def is_bad(signal: Signal, quality: Quality) -> Begin:
    """The device itself says that the value is not to be used."""
    loss = Loss(signals=frozenset((int(signal),)), reads=Reads.BAD, quality=quality)
    return lambda site, value: site.wire.lose(loss)


def overwrites(made: Callable[[float], dict[str, Any]]) -> Begin:
    """Somebody else writes outputs after us."""
    return lambda site, value: site.wire.force(**made(value))
