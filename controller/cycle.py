"""The one loop: read, decide, write, in a thread of its own on absolute deadlines.

An overrun is counted and told, never caught up. When anything in a scan fails the loop ends with
the failure; whoever started it writes the DEAD image and ends the process.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from controller.core.commands import Command
from controller.core.equipment import Equipment
from controller.core.outputs import Outputs
from controller.core.scan import scan
from controller.core.signals import Image
from controller.core.state import CommandResult, Decision, initial_state

PERIOD_S: Final = 0.1
LATENESS_KEPT: Final = 600
BEHIND_WINDOW: Final = 100
BEHIND_SLIPS: Final = 5


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


@dataclass(frozen=True, slots=True)
class Timing:
    """How well the loop keeps its time."""

    period_s: float
    count: int
    slips: int
    late_p50_ms: float
    late_max_ms: float
    behind: bool


class Cycle:
    """Runs scans until stopped. `told` is called after each scan with its decision and image."""

    def __init__(
        self,
        plant: Plant,
        equipment: Equipment,
        post: Post,
        told: Callable[[Decision, Image], None],
        *,
        speed: float = 1.0,
    ) -> None:
        self._plant = plant
        self._post = post
        self._told = told
        self._speed = speed
        self._state = initial_state(equipment)
        self._ending = threading.Event()
        self._heartbeat = False
        self._late_s: deque[float] = deque(maxlen=LATENESS_KEPT)
        self._recent_slips: deque[int] = deque(maxlen=BEHIND_WINDOW)
        self._count = 0
        self._slips = 0
        self.failure: BaseException | None = None

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
        began_s = time.monotonic()
        tick = 0
        while not self._ending.is_set():
            due_s = began_s + tick * PERIOD_S
            late_s = time.monotonic() - due_s
            if late_s < 0.0:
                time.sleep(-late_s)
                late_s = time.monotonic() - due_s
            self._late_s.append(late_s)
            self._plant.next_scan_at(due_s + PERIOD_S)
            self._one((time.monotonic() - began_s) * self._speed)
            tick = self._next_tick(tick, began_s)

    def _one(self, now_s: float) -> None:
        image = self._plant.read()
        decision = scan(self._state, image, self._post.take(), now_s, PERIOD_S * self._speed)
        self._plant.write(decision.outputs, self._heartbeat)
        self._state = decision.state
        self._post.settle(decision.results)
        self._told(decision, image)

    def _next_tick(self, tick: int, began_s: float) -> int:
        """The next deadline; those that have passed meanwhile are slips and are left out.

        The heartbeat changes only when the scan was in time.
        """
        self._count += 1
        passed = int((time.monotonic() - began_s) / PERIOD_S)
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
