"""A plant looked at without a scan: every device asked who it is, every signal read and shown.

For commissioning, while no controller runs. It reads only; `watchproof` is what writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from controller.core.signals import NAN, SIGNALS, Quality, Signal
from controller.edge.clock import monotonic_s
from controller.edge.codec import text_of
from controller.edge.judge import DeviceReading, Judge, Reply, nothing_known
from controller.edge.link import Link, NoReply, Refused, WrongReply
from controller.edge.plan import DevicePlan, plan_devices, point_wire, read_blocks
from controller.edge.plantfile import PlantFile
from controller.edge.proof import Proof, Watch
from controller.edge.registers import Identity, Point, RawType, Setting

CANCEL_AGAIN_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    """What one register of identity says; `wanted` is empty for one that is only shown."""

    point: str
    ref: str
    found: str
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class DeviceFound:
    """One device as it was found; `trouble` says why it cannot be trusted, else it is empty."""

    id: str
    model: str
    verified: str
    address: str
    unit: int
    round_trip_ms: float
    answers: tuple[Answer, ...]
    watchdog: str
    trouble: str


@dataclass(frozen=True, slots=True)
class SignalFound:
    """One signal as it was read. `words` are those of the wire; `value` is NaN when UNKNOWN."""

    signal: Signal
    source: str
    ref: str
    words: tuple[int, ...]
    value: float
    unit: str
    quality: Quality
    age_s: float


class Station:
    """One device that is polled: its newest reading, and the replies that it was made of."""

    def __init__(self, plan: DevicePlan) -> None:
        self.plan = plan
        self.link = Link(plan.device, lambda: True, self._lost)
        self.proof = Proof(plan)
        self.reading: DeviceReading = nothing_known(plan, Quality.BAD_COMM)
        self.replies: Sequence[Reply] = ()
        self._judge = Judge(plan)
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Poll for ever."""
        while True:
            await self.poll()
            await asyncio.sleep(self.plan.device.poll_s)

    async def poll(self) -> None:
        """Read everything once; a device that does not answer grows old."""
        async with self._one_at_a_time:
            try:
                if not await self.link.open():
                    return
                taken_s = monotonic_s()
                self.replies = [await self._reply(number) for number in range(len(self.plan.reads))]
            except (NoReply, WrongReply):
                return
            self.reading = self._judge.reading(self.replies, taken_s)

    async def _reply(self, number: int) -> Reply:
        try:
            return await self.link.read(self.plan.reads[number])
        except Refused as refused:
            return refused.quality

    def _lost(self) -> None:
        self.reading = nothing_known(self.plan, Quality.BAD_COMM)

    async def look(self) -> DeviceFound:
        """Ask who is there, and whether the watchdog's registers are as they must be."""
        async with self._one_at_a_time:
            return await self._looked()

    async def _looked(self) -> DeviceFound:
        answers: list[Answer] = []
        watchdog = trouble = ""
        try:
            if await self.link.open():
                if self.plan.reads:
                    await self.link.read(self.plan.reads[0])
                answers = [await self._answer(proof) for proof in self._identities()]
                trouble = await self.proof.stranger(self.link)
                watchdog, unarmed = await self._watchdog()
                trouble = trouble or unarmed
            else:
                trouble = self.link.trouble or "no connection"
        except (NoReply, WrongReply, Refused) as error:
            trouble = str(error)
        device, header = self.plan.device, self.plan.device.register_map.device
        return DeviceFound(
            id=device.id,
            model=f"{header.maker} {header.model}",
            verified=header.verified.value,
            address=device.address,
            unit=device.unit,
            round_trip_ms=1000.0 * self.link.round_trip_s,
            answers=tuple(answers),
            watchdog=watchdog,
            trouble=trouble,
        )

    def _identities(self) -> tuple[Identity, ...]:
        return self.plan.device.register_map.identity

    async def _answer(self, proof: Identity) -> Answer:
        profile = self.plan.device.register_map
        (block,) = read_blocks(profile, [proof.point])
        wire = point_wire(self.plan.device, proof.point, (block,))
        point = wire.codec.point
        try:
            words = await self.link.read(block)
        except Refused:
            return Answer(proof.point, point.ref, "refused", _wanted(proof, point))
        if point.type is RawType.TEXT:
            found = text_of(words, wire.at, point.words)
        else:
            found = point.said(wire.codec.decode(words, wire.at)[0])
        return Answer(proof.point, point.ref, found, _wanted(proof, point))

    async def _watchdog(self) -> tuple[str, str]:
        """What is known of the watchdog, and why it is not armed where it should be."""
        watch, limit_s = self.proof.watch, self.plan.device.watchdog_s
        if watch is Watch.NONE:
            return "", ""
        if watch is not Watch.SETTINGS:
            return f"{limit_s:g} s by the plant file, not in a register: prove it", ""
        changed = await self.proof.changed(self.link)
        if not changed:
            return f"{limit_s:g} s, armed", ""
        points = self.plan.device.register_map.points
        if all(points[setting.point].access.writable for setting in self._settings()):
            return f"{limit_s:g} s, armed by the controller when it connects", ""
        return f"not armed: {changed}", f"its watchdog is not armed: {changed}"

    def _settings(self) -> tuple[Setting, ...]:
        watchdog = self.plan.device.register_map.watchdog
        return watchdog.settings if watchdog else ()


