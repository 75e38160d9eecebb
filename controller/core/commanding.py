"""What becomes of the commands of one scan: accepted or refused, with every reason at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from controller.core import alarms as alarm_book
from controller.core.alarm_commands import ALARM_COMMANDS, obeyed
from controller.core.batch import Batch, Position, Totals
from controller.core.commands import TRIGGER_OF, Command, CommandName, in_order
from controller.core.events import Event, EventKind
from controller.core.interlocks import matrix_for
from controller.core.permissives import (
    go_on_permissives,
    release_permissives,
    reset_permissives,
    start_permissives,
)
from controller.core.signals import Image
from controller.core.state import CommandResult, Release, ScanState
from controller.core.states import State, Trigger, allowed_triggers, fire

RELEASE_STATES: Final = (State.IDLE, State.COMPLETE, State.STOPPED, State.ABORTED)
_SAFE: Final = {Trigger.ABORT: 3, Trigger.STOP: 2, Trigger.HOLD: 1}


@dataclass(slots=True)
class Mind:
    """The scan while it is being made up: the state so far, and what came of it."""

    state: ScanState
    image: Image
    events: list[Event]
    results: list[CommandResult] = field(default_factory=list)
    moved: bool = False

    def fire(self, trigger: Trigger, cause: str) -> bool:
        """Moves the state machine, at most once in a scan except for abort. False if no row."""
        if self.moved and trigger is not Trigger.ABORT:
            return False
        dest = fire(self.state.state, trigger)
        if dest is None:
            return False
        source = self.state.state
        self.moved = True
        self.state = replace(
            self.state,
            state=dest,
            version=self.state.version + 1,
            entered_s=self.state.now_s,
            release=None,
        )
        text = f"{source.value} to {dest.value}: {cause}"
        data: dict[str, str | float | bool | list[str] | None] = {
            "from": source.value,
            "to": dest.value,
            "trigger": trigger.value,
            "cause": cause,
        }
        self.events.append(Event(EventKind.TRANSITION, self.state.now_s, text, data))
        return True

    def answer(self, command: Command, reasons: tuple[str, ...]) -> None:
        """Records what became of a command; no reasons means accepted."""
        kind = EventKind.COMMAND_REFUSED if reasons else EventKind.COMMAND_ACCEPTED
        data: dict[str, str | float | bool | list[str] | None] = {
            "id": command.id,
            "command": command.name.value,
            "user": command.user,
            "reasons": list(reasons),
        }
        text = f"{command.name.value} by {command.user}"
        self.events.append(Event(kind, self.state.now_s, text, data))
        result = CommandResult(command.id, not reasons, reasons, self.state.state)
        self.results.append(result)


def obey(mind: Mind, commands: tuple[Command, ...], reaction: Trigger | None) -> None:
    """Carries out the commands of one scan together with what the rows ask for.

    The safest of all wins: abort, then stop, then hold, whoever asks. Anything else is looked at
    only when nothing of that kind happened in this scan.
    """
    allowed = allowed_triggers(mind.state.state)
    safe = [
        (trigger, command)
        for command in commands
        if (trigger := TRIGGER_OF.get(command.name)) in _SAFE and trigger in allowed
    ]
    triggers = [trigger for trigger, _ in safe] + ([reaction] if reaction else [])
    if triggers:
        chosen = max(triggers, key=_SAFE.__getitem__)
        mind.fire(chosen, _cause(chosen, reaction, safe, mind))
    accepted = {command.id for _, command in safe}
    for command in in_order(commands):
        if command.id in accepted:
            mind.answer(command, ())
        else:
            mind.answer(command, _one(mind, command))


def _cause(
    chosen: Trigger,
    reaction: Trigger | None,
    safe: list[tuple[Trigger, Command]],
    mind: Mind,
) -> str:
    if chosen is reaction:
        rows = mind.state.matrix.rows
        return ", ".join(rows[v.row].id for v in mind.state.violations if v.confirmed)
    return next(
        f"{command.name.value} by {command.user}" for trigger, command in safe if trigger is chosen
    )


def _one(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out one command that is not hold, stop or abort. Returns what is missing."""
    if command.name in ALARM_COMMANDS:
        return _alarm_command(mind, command)
    if mind.moved:
        return (f"the state has just changed to {mind.state.state.value}",)
    if command.name is CommandName.LOAD:
        return _load(mind, command)
    if command.name is CommandName.CHARGE:
        return _charge(mind, command)
    if command.name is CommandName.LID_RELEASE:
        return _release(mind, command)
    return _trigger(mind, command)


