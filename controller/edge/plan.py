"""A plant file worked out once into what is asked of each device: requests, and who takes what.

In the scan nothing is looked up by name any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Final

from controller.core.outputs import Outputs
from controller.edge.codec import Channel, PointCodec
from controller.edge.plantfile import PlantFile
from controller.edge.registers import Point, Profile, Rule, Table, Twin
from controller.edge.wiring import HEARTBEAT, Device
from controller.errors import DeviceError

OUTPUT_FIELDS: Final = tuple(field.name for field in fields(Outputs))
# What one order holds: the fields of `Outputs`, then the heartbeat.
ORDER_NAMES: Final = (*OUTPUT_FIELDS, HEARTBEAT)
Words = tuple[int, ...]
# What need not read back as written: one changes in every scan, the other ends by itself.
NOT_READ_BACK: Final = frozenset({HEARTBEAT, "drive_fault_reset"})


@dataclass(frozen=True, slots=True)
class Block:
    """One request: `count` registers, or bits, of one table."""

    table: Table
    address: int
    count: int


@dataclass(frozen=True, slots=True)
class Wire:
    """Where signal (or entry of an order) number `index` lies: in which block, from which word."""

    index: int
    block: int
    at: int
    channel: Channel


@dataclass(frozen=True, slots=True)
class RuleWire:
    """Where the point of a quality rule lies."""

    block: int
    at: int
    codec: PointCodec
    rule: Rule


@dataclass(frozen=True, slots=True)
class PointWire:
    """Where one point of a device lies."""

    block: int
    at: int
    codec: PointCodec


@dataclass(frozen=True, slots=True)
class TwinWire:
    """Where the two values of one quantity lie, and that of its full scale."""

    percent: PointWire
    value: PointWire
    full: PointWire
    twin: Twin


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Where an output is written (`to`), and where the same value must then be read (`back`)."""

    name: str
    to: PointWire
    back: PointWire


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """All that is read from and written to one device."""

    device: Device
    reads: tuple[Block, ...]
    signals: tuple[Wire, ...]
    rules: tuple[RuleWire, ...]
    twins: tuple[TwinWire, ...]
    writes: tuple[Block, ...]
    outputs: tuple[Wire, ...]
    read_backs: tuple[ReadBack, ...]


def plan_devices(plant: PlantFile) -> tuple[DevicePlan, ...]:
    """The plan of every device, in the order of the plant file."""
    return tuple(_plan(plant, device) for device in plant.devices)


def _plan(plant: PlantFile, device: Device) -> DevicePlan:
    profile = device.register_map
    signals = {s: wire.point for s, wire in plant.signals.items() if wire.device == device.id}
    outputs = {n: wire.point for n, wire in plant.outputs.items() if wire.device == device.id}
    rules = profile.rules if signals else ()
    twins = tuple(twin for twin in profile.twins if signals and twin.within_percent)
    doubled = {name for twin in twins for name in (twin.point, twin.value, twin.full)}
    shown = {n: p for n, p in outputs.items() if n not in NOT_READ_BACK}
    backs = {n: back for n, p in shown.items() if (back := _shown_by(profile.points[p]))}
    asked = {*signals.values(), *(rule.point for rule in rules), *doubled, *backs.values()}
    reads = read_blocks(profile, asked)
    writes = write_blocks(profile, outputs.values())
    return DevicePlan(
        device=device,
        reads=reads,
        signals=tuple(
            Wire(signal, *_place(profile.points[point], reads), plant.signal_channel(signal))
            for signal, point in signals.items()
        ),
        rules=tuple(
            RuleWire(
                *_place(profile.points[rule.point], reads),
                PointCodec(profile.points[rule.point], device.order),
                rule,
            )
            for rule in rules
        ),
        twins=tuple(
            TwinWire(
                point_wire(device, twin.point, reads),
                point_wire(device, twin.value, reads),
                point_wire(device, twin.full, reads),
                twin,
            )
            for twin in twins
        ),
        writes=writes,
        outputs=tuple(
            Wire(
                ORDER_NAMES.index(name),
                *_place(profile.points[point], writes),
                plant.output_channel(name),
            )
            for name, point in outputs.items()
        ),
        read_backs=tuple(
            ReadBack(name, point_wire(device, shown[name], writes), point_wire(device, back, reads))
            for name, back in backs.items()
        ),
    )


def _shown_by(point: Point) -> str | None:
    """The point in which the device shows what was written to `point`; None where it does not."""
    return point.id if point.access.readable else point.read_back


def read_blocks(profile: Profile, names: Iterable[str]) -> tuple[Block, ...]:
    """The fewest requests that read the points `names`.

    A request runs over an address in between only where the profile knows that it can be read, so
    it never touches a write-only word.
    """
    readable = {
        (point.table, address)
        for point in profile.points.values()
        if point.access.readable
        for address in range(point.address, point.end)
    }
    return _blocks(profile, names, readable)


def write_blocks(profile: Profile, names: Iterable[str]) -> tuple[Block, ...]:
    """The fewest requests that write the points `names`.

    A coil in between that is wired to nothing is written too, and so is held at zero.
    """
    coils = {
        (point.table, point.address)
        for point in profile.points.values()
        if point.table is Table.COIL and point.access.writable
    }
    return _blocks(profile, names, coils)


def _blocks(
    profile: Profile, names: Iterable[str], between: Collection[tuple[Table, int]]
) -> tuple[Block, ...]:
    points = [profile.points[name] for name in set(names)]
    points.sort(key=lambda point: (point.table.value, point.reach.start, point.reach.stop))
    blocks: list[Block] = []
    for point in points:
        start, stop = point.reach.start, point.reach.stop
        last = blocks[-1] if blocks else None
        end = last.address + last.count if last else 0
        if (
            last is not None
            and last.table is point.table
            and max(stop, end) - last.address <= profile.device.max_registers
            and all((point.table, address) in between for address in range(end, start))
        ):
            blocks[-1] = Block(last.table, last.address, max(stop, end) - last.address)
        else:
            blocks.append(Block(point.table, start, stop - start))
    return tuple(blocks)


def point_wire(device: Device, name: str, blocks: Sequence[Block]) -> PointWire:
    """Where the point `name` of `device` lies in `blocks`."""
    point = device.register_map.points[name]
    return PointWire(*_place(point, blocks), PointCodec(point, device.order))


def _place(point: Point, blocks: Sequence[Block]) -> tuple[int, int]:
    for number, block in enumerate(blocks):
        reach = point.reach
        inside = block.address <= reach.start and reach.stop <= block.address + block.count
        if block.table is point.table and inside:
            return number, point.address - block.address
    raise AssertionError(f"no block for {point.id}")


def order_words(plan: DevicePlan, order: Sequence[float]) -> tuple[Words, ...]:
    """The words of each write block of a device for one order (see `ORDER_NAMES`).

    Raises DeviceError for a value that is not finite or that the device's range does not allow.
    """
    words = [[0] * block.count for block in plan.writes]
    for wire in plan.outputs:
        value = order[wire.index]
        if not wire.channel.allows(value):
            name = ORDER_NAMES[wire.index]
            raise DeviceError(f"{value!r} is outside what {plan.device.id} takes", where=name)
        wire.channel.encode(words[wire.block], wire.at, value)
    return tuple(tuple(block) for block in words)
