"""What all messages of a browser are made of: strict, closed, finite, and bounded in length."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

# One line with something in it besides blanks, as the controller takes it.
_LINE: Final = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"

# Letters of any script, digits and the signs that names have; no control characters.
PersonName = Annotated[str, StringConstraints(pattern=r"^\w[\w .,'’-]{0,39}$")]
CommandId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
]
Sentence = Annotated[str, StringConstraints(max_length=200, pattern=_LINE)]
LongSentence = Annotated[str, StringConstraints(max_length=1_000, pattern=_LINE)]
Note = Annotated[str, StringConstraints(max_length=1_000, pattern=r"^[^\x00-\x1f\x7f]*$")]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class Message(BaseModel):
    """Base of all."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)


class CommandMessage(Message):
    """What every command has: an id for ever, and what the person saw: the version of the state,
    and the stream's own time of that snapshot. Hold, stop and abort need neither.
    """

    id: CommandId
    state_version: Annotated[int, Field(ge=0, le=2**53)] | None = None
    seen_s: Annotated[float, Field(ge=0.0, le=1e12)] | None = None
