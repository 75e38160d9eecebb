"""`handover` and `comment`: what people put into the record, and what changes nothing at the mill.

A handover is signed: with the password, by the one who gives the mill or the one who takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from controller.core.commands import Command, CommandName, Handover
from controller.core.events import Event, EventKind

if TYPE_CHECKING:
    from controller.core.commanding import Mind

NOTES: Final = (CommandName.HANDOVER, CommandName.COMMENT)


def note(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out one of `NOTES`: one event, in any state."""
    if command.handover is not None and (reasons := _not_theirs(command.handover, command.user)):
        return reasons
    event = _handover(mind, command) or _comment(mind, command)
    if event is None:
        return ("something to say",)
    mind.events.append(event)
    return ()


def _not_theirs(said: Handover, user: str) -> tuple[str, ...]:
    giver, taker, signer = (name.strip().casefold() for name in (said.giver, said.taker, user))
    if giver == taker:
        return ("two people: one gives the mill, the other takes it",)
    if signer not in (giver, taker):
        return (f"a signature of {said.giver} or of {said.taker}",)
    return ()


def _handover(mind: Mind, command: Command) -> Event | None:
    said = command.handover
    if command.name is not CommandName.HANDOVER or said is None:
        return None
    data: dict[str, str | float | bool | list[str] | None] = {
        "user": command.user,
        "from": said.giver,
        "to": said.taker,
        "note": said.note,
    }
    about = f": {said.note}" if said.note else ""
    text = f"Handover from {said.giver} to {said.taker}, signed by {command.user}{about}"
    return Event(EventKind.HANDOVER, mind.state.now_s, text, data)


def _comment(mind: Mind, command: Command) -> Event | None:
    said = command.comment
    if command.name is not CommandName.COMMENT or said is None or not said.text.strip():
        return None
    data: dict[str, str | float | bool | list[str] | None] = {
        "user": command.user,
        "topic": said.topic.value,
        "text": said.text,
        **({"batch": said.batch} if said.batch else {}),
    }
    return Event(EventKind.COMMENT, mind.state.now_s, f"{command.user}: {said.text}", data)
