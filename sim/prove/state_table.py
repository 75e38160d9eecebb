"""The 52 rows of the 16-state machine, typed out by hand: what the code is held against."""

from __future__ import annotations

from typing import Final

from controller.core.states import State, Trigger

_ROWS: Final = """
start           IDLE        STARTING
state_complete  STARTING    RUNNING
state_complete  RUNNING     COMPLETING
state_complete  COMPLETING  COMPLETE
state_complete  PAUSING     PAUSED
state_complete  RESUMING    RUNNING
state_complete  HOLDING     HELD
state_complete  RESTARTING  RUNNING
state_complete  STOPPING    STOPPED
state_complete  ABORTING    ABORTED
state_complete  RESETTING   IDLE
complete        RUNNING     COMPLETING
complete        PAUSED      COMPLETING
pause           RUNNING     PAUSING
resume          PAUSED      RESUMING
hold            STARTING    HOLDING
hold            RUNNING     HOLDING
hold            COMPLETING  HOLDING
hold            PAUSING     HOLDING
hold            PAUSED      HOLDING
hold            RESUMING    HOLDING
hold            RESTARTING  HOLDING
restart         HELD        RESTARTING
stop            IDLE        STOPPING
stop            STARTING    STOPPING
stop            RUNNING     STOPPING
stop            COMPLETING  STOPPING
stop            COMPLETE    STOPPING
stop            PAUSING     STOPPING
stop            PAUSED      STOPPING
stop            RESUMING    STOPPING
stop            HOLDING     STOPPING
stop            HELD        STOPPING
stop            RESTARTING  STOPPING
stop            RESETTING   STOPPING
abort           IDLE        ABORTING
abort           STARTING    ABORTING
abort           RUNNING     ABORTING
abort           COMPLETING  ABORTING
abort           COMPLETE    ABORTING
abort           PAUSING     ABORTING
abort           PAUSED      ABORTING
abort           RESUMING    ABORTING
abort           HOLDING     ABORTING
abort           HELD        ABORTING
abort           RESTARTING  ABORTING
abort           STOPPING    ABORTING
abort           STOPPED     ABORTING
abort           RESETTING   ABORTING
reset           COMPLETE    RESETTING
reset           STOPPED     RESETTING
reset           ABORTED     RESETTING
"""

TABLE: Final[dict[tuple[State, Trigger], State]] = {
    (State(source), Trigger(trigger)): State(dest)
    for trigger, source, dest in (line.split() for line in _ROWS.strip().splitlines())
}
