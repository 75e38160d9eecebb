"""One fault in one phase: goes on from a copy of the clean run, and judges what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from controller.core.commands import Command, CommandName
from controller.core.events import Event, EventKind
from controller.core.state import Decision
from controller.core.states import State
from controller.edge.plantfile import PlantFile
from sim.fault_phases import Onset
from sim.faults.model import TESTING, TURNING, Expect, Fault, Reaction, Situation, planned
from sim.watchman import Watchman
from sim.world import AUTOMATION_USER, ENDED, OPERATOR, PERIOD_S

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
_UNTIMED: Final = (Reaction.NONE, Reaction.REFUSE)
_BLADE: Final = "the blade was started"
_GIVEN: Final[Mapping[Situation, str]] = {
    Situation.START: "the batch was started",
    Situation.RELEASE: "the lid was unlocked",
}


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
        asked = Command(
            id=f"{name.value}-{self.world.scans}",
            name=name,
            user=AUTOMATION_USER,
            roles=OPERATOR,
            state_version=self.world.state.version,
        )
        return (asked,)

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

    @property
    def unsafe(self) -> bool:
        """Whether the watchman saw something that must never be."""
        return bool(self._watchman.unsafe)

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


def _age_s(fault: Fault, plant: PlantFile) -> float:
    devices = (plant.device(plant.signals[signal].device) for signal in fault.ages)
    return max((device.max_age_s for device in devices), default=0.0)
