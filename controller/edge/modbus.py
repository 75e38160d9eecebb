"""The plant behind Modbus: the image of every scan from it, and every output image to it.

The scan thread calls `read` and `write` and never waits; the endpoints live in an asyncio loop.
What passes between the two is always one immutable object, replaced whole.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import Any, Final

from controller.core.image import assemble
from controller.core.outputs import DEAD, Outputs
from controller.core.signals import NAN, SIGNAL_COUNT, Image, Quality, Signal
from controller.edge.clock import monotonic_s
from controller.edge.endpoint import LEAD_S, Order, Reader, Writer
from controller.edge.guard import Guard
from controller.edge.link import Link
from controller.edge.plan import OUTPUT_FIELDS, DevicePlan, order_words, plan_devices
from controller.edge.plantfile import PlantFile
from controller.edge.raw import RawWords, raw_words
from controller.edge.standing import DeviceStanding, Standing, standing_of

SCAN_PERIOD_S: Final = 0.1
TICKET_PERIODS: Final = 3
LAST_WORDS_S: Final = 1.0
CANCEL_AGAIN_S: Final = 0.05

_LOG: Final = logging.getLogger(__name__)
_FIELDS_OF: Final = attrgetter(*OUTPUT_FIELDS)


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """How one device is doing, for people. `age_s` is of its newest values (or last write)."""

    id: str
    profile: str
    address: str
    connected: bool
    age_s: float
    errors: int
    round_trip_ms: float


class ModbusPlant:
    """The plant of a plant file, reached over Modbus TCP.

    `write` grants the ticket: without one younger than three scan periods nothing at all is sent,
    reads included, so that the plant's own watchdogs run out when the scan hangs.
    """

    def __init__(self, plant: PlantFile, scan_period_s: float = SCAN_PERIOD_S) -> None:
        self.plant = plant
        self.scan_period_s = scan_period_s
        plans = plan_devices(plant)
        dead = _order_values(DEAD, heartbeat=False)
        self._dead = {plan.device.id: Order(dead, order_words(plan, dead)) for plan in plans}
        self._plans = plans
        self._max_age_s = _max_ages(plans)
        self._standing = Standing(())
        self._readers: tuple[Reader, ...] = ()
        self._writers: tuple[Writer, ...] = ()
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._granted_s = -math.inf
        self._read_s = -math.inf
        self._next_scan_s: float | None = None

    async def start(self) -> None:
        """Start the endpoints in the running loop. They send nothing before the first `write`."""
        self._loop = asyncio.get_running_loop()
        # One line a loss from us says more than one line a request from the library.
        logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)
        began_s = monotonic_s()
        guards = [Guard(plan, began_s) for plan in self._plans]
        self._readers = tuple(
            Reader(guard, self.licensed, partial(self._next_poll_s, guard.plan.device.poll_s))
            for guard in guards
            if guard.plan.reads
        )
        self._writers = tuple(
            Writer(guard, self.licensed, self._dead[guard.plan.device.id])
            for guard in guards
            if guard.plan.writes
        )
        self._standing = Standing(guards)
        for reader in self._readers:
            self._tasks.append(_watched(reader.run(), f"{reader.plan.device.id} read"))
        for writer in self._writers:
            self._tasks.append(_watched(writer.run(), f"{writer.plan.device.id} write"))

    async def stop(self) -> None:
        """End every endpoint. Call `write_dead` before, unless the plant shall trip by itself."""
        await self._cancel()
        for link in self._links():
            link.close()

    async def write_dead(self) -> None:
        """Last words: stop polling and tell every output device the DEAD image, ticket or not.

        Returns when each has taken it, and after 1 s in any case.
        """
        await self._cancel()
        words = [writer.last_words() for writer in self._writers]
        try:
            await asyncio.wait_for(asyncio.gather(*words), LAST_WORDS_S)
        except TimeoutError:
            _LOG.error("not every output device took the last image")

    def licensed(self) -> bool:
        """Whether the ticket of the last `write` still holds."""
        return monotonic_s() - self._granted_s < TICKET_PERIODS * self.scan_period_s

    def next_scan_at(self, at_s: float) -> None:
        """Tell when the next scan will begin, so that fast polls are fresh for it."""
        self._next_scan_s = at_s

    def read(self) -> Image:
        """The newest of every signal, with its age now; what cannot be trusted is NaN."""
        values = [NAN] * SIGNAL_COUNT
        quality = [Quality.NOT_LICENSED] * SIGNAL_COUNT
        ages = [math.inf] * SIGNAL_COUNT
        self._read_s = now_s = monotonic_s()
        for reader in self._readers:
            reading = reader.reading
            age_s = now_s - reading.taken_s
            for number, wire in enumerate(reader.plan.signals):
                values[wire.index] = reading.values[number]
                quality[wire.index] = reading.quality[number]
                ages[wire.index] = age_s
        image = assemble(values, quality, ages, self._max_age_s)
        health, details = self._standing.judged(now_s, licensed=self.licensed())
        return replace(image, health=health, details=details)

    def write(self, outputs: Outputs, heartbeat: bool) -> None:
        """Hand over the output image of this scan, and grant the ticket.

        The ticket counts from the `read` before: what was decided long ago is never sent late.
        Raises DeviceError, and hands over nothing, when a value does not fit its device.
        """
        values = _order_values(outputs, heartbeat)
        orders = [Order(values, order_words(writer.plan, values)) for writer in self._writers]
        for writer, order in zip(self._writers, orders, strict=True):
            writer.order = order
        self._granted_s = self._read_s
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake_writers)

    def devices(self) -> list[DeviceStatus]:
        """How every device is doing, in the order of the plant file."""
        return [self._status(plan) for plan in self._plans]

    def margins_s(self) -> dict[str, float]:
        """What was left at least of each device's watchdog since this was asked before."""
        guards = [writer.guard for writer in self._writers]
        return {
            guard.plan.device.id: guard.take_margin_s()
            for guard in guards
            if guard.plan.device.watchdog_s is not None
        }

    def raw_words(self) -> dict[Signal, RawWords]:
        """The newest words of every signal that lies in a device."""
        return dict(
            found for reader in self._readers for found in raw_words(reader.plan, reader.replies)
        )

    def standing(self) -> dict[str, DeviceStanding]:
        """How the controller stands with each device, by its id."""
        now_s = monotonic_s()
        guards = [reader.guard for reader in self._readers] + [w.guard for w in self._writers]
        return {guard.plan.device.id: standing_of(guard, now_s) for guard in guards}

    def _wake_writers(self) -> None:
        for writer in sorted(self._writers, key=lambda writer: not writer.makes_safer()):
            writer.wake()

    def _next_poll_s(self, poll_s: float, last_s: float) -> float:
        """When a device's next poll begins; one as fast as the scan comes shortly before it."""
        now_s = monotonic_s()
        scan_s = self._next_scan_s
        if scan_s is None or poll_s > self.scan_period_s:
            return max(last_s + poll_s, now_s)
        earliest_s = max(last_s + 0.5 * self.scan_period_s, now_s)
        first_s = scan_s - LEAD_S
        periods = math.ceil((earliest_s - first_s) / self.scan_period_s)
        return first_s + periods * self.scan_period_s

    def _status(self, plan: DevicePlan) -> DeviceStatus:
        readers = [reader for reader in self._readers if reader.plan is plan]
        writers = [writer for writer in self._writers if writer.plan is plan]
        links = [link for link in self._links() if link.device is plan.device]
        heard_s = [reader.reading.taken_s for reader in readers] or [
            writer.written_s for writer in writers
        ]
        return DeviceStatus(
            id=plan.device.id,
            profile=plan.device.profile,
            address=plan.device.address,
            connected=bool(links) and all(link.connected for link in links),
            age_s=monotonic_s() - max(heard_s, default=-math.inf),
            errors=sum(link.errors for link in links),
            round_trip_ms=1000.0 * max((link.round_trip_s for link in links), default=0.0),
        )

    def _links(self) -> list[Link]:
        return [reader.link for reader in self._readers] + [w.link for w in self._writers]

    async def _cancel(self) -> None:
        pending, self._tasks = set(self._tasks), []
        while pending:
            # More than once: a reply that comes in the same instant swallows a cancellation
            # (asyncio.wait_for, before Python 3.12).
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)


def _order_values(outputs: Outputs, heartbeat: bool) -> tuple[float, ...]:
    return (*_FIELDS_OF(outputs), heartbeat)


def _max_ages(plans: tuple[DevicePlan, ...]) -> tuple[float, ...]:
    ages = [math.inf] * SIGNAL_COUNT
    for plan in plans:
        for wire in plan.signals:
            ages[wire.index] = plan.device.max_age_s
    return tuple(ages)


def _watched(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """A task whose end is told: its signals then grow old, or its outputs' watchdog runs out."""
    task = asyncio.create_task(work, name=name)

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.critical("endpoint %s ended", task.get_name(), exc_info=error)

    task.add_done_callback(ended)
    return task
