"""What other processes tell for the record: who signed in, whose roles changed, what was approved.

The sender keeps each entry until it is taken here, and sends it again when the answer was lost, so
an id is taken once.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from controller.core.events import Event, EventKind

REMEMBERED: Final = 4096

Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_.]*$")]


class AuditRequest(BaseModel):
    """One entry as it arrives. `more` holds what else belongs to it, such as old and new roles."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]
    utc: Annotated[str, Field(min_length=20, max_length=40)]
    action: Word
    user: Annotated[Line, Field(min_length=1)]
    about: Line
    ok: bool
    text: Line
    more: Annotated[dict[Word, Line], Field(max_length=10)]


def audit_event(request: AuditRequest, t_s: float) -> Event:
    """The entry as an event of the record, at process time `t_s`."""
    data: dict[str, str | float | bool | list[str] | None] = {
        "id": request.id,
        "happened_utc": request.utc,
        "action": request.action,
        "user": request.user,
        "about": request.about,
        "ok": request.ok,
        **{f"more.{key}": value for key, value in request.more.items()},
    }
    return Event(EventKind.AUDIT, t_s, request.text, data)


class Taken:
    """Which ids were taken lately."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def is_new(self, entry_id: str) -> bool:
        """Whether this id comes for the first time; from now on it does not."""
        new = entry_id not in self._ids
        self._ids[entry_id] = None
        while len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)
        return new
