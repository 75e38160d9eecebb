"""The 16 states of a batch (ISA-88 names, as in VDI/VDE/NAMUR 2658) and their one table.

The table lives in a `transitions.Machine` without a model of its own. State is a value: `fire`
puts it on a throw-away model, fires, and returns the new value.
"""

from __future__ import annotations

from enum import Enum, unique
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from transitions import Machine


@unique
class State(Enum):
    """Acting states end in -ING; the others wait for a command."""

    IDLE = "IDLE"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    COMPLETING = "COMPLETING"
    COMPLETE = "COMPLETE"
    PAUSING = "PAUSING"
    PAUSED = "PAUSED"
    RESUMING = "RESUMING"
    HOLDING = "HOLDING"
    HELD = "HELD"
    RESTARTING = "RESTARTING"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    ABORTING = "ABORTING"
    ABORTED = "ABORTED"
    RESETTING = "RESETTING"

    # Members are singletons; the default hash of Enum is a Python call, too dear for every scan.
    __hash__ = object.__hash__


@unique
class Trigger(Enum):
    """What moves the machine: the nine commands, and `STATE_COMPLETE` of an acting state."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    HOLD = "hold"
    RESTART = "restart"
    COMPLETE = "complete"
    STOP = "stop"
    ABORT = "abort"
    RESET = "reset"
    STATE_COMPLETE = "state_complete"


STATE_COMPLETE_TO: Final[dict[State, State]] = {
    State.STARTING: State.RUNNING,
    State.RUNNING: State.COMPLETING,
    State.COMPLETING: State.COMPLETE,
    State.PAUSING: State.PAUSED,
    State.RESUMING: State.RUNNING,
    State.HOLDING: State.HELD,
    State.RESTARTING: State.RUNNING,
    State.STOPPING: State.STOPPED,
    State.ABORTING: State.ABORTED,
    State.RESETTING: State.IDLE,
}

HOLDABLE: Final = (
    State.STARTING,
    State.RUNNING,
    State.COMPLETING,
    State.PAUSING,
    State.PAUSED,
    State.RESUMING,
    State.RESTARTING,
)
# By difference, so that no state can be forgotten.
ABORTABLE: Final = tuple(s for s in State if s not in (State.ABORTING, State.ABORTED))
STOPPABLE: Final = tuple(s for s in ABORTABLE if s not in (State.STOPPING, State.STOPPED))

SOURCES: Final[dict[Trigger, tuple[tuple[State, ...], State]]] = {
    Trigger.START: ((State.IDLE,), State.STARTING),
    Trigger.PAUSE: ((State.RUNNING,), State.PAUSING),
    Trigger.RESUME: ((State.PAUSED,), State.RESUMING),
    Trigger.HOLD: (HOLDABLE, State.HOLDING),
    Trigger.RESTART: ((State.HELD,), State.RESTARTING),
    Trigger.COMPLETE: ((State.RUNNING, State.PAUSED), State.COMPLETING),
    Trigger.STOP: (STOPPABLE, State.STOPPING),
    Trigger.ABORT: (ABORTABLE, State.ABORTING),
    Trigger.RESET: ((State.COMPLETE, State.STOPPED, State.ABORTED), State.RESETTING),
}


class _Model:
    state: State


@cache
def _machine() -> Machine:
    # Not at the head: who reads a recipe or asks for a thickness fires nothing, and need not wait.
    from transitions import Machine

    machine = Machine(
        model=None,
        states=State,
        initial=State.IDLE,
        auto_transitions=False,
        send_event=False,
    )
    for trigger, (sources, dest) in SOURCES.items():
        machine.add_transition(trigger.value, list(sources), dest)
    for source, dest in STATE_COMPLETE_TO.items():
        machine.add_transition(Trigger.STATE_COMPLETE.value, source, dest)
    return machine


def fire(state: State, trigger: Trigger) -> State | None:
    """The state that `trigger` leads to from `state`, or None where the table has no such row."""
    from transitions import MachineError

    machine, model = _machine(), _Model()
    machine.add_model(model, initial=state)
    try:
        machine.events[trigger.value].trigger(model)
    except MachineError:
        return None
    finally:
        machine.remove_model(model)
    return model.state


def allowed_triggers(state: State) -> tuple[Trigger, ...]:
    """The commands that the table knows in `state`; permissives may still refuse them."""
    return tuple(t for t, (sources, _) in SOURCES.items() if state in sources)
