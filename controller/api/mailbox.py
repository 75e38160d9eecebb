"""The bounded box in which commands wait for the next scan, and in which their results come back.

A command id is carried out at most once: a second request with it gets the first result.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from controller.core.commands import Command, CommandName
from controller.core.state import CommandResult
from controller.errors import InputError

CAPACITY: Final = 32
REMEMBERED: Final = 4096
SAFE_COMMANDS: Final = (CommandName.ABORT, CommandName.STOP, CommandName.HOLD)


class Mailbox:
    """Filled by the door's event loop, emptied by the scan thread."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        monotonic_s: Callable[[], float] = time.monotonic,
        done_before: frozenset[str] = frozenset(),
    ) -> None:
        self._loop = loop
        self._monotonic_s = monotonic_s
        self._done_before = done_before
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Command, float]] = deque()
        self._futures: OrderedDict[str, asyncio.Future[CommandResult]] = OrderedDict()

    def submit(self, command: Command) -> asyncio.Future[CommandResult]:
        """Puts a command in; the future is the scan's answer. Call from the event loop.

        Raises InputError when the box is full, and for the id of a command that an earlier process
        has carried out (`done_before`): nothing is done twice, also after a crash. Stop, hold and
        abort always find room: what was waiting longest and adds something is refused in their
        place.
        """
        known = self._futures.get(command.id)
        if known is not None:
            return known
        if command.id in self._done_before:
            raise InputError("this command was carried out before the controller was started anew")
        with self._lock:
            if len(self._waiting) >= CAPACITY and not self._make_room(command):
                raise InputError("too many commands wait", do="Wait a second and try again.")
            self._waiting.append((command, self._monotonic_s()))
        future: asyncio.Future[CommandResult] = self._loop.create_future()
        self._futures[command.id] = future
        while len(self._futures) > REMEMBERED:
            self._futures.popitem(last=False)
        return future

    def _make_room(self, command: Command) -> bool:
        if command.name not in SAFE_COMMANDS:
            return False
        for entry in self._waiting:
            if entry[0].name not in SAFE_COMMANDS:
                self._waiting.remove(entry)
                self._loop.call_soon(self._refuse, entry[0])
                return True
        # Full of stops already: one more changes nothing, but is not refused.
        self._waiting.popleft()
        return True

    def _refuse(self, command: Command) -> None:
        future = self._futures.pop(command.id, None)
        if future is not None and not future.done():
            future.set_exception(InputError("a safer command took its place"))

    def take(self) -> tuple[Command, ...]:
        """Everything that waits, older by the time it waited. Call from the scan thread."""
        if not self._waiting:
            return ()
        with self._lock:
            taken = tuple(self._waiting)
            self._waiting.clear()
        now_s = self._monotonic_s()
        return tuple(
            replace(command, age_s=command.age_s + now_s - since_s) for command, since_s in taken
        )

    def settle(self, results: list[CommandResult]) -> None:
        """Hands results back. Call from the scan thread."""
        if results:
            self._loop.call_soon_threadsafe(self._settle, tuple(results))

    def _settle(self, results: tuple[CommandResult, ...]) -> None:
        for result in results:
            future = self._futures.get(result.command_id)
            if future is not None and not future.done():
                future.set_result(result)
