"""A lock-out outlives the process that it was given to: what the record says of MAINTENANCE.

Somebody may have their hands in the mill. So a controller that cannot know comes up locked out, and
the role maintenance ends it.
"""

from __future__ import annotations

from typing import Final

from controller.core.events import EventKind
from controller.core.hands import NOBODY, Hands, Mode
from controller.records.reader import RecordReader
from controller.records.row import Draft, draft

NOBODYS: Final = "the controller"
UNKNOWN: Final = "the record does not tell whether the mill was locked out; look, then end it"
UNSURE: Final = Hands(mode=Mode.MAINTENANCE, user=NOBODYS, reason=UNKNOWN)


def lock_out(reader: RecordReader) -> Hands:
    """MAINTENANCE as the last process left it, or nothing. Raises RecordError without a record."""
    row = reader.last_of(EventKind.MODE_CHANGED)
    said = {} if row is None else row.body
    if said.get("to") != Mode.MAINTENANCE.value:
        return NOBODY
    return Hands(mode=Mode.MAINTENANCE, user=str(said["user"]), reason=str(said["reason"]))


def locked_out(hands: Hands) -> Draft:
    """The row of a lock-out that no person gave."""
    text = f"{Mode.AUTO.name} to {hands.mode.name} by {hands.user}: {hands.reason}"
    told = {"from": Mode.AUTO.value, "to": hands.mode.value}
    return draft(EventKind.MODE_CHANGED, text, told | {"user": hands.user, "reason": hands.reason})
