"""`handover` and `comment`: sentences for the record that change nothing at the mill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from controller.core.commands import Command, CommandName
from controller.core.events import Event, EventKind

if TYPE_CHECKING:
    from controller.core.commanding import Mind

NOTES: Final = (CommandName.HANDOVER, CommandName.COMMENT)


def note(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out one of `NOTES`: one event, in any state."""
    event = _handover(mind, command) or _comment(mind, command)
    if event is None:
        return ("something to say",)
    mind.events.append(event)
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
    text = f"Handover from {said.giver} to {said.taker}"
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
