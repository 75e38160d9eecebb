"""Who may give which command in which state: one table. What is not in it is refused.

The scan that carries a command out asks here; whatever a page or another process has checked
before counts for nothing. Hold, stop and abort are everybody's, always: a role, an old page or a
locked screen never stands between a person and a safer machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from controller.core.commands import Command, CommandName
from controller.core.roles import Role
from controller.core.states import SOURCES, State, Trigger

MAX_AGE_S: Final = 10.0
"""A command that took longer to get here was meant for another moment. Assumed."""

RELEASE_STATES: Final = (State.IDLE, State.COMPLETE, State.STOPPED, State.ABORTED)
ALWAYS: Final = (CommandName.HOLD, CommandName.STOP, CommandName.ABORT)

_EVERYBODY: Final = tuple(Role)
_MILL: Final = (Role.OPERATOR, Role.SUPERVISOR)
_BY_HAND: Final = (*_MILL, Role.MAINTENANCE)
_ANY_STATE: Final = tuple(State)
_UNDER_WAY: Final = (
    State.STARTING,
    State.RUNNING,
    State.PAUSING,
    State.PAUSED,
    State.RESUMING,
    State.HOLDING,
    State.HELD,
    State.RESTARTING,
    State.COMPLETING,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: these roles may give this command in these states.

    `seen`: only with the version of the state that the person saw. `proof`: the person has just
    entered the password again. `second_person`: not whoever operated the batch.
    """

    command: CommandName
    roles: tuple[Role, ...]
    states: tuple[State, ...]
    seen: bool = False
    proof: bool = False
    second_person: bool = False


def _sources(trigger: Trigger) -> tuple[State, ...]:
    return SOURCES[trigger][0]


# The least of the roles comes first: the record names the first one that the person has.
TABLE: Final = (
    *(Rule(name, _EVERYBODY, _sources(Trigger(name.value))) for name in ALWAYS),
    Rule(CommandName.LOAD, _MILL, (State.IDLE,), seen=True),
    Rule(CommandName.CHARGE, _MILL, (State.IDLE,), seen=True),
    Rule(CommandName.START, _MILL, _sources(Trigger.START), seen=True),
    Rule(CommandName.PAUSE, _MILL, _sources(Trigger.PAUSE)),
    Rule(CommandName.RESUME, _MILL, _sources(Trigger.RESUME), seen=True),
    Rule(CommandName.RESTART, _MILL, _sources(Trigger.RESTART), seen=True),
    Rule(CommandName.COMPLETE, _MILL, _sources(Trigger.COMPLETE)),
    Rule(CommandName.RESET, _MILL, (State.COMPLETE, State.STOPPED), seen=True),
    Rule(
        CommandName.RESET,
        (Role.SUPERVISOR,),
        (State.ABORTED,),
        seen=True,
        proof=True,
        second_person=True,
    ),
    Rule(CommandName.LID_RELEASE, _BY_HAND, RELEASE_STATES, seen=True),
    Rule(CommandName.ACK, _BY_HAND, _ANY_STATE),
    Rule(CommandName.SHELVE, _MILL, _ANY_STATE),
    Rule(CommandName.UNSHELVE, _MILL, _ANY_STATE),
    Rule(CommandName.OUT_OF_SERVICE, (Role.MAINTENANCE,), _ANY_STATE),
    Rule(CommandName.IN_SERVICE, (Role.MAINTENANCE,), _ANY_STATE),
    Rule(CommandName.MANUAL, _BY_HAND, RELEASE_STATES, seen=True),
    Rule(CommandName.AUTO, _BY_HAND, _ANY_STATE),
    Rule(CommandName.JOG, _BY_HAND, RELEASE_STATES, seen=True),
    Rule(CommandName.PURGE, _BY_HAND, RELEASE_STATES, seen=True),
    Rule(CommandName.PURGE_END, _BY_HAND, _ANY_STATE),
    Rule(CommandName.MAINTENANCE, (Role.MAINTENANCE,), RELEASE_STATES),
    Rule(CommandName.MAINTENANCE_END, (Role.MAINTENANCE,), RELEASE_STATES, seen=True),
    # Each row of the matrix says which of the two may bypass it.
    Rule(
        CommandName.BYPASS, (Role.SUPERVISOR, Role.MAINTENANCE), _ANY_STATE, seen=True, proof=True
    ),
    Rule(CommandName.BYPASS_END, _BY_HAND, _ANY_STATE),
    Rule(CommandName.HANDOVER, _MILL, _ANY_STATE, proof=True),
    Rule(CommandName.COMMENT, _EVERYBODY, _ANY_STATE),
    Rule(CommandName.MEASURE, (Role.AUTHOR, *_MILL), _ANY_STATE),
    Rule(CommandName.YIELD, _MILL, _ANY_STATE),
    Rule(CommandName.DISPOSE, (Role.SUPERVISOR,), _ANY_STATE, proof=True),
    # Signed: what becomes of a batch that a crash has ended.
    Rule(CommandName.CONTINUE, _MILL, (State.IDLE,), seen=True, proof=True),
    Rule(CommandName.SCRAP, _MILL, (State.IDLE,), seen=True, proof=True),
    # A review and a release take a supervisor; order and other persons are in the record.
    Rule(CommandName.SIGN, _MILL, _ANY_STATE, proof=True),
    # What the page's server has worked out about the batch that is loaded; it moves nothing.
    Rule(CommandName.BAND, _MILL, (State.IDLE, *_UNDER_WAY)),
    Rule(CommandName.RECIPE_SAVE, (Role.AUTHOR,), _ANY_STATE),
    Rule(CommandName.RECIPE_SUBMIT, (Role.AUTHOR,), _ANY_STATE),
    Rule(CommandName.RECIPE_APPROVE, (Role.SUPERVISOR,), _ANY_STATE, proof=True),
    Rule(CommandName.RECIPE_REJECT, (Role.SUPERVISOR,), _ANY_STATE),
    Rule(CommandName.RECIPE_RETIRE, (Role.SUPERVISOR,), _ANY_STATE),
)

