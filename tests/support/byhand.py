"""A lab mill that people move by hand: benches in each mode, and what a jog of theirs asks for."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from bench import LAB, Bench, command

from controller.core.commands import CommandName
from controller.core.hands import Jog
from controller.core.signals import Signal
from controller.core.state import CommandResult, initial_state

NUMBER = count(1)
MILL = replace(LAB, manual_rpm_max=600.0)
BLADE = Jog(rotor_rpm=500.0)
GAS = Jog(argon_flow_slpm=3.0, for_s=30.0)
PURGE = {"argon_flow_slpm": 10.0, "minutes": 5.0}
"""Swept and proven in about a minute in the 0.5 L of the lab mill."""


def order(
    bench: Bench, name: CommandName, seen: dict[Signal, float] | None = None, **more: object
) -> CommandResult:
    """Gives one command in the next scan and returns what became of it."""
    asked = command(name, next(NUMBER), **more)
    decision = bench.see(seen or {}, asked)
    return next(result for result in decision.results if result.command_id == asked.id)


def must(bench: Bench, name: CommandName, **more: object) -> None:
    """A command that is accepted."""
    result = order(bench, name, **more)
    assert result.accepted, result.reasons


def idle_bench(period_s: float = 0.1) -> Bench:
    """A controller that has seen the mill stand still for a while."""
    bench = Bench(initial_state(MILL), period_s)
    bench.see(seconds=10.0)
    return bench


def manual_bench(period_s: float = 0.1) -> Bench:
    """The same in MANUAL."""
    bench = idle_bench(period_s)
    must(bench, CommandName.MANUAL)
    return bench


def proven_bench(period_s: float = 0.1) -> Bench:
    """MANUAL, swept and proven: the blade may be jogged."""
    bench = manual_bench(period_s)
    must(bench, CommandName.PURGE, **PURGE)
    bench.see(seconds=70.0)
    assert bench.state.watch.credit
    return bench


def turning_bench() -> Bench:
    """A blade that is jogged, renewed until it is at its speed."""
    bench = proven_bench()
    hold_button(bench, 2.0)
    assert bench.outputs.rotor_rpm == BLADE.rotor_rpm
    return bench


def hold_button(bench: Bench, seconds: float, jog: Jog = BLADE) -> None:
    """Renews a jog twice a second."""
    for _ in range(round(seconds / 0.5)):
        must(bench, CommandName.JOG, jog=jog)
        bench.see(seconds=0.4)
