"""Commands for what people do by hand, for bypasses, and sentences for the record."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from controller.core.commands import Topic
from controller.core.hands import JOG_MAX_S, SWEEP_MAX_MIN
from hmi.message_base import CommandMessage, LongSentence, Message, Note, PersonName
from hmi.message_base import Sentence as Reason
from hmi.message_base import ShortText as RowId

Flow = Annotated[float, Field(ge=0.0, le=100.0)]


class JogArgs(Message):
    """The outputs as a person holds them; without any the jog lets go."""

    argon_flow_slpm: Flow | None = None
    supply_open: bool | None = None
    exhaust_shut: bool | None = None
    cooling_shut: bool = False
    rotor_rpm: Annotated[float, Field(ge=0.0, le=20_000.0)] = 0.0
    for_s: Annotated[float, Field(gt=0.0, le=JOG_MAX_S)] | None = None


class JogCommand(CommandMessage):
    """Hold outputs by hand."""

    name: Literal["jog"]
    args: JogArgs


class PurgeArgs(Message):
    """How much argon for how long."""

    argon_flow_slpm: Annotated[float, Field(gt=0.0, le=100.0)]
    minutes: Annotated[float, Field(gt=0.0, le=SWEEP_MAX_MIN)]


class PurgeCommand(CommandMessage):
    """Purge by hand."""

    name: Literal["purge"]
    args: PurgeArgs


class MaintenanceArgs(Message):
    """Why the mill is locked out."""

    reason: Reason


class MaintenanceCommand(CommandMessage):
    """Lock everything out."""

    name: Literal["maintenance"]
    args: MaintenanceArgs


class BypassArgs(Message):
    """Which row of the matrix does not act for how long, and why."""

    row: RowId
    minutes: Annotated[float, Field(gt=0.0, le=1_440.0)]
    reason: Reason


class BypassCommand(CommandMessage):
    """Bypass a row."""

    name: Literal["bypass"]
    args: BypassArgs


class BypassEndArgs(Message):
    """Which row acts again."""

    row: RowId


class BypassEndCommand(CommandMessage):
    """End a bypass."""

    name: Literal["bypass.end"]
    args: BypassEndArgs


class HandoverArgs(Message):
    """From whom to whom, with what to know."""

    giver: Annotated[PersonName, Field(alias="from")]
    taker: Annotated[PersonName, Field(alias="to")]
    note: Note = ""


class HandoverCommand(CommandMessage):
    """Give the mill to the next shift."""

    name: Literal["handover"]
    args: HandoverArgs


class CommentArgs(Message):
    """A sentence for the record and what it is about."""

    text: LongSentence
    topic: Annotated[Topic, Field(strict=False)] = Topic.NOTE
    batch: Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9-]*$")] = ""


class CommentCommand(CommandMessage):
    """Write a sentence into the record."""

    name: Literal["comment"]
    args: CommentArgs


HandCommand = (
    JogCommand
    | PurgeCommand
    | MaintenanceCommand
    | BypassCommand
    | BypassEndCommand
    | HandoverCommand
    | CommentCommand
)
ARGS: Final = (JogArgs, PurgeArgs, BypassArgs, HandoverArgs, CommentArgs)
