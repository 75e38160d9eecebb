"""What the controller knows of itself and has to act on (I16, I20, I24)."""

from __future__ import annotations

from typing import Final

from controller.core.states import State
from sim.mill import Mill
from sim.prove.blade import RUN_STATES
from sim.prove.ledger import Ledger
from sim.prove.moves import OPENERS, TRIPPED

RECORD_START_S: Final = 1.0
RECORD_RUN_S: Final = 10.0
GAP_S: Final = 0.5
LATE_SCANS: Final = 5

_PASSIVE: Final = (*TRIPPED, State.IDLE, State.RESETTING)
_NO_BATCH: Final = (*_PASSIVE, State.COMPLETE, State.STOPPED)


class Health:
    """Remembers for how many scans the drive has been told to run by somebody else."""

    __slots__ = ("_driven",)

    def __init__(self) -> None:
        self.crashed()

    def crashed(self) -> None:
        """A new controller looks anew."""
        self._driven = 0

    def check(self, k: Ledger) -> None:
        """Judges one scan."""
        health = k.image.health
        if health.foreign_write:
            self._foreign(k)
        if health.record_lost_s:
            self._record(k, health.record_lost_s)
        if health.scan_gap_s > GAP_S and k.was not in _NO_BATCH:
            k.witness["I24 gap"] += 1
            if k.state.state not in TRIPPED or k.sent.spins:
                k.breach("I24", f"{k.state.state.value} after a gap of {health.scan_gap_s:.1f} s")

    def truth(self, k: Ledger, mill: Mill, within: frozenset[str]) -> None:
        """I16: somebody else drives. `mill.outputs` is what the devices were really told."""
        driven = mill.outputs.run and not k.sent.run and k.was not in _PASSIVE
        self._driven = self._driven + 1 if driven else 0
        if driven and "I16 truth" in within:
            k.witness["I16 truth"] += 1
            if self._driven > LATE_SCANS:
                k.breach("I16", f"somebody else drives the blade in {k.state.state.value}")

    def _foreign(self, k: Ledger) -> None:
        """I16: an output that reads back as somebody else's is a trip, and lets nothing begin."""
        k.witness["I16"] += 1
        if k.was not in _PASSIVE and (k.state.state not in TRIPPED or k.sent.spins):
            k.breach("I16", f"{k.state.state.value}, and an output is somebody else's")
        if k.accepted & OPENERS or k.sent.spins:
            k.breach("I16", "begun while an output is somebody else's")

    def _record(self, k: Ledger, lost_s: float) -> None:
        """I20: no record, no run."""
        k.witness["I20"] += 1
        if lost_s > RECORD_START_S and k.accepted & OPENERS:
            k.breach("I20", f"begun without a record for {lost_s:.1f} s")
        if lost_s > RECORD_RUN_S + k.period_s and k.was not in _NO_BATCH:
            k.witness["I20 run"] += 1
            if k.state.state in RUN_STATES:
                k.breach("I20", f"{k.state.state.value} without a record for {lost_s:.1f} s")
