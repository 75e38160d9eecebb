"""What goes on with one device: a reader that polls it, and a writer that keeps its outputs set.

Each has a connection of its own, so a stop never waits behind a read.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from controller.core.signals import Quality
from controller.edge.clock import monotonic_s
from controller.edge.guard import Guard
from controller.edge.judge import Judge, Reply, nothing_known
from controller.edge.link import Link, NoReply, NotLicensed, Refused, WrongReply
from controller.edge.plan import Block, Words
from controller.edge.proof import Watch, silence_s

# How long before the scan that uses them fast polls begin: some requests of a few ms each.
LEAD_S: Final = 0.025
# How often the settings of a watchdog are looked at: a device may lose them behind a gateway.
LOOK_AGAIN_S: Final = 1.0
# A refresh that is nearly due is not put off by a whole scan.
REFRESH_SHARE: Final = 0.8


class Reader:
    """Polls one device; `reading` is always the newest, replaced whole, as are its `replies`."""

    def __init__(
        self,
        guard: Guard,
        licensed: Callable[[], bool],
        next_start_s: Callable[[float], float],
    ) -> None:
        self.plan = guard.plan
        self.guard = guard
        self.link = Link(self.plan.device, licensed, self._lost)
        self.reading = nothing_known(self.plan, Quality.NOT_LICENSED)
        self.replies: tuple[Reply, ...] = ()
        self._licensed = licensed
        self._next_start_s = next_start_s
        self._judge = Judge(self.plan)
        self._known_on = 0
        self._looked_s = -math.inf
        guard.watches(self.link)

    async def run(self) -> None:
        """Poll for ever, at the times that `next_start_s` gives for the last one."""
        start_s = monotonic_s()
        while True:
            if self._licensed() and self.guard.may_be_asked(to_prove=False):
                await self._poll()
            start_s = self._next_start_s(start_s)
            await asyncio.sleep(start_s - monotonic_s())

    async def _poll(self) -> None:
        self.guard.silent_s()
        try:
            if not await self.link.open():
                if self.reading.taken_s == -math.inf:
                    self._lost()
                return
            if not await self._is_the_device():
                return
            taken_s = monotonic_s()
            replies = [await self._reply(block) for block in self.plan.reads]
            ended_s = monotonic_s()
            if taken_s - self._looked_s > LOOK_AGAIN_S:
                self._looked_s = taken_s
                await self.guard.look_again(self.link)
        except (NoReply, NotLicensed, Refused):
            return
        except WrongReply:
            self._lost()
            return
        self.replies = tuple(replies)
        self.reading = self._judge.reading(replies, taken_s)
        self.guard.compare(replies, taken_s, ended_s)

    async def _is_the_device(self) -> bool:
        """Whether who answers on this connection is the right device; asked once."""
        if self._known_on == self.link.connections:
            return True
        if not await self.guard.is_the_device(self.link):
            self.reading = nothing_known(self.plan, Quality.BAD_CONFIG)
            self.link.give_up(self.guard.stranger)
            return False
        self._known_on = self.link.connections
        return True

    async def _reply(self, block: Block) -> Reply:
        try:
            return await self.link.read(block)
        except Refused as refused:
            return refused.quality

    def _lost(self) -> None:
        self.replies = ()
        self.reading = nothing_known(self.plan, Quality.BAD_COMM)


@dataclass(frozen=True, slots=True)
class Order:
    """What a device is to be set to: the values in the order of `ORDER_NAMES`, and the words."""

    values: tuple[float, ...]
    words: tuple[Words, ...]


class Writer:
    """Keeps the outputs of one device at the newest order.

    Nothing but zeros is sent on a connection before it has been proven (see `Guard`).
    """

    def __init__(self, guard: Guard, licensed: Callable[[], bool], dead: Order) -> None:
        self.plan = guard.plan
        self.guard = guard
        self.order = dead
        self.written_s = -math.inf
        self._dead = dead
        self._last_words = False
        self._sent = dead
        self._sent_s = [-math.inf] * len(self.plan.writes)
        self._wake = asyncio.Event()
        self._licensed = licensed
        self.link = Link(self.plan.device, self._may_send, self._forget)
        guard.watches(self.link)

    def wake(self) -> None:
        """There is a new `order`, or the old one was confirmed."""
        self._wake.set()

    def makes_safer(self) -> bool:
        """Whether the order takes back anything of the last one; every zero is safe."""
        return any(
            self.order.values[wire.index] < self._sent.values[wire.index]
            for wire in self.plan.outputs
        )

    async def run(self) -> None:
        """Send for ever: on change at once, and again in time for the device's watchdog."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._send()

    async def last_words(self) -> None:
        """Send the DEAD image, with or without a ticket. Never raises for a device that is gone."""
        self.order = self._dead
        self._last_words = True
        self._forget()
        await self._send()

    async def _send(self) -> None:
        silent_s = self.guard.silent_s()
        if not self._last_words and not self.guard.may_be_asked(to_prove=True):
            return
        try:
            if not await self.link.open():
                return
            if self.guard.proven(self.link):
                await self._send_order(self._dead if self.guard.stranger else self.order)
                return
            if self._is_dead(self.order) and not self._proves_by_silence(silent_s):
                await self._send_order(self._dead)
            if not self._last_words:
                await self._prove(silent_s)
        except (NoReply, NotLicensed, WrongReply, Refused):
            self._forget()

    async def _prove(self, silent_s: float) -> None:
        """Prove this connection; until then the device is kept at zero."""
        if await self.guard.prove(self.link, silent_s):
            await self._send_order(self.order)
        elif self.guard.stranger:
            self.link.give_up(self.guard.stranger)
            self._forget()
        elif self.guard.may_be_asked(to_prove=False):
            await self._send_order(self._dead)

    async def _send_order(self, order: Order) -> None:
        for number in self._in_order(order):
            await self._send_block(number, order)
        self._sent = order

    async def _send_block(self, number: int, order: Order) -> None:
        words = order.words[number]
        now_s = monotonic_s()
        age_s = now_s - self._sent_s[number]
        if words == self._sent.words[number] and age_s < REFRESH_SHARE * self.plan.device.poll_s:
            return
        self.guard.written.note(number, words, now_s)
        try:
            await self.link.write(self.plan.writes[number], words)
        except Refused as refused:
            if refused.quality is Quality.BAD_COMM:
                raise  # it was not the device that spoke, or it is not well: prove it anew
            return
        self._sent_s[number] = now_s
        self.written_s = now_s

    def _is_dead(self, order: Order) -> bool:
        return all(not order.values[wire.index] for wire in self.plan.outputs)

    def _proves_by_silence(self, silent_s: float) -> bool:
        """Whether the next request is the one that a silence was kept for."""
        return (
            self.guard.proof.watch is Watch.SILENCE
            and not self._last_words
            and silent_s >= silence_s(self.plan.device)
        )

    def _in_order(self, order: Order) -> list[int]:
        """The blocks, those that make the plant safer first."""
        safer = {
            wire.block
            for wire in self.plan.outputs
            if order.values[wire.index] < self._sent.values[wire.index]
        }
        return sorted(range(len(self.plan.writes)), key=lambda number: number not in safer)

    def _may_send(self) -> bool:
        return self._last_words or self._licensed()

    def _forget(self) -> None:
        """What the device is set to is not known any more: send all of it the next time."""
        self.guard.lost(self.link.trouble or "connection lost")
        self._sent_s = [-math.inf] * len(self.plan.writes)
