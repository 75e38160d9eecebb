"""What a browser may send, to the letter: unknown keys, wrong types and non-finite numbers fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import HTTPException, Request
from pydantic import Field, TypeAdapter, ValidationError

from controller.core.alarms.rules import SHELF_MINUTES_MAX
from controller.core.commands import Charge
from controller.core.findings import Disposition, Measurement, Recovered
from hmi import hand_messages
from hmi.batch_messages import BatchCommand, ScrapArgs
from hmi.hand_messages import HandCommand
from hmi.message_base import CommandMessage, Message, Sentence, ShortText

T = TypeVar("T")


class NoArgs(Message):
    """Of a command that needs nothing but its name."""


class PlainCommand(CommandMessage):
    """A command without arguments."""

    name: Literal[
        "start",
        "pause",
        "resume",
        "hold",
        "restart",
        "complete",
        "stop",
        "abort",
        "reset",
        "lid.release",
        "manual",
        "auto",
        "purge.end",
        "maintenance.end",
        "continue",
    ]
    args: NoArgs = NoArgs()


class LoadArgs(Message):
    """Which of the listed recipe files to load."""

    recipe: ShortText


class LoadCommand(CommandMessage):
    """Load a recipe."""

    name: Literal["load"]
    args: LoadArgs


class ChargeCommand(CommandMessage):
    """Say what was put into the jar, and that the checks before the start were made."""

    name: Literal["charge"]
    args: Charge


class AckArgs(Message):
    """One alarm, or `*` for all of them."""

    alarm: ShortText


class AckCommand(CommandMessage):
    """Acknowledge alarms."""

    name: Literal["ack"]
    args: AckArgs


class AlarmArgs(Message):
    """One alarm."""

    alarm: ShortText


class AlarmCommand(CommandMessage):
    """Put an alarm back among those that call."""

    name: Literal["unshelve", "in_service"]
    args: AlarmArgs


class ShelveArgs(Message):
    """Which alarm calls nobody for how long, and why; `one_shot` ends it when the alarm returns."""

    alarm: ShortText
    minutes: Annotated[float, Field(ge=1.0, le=SHELF_MINUTES_MAX)]
    reason: Sentence
    one_shot: bool = False


class ShelveCommand(CommandMessage):
    """Shelve an alarm."""

    name: Literal["shelve"]
    args: ShelveArgs


class OutOfServiceArgs(Message):
    """Which alarm calls nobody until further notice, and why."""

    alarm: ShortText
    reason: Sentence


class OutOfServiceCommand(CommandMessage):
    """Take an alarm out of service."""

    name: Literal["out_of_service"]
    args: OutOfServiceArgs


AnyCommand = (
    PlainCommand
    | LoadCommand
    | ChargeCommand
    | AckCommand
    | AlarmCommand
    | ShelveCommand
    | OutOfServiceCommand
    | HandCommand
    | BatchCommand
)
COMMAND: Final[TypeAdapter[AnyCommand]] = TypeAdapter(
    Annotated[AnyCommand, Field(discriminator="name")]
)


def json_body(
    adapter: TypeAdapter[T], ours: frozenset[str] | None = None
) -> Callable[[Request], Awaitable[T]]:
    """A dependency that reads the body in one strict pass, and answers 422 where that fails.

    `ours` are the keys that may be named in that answer; those of commands when it is left out.
    """

    async def read(request: Request) -> T:
        try:
            return adapter.validate_json(await request.body())
        except ValidationError as error:
            raise HTTPException(
                422, _what_is_wrong(error, OURS if ours is None else ours)
            ) from error

    return read


# Where a fault lies may be a key that was made up by the sender: only our own names come back.
OURS: Final = frozenset(
    field.alias or name
    for model in (PlainCommand, LoadArgs, AckArgs, ShelveArgs, ScrapArgs, *hand_messages.ARGS)
    for name, field in model.model_fields.items()
) | {
    field.name for model in (Charge, Measurement, Recovered, Disposition) for field in fields(model)
}


def _what_is_wrong(error: ValidationError, ours: frozenset[str]) -> str:
    """Which of our fields are wrong; never a value or a key that was sent."""
    places = {
        ".".join(part for part in fault["loc"] if part in ours)
        for fault in error.errors(include_input=False)
    }
    return f"Not accepted: {', '.join(sorted(places - {''})) or 'the form of the request'}."


def plain_args(command: AnyCommand) -> dict[str, Any]:
    """The arguments as the controller takes them."""
    dumped: dict[str, Any] = COMMAND.dump_python(command, mode="json", by_alias=True)["args"]
    return dumped
