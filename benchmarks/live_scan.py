"""One live scan of all endpoints, beside the same requests as raw socket echoes.

As in the controller each device has a connection for reads and one for writes, each with one
request at a time, all devices at once. The raw side sends the same bytes over as many plain
connections and waits for as many bytes; server, structure and run are the same.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from operator import attrgetter

from benchmarks.compiled import language, program
from benchmarks.responder import answer
from benchmarks.result import Result, quantile
from benchmarks.rig import lab_plant
from controller.core.image import assemble
from controller.core.outputs import DEAD
from controller.core.signals import NAN, SIGNAL_COUNT, Quality
from controller.edge.judge import Judge
from controller.edge.link import Link
from controller.edge.plan import OUTPUT_FIELDS, Block, DevicePlan, order_words, plan_devices
from controller.edge.plantfile import PlantFile, with_addresses
from controller.edge.registers import READ_FUNCTION, WRITE_FUNCTION, Table

ROUNDS = 400
WARM_UP = 40
DEAD_VALUES = (*attrgetter(*OUTPUT_FIELDS)(DEAD), False)


def request_of(block: Block, unit: int, words: Sequence[int] | None) -> bytes:
    """The bytes of one request, as any client would send them."""
    if words is None:
        body = bytes((unit, READ_FUNCTION[block.table]))
        body += block.address.to_bytes(2) + block.count.to_bytes(2)
    else:
        data = b"".join(word.to_bytes(2) for word in words)
        if block.table is Table.COIL:
            data = bytes((len(words) + 7) // 8)
        body = bytes((unit, WRITE_FUNCTION[block.table]))
        body += block.address.to_bytes(2) + block.count.to_bytes(2) + bytes((len(data),)) + data
    return (1).to_bytes(2) + bytes(2) + len(body).to_bytes(2) + body


class Echo(asyncio.Protocol):
    """A plain connection: sends bytes, and waits for so many."""

    def __init__(self) -> None:
        self._missing = 0
        self._done: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._out = transport

    def data_received(self, data: bytes) -> None:
        self._missing -= len(data)
        if self._missing <= 0 and self._done is not None:
            self._done.set_result(None)

    async def ask(self, request: bytes, reply_bytes: int) -> None:
        self._missing = reply_bytes
        self._done = asyncio.get_running_loop().create_future()
        self._out.write(request)
        await self._done


class Ours:
    """The controller's own way: links, checks, judged readings, and the image of it all."""

    def __init__(self, plant: PlantFile) -> None:
        self._plans = plan_devices(plant)
        self._judges = [Judge(plan) for plan in self._plans]
        self._links = [(self._link(plan), self._link(plan)) for plan in self._plans]
        self._orders = [order_words(plan, DEAD_VALUES) for plan in self._plans]

    @staticmethod
    def _link(plan: DevicePlan) -> Link:
        return Link(plan.device, lambda: True, lambda: None)

    async def open(self) -> None:
        for pair in self._links:
            for link in pair:
                assert await link.open()

    async def scan(self) -> None:
        numbers = range(len(self._plans))
        await asyncio.gather(*map(self._read, numbers), *map(self._write, numbers))
        assemble([NAN] * SIGNAL_COUNT, [Quality.NOT_LICENSED] * SIGNAL_COUNT)

    async def _read(self, number: int) -> None:
        replies = [await self._links[number][0].read(block) for block in self._plans[number].reads]
        self._judges[number].reading(replies, 0.0)

    async def _write(self, number: int) -> None:
        plan, link = self._plans[number], self._links[number][1]
        for block, words in zip(plan.writes, self._orders[number], strict=True):
            await link.write(block, words)


class Raw:
    """The same requests over plain connections."""

    def __init__(self, plant: PlantFile, port: int) -> None:
        self._port = port
        self._jobs: list[list[tuple[bytes, int]]] = []
        for plan in plan_devices(plant):
            unit = plan.device.unit
            reads = [request_of(block, unit, None) for block in plan.reads]
            orders = zip(plan.writes, order_words(plan, DEAD_VALUES), strict=True)
            writes = [request_of(block, unit, words) for block, words in orders]
            self._jobs += [[(one, len(answer(one))) for one in job] for job in (reads, writes)]
        self.requests = sum(map(len, self._jobs))
        self._echoes: list[Echo] = []

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in self._jobs:
            _, echo = await loop.create_connection(Echo, "127.0.0.1", self._port)
            self._echoes.append(echo)

    async def scan(self) -> None:
        await asyncio.gather(*map(self._ask, self._echoes, self._jobs))

    @staticmethod
    async def _ask(echo: Echo, job: list[tuple[bytes, int]]) -> None:
        for request, reply_bytes in job:
            await echo.ask(request, reply_bytes)


async def _timed(scan: Callable[[], Awaitable[None]]) -> float:
    began_s = time.perf_counter()
    await scan()
    return time.perf_counter() - began_s


async def _measure(port: int, rounds: int) -> tuple[list[float], list[float], int]:
    plant = lab_plant()
    plant = with_addresses(plant, {d.id: ("127.0.0.1", port) for d in plant.devices})
    ours, raw = Ours(plant), Raw(plant, port)
    await ours.open()
    await raw.open()
    ours_s, raw_s = [], []
    for number in range(rounds + WARM_UP):
        ours_one, raw_one = await _timed(ours.scan), await _timed(raw.scan)
        if number >= WARM_UP:
            ours_s.append(ours_one)
            raw_s.append(raw_one)
    return ours_s, raw_s, raw.requests


def run(quick: bool) -> Sequence[Result]:
    """The ratio of the medians, ours to raw, of rounds that take turns."""
    server = subprocess.Popen(program("responder"), stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        ours_s, raw_s, requests = asyncio.run(_measure(port, 80 if quick else ROUNDS))
    finally:
        server.kill()
        with suppress(subprocess.TimeoutExpired):
            server.wait(5.0)
    ours_ms, raw_ms = 1000.0 * quantile(ours_s, 0.5), 1000.0 * quantile(raw_s, 0.5)
    anchor = f"{requests} raw echoes, server in {language('responder')}: {raw_ms:.2f} ms"
    detail = {"requests": requests, "ours_ms": ours_ms, "raw_ms": raw_ms}
    return (
        Result("live scan, all endpoints", ours_ms, "ms", anchor),
        Result("live scan to raw echoes", ours_ms / raw_ms, "times", anchor, 3.0, detail),
    )