class Survey:
    """All the devices of a plant, polled. Use `survey_of`."""

    def __init__(self, plant: PlantFile) -> None:
        self.plant = plant
        self.stations = {plan.device.id: Station(plan) for plan in plan_devices(plant)}

    async def devices(self) -> list[DeviceFound]:
        """Every device, asked anew, in the order of the plant file."""
        return list(await asyncio.gather(*(each.look() for each in self.stations.values())))

    def signals(self) -> list[SignalFound]:
        """Every wired signal as it stands now, in the order of the plant file."""
        return [self.signal(signal) for signal in self.plant.signals]

    def signal(self, signal: Signal) -> SignalFound:
        """One wired signal as it stands now."""
        wire = self.plant.signals[signal]
        station = self.stations[wire.device]
        number = next(n for n, w in enumerate(station.plan.signals) if w.index == signal)
        place = station.plan.signals[number]
        reading = station.reading
        age_s = monotonic_s() - reading.taken_s
        stale = age_s > station.plan.device.max_age_s and reading.quality[number].usable
        return SignalFound(
            signal=signal,
            source=self.plant.source(signal),
            ref=place.channel.codec.point.ref,
            words=_words(station, place.block, place.at, place.channel.codec.size),
            value=NAN if stale else reading.values[number],
            unit=SIGNALS[signal].unit,
            quality=Quality.STALE if stale else reading.quality[number],
            age_s=age_s,
        )

    @property
    def settle_s(self) -> float:
        """How long it takes until every device that is well has shown so."""
        rules = [
            rule.change_within_s or 0.0
            for station in self.stations.values()
            for rule in station.plan.device.register_map.rules
        ]
        polls = [2.0 * station.plan.device.poll_s for station in self.stations.values()]
        return max([*rules, *polls])

    async def settle(self) -> None:
        """Wait until all signals can be used, and for `settle_s` at most."""
        end_s = monotonic_s() + self.settle_s
        while monotonic_s() < end_s:
            if all(found.quality.usable for found in self.signals()):
                return
            await asyncio.sleep(0.05)


def _wanted(proof: Identity, point: Point) -> str:
    return proof.text or ("" if proof.equals is None else point.said(proof.equals))


def _words(station: Station, block: int, at: int, size: int) -> tuple[int, ...]:
    reply = station.replies[block] if station.replies else Quality.BAD_COMM
    return () if isinstance(reply, Quality) else tuple(reply[at : at + size])


async def _ended(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel, more than once: a reply in the same instant swallows it (before Python 3.12)."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=CANCEL_AGAIN_S)


@asynccontextmanager
async def survey_of(plant: PlantFile) -> AsyncIterator[Survey]:
    """A survey whose devices are polled for as long as the block lasts."""
    survey = Survey(plant)
    polling = [asyncio.create_task(station.run()) for station in survey.stations.values()]
    try:
        yield survey
    finally:
        await _ended(set(polling))
        for station in survey.stations.values():
            station.link.close()
