"""A lab mill in virtual time: the plant, an operator, and a run that checks itself."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bench import LAB, PERIOD_S, PLANT, SHORT, command, seen

from controller.core.batch import Step
from controller.core.commands import Command, CommandName
from controller.core.events import Event
from controller.core.recipe import Recipe
from controller.core.state import CommandResult, Decision
from controller.core.states import State
from sim.prove.atlas import OUTSIDE
from sim.prove.checker import Checker
from sim.world import Operator, World, new_mill


@dataclass
class Run:
    """A world, its operator, and the invariants that are checked after every scan."""

    world: World
    operator: Operator
    invariants: Checker
    events: list[Event] = field(default_factory=list)
    results: list[CommandResult] = field(default_factory=list)
    sent: int = 0
    truths: frozenset[str] = frozenset(OUTSIDE)

    @property
    def state(self) -> State:
        """The state of the batch."""
        return self.world.state.state

    def hide(self, truths: Iterable[str]) -> None:
        """From now on these truths about the plant cannot be asked for."""
        self.truths -= frozenset(truths)
        self.invariants.within(self.truths)

    def step(self, *commands: Command) -> Decision:
        """One scan with the operator's commands and these, checked."""
        own = () if self.operator.done else self.operator.commands(self.world)
        asked = seen(self.world.state, (*commands, *own))
        scan, now_s = self.world.scans, self.world.now_s
        decision = self.world.step(asked)
        self.invariants.check(scan, now_s, self.world.image, asked, decision, self.world.mill)
        self.events += decision.events
        self.results += decision.results
        return decision

    def go(self, seconds: float, until: Callable[[Run], bool] | None = None) -> bool:
        """Runs for this time, or until something is so; whether it became so."""
        for _ in range(round(seconds / PERIOD_S)):
            self.step()
            if until is not None and until(self):
                return True
        return until is None

    def order(self, name: CommandName, **more: object) -> CommandResult:
        """Gives one command in the next scan and returns what became of it."""
        self.sent += 1
        asked = command(name, self.sent, **more)
        return next(r for r in self.step(asked).results if r.command_id == asked.id)

    def copy(self) -> Run:
        """An independent run from here on; frozen values are shared."""
        events, results = self.events, self.results
        return copy.deepcopy(self, {id(events): list(events), id(results): list(results)})

    def phase_type(self) -> str:
        """The type of the phase under way, "" without a batch."""
        state = self.world.state
        return "" if state.batch is None else state.batch.phases[state.position.index].type


def new_run(recipe: Recipe = SHORT, seed: int = 1) -> Run:
    """A batch of `recipe` about to be started on a fresh lab mill."""
    world = World(new_mill(recipe, LAB, seed), PLANT)
    return Run(world, Operator(recipe), Checker(LAB))


def _at(phase: str, step: Step, seconds: float = 0.0, rpm: float | None = None) -> Onset:
    def reached(run: Run) -> bool:
        position = run.world.state.position
        into_s = run.world.state.totals.process_s - position.step_began_s
        fast = rpm is None or run.world.outputs.rotor_rpm >= rpm
        return run.phase_type() == phase and position.step is step and into_s >= seconds and fast

    return reached


Onset = Callable[[Run], bool]
ONSETS: dict[str, Onset] = {
    "leak test, filling": _at("leak_test", Step.FILL, 0.5),
    "leak test, measuring": _at("leak_test", Step.MEASURE, 5.0),
    "purge": _at("purge", Step.SWEEP, 30.0),
    "proof, slope": _at("prove_inert", Step.MEASURE, 5.0),
    "proof, dwell": _at("prove_inert", Step.DWELL, 30.0),
    "milling, ramp": _at("mill_hold", Step.ON, rpm=1000.0),
    "milling, at speed": _at("mill_pulse", Step.ON, rpm=3000.0),
    "milling, rest": _at("mill_pulse", Step.OFF, 8.0),
    "cover kept": lambda run: run.state is State.COMPLETE,
}
"""Moments of a batch at which something may go wrong, in their order."""


@functools.cache
def _at_onsets() -> dict[str, Run]:
    run, found = new_run(), {}
    for name, reached in ONSETS.items():
        assert run.go(600.0, until=reached), name
        found[name] = run.copy()
    assert not run.invariants.breaches
    held = found["milling, at speed"].copy()
    assert held.order(CommandName.HOLD).accepted
    assert held.go(60.0, until=lambda run: run.state is State.HELD)
    return found | {"held": held}


def run_at(onset: str) -> Run:
    """A clean batch that has come to this moment, to go on with as you like."""
    return _at_onsets()[onset].copy()
