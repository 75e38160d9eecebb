"""Every profile, both ways, over the wire: our controller, the simulator, and a client not ours.

All of them stand behind one address, as behind a gateway, each with a unit id of its own.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import struct
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from simplant import LAB_PLANT

from controller.core.signals import Quality
from controller.edge.codec import PointCodec, text_of
from controller.edge.link import Link, Refused
from controller.edge.plan import Block, read_blocks
from controller.edge.plantfile import load_plant
from controller.edge.profile import load_profile, profile_names
from controller.edge.registers import Point, RawType, Table, WordOrder
from controller.edge.wiring import Device
from sim.devices import SIMULATED, SimulatedDevice
from sim.mill import Mill
from sim.parameters import LAB
from sim.server import PlantServer

GATEWAY_PORT = 15_099
WORD = re.compile(r"^\[\d+\]:\s+(\S+)", re.MULTILINE)
MBPOLL_TABLE = {Table.COIL: "0", Table.DISCRETE: "1", Table.INPUT: "3:hex", Table.HOLDING: "4:hex"}


@dataclass(frozen=True)
class Case:
    """One profile in one word order; what a test is parametrized over."""

    profile: str
    order: WordOrder
    unit: int

    @property
    def id(self) -> str:
        return f"{self.profile}-{self.order.value}"


def cases() -> Iterator[Case]:
    unit = 1
    for name in profile_names():
        header = load_profile(name).device
        for order in WordOrder:
            if order is header.word_order or header.either_order:
                yield Case(name, order, unit)
                unit += 1


CASES = list(cases())
every_profile = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def gateway_device(case: Case) -> Device:
    watched = load_profile(case.profile).watchdog is not None
    return Device(
        id=f"{case.id}",
        profile=case.profile,
        host="127.0.0.1",
        port=GATEWAY_PORT,
        unit=case.unit,
        poll_s=0.2,
        timeout_s=1.0,
        max_age_s=2.0,
        watchdog_s=3.0 if watched else None,
        word_order=case.order,
    )


class Bench:
    """One profile at its unit id, with the other ones around it at the same address."""

    def __init__(self, case: Case, simulated: SimulatedDevice, host: str, port: int) -> None:
        self.case = case
        self.profile = load_profile(case.profile)
        self.simulated = simulated
        self.device = replace(simulated.device, host=host, port=port)
        self.link = Link(self.device, lambda: True, lambda: None)

    def codec(self, point: Point) -> PointCodec:
        return PointCodec(point, self.case.order)

    def numbers(self) -> list[Point]:
        """Points that are read as numbers."""
        points = self.profile.points.values()
        return [p for p in points if p.access.readable and p.type is not RawType.TEXT]

    async def mbpoll(self, table: Table, address: int, *more: str) -> str:
        """What one call of mbpoll prints; `more` are options, then values to write."""
        program = shutil.which("mbpoll")
        assert program is not None, "mbpoll was not found. Type: sudo apt-get install -y mbpoll"
        options = [option for option in more if option.startswith("-")]
        values = [value for value in more if not value.startswith("-")]
        process = await asyncio.create_subprocess_exec(
            *(program, "-m", "tcp", "-p", str(self.device.port), "-a", str(self.case.unit)),
            *("-0", "-1", "-t", MBPOLL_TABLE[table], "-r", str(address), *options),
            *("127.0.0.1", *values),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        return (await process.communicate())[0].decode()

    @property
    def functions(self) -> tuple[int, ...]:
        """The function codes that the device knows."""
        return self.profile.device.functions

    async def write_by_hand(self, address: int, word: int) -> None:
        """Write one register by function 16, in a frame made byte by byte."""
        request = struct.pack(">BBHHBH", self.case.unit, 16, address, 1, 2, word)
        reader, writer = await asyncio.open_connection(self.device.host, self.device.port)
        writer.write(struct.pack(">HHH", 7, 0, len(request)) + request)
        reply = await reader.readexactly(12)
        writer.close()
        assert reply == struct.pack(">HHHBBHH", 7, 0, 6, self.case.unit, 16, address, 1)

    async def words(self, block: Block) -> list[int]:
        """The words of `block`, as mbpoll reads them."""
        printed = await self.mbpoll(block.table, block.address, f"-c{block.count}")
        found = [int(word, 0) for word in WORD.findall(printed)]
        assert len(found) == block.count, printed
        return found


def on_bench(case: Case, test: Callable[[Bench], Awaitable[None]]) -> None:
    async def run() -> None:
        plant = load_plant(LAB_PLANT)
        plant = replace(plant, devices=plant.devices + tuple(map(gateway_device, CASES)))
        server = PlantServer(plant, Mill(LAB, seed=1, charge=None))
        addresses = await server.start(ephemeral=True)
        assert len({addresses[other.id] for other in CASES}) == 1
        bench = Bench(case, server.devices[case.id], *addresses[case.id])
        try:
            await test(bench)
        finally:
            bench.link.close()
            await server.stop()

    asyncio.run(run())


def test_value(codec: PointCodec, share: float) -> float:
    """A value in the point's range that survives its resolution."""
    point = codec.point
    if point.states:
        return float(sorted(point.states.values())[round(share * (len(point.states) - 1))])
    low, high = codec.limits
    low, high = max(low, -30_000.0), min(high, 30_000.0)
    scale = 1.0 if point.type is RawType.F32 else point.scale
    return round((low + share * (high - low)) / scale) * scale