_RULES: Final = {(rule.command, state): rule for rule in TABLE for state in rule.states}


def rule_for(name: CommandName, state: State) -> Rule | None:
    """The row that counts, None where nobody may give this command."""
    return _RULES.get((name, state))


def role_used(command: Command, state: State) -> Role | None:
    """The role in which a person gives this command, None when no role of theirs allows it."""
    rule = rule_for(command.name, state)
    if rule is None:
        return None
    return next((role for role in rule.roles if role in command.roles), None)


def refusals(command: Command, state: State, version: int, operator: str) -> tuple[str, ...]:
    """Everything for which a person may not give this command now; empty when they may.

    `version` is that of the state, `operator` whoever operated the batch ("" without a batch).
    """
    rule = rule_for(command.name, state)
    if rule is None:
        return (_not_in(command.name, state),)
    if command.name in ALWAYS:
        return ()
    name = command.name.value
    reasons = []
    if role_used(command, state) is None:
        reasons.append(f"{name} needs the role {_any_of(rule.roles)}; {_yours(command)}")
    if not command.age_s <= MAX_AGE_S:
        reasons.append(f"{name} is {command.age_s:.0f} s old; it counts for {MAX_AGE_S:g} s")
    if rule.seen and command.state_version is None:
        reasons.append(f"{name} needs the version of the state that it is given for")
    elif rule.seen and command.state_version != version:
        reasons.append(f"the mill has changed since you saw it: it is {state.value} now")
    if rule.second_person and command.user == operator:
        reasons.append(f"{name} needs a second person: {operator} operated this batch")
    if rule.proof and not command.proved:
        reasons.append(f"{name} needs your password again")
    return tuple(reasons)


def _not_in(name: CommandName, state: State) -> str:
    allowed = [item.value for item in State if rule_for(name, item) is not None]
    if not allowed:
        return f"nobody may give {name.value}"
    return f"{name.value} is for {', '.join(allowed)}; the state is {state.value}"


def _any_of(roles: tuple[Role, ...]) -> str:
    return " or ".join(role.value for role in roles)


def _yours(command: Command) -> str:
    held = [role.value for role in Role if role in command.roles]
    return f"yours is {' and '.join(held)}" if held else "you have none"