def _wrong_state(mind: Mind, command: Command, *states: State) -> tuple[str, ...]:
    names = ", ".join(state.value for state in states)
    return (f"{command.name.value} is for {names}; the state is {mind.state.state.value}",)


def _alarm_command(mind: Mind, command: Command) -> tuple[str, ...]:
    state = mind.state
    answer = obeyed(state.alarms, command, state.matrix.rows, state.now_s)
    if answer.event is not None:
        mind.state = replace(state, alarms=answer.alarms)
        mind.events.append(answer.event)
    return answer.reasons


def _load(mind: Mind, command: Command) -> tuple[str, ...]:
    if mind.state.state is not State.IDLE:
        return _wrong_state(mind, command, State.IDLE)
    if command.recipe is None or not command.batch_id:
        return ("a recipe and a batch id",)
    equipment = mind.state.equipment
    batch = Batch(command.batch_id, command.recipe, command.user, equipment)
    mind.state = replace(
        mind.state,
        matrix=matrix_for(equipment, command.recipe.atmosphere),
        version=mind.state.version + 1,
        batch=batch,
        position=Position(mill_index=batch.first_mill),
        totals=Totals(),
        # Indexes of rows stay the same: only the limits of the matrix changed.
        watch=replace(mind.state.watch, credit=False, start_ok_since_s=float("inf")),
    )
    return ()


def _charge(mind: Mind, command: Command) -> tuple[str, ...]:
    if mind.state.state is not State.IDLE:
        return _wrong_state(mind, command, State.IDLE)
    if mind.state.batch is None:
        return ("a loaded recipe",)
    if command.charge is None:
        return ("the charge form",)
    batch = replace(mind.state.batch, charge=command.charge)
    mind.state = replace(mind.state, batch=batch, version=mind.state.version + 1)
    return ()


def _release(mind: Mind, command: Command) -> tuple[str, ...]:
    if mind.state.state not in RELEASE_STATES:
        return _wrong_state(mind, command, *RELEASE_STATES)
    checks = release_permissives(mind.state, mind.image)
    missing = tuple(check.missing for check in checks if not check.ok)
    if missing:
        return missing
    mind.state = replace(mind.state, release=Release(mind.state.now_s, command.user))
    return ()


def _trigger(mind: Mind, command: Command) -> tuple[str, ...]:
    trigger = TRIGGER_OF[command.name]
    state = mind.state
    if trigger not in allowed_triggers(state.state):
        return (f"{command.name.value} is not for the state {state.state.value}",)
    missing = missing_for(trigger, state, mind.image)
    if missing:
        return missing
    mind.fire(trigger, f"{command.name.value} by {command.user}")
    if trigger is Trigger.START and state.batch is not None:
        batch = replace(state.batch, started_s=state.now_s, operator=command.user)
        mind.state = replace(mind.state, batch=batch)
    elif trigger is Trigger.RESET:
        mind.state = replace(mind.state, alarms=alarm_book.released(state.alarms))
    return ()


def missing_for(trigger: Trigger, state: ScanState, image: Image) -> tuple[str, ...]:
    """What is missing for a command that the table knows in this state; empty if nothing is."""
    checks = {
        Trigger.START: start_permissives,
        Trigger.RESUME: go_on_permissives,
        Trigger.RESTART: go_on_permissives,
        Trigger.RESET: reset_permissives,
    }.get(trigger)
    if checks is None:
        return ()
    return tuple(check.missing for check in checks(state, image) if not check.ok)
