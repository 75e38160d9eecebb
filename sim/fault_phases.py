"""Where in a batch a fault can begin: copies of a clean run shortly after each phase began."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from controller.core.batch import Step
from controller.core.recipe import MillHold, MillPulse, Phase, Recipe
from controller.core.states import State
from controller.edge.plantfile import PlantFile
from controller.errors import InputError
from sim.faults.model import Situation
from sim.world import ENDED, Operator, World, new_mill

INTO_SCANS: Final = 10
AT_SPEED_SCANS: Final = 20
LIMIT_S: Final = 86_400.0
_SITUATION_OF: Final = {
    "leak_test": Situation.LEAK,
    "purge": Situation.PURGE,
    "prove_inert": Situation.PROVE,
    "mill_hold": Situation.SPIN_UP,
    "mill_pulse": Situation.SPIN_UP,
    "cool_down": Situation.COOL,
    "safe_to_open": Situation.OPEN,
}


@dataclass(frozen=True, slots=True)
class Onset:
    """A moment of the clean run: `world` is about to scan. Copy it before going on."""

    situation: Situation
    phase: str
    world: World


@dataclass(frozen=True, slots=True)
class Moment:
    """When something of the clean run begins, as a count of periods."""

    situation: Situation
    phase: str
    scans: int


def onsets(recipe: Recipe, plant: PlantFile, seed: int) -> list[Onset]:
    """One onset for each phase, one at speed and one in a rest of each mill segment, one before
    the start and one when the lid may be released.

    Raises InputError when the clean run does not come to its end.
    """
    moments = list(_moments(recipe, plant, seed))
    world, operator = _begun(recipe, plant, seed)
    found = []
    for moment in sorted(moments, key=lambda m: m.scans):
        while world.scans < moment.scans:
            world.step(() if operator.done else operator.commands(world))
        found.append(Onset(moment.situation, moment.phase, world.copy()))
    return found


def _begun(recipe: Recipe, plant: PlantFile, seed: int) -> tuple[World, Operator]:
    return World(new_mill(recipe, plant.equipment, seed), plant), Operator(recipe)


def _moments(recipe: Recipe, plant: PlantFile, seed: int) -> Iterator[Moment]:
    """The moments of one clean run, found by running it."""
    world, operator = _begun(recipe, plant, seed)
    marks = _Marks(recipe.phases)
    while world.state.state not in ENDED and world.now_s < LIMIT_S:
        world.step(() if operator.done else operator.commands(world))
        marks.take(world)
    if world.state.state is not State.COMPLETE:
        raise InputError(
            f"the clean run ends {world.state.state.value}",
            where=recipe.id,
            do="Only a recipe that completes without faults can be tried with them.",
        )
    yield Moment(Situation.START, "before start", INTO_SCANS)
    yield from marks.moments(world.scans)
    yield Moment(Situation.RELEASE, "lid release", world.scans + INTO_SCANS)


class _Marks:
    """When each phase began, and when each mill segment was at speed and at rest."""

    def __init__(self, phases: tuple[Phase, ...]) -> None:
        self._phases = phases
        self._begun: dict[int, int] = {}
        self._at_speed: dict[int, int] = {}
        self._resting: dict[int, int] = {}
        self._for_scans = 0
        self._doing: tuple[int, int, Step] | None = None

    def take(self, world: World) -> None:
        """Looks at a world after a scan."""
        state = world.state
        if state.batch is None or state.state not in (State.RUNNING, State.COMPLETING):
            return
        position = state.position
        self._begun.setdefault(position.index, world.scans)
        phase = self._phases[position.index]
        if not isinstance(phase, MillHold | MillPulse):
            return
        doing = (position.index, position.pulses, position.step)
        wanted_rpm = phase.rotor_rpm if position.step is Step.ON else 0.0
        at_it = doing == self._doing and world.outputs.rotor_rpm == wanted_rpm
        self._for_scans = self._for_scans + 1 if at_it else 0
        self._doing = doing
        if position.step is Step.ON and self._for_scans == AT_SPEED_SCANS:
            # In the second pulse where there is one: it begins with a blade that has turned.
            if position.pulses <= 2:
                self._at_speed[position.index] = world.scans
        elif position.step is Step.OFF and self._for_scans == INTO_SCANS:
            self._resting.setdefault(position.index, world.scans)

    def moments(self, end_scans: int) -> Iterator[Moment]:
        """All of them, in the order of the phases; the run ended at `end_scans`."""
        indices = sorted(self._begun)
        ends = [*(self._begun[index] for index in indices[1:]), end_scans]
        for index, end in zip(indices, ends, strict=True):
            kind, begun = self._phases[index].type, self._begun[index]
            same = [i for i, phase in enumerate(self._phases) if phase.type == kind]
            label = kind if len(same) == 1 else f"{kind} {same.index(index) + 1}"
            into = min(INTO_SCANS, (end - begun) // 2)
            yield Moment(_SITUATION_OF[kind], label, begun + into)
            if index in self._at_speed:
                yield Moment(Situation.MILL, f"{label} at speed", self._at_speed[index])
            if index in self._resting:
                yield Moment(Situation.REST, f"{label} at rest", self._resting[index])
