"""What becomes of the commands of one scan: accepted or refused, with every reason at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from controller.core import alarms as alarm_book
from controller.core import papers
from controller.core.alarm_commands import ALARM_COMMANDS, obeyed
from controller.core.banding import take_band
from controller.core.batch import Batch, Position, Totals
from controller.core.by_hand import let_go
from controller.core.bypassing import end_bypass, set_bypass
from controller.core.commands import TRIGGER_OF, Command, CommandName, in_order
from controller.core.events import Event, EventKind
from controller.core.findings import report
from controller.core.hand_commands import (
    end_maintenance,
    start_jog,
    start_sweep,
    stop_sweep,
    to_auto,
    to_maintenance,
    to_manual,
)
from controller.core.hands import Mode
from controller.core.interlocks import matrix_for
from controller.core.notes import NOTES, note
from controller.core.permissions import refusals, role_used
from controller.core.permissives import (
    go_on_permissives,
    release_permissives,
    reset_permissives,
    start_permissives,
)
from controller.core.recovering import RECOVERING, decide, waiting
from controller.core.signals import Image
from controller.core.state import CommandResult, Release, ScanState
from controller.core.states import Trigger, allowed_triggers, fire

_FINDINGS: Final = (CommandName.MEASURE, CommandName.YIELD, CommandName.DISPOSE)
_PAPERS: Final[dict[CommandName, Callable[[Mind, Command], tuple[str, ...]]]] = {
    CommandName.SIGN: papers.sign,
    CommandName.RECIPE_SAVE: papers.save,
    CommandName.RECIPE_SUBMIT: papers.file,
    CommandName.RECIPE_APPROVE: papers.file,
    CommandName.RECIPE_REJECT: papers.file,
    CommandName.RECIPE_RETIRE: papers.file,
}
_AT_ANY_MOMENT: Final = (*ALARM_COMMANDS, *NOTES, *_FINDINGS, *_PAPERS)
_BESIDE_A_MOVE: Final = (*_AT_ANY_MOMENT, CommandName.BAND)
_FOR_AUTO: Final = (CommandName.LOAD, CommandName.CHARGE, CommandName.START)
_IN_MAINTENANCE: Final = (*_AT_ANY_MOMENT, CommandName.LID_RELEASE, CommandName.MAINTENANCE_END)
_MOVES_BY_HAND: Final = (CommandName.JOG, CommandName.PURGE)
_SAFE: Final = {Trigger.ABORT: 3, Trigger.STOP: 2, Trigger.HOLD: 1}


class Mind:
    """The scan while it is being made up: the state so far, and what came of it.

    `came_in` is the state that people saw when they gave the commands of this scan.
    """

    __slots__ = (
        "came_in",
        "events",
        "image",
        "moved",
        "period_s",
        "results",
        "state",
        "stopped",
    )

    def __init__(
        self, state: ScanState, image: Image, events: list[Event], period_s: float
    ) -> None:
        self.state = state
        self.image = image
        self.events = events
        self.results: list[CommandResult] = []
        self.moved = False
        self.stopped = False
        self.period_s = period_s
        self.came_in = state.state

    def fire(self, trigger: Trigger, cause: str) -> bool:
        """Moves the state machine, at most once in a scan except for abort. False if no row."""
        if self.moved and trigger is not Trigger.ABORT:
            return False
        dest = fire(self.state.state, trigger)
        if dest is None:
            return False
        source = self.state.state
        self.moved = True
        if self.state.hands.busy:
            let_go(self, cause)
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

    def answer(self, command: Command, reasons: tuple[str, ...], *, told: bool = True) -> None:
        """Records what became of a command; no reasons means accepted. `told`: as an event too."""
        kind = EventKind.COMMAND_REFUSED if reasons else EventKind.COMMAND_ACCEPTED
        role = role_used(command, self.came_in)
        data: dict[str, str | float | bool | list[str] | None] = {
            "id": command.id,
            "command": command.name.value,
            "user": command.user,
            "role": None if role is None else role.value,
            "reasons": list(reasons),
        }
        text = f"{command.name.value} by {command.user}"
        if told:
            self.events.append(Event(kind, self.state.now_s, text, data))
        result = CommandResult(command.id, not reasons, reasons, self.state.state)
        self.results.append(result)


def obey(mind: Mind, commands: tuple[Command, ...], reaction: Trigger | None) -> None:
    """Carries out the commands of one scan together with what the rows ask for.

    The safest of all wins: abort, then stop, then hold, whoever asks. Anything else is looked at
    only when nothing of that kind happened in this scan.
    """
    stops = tuple(c for c in commands if TRIGGER_OF.get(c.name) in _SAFE)
    mind.stopped = bool(stops) or reaction is not None
    ended = mind.stopped and mind.state.hands.busy and let_go(mind, _why(mind, stops))
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
    accepted = {command.id for command in (stops if ended else [one for _, one in safe])}
    version = mind.state.version
    for command in in_order(commands):
        if command.id in accepted:
            mind.answer(command, ())
        else:
            before = len(mind.events)
            reasons = _one(mind, command, version)
            # A jog that is only renewed, several times a second, is no news.
            renewed = command.name is CommandName.JOG and not reasons
            mind.answer(command, reasons, told=not renewed or len(mind.events) > before)


def _why(mind: Mind, stops: tuple[Command, ...]) -> str:
    """Why nothing may be moved by hand any more."""
    if stops:
        return f"{stops[0].name.value} by {stops[0].user}"
    return _confirmed_rows(mind)


def _confirmed_rows(mind: Mind) -> str:
    rows = mind.state.matrix.rows
    return ", ".join(rows[v.row].id for v in mind.state.violations if v.confirmed)


def _cause(
    chosen: Trigger,
    reaction: Trigger | None,
    safe: list[tuple[Trigger, Command]],
    mind: Mind,
) -> str:
    if chosen is reaction:
        return _confirmed_rows(mind)
    return next(
        f"{command.name.value} by {command.user}" for trigger, command in safe if trigger is chosen
    )


def _one(mind: Mind, command: Command, version: int) -> tuple[str, ...]:
    """Carries out one command that is not hold, stop or abort. Returns what is missing.

    `version` is what people saw: what another command of this scan changes does not count.
    """
    if mind.moved and command.name not in _BESIDE_A_MOVE:
        return (f"the state has just changed to {mind.state.state.value}",)
    denied = refusals(command, mind.state.state, version, _operator(mind.state))
    denied += mode_refusals(mind.state, command.name)
    denied += waiting(mind.state, command.name)
    denied += command.against
    if mind.stopped and command.name in _MOVES_BY_HAND:
        denied += ("nothing that stops it: hold, stop, abort and interlocks come first",)
    if denied:
        return denied
    if command.name in ALARM_COMMANDS:
        return _alarm_command(mind, command)
    if command.name is CommandName.LOAD:
        return _load(mind, command)
    if command.name is CommandName.CHARGE:
        return _charge(mind, command)
    if command.name is CommandName.LID_RELEASE:
        return _release(mind, command)
    if command.name in _BY_HAND:
        return _BY_HAND[command.name](mind, command)
    if command.name is CommandName.BAND:
        return take_band(mind, command)
    if command.name in NOTES:
        return note(mind, command)
    if command.name in _FINDINGS:
        return report(mind, command)
    if command.name in _PAPERS:
        return _PAPERS[command.name](mind, command)
    if command.name in RECOVERING:
        return decide(mind, command)
    return _trigger(mind, command)


_BY_HAND: Final[dict[CommandName, Callable[[Mind, Command], tuple[str, ...]]]] = {
    CommandName.MANUAL: to_manual,
    CommandName.AUTO: to_auto,
    CommandName.JOG: start_jog,
    CommandName.PURGE: start_sweep,
    CommandName.PURGE_END: stop_sweep,
    CommandName.MAINTENANCE: to_maintenance,
    CommandName.MAINTENANCE_END: end_maintenance,
    CommandName.BYPASS: set_bypass,
    CommandName.BYPASS_END: end_bypass,
}


def mode_refusals(state: ScanState, name: CommandName) -> tuple[str, ...]:
    """What the mode itself refuses: no batch in MANUAL, next to nothing in MAINTENANCE."""
    hands = state.hands
    if hands.mode is Mode.MAINTENANCE and name not in _IN_MAINTENANCE:
        return (f"the end of MAINTENANCE: {hands.user} locked the mill, {hands.reason}",)
    if hands.mode is Mode.MANUAL and name in _FOR_AUTO:
        return (f"the mode AUTO: {hands.user} has the mill in MANUAL",)
    return ()


def _operator(state: ScanState) -> str:
    return "" if state.batch is None else state.batch.operator


def _alarm_command(mind: Mind, command: Command) -> tuple[str, ...]:
    state = mind.state
    answer = obeyed(state.alarms, command, state.matrix.rows, state.now_s)
    if answer.event is not None:
        mind.state = replace(state, alarms=answer.alarms)
        mind.events.append(answer.event)
    return answer.reasons


def _load(mind: Mind, command: Command) -> tuple[str, ...]:
    if command.recipe is None or not command.batch_id:
        return ("a recipe and a batch id",)
    equipment = mind.state.equipment
    batch = Batch(
        command.batch_id, command.recipe, command.user, equipment, approvals=command.approvals
    )
    mind.state = replace(
        mind.state,
        matrix=matrix_for(equipment, command.recipe.atmosphere, mind.state.hands.bypassed),
        version=mind.state.version + 1,
        batch=batch,
        position=Position(mill_index=batch.first_mill),
        totals=Totals(),
        # Indexes of rows stay the same: only the limits of the matrix changed.
        watch=replace(mind.state.watch, credit=False, start_ok_since_s=float("inf")),
    )
    return ()


def _charge(mind: Mind, command: Command) -> tuple[str, ...]:
    if mind.state.batch is None:
        return ("a loaded recipe",)
    if command.charge is None:
        return ("the charge form",)
    if command.charge.checked_by.strip().casefold() == command.user.casefold():
        return ("the second check is by another person",)
    if command.charge.declares_hours and not command.charge.hours_origin.strip():
        return ("where the hours of blade or jar are known from",)
    if command.charge.jar_hours is not None and not command.charge.jar_id.strip():
        return ("the id of the jar whose hours are declared",)
    batch = replace(mind.state.batch, charge=command.charge)
    mind.state = replace(mind.state, batch=batch, version=mind.state.version + 1)
    return ()


def _release(mind: Mind, command: Command) -> tuple[str, ...]:
    checks = release_permissives(mind.state, mind.image)
    missing = tuple(check.missing for check in checks if not check.ok)
    if missing:
        return missing
    mind.state = replace(mind.state, release=Release(mind.state.now_s, command.user))
    return ()


def _trigger(mind: Mind, command: Command) -> tuple[str, ...]:
    trigger = TRIGGER_OF[command.name]
    state = mind.state
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
