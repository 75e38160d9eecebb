"""L1: every acting state ends in its time, whatever fails."""

from __future__ import annotations

from typing import Final

from controller.core.states import State
from sim.prove.ledger import Ledger

SLACK_S: Final = 3.0
READY_S: Final = 30.0
RESET_S: Final = 2.0


class Endings:
    """Remembers since when the present state has been there."""

    __slots__ = ("_since_s", "_state")

    def __init__(self) -> None:
        self.crashed()

    def crashed(self) -> None:
        """A new controller starts in IDLE."""
        self._state = State.IDLE
        self._since_s = 0.0

    def check(self, k: Ledger) -> None:
        """Judges one scan."""
        state = k.state.state
        if state is not self._state:
            self._state, self._since_s = state, k.now_s
            return
        if k.now_s - self._since_s < RESET_S:
            return
        limit_s = self._limit_s(k, state)
        if limit_s is not None and k.now_s - self._since_s > limit_s + SLACK_S:
            k.breach("L1", f"{state.value} for {k.now_s - self._since_s:.1f} s")

    def _limit_s(self, k: Ledger, state: State) -> float | None:
        equipment = k.equipment
        if state in (State.HOLDING, State.STOPPING):
            return equipment.run_down_s + equipment.coast_s
        if state is State.ABORTING:
            return equipment.coast_s
        if state in (State.STARTING, State.RESUMING, State.RESTARTING):
            return READY_S
        return RESET_S if state is State.RESETTING else None
