"""What the checks of one run have in common: the scan that is judged, timers, what was found."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from controller.core.commands import Command, CommandName
from controller.core.equipment import Equipment
from controller.core.events import EventKind
from controller.core.hands import NOBODY, Mode
from controller.core.outputs import DEAD, Outputs
from controller.core.signals import Image
from controller.core.state import Decision, ScanState
from controller.core.states import State


@dataclass(frozen=True, slots=True)
class Breach:
    """One invariant that did not hold, and where."""

    invariant: str
    scan: int
    t_s: float
    text: str

    def __str__(self) -> str:
        return f"{self.invariant} at scan {self.scan} ({self.t_s:.1f} s): {self.text}"


class Ledger:
    """The scan under judgment beside what came before it. Parts write what they find into it."""

    __slots__ = (
        "_since_s",
        "accepted",
        "before",
        "breaches",
        "commands",
        "decision",
        "dt_s",
        "equipment",
        "hands",
        "image",
        "last_spin_s",
        "now_s",
        "period_s",
        "scan",
        "sent",
        "state",
        "was",
        "witness",
        "x",
    )

    def __init__(self, equipment: Equipment, period_s: float) -> None:
        self.equipment = equipment
        self.period_s = period_s
        self.breaches: list[Breach] = []
        self.witness: Counter[str] = Counter()
        self.scan = 0
        self.now_s = 0.0
        self.dt_s = period_s
        self.was = State.IDLE
        self.hands = NOBODY
        self.before: Outputs = DEAD
        self.last_spin_s = -math.inf
        self.accepted: frozenset[CommandName] = frozenset()
        self._since_s: dict[str, float] = {}

    def take(
        self, scan: int, now_s: float, image: Image, commands: Sequence[Command], made: Decision
    ) -> None:
        """The next scan to be judged."""
        self.scan = scan
        self.dt_s, self.now_s = now_s - self.now_s, now_s
        self.image, self.x = image, image.values
        self.commands, self.decision = commands, made
        self.sent, self.state = made.outputs, made.state
        if self.accepted or commands:
            self.accepted = frozenset(
                CommandName(str(event.data["command"]))
                for event in made.events
                if event.kind is EventKind.COMMAND_ACCEPTED
            )

    def close(self) -> None:
        """The scan has been judged."""
        if self.sent.spins:
            self.last_spin_s = self.now_s
        self.before, self.was, self.hands = self.sent, self.state.state, self.state.hands

    def crashed(self) -> None:
        """The controller is gone and will come back knowing nothing."""
        if self.before.spins:
            self.last_spin_s = self.now_s
        self.before, self.was, self.hands = DEAD, State.IDLE, NOBODY
        self.accepted = frozenset()
        self._since_s.clear()

    @property
    def manual(self) -> bool:
        """Whether the rows counted in IDLE, because a person had the mill by hand."""
        return self.was is State.IDLE and (self.hands.mode is Mode.MANUAL or self.hands.busy)

    def breach(self, invariant: str, text: str) -> None:
        """An invariant did not hold in this scan."""
        self.breaches.append(Breach(invariant, self.scan, round(self.now_s, 3), text))

    def held_s(self, name: str, is_so: bool) -> float:
        """For how long something has been so without a break; minus infinity while it is not."""
        if not is_so:
            if name in self._since_s:
                del self._since_s[name]
            return -math.inf
        return self.now_s - self._since_s.setdefault(name, self.now_s)

    def since(self, name: str, at_s: float) -> None:
        """Something has been so since `at_s`."""
        self._since_s[name] = at_s

    def over(self, name: str, is_bad: bool, confirm_s: float) -> bool:
        """Whether it has been bad for the confirm time, to the scan."""
        return self.held_s(name, is_bad) > confirm_s - 0.5 * self.period_s


def says(state: ScanState, row: int) -> str:
    """The name of a row, for people."""
    return state.matrix.rows[row].id
