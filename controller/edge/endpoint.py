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
from controller.edge.judge import Judge, Reply, nothing_known
from controller.edge.link import Link, NoReply, NotLicensed, Refused, WrongReply
from controller.edge.plan import Block, DevicePlan, Words

# How long before the scan that uses them fast polls begin: some requests of a few ms each.
LEAD_S: Final = 0.025
# A refresh that is nearly due is not put off by a whole scan.
REFRESH_SHARE: Final = 0.8


class Reader:
    """Polls one device; `reading` is always the newest, replaced whole."""

    def __init__(
        self,
        plan: DevicePlan,
        licensed: Callable[[], bool],
        next_start_s: Callable[[float], float],
    ) -> None:
        self.plan = plan
        self.link = Link(plan.device, licensed, self._lost)
        self.reading = nothing_known(plan, Quality.NOT_LICENSED)
        self._licensed = licensed
        self._next_start_s = next_start_s
        self._judge = Judge(plan)

    async def run(self) -> None:
        """Poll for ever, at the times that `next_start_s` gives for the last one."""
        start_s = monotonic_s()
        while True:
            if self._licensed():
                await self._poll()
            start_s = self._next_start_s(start_s)
            await asyncio.sleep(start_s - monotonic_s())

    async def _poll(self) -> None:
        try:
            if not await self.link.open():
                if self.reading.taken_s == -math.inf:
                    self._lost()
                return
            taken_s = monotonic_s()
            replies = [await self._reply(block) for block in self.plan.reads]
        except (NoReply, NotLicensed):
            return
        except WrongReply:
            self._lost()
            return
        self.reading = self._judge.reading(replies, taken_s)

    async def _reply(self, block: Block) -> Reply:
        try:
            return await self.link.read(block)
        except Refused as refused:
            return refused.quality

    def _lost(self) -> None:
        self.reading = nothing_known(self.plan, Quality.BAD_COMM)


@dataclass(frozen=True, slots=True)
class Order:
    """What a device is to be set to: the values in the order of `ORDER_NAMES`, and the words."""

    values: tuple[float, ...]
    words: tuple[Words, ...]


class Writer:
    """Keeps the outputs of one device at the newest order."""

    def __init__(self, plan: DevicePlan, licensed: Callable[[], bool], dead: Order) -> None:
        self.plan = plan
        self.order = dead
        self.written_s = -math.inf
        self._last_words = False
        self._sent = dead
        self._sent_s = [-math.inf] * len(plan.writes)
        self._wake = asyncio.Event()
        self._licensed = licensed
        self.link = Link(plan.device, self._may_send, self._forget)

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

    async def last_words(self, dead: Order) -> None:
        """Send `dead`, with or without a ticket. Never raises for a device that is gone."""
        self.order = dead
        self._last_words = True
        self._forget()
        await self._send()

    async def _send(self) -> None:
        try:
            if await self.link.open():
                order = self.order
                for number in self._in_order(order):
                    await self._send_block(number, order)
                self._sent = order
        except (NoReply, NotLicensed, WrongReply):
            self._forget()

    async def _send_block(self, number: int, order: Order) -> None:
        words = order.words[number]
        now_s = monotonic_s()
        age_s = now_s - self._sent_s[number]
        if words == self._sent.words[number] and age_s < REFRESH_SHARE * self.plan.device.poll_s:
            return
        try:
            await self.link.write(self.plan.writes[number], words)
        except Refused:
            return
        self._sent_s[number] = now_s
        self.written_s = now_s

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
        self._sent_s = [-math.inf] * len(self.plan.writes)
