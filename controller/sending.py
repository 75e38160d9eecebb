"""Record before command: what adds energy, gas or access is on disk before the plant hears of it.

The one place where an output image leaves a scan, for the live loop and for worlds in virtual time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

from controller.core.outputs import Outputs, until_recorded
from controller.core.state import Decision

# A commit takes a few milliseconds: within this time what waited for it goes out in the same scan.
COMMIT_WAIT_S: Final = 0.010


class Listener(Protocol):
    """A plant, as far as it is written to."""

    def write(self, outputs: Outputs, heartbeat: bool) -> None:
        """Hands over one image. Never waits."""


class Keeper(Protocol):
    """A record, as far as it is waited for."""

    def committed(self, within_s: float) -> bool:
        """Whether all that was noted is on disk, waiting at most so long for it."""


def send(
    plant: Listener, record: Keeper, before: Outputs, decision: Decision, heartbeat: bool
) -> Decision:
    """Writes the image of a decision that has been noted; `before` is what the plant has now.

    What makes safer goes first and never waits (I17). Returns the decision with what was really
    sent: where the record did not come in time, that is less than was wanted.
    """
    wanted = decision.outputs
    first = until_recorded(before, wanted, decision.state.state)
    waits = first != wanted and not record.committed(0.0)
    if waits:
        plant.write(first, heartbeat)
        waits = not record.committed(COMMIT_WAIT_S)
    if waits:
        return replace(decision, outputs=first, state=replace(decision.state, outputs=first))
    plant.write(wanted, heartbeat)
    return decision