test_value.__test__ = False  # type: ignore[attr-defined]


def by_hand(point: Point, order: WordOrder, words: dict[int, int]) -> float:
    """The value of a point, worked out without any code of ours."""
    mine = [words[address] for address in range(point.address, point.end)]
    if order is WordOrder.LOW_FIRST:
        mine.reverse()
    raw = b"".join(struct.pack(">H", word) for word in mine)
    kind = {"bit": "H", "u16": "H", "i16": "h", "u32": "I", "i32": "i", "f32": "f"}
    number: float = struct.unpack(f">{kind[point.type.value]}", raw)[0]
    if point.bits:
        number = int(number) >> point.bits[0] & (1 << point.bits[1]) - 1
    if point.sign_bit and words[point.sign_bit[0]] >> point.sign_bit[1] & 1:
        number = -number
    return number * point.scale


@every_profile
@pytest.mark.parametrize("share", [0.2, 0.9])
def test_the_controller_reads_what_the_simulated_device_states(case: Case, share: float) -> None:
    async def test(bench: Bench) -> None:
        assert await bench.link.open()
        for point in bench.numbers():
            codec = bench.codec(point)
            stated = test_value(codec, share)
            bench.simulated.state(point.id, stated)
            (block,) = read_blocks(bench.profile, [point.id])
            words = await bench.link.read(block)
            found, quality = codec.decode(words, point.address - block.address)
            assert quality.usable, point.id
            assert found == pytest.approx(stated, rel=1e-6, abs=0.51 * point.scale), point.id

    on_bench(case, test)


@every_profile
def test_the_simulated_device_takes_what_the_controller_writes(case: Case) -> None:
    async def test(bench: Bench) -> None:
        assert await bench.link.open()
        for point in bench.profile.points.values():
            if not point.access.writable or (point.bits and not point.access.readable):
                continue
            codec = bench.codec(point)
            words = [0] * point.words
            value = 1.0 if point.on is not None else test_value(codec, 0.5)
            codec.encode(words, 0, value)
            await bench.link.write(Block(point.table, point.address, point.words), tuple(words))
            held = bench.simulated.words[point.table]
            assert [held[at] for at in range(point.address, point.end)] == words, point.id
            if point.access.readable:
                again = await bench.link.read(Block(point.table, point.address, point.words))
                assert list(again) == words, point.id

    on_bench(case, test)


