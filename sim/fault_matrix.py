"""Every fault in every phase: does the shipped scan react as it has to, and in time?

A clean run is done first, and copied wherever a phase has just begun. Each case goes on from such
a copy with one fault in it, until the reaction has shown itself and a little longer, or has failed
to appear. A watchman looks on after every scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any, Final

from controller.core.commands import Command, CommandName
from controller.core.events import Event, EventKind
from controller.core.recipe import Recipe
from controller.core.state import Decision
from controller.core.states import State
from controller.edge.plantfile import PlantFile
from sim.fault_phases import Onset, onsets
from sim.faults.catalogue import CATALOGUE
from sim.faults.model import TESTING, TURNING, Expect, Fault, Reaction, Situation, planned
from sim.watchman import Watchman
from sim.world import AUTOMATION_USER, ENDED, PERIOD_S

SEED: Final = 1
LATE_S: Final = 0.15  # the scan that could first see it, and half of another
AFTER_S: Final = 20.0  # how long a case is watched after the reaction
QUIET_S: Final = 60.0  # how long one is watched that needs no reaction
ASK_S: Final = 1.0  # how often the person at the mill tries again
REFUSED_S: Final = 20.0  # how long a start or an unlocking must stay refused

_REACTION_OF: Final = {
    "hold": Reaction.HOLD,
    "stop": Reaction.STOP,
    "abort": Reaction.TRIP,
}


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one fault in one phase; times in s, the delay from the fault's beginning."""

    fault: str
    phase: str
    onset_s: float
    expected: str
    reaction: str
    delay_s: float | None
    outcome: str
    ok: bool
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """All cases of one recipe."""

    recipe: str
    rows: tuple[Row, ...]

    @property
    def failed(self) -> tuple[Row, ...]:
        """The cases that did not go as they have to."""
        return tuple(row for row in self.rows if not row.ok)

    def to_json(self) -> dict[str, Any]:
        """The contract of `fault-matrix --json`."""
        return {
            "recipe": self.recipe,
            "cases": len(self.rows),
            "failed": len(self.failed),
            "rows": [asdict(row) for row in self.rows],
        }


def fault_matrix(
    recipe: Recipe,
    plant: PlantFile,
    *,
    names: Iterable[str] | None = None,
    situations: Iterable[Situation] = tuple(Situation),
    jobs: int = 1,
) -> Result:
    """Every named fault (all by default) in each of `situations`, in `jobs` processes."""
    chosen = tuple(CATALOGUE if names is None else names)
    wanted = frozenset(situations)
    if jobs == 1:
        matrix = Matrix(recipe, plant, wanted)
        found: Iterable[list[Row]] = (matrix.rows(CATALOGUE[name]) for name in chosen)
        return Result(recipe.id, tuple(chain.from_iterable(found)))
    with ProcessPoolExecutor(
        jobs, initializer=_begin_worker, initargs=(recipe, plant, wanted)
    ) as pool:
        return Result(recipe.id, tuple(chain.from_iterable(pool.map(_work, chosen, chunksize=4))))


_OF_WORKER: list[Matrix] = []


def _begin_worker(recipe: Recipe, plant: PlantFile, situations: frozenset[Situation]) -> None:
    _OF_WORKER[:] = [Matrix(recipe, plant, situations)]


def _work(name: str) -> list[Row]:
    return _OF_WORKER[0].rows(CATALOGUE[name])


class Matrix:
    """The copies of one clean run, and the cases that go on from them."""

    def __init__(self, recipe: Recipe, plant: PlantFile, situations: frozenset[Situation]) -> None:
        self._plant = plant
        every = onsets(recipe, plant, SEED)
        self._blade_s = next(o.world.now_s for o in every if o.situation is Situation.SPIN_UP)
        self._onsets = [onset for onset in every if onset.situation in situations]

    def rows(self, fault: Fault) -> list[Row]:
        """One row for each phase."""
        return [self._row(fault, onset) for onset in self._onsets]

    def _row(self, fault: Fault, onset: Onset) -> Row:
        case = Case(fault, onset, self._plant, self._blade_s)
        case.run()
        why = case.why()
        return Row(
            fault=fault.name,
            phase=onset.phase,
            onset_s=round(case.onset_s, 3),
            expected=" and ".join(str(one) for one in case.expected),
            reaction=case.reaction.word,
            delay_s=case.delay_s,
            outcome=case.world.state.state.value,
            ok=not why,
            why=why,
        )


@dataclass(slots=True)
class Seen:
    """What the controller has done about a fault, and when (s after its beginning)."""

    first_s: dict[Reaction, float] = field(default_factory=dict)
    given_s: float | None = None  # when something was given that had to be refused

    @property
    def severest(self) -> Reaction:
        """The severest alarm or move that there was."""
        return max(self.first_s, default=Reaction.NONE)

    def delay_s(self, reaction: Reaction) -> float | None:
        """When something at least as severe was first seen."""
        times = [at_s for kind, at_s in self.first_s.items() if kind >= reaction]
        return min(times, default=None)

    def take(self, event: Event, t_s: float) -> None:
        """Looks at one event of a scan."""
        if event.kind is EventKind.ALARM_RAISED:
            self.first_s.setdefault(Reaction.WARN, t_s)
        elif event.kind is EventKind.TRANSITION:
            reaction = _REACTION_OF.get(str(event.data["trigger"]))
            if reaction is not None:
                self.first_s.setdefault(reaction, t_s)


