"""Arguments of what people do by hand, of bypasses, and of sentences for the record."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from controller.core.commands import CommandName, Comment, Handover, Topic
from controller.core.hands import JOG_MAX_S, SWEEP_MAX_MIN, Jog

# One line of text, with something in it besides blanks.
_LINE: Final = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
Reason = Annotated[str, Field(max_length=200, pattern=_LINE)]
Sentence = Annotated[str, Field(max_length=1_000, pattern=_LINE)]
Person = Annotated[str, Field(max_length=60, pattern=_LINE)]
RowId = Annotated[str, Field(min_length=1, max_length=60)]


class Args(BaseModel):
    """Base of all: strict, closed, finite."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class JogArgs(Args):
    """Arguments of `jog`: the outputs as they are wanted; without any it lets go.

    What is left out stays as the state itself has it. `for_s` is for gas and cooling; without it,
    and always for the blade, a jog ends 2 s after its last renewal.
    """

    argon_flow_slpm: Annotated[float, Field(ge=0.0, le=100.0)] | None = None
    supply_open: bool | None = None
    exhaust_shut: bool | None = None
    cooling_shut: bool = False
    rotor_rpm: Annotated[float, Field(ge=0.0, le=20_000.0)] = 0.0
    for_s: Annotated[float, Field(gt=0.0, le=JOG_MAX_S)] | None = None


class PurgeArgs(Args):
    """Arguments of `purge`."""

    argon_flow_slpm: Annotated[float, Field(gt=0.0, le=100.0)]
    minutes: Annotated[float, Field(gt=0.0, le=SWEEP_MAX_MIN)]


class MaintenanceArgs(Args):
    """Arguments of `maintenance`."""

    reason: Reason


class BypassEndArgs(Args):
    """Arguments of `bypass.end`."""

    row: RowId


class BypassArgs(BypassEndArgs):
    """Arguments of `bypass`: a row of the matrix; how long it may be, the row says."""

    minutes: Annotated[float, Field(gt=0.0, le=1_440.0)]
    reason: Reason


class HandoverArgs(Args):
    """Arguments of `handover`."""

    giver: Annotated[Person, Field(alias="from")]
    taker: Annotated[Person, Field(alias="to")]
    note: Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class CommentArgs(Args):
    """Arguments of `comment`."""

    text: Sentence
    topic: Annotated[Topic, Field(strict=False)] = Topic.NOTE
    batch: Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9-]*$")] = ""


_FLAT: Final[dict[CommandName, type[Args]]] = {
    CommandName.PURGE: PurgeArgs,
    CommandName.MAINTENANCE: MaintenanceArgs,
    CommandName.BYPASS: BypassArgs,
    CommandName.BYPASS_END: BypassEndArgs,
}


def by_hand(name: CommandName, args: dict[str, Any]) -> dict[str, Any] | None:
    """What such a command has beside its name, None when it is none of these.

    Raises pydantic.ValidationError.
    """
    if name in _FLAT:
        return _FLAT[name].model_validate(args).model_dump()
    if name is CommandName.JOG:
        return {"jog": Jog(**JogArgs.model_validate(args).model_dump())}
    if name is CommandName.HANDOVER:
        return {"handover": Handover(**HandoverArgs.model_validate(args).model_dump())}
    if name is CommandName.COMMENT:
        return {"comment": Comment(**CommentArgs.model_validate(args).model_dump())}
    return None
