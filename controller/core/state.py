"""The one value that a scan takes and gives back: frozen, whole, nothing kept elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.alarms import Alarm
from controller.core.alarms.log import QUIET, AlarmLog
from controller.core.batch import Batch, Position, Totals
from controller.core.equipment import Equipment
from controller.core.events import Event
from controller.core.hands import NOBODY, Hands, Mode
from controller.core.interlocks import NONE, Matrix, Violation, matrix_for
from controller.core.outputs import DEAD, Outputs
from controller.core.recovery import Crashed
from controller.core.states import State
from controller.core.value import value
from controller.core.watch import Watch


@dataclass(frozen=True, slots=True)
class Release:
    """A lid release under way: asked for at `since_s`."""

    since_s: float
    user: str


@value
class ScanState:
    """Everything that the controller remembers from one scan to the next."""

    equipment: Equipment
    matrix: Matrix
    now_s: float
    state: State
    version: int
    entered_s: float
    batch: Batch | None
    position: Position
    totals: Totals
    watch: Watch
    violations: tuple[Violation, ...]
    alarms: tuple[Alarm, ...]
    alarm_log: AlarmLog
    release: Release | None
    outputs: Outputs
    hands: Hands = NOBODY
    crashed: Crashed | None = None  # a batch of an earlier process that is not decided on

    @property
    def mode(self) -> Mode:
        """Who drives: recipes, a person by hand, or nobody."""
        return self.hands.mode


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What became of one command: `reasons` says what is missing when it was refused."""

    command_id: str
    accepted: bool
    reasons: tuple[str, ...]
    state: State


@value
class Decision:
    """What one scan decides."""

    state: ScanState
    outputs: Outputs
    events: list[Event]
    results: list[CommandResult]


def initial_state(
    equipment: Equipment, now_s: float = 0.0, crashed: Crashed | None = None
) -> ScanState:
    """The state of a controller that has just been started: IDLE, nothing proven, DEAD image."""
    return ScanState(
        equipment=equipment,
        matrix=matrix_for(equipment),
        now_s=now_s,
        state=State.IDLE,
        version=0,
        entered_s=now_s,
        batch=None,
        position=Position(),
        totals=Totals(),
        watch=Watch(last_spin_s=now_s, gas_known_s=now_s),
        violations=NONE,
        alarms=(),
        alarm_log=QUIET,
        release=None,
        outputs=DEAD,
        crashed=crashed,
    )