class Case:
    """One fault, begun in one situation."""

    def __init__(self, fault: Fault, onset: Onset, plant: PlantFile, blade_s: float) -> None:
        self.world = onset.world.copy()
        self.onset_s = self.world.now_s
        self.expected = fault.expected[onset.situation]
        self.seen = Seen()
        self._situation = onset.situation
        self._must_refuse = any(one.reaction is Reaction.REFUSE for one in self.expected)
        self._blade_s = blade_s
        self._slack_s = LATE_S + _age_s(fault, plant)
        self._ended_s: float | None = None
        equipment = plant.equipment
        self._watchman = Watchman(equipment.relief_mbar_g, equipment.rotor_rpm_max)
        self.world.inject((planned(fault, self.onset_s),), plant)

    @property
    def _t_s(self) -> float:
        return self.world.now_s - self.onset_s

    def run(self) -> None:
        """Until there is nothing more to wait for."""
        limit_s = self._limit_s()
        while self._t_s < limit_s and not self._settled():
            t_s, now_s = self._t_s, self.world.now_s
            decision = self.world.step(self._asked())
            for event in decision.events:
                self.seen.take(event, t_s)
            self._look(decision, t_s)
            self._watchman.look(
                now_s,
                self.world.image.values,
                decision.outputs,
                decision.state.state,
                self.world.mill,
            )

    def _limit_s(self) -> float:
        """How long a reaction may take, and a little longer."""
        longest = max(one.within_s for one in self.expected) + self._slack_s + AFTER_S
        if not self._must_refuse:
            return max(longest, QUIET_S)
        if self._situation in TESTING:
            return max(longest, self._blade_s - self.onset_s + REFUSED_S)
        return max(longest, REFUSED_S)

    def _settled(self) -> bool:
        """Whether the severest thing has happened, and has been watched for a while."""
        needed = max(one.reaction for one in self.expected)
        done_s = self.seen.delay_s(max(needed, Reaction.HOLD))
        if done_s is None and self._must_refuse:
            done_s = self.seen.given_s
        return done_s is not None and self._t_s > done_s + AFTER_S

    def _asked(self) -> tuple[Command, ...]:
        """What the person at the mill asks for: again and again, and never mind what fails."""
        if self.world.scans % round(ASK_S / PERIOD_S):
            return ()
        state = self.world.state.state
        if self._situation is Situation.START:
            name = CommandName.START if state is State.IDLE else None
        else:
            name = CommandName.LID_RELEASE if state in ENDED else None
        if name is None:
            return ()
        return (Command(id=f"{name.value}-{self.world.scans}", name=name, user=AUTOMATION_USER),)

    def _look(self, decision: Decision, t_s: float) -> None:
        given = {
            Situation.START: decision.state.state is not State.IDLE,
            Situation.RELEASE: decision.outputs.lid_unlock,
        }.get(self._situation, decision.outputs.run)
        # What grows old is good until it is too old.
        if given and self.seen.given_s is None and t_s > self._slack_s:
            self.seen.given_s = t_s
        if self._ended_s is None and self._is_over(decision):
            self._ended_s = t_s

    def _is_over(self, decision: Decision) -> bool:
        """Whether the situation has passed in which a reaction was called for."""
        state = decision.state
        if state.state in ENDED or state.state is State.COMPLETING:
            return self._situation in TURNING or state.state in ENDED
        return False

    @property
    def reaction(self) -> Reaction:
        """The severest thing that was done; refusing counts where it is called for."""
        refused = self._must_refuse and self.seen.given_s is None
        return max(self.seen.severest, Reaction.REFUSE if refused else Reaction.NONE)

    @property
    def delay_s(self) -> float | None:
        """When the reaction came that was called for, or the severest that there was."""
        timed = [one.reaction for one in self.expected if one.reaction not in _UNTIMED]
        delay_s = self.seen.delay_s(max(timed)) if timed else None
        if delay_s is None:
            delay_s = self.seen.delay_s(self.seen.severest)
        return None if delay_s is None else round(delay_s, 3)

    def why(self) -> str:
        """What went wrong; empty when nothing did."""
        wrong = [text for one in self.expected if (text := self._missing(one))]
        return "; ".join([*self._watchman.unsafe, *wrong])

    def _missing(self, one: Expect) -> str:
        seen = self.seen
        if seen.severest > one.most:
            return f"{seen.severest.word}, and {one.most.word} is the most that it is worth"
        if one.reaction is Reaction.NONE:
            return ""
        if one.reaction is Reaction.REFUSE:
            return "" if seen.given_s is None else _GIVEN.get(self._situation, _BLADE)
        delay_s, allowed_s = seen.delay_s(one.reaction), one.within_s + self._slack_s
        if delay_s is not None:
            late = delay_s > allowed_s
            return f"{one.reaction.word} after {delay_s:.1f} s" if late else ""
        if self._ended_s is not None and self._ended_s < allowed_s:
            return ""
        return f"no {one.reaction.word}"


_UNTIMED: Final = (Reaction.NONE, Reaction.REFUSE)
_BLADE: Final = "the blade was started"
_GIVEN: Final[Mapping[Situation, str]] = {
    Situation.START: "the batch was started",
    Situation.RELEASE: "the lid was unlocked",
}


def _age_s(fault: Fault, plant: PlantFile) -> float:
    devices = (plant.device(plant.signals[signal].device) for signal in fault.ages)
    return max((device.max_age_s for device in devices), default=0.0)
