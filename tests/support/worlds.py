"""A lab mill in virtual time: the plant, an operator, and a run that checks itself."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

from bench import LAB, PERIOD_S, SHORT, command
from invariants import Invariants

from controller.core.commands import Command, CommandName
from controller.core.events import Event
from controller.core.recipe import Recipe
from controller.core.state import CommandResult, Decision
from controller.core.states import State
from sim.world import Operator, World, new_mill


@dataclass
class Run:
    """A world, its operator, and the invariants that are checked after every scan."""

    world: World
    operator: Operator
    invariants: Invariants
    events: list[Event] = field(default_factory=list)
    results: list[CommandResult] = field(default_factory=list)
    sent: int = 0

    @property
    def state(self) -> State:
        """The state of the batch."""
        return self.world.state.state

    def step(self, *commands: Command) -> Decision:
        """One scan with the operator's commands and these, checked."""
        asked = (*commands, *(() if self.operator.done else self.operator.commands(self.world)))
        now_s = self.world.now_s
        decision = self.world.step(asked)
        self.invariants.check(now_s, self.world.image, asked, decision, self.world.mill)
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
        state = self.world.state
        frozen = (state, state.outputs, self.world.image, self.world.mill.parameters)
        memo = {id(value): value for value in frozen}
        events, results = self.events, self.results
        memo |= {id(events): list(events), id(results): list(results)}  # type: ignore[dict-item]
        return copy.deepcopy(self, memo)

    def phase_type(self) -> str:
        """The type of the phase under way, "" without a batch."""
        state = self.world.state
        return "" if state.batch is None else state.batch.phases[state.position.index].type


def new_run(recipe: Recipe = SHORT, seed: int = 1) -> Run:
    """A batch of `recipe` about to be started on a fresh lab mill."""
    world = World(new_mill(recipe, LAB, seed), LAB)
    return Run(world, Operator(recipe), Invariants(LAB))
