"""The one loop: read, decide, write, in a thread of its own on absolute deadlines.

An overrun is counted and told, never caught up: process time leaves out what was missed, and how
long that was goes into the image's health. When anything in a scan fails the loop ends with the
failure; whoever started it writes the DEAD image and ends the process.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from controller.core.commands import Command
from controller.core.equipment import Equipment
from controller.core.hands import NOBODY, Hands
from controller.core.outputs import Outputs
from controller.core.recovery import Crashed
from controller.core.scan import MAX_DT_PERIODS, scan
from controller.core.signals import Image
from controller.core.state import CommandResult, Decision, initial_state
from controller.edge.clock import monotonic_s, sleep_until
from controller.histogram import Histogram
from controller.records.room import Room
from controller.sending import send

PERIOD_S: Final = 0.1
LATENESS_KEPT: Final = 600
BEHIND_WINDOW: Final = 100
BEHIND_SLIPS: Final = 5
# For so long a process says that it follows on one that was not told to end.
RESTART_TOLD_S: Final = 10.0


class Plant(Protocol):
    """What the loop needs of a plant."""

    def read(self) -> Image:
        """The newest of every signal, what cannot be trusted as NaN. Never waits."""

    def write(self, outputs: Outputs, heartbeat: bool) -> None:
        """Hands over one image and licenses the wire for a few periods. Never waits."""

    def next_scan_at(self, at_s: float) -> None:
        """Says when the next scan begins, on the monotonic clock."""


class Post(Protocol):
    """Where commands come from and their results go."""

    def take(self) -> tuple[Command, ...]:
        """The commands for this scan."""

    def settle(self, results: list[CommandResult]) -> None:
        """What became of them."""


class Record(Protocol):
    """Where everything that happens is written down."""

    def note(self, decision: Decision, image: Image) -> None:
        """Takes in what a scan decided. Never waits."""

    def committed(self, within_s: float) -> bool:
        """Whether all that was noted is on disk, waiting at most so long for it."""

    def lost_s(self) -> float:
        """For how long nothing could be committed; 0 when all is well."""

    def damage_found(self) -> bool:
        """Whether it was found damaged, and begun anew, a moment ago."""

    def room(self) -> Room:
        """What room it has on its disk. Never waits for the disk."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How well the loop keeps its time."""

    period_s: float
    count: int
    slips: int
    late_p50_ms: float
    late_max_ms: float
    behind: bool


class ProcessTime:
    """How much time the process has lived through in scans, `speed` times as fast as the clock.

    What a late scan has missed does not count: a dwell, a dose or a coast time goes on where it
    was, and never ends because nobody looked (I24).
    """

    def __init__(self, speed: float) -> None:
        self.now_s = 0.0
        self._speed = speed
        self._began_s = 0.0
        self._last_s: float | None = None
        self._missed_s = 0.0

    def advance(self, at_s: float) -> float:
        """A scan begins at `at_s` of the clock; how long ago the one before it began."""
        if self._last_s is None:
            self._began_s = self._last_s = at_s
        gap_s = at_s - self._last_s
        self._last_s = at_s
        self._missed_s += max(0.0, gap_s - MAX_DT_PERIODS * PERIOD_S)
        self.now_s = (at_s - self._began_s - self._missed_s) * self._speed
        return gap_s


class Cycle:
    """Runs scans until stopped. `told` is called after each scan with its decision and image.

    `restarted` says that the process before this one was not told to end.
    """

    def __init__(
        self,
        plant: Plant,
        equipment: Equipment,
        post: Post,
        record: Record,
        told: Callable[[Decision, Image], None],
        *,
        speed: float = 1.0,
        restarted: bool = False,
        crashed: Crashed | None = None,
        hands: Hands = NOBODY,
    ) -> None:
        self._plant = plant
        self._post = post
        self._record = record
        self._told = told
        self._speed = speed
        self._time = ProcessTime(speed)
        self._restart_told_s = RESTART_TOLD_S if restarted else 0.0
        self._state = initial_state(equipment, crashed=crashed, hands=hands)
        self._ending = threading.Event()
        self._heartbeat = False
        self._late_s: deque[float] = deque(maxlen=LATENESS_KEPT)
        self._recent_slips: deque[int] = deque(maxlen=BEHIND_WINDOW)
        self._count = 0
        self._slips = 0
        self.scan_times = Histogram()
        self.failure: BaseException | None = None

    @property
    def scans(self) -> int:
        """How many scans are done."""
        return self._count

    def end(self) -> None:
        """Asks the loop to end after the scan under way."""
        self._ending.set()

    def run(self, ended: Callable[[], None]) -> None:
        """The loop; call it as the target of a thread. `ended` is called last, in any case."""
        try:
            self._loop()
        except BaseException as failure:  # whatever it is, the process must end
            self.failure = failure
        finally:
            ended()

    def _loop(self) -> None:
        began_s = monotonic_s()
        tick = 0
        while not self._ending.is_set():
            due_s = began_s + tick * PERIOD_S
            self._late_s.append(sleep_until(due_s))
            self._plant.next_scan_at(due_s + PERIOD_S)
            scan_s = monotonic_s()
            self._one()
            self.scan_times.add(monotonic_s() - scan_s)
            tick = self._next_tick(tick, began_s)

    def _one(self) -> None:
        image = self._image()
        now_s, period_s = self._time.now_s, PERIOD_S * self._speed
        decision = scan(self._state, image, self._post.take(), now_s, period_s)
        self._record.note(decision, image)
        decision = send(self._plant, self._record, self._state.outputs, decision, self._heartbeat)
        self._state = decision.state
        self._post.settle(decision.results)
        self._told(decision, image)

    def _image(self) -> Image:
        """What the plant says, and what the loop knows of itself."""
        image = self._plant.read()
        gap_s = self._time.advance(monotonic_s())
        restarted = float(self._time.now_s < self._restart_told_s * self._speed)
        room = self._record.room()
        health = image.health._replace(
            scan_gap_s=gap_s,
            restarted=restarted,
            record_lost_s=self._record.lost_s(),
            record_damaged=float(self._record.damage_found()),
            disk_used_percent=room.used_percent,
            disk_free_mb=room.free_mb,
        )
        details = (*image.details, ("disk_used_percent", room.words))
        return replace(image, health=health, details=details)

    def _next_tick(self, tick: int, began_s: float) -> int:
        """The next deadline; those that have passed meanwhile are slips and are left out.

        The heartbeat changes only when the scan was in time.
        """
        self._count += 1
        passed = int((monotonic_s() - began_s) / PERIOD_S)
        slipped = max(0, passed - tick)
        self._recent_slips.append(slipped)
        self._slips += slipped
        if not slipped:
            self._heartbeat = not self._heartbeat
        return tick + 1 + slipped

    def timing(self) -> Timing:
        """How well the loop kept its time over the last minute."""
        late = sorted(self._late_s.copy()) or [0.0]
        return Timing(
            period_s=PERIOD_S,
            count=self._count,
            slips=self._slips,
            late_p50_ms=1000.0 * late[len(late) // 2],
            late_max_ms=1000.0 * late[-1],
            behind=sum(self._recent_slips.copy()) > BEHIND_SLIPS,
        )