@pytest.mark.modbus
@every_profile
def test_another_client_reads_every_point(case: Case) -> None:
    async def test(bench: Bench) -> None:
        stated: dict[str, float] = {}
        for point in bench.numbers():
            bench.simulated.state(point.id, test_value(bench.codec(point), 0.7))
        for point in bench.numbers():
            # Twins and words that share bits have the last word on each other.
            held = bench.simulated.words[point.table]
            stated[point.id] = bench.codec(point).decode(held, point.address)[0]
        words: dict[Table, dict[int, int]] = {table: {} for table in Table}
        texts = [p for p in bench.profile.points.values() if p.type is RawType.TEXT]
        for block in read_blocks(bench.profile, [*stated, *(text.id for text in texts)]):
            for place, word in enumerate(await bench.words(block)):
                words[block.table][block.address + place] = word
        for point in bench.numbers():
            found = by_hand(point, case.order, words[point.table])
            assert found == pytest.approx(stated[point.id], rel=1e-6), point.id
        named = {proof.point: proof.text for proof in bench.profile.identity}
        for text in texts:
            found_text = text_of(words[text.table], text.address, text.words)
            assert found_text == (named.get(text.id) or SIMULATED)[: 2 * text.words], text.id

    on_bench(case, test)


@pytest.mark.modbus
@every_profile
def test_another_client_writes_every_point(case: Case) -> None:
    async def test(bench: Bench) -> None:
        for point in bench.profile.points.values():
            if not point.access.writable or (point.bits and not point.access.readable):
                continue
            words = [0] * point.words
            value = 1.0 if point.on is not None else test_value(bench.codec(point), 0.4)
            bench.codec(point).encode(words, 0, value)
            values = [hex(word) if point.type is not RawType.BIT else str(word) for word in words]
            printed = await bench.mbpoll(point.table, point.address, *values)
            if point.table is Table.HOLDING and len(words) == 1 and 6 not in bench.functions:
                assert "Illegal function" in printed, point.id  # mbpoll takes function 6 for one
                await bench.write_by_hand(point.address, words[0])
            held = bench.simulated.words[point.table]
            got = [held[at] for at in range(point.address, point.end)]
            assert got == words, f"{point.id}: {printed}"

    on_bench(case, test)


@pytest.mark.modbus
@every_profile
def test_another_client_may_not_write_what_is_read_only(case: Case) -> None:
    async def test(bench: Bench) -> None:
        fixed = [
            point
            for point in bench.numbers()
            if not point.access.writable and point.table is Table.HOLDING
        ]
        for point in fixed[:3]:
            before = dict(bench.simulated.words[point.table])
            printed = await bench.mbpoll(point.table, point.address, *["0x1"] * point.words)
            assert "Illegal" in printed, f"{point.id}: {printed}"
            assert bench.simulated.words[point.table] == before, point.id

    on_bench(case, test)


@every_profile
def test_a_request_longer_than_the_device_takes_is_refused(case: Case) -> None:
    async def test(bench: Bench) -> None:
        assert await bench.link.open()
        point = bench.numbers()[0]
        if point.type is RawType.BIT:
            return  # bits are refused by their count only at 2000
        with pytest.raises(Refused):
            await bench.link.read(
                Block(point.table, point.address, bench.profile.device.max_registers + 1)
            )

    on_bench(case, test)


@pytest.mark.modbus
def test_a_busy_analyzer_refuses_for_a_while_and_is_a_fault_of_the_line() -> None:
    """OXY5500, while its service port is in use: exception 6, and its values are not believed."""
    case = next(case for case in CASES if case.profile == "endress-oxy5500")

    async def test(bench: Bench) -> None:
        assert await bench.link.open()
        (block,) = read_blocks(bench.profile, ["oxygen"])
        bench.simulated.busy = True
        with pytest.raises(Refused) as refused:
            await bench.link.read(block)
        assert refused.value.quality is Quality.BAD_COMM
        assert "busy" in (await bench.mbpoll(block.table, block.address)).lower()
        bench.simulated.busy = False
        await bench.link.read(block)

    on_bench(case, test)
