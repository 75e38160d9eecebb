"""The one value that a scan takes and gives back: frozen, whole, nothing kept elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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
from controller.core.value import Value
from controller.core.watch import Watch


@dataclass(frozen=True, slots=True)
class Release(Value):
    """A lid release under way: asked for at `since_s`."""

    since_s: float
    user: str


@dataclass(slots=True, init=False)
class ScanState(Value):
    """Everything that the controller remembers from one scan to the next."""

    equipment: Final[Equipment]
    matrix: Final[Matrix]
    now_s: Final[float]
    state: Final[State]
    version: Final[int]
    entered_s: Final[float]
    batch: Final[Batch | None]
    position: Final[Position]
    totals: Final[Totals]
    watch: Final[Watch]
    violations: Final[tuple[Violation, ...]]
    alarms: Final[tuple[Alarm, ...]]
    alarm_log: Final[AlarmLog]
    release: Final[Release | None]
    outputs: Final[Outputs]
    hands: Final[Hands]
    crashed: Final[Crashed | None]  # a batch of an earlier process that is not decided on

    def __init__(
        self,
        equipment: Equipment,
        matrix: Matrix,
        now_s: float,
        state: State,
        version: int,
        entered_s: float,
        batch: Batch | None,
        position: Position,
        totals: Totals,
        watch: Watch,
        violations: tuple[Violation, ...],
        alarms: tuple[Alarm, ...],
        alarm_log: AlarmLog,
        release: Release | None,
        outputs: Outputs,
        hands: Hands = NOBODY,
        crashed: Crashed | None = None,
    ) -> None:
        self.equipment = equipment
        self.matrix = matrix
        self.now_s = now_s
        self.state = state
        self.version = version
        self.entered_s = entered_s
        self.batch = batch
        self.position = position
        self.totals = totals
        self.watch = watch
        self.violations = violations
        self.alarms = alarms
        self.alarm_log = alarm_log
        self.release = release
        self.outputs = outputs
        self.hands = hands
        self.crashed = crashed

    def having(
        self, position: Position, totals: Totals, watch: Watch, outputs: Outputs
    ) -> ScanState:
        """The same with what ramps and pulses change in many scans; written out, for speed."""
        return ScanState(
            self.equipment,
            self.matrix,
            self.now_s,
            self.state,
            self.version,
            self.entered_s,
            self.batch,
            position,
            totals,
            watch,
            self.violations,
            self.alarms,
            self.alarm_log,
            self.release,
            outputs,
            self.hands,
            self.crashed,
        )

    @property
    def mode(self) -> Mode:
        """Who drives: recipes, a person by hand, or nobody."""
        return self.hands.mode


@dataclass(frozen=True, slots=True)
class CommandResult(Value):
    """What became of one command: `reasons` says what is missing when it was refused."""

    command_id: str
    accepted: bool
    reasons: tuple[str, ...]
    state: State


@dataclass(slots=True, init=False)
class Decision(Value):
    """What one scan decides."""

    state: Final[ScanState]
    outputs: Final[Outputs]
    events: Final[list[Event]]
    results: Final[list[CommandResult]]

    def __init__(
        self,
        state: ScanState,
        outputs: Outputs,
        events: list[Event],
        results: list[CommandResult],
    ) -> None:
        self.state = state
        self.outputs = outputs
        self.events = events
        self.results = results


def initial_state(
    equipment: Equipment,
    now_s: float = 0.0,
    crashed: Crashed | None = None,
    hands: Hands = NOBODY,
) -> ScanState:
    """The state of a controller that has just been started: IDLE, nothing proven, DEAD image.

    `hands` is the lock-out that an earlier one left, if it did.
    """
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
        hands=hands,
        crashed=crashed,
    )
