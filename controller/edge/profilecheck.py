"""What must hold between the tables of a device profile, each fault with its line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from controller.edge.registers import (
    READ_FUNCTION,
    WRITE_FUNCTION,
    Identity,
    Point,
    ProfileFile,
    RawType,
    Setting,
    Table,
    Twin,
)
from controller.edge.tomlfile import TomlDocument
from controller.edge.tomlindex import KeyPath
from controller.errors import Fault

Problem = tuple[KeyPath, str]

SLICED = (RawType.U16, RawType.U32)
COUNTED = (RawType.U16, RawType.U32)


def profile_faults(file: ProfileFile, document: TomlDocument) -> Iterator[Fault]:
    """Every fault of `file`; those between points only when each point is good by itself."""
    found = [
        document.fault(("points", number, key), why)
        for number, point in enumerate(file.points)
        for key, why in _point_problems(point, file.device.functions)
    ]
    yield from found or (document.fault(path, why) for path, why in _map_problems(file))


def _point_problems(point: Point, functions: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    is_bit_table = point.table in (Table.COIL, Table.DISCRETE)
    if is_bit_table != (point.type is RawType.BIT):
        yield "type", "is 'bit' in the tables coil and discrete, and only there"
    if point.bits and (point.type not in SLICED or sum(point.bits) > 16 * point.type.words):
        yield "bits", "do not fit into the point's word; use u16 or u32"
    if point.valid and not point.valid[0] < point.valid[1]:
        yield "valid", "must be [low, high] with low below high"
    if point.access.writable and WRITE_FUNCTION.get(point.table) not in functions:
        yield "access", "needs a write function in device.functions (15 for coil, 16 for holding)"
    if point.access.readable and READ_FUNCTION[point.table] not in functions:
        yield "access", "needs the table's read function in device.functions"
    if point.count > 1 and not point.ref.isdecimal():
        yield "ref", "of several points must be the first one's number"
    if (point.on is None) != (point.off is None):
        yield "on", "comes together with off"
    if (point.length is not None) != (point.type is RawType.TEXT):
        yield "length", "is for points of the type text, and they need it"
    if point.sign_bit and (point.type not in COUNTED or point.bits or point.access.writable):
        yield "sign_bit", "is for points of the type u16 or u32 that are only read, without bits"
    if point.address + (point.count - 1) * point.step + point.words > 0x10000:
        yield "address", "runs past the last address, 65535"


def _map_problems(file: ProfileFile) -> Iterator[Problem]:
    """Faults between points, each good by itself."""
    points = [
        (number, point) for number, entry in enumerate(file.points) for point in entry.expanded()
    ]
    by_id = {point.id: point for _, point in points}
    yield from _clashes(points)
    yield from _sign_problems(points)
    for number, point in points:
        if point.read_back is not None and not _readable(by_id.get(point.read_back)):
            yield ("points", number, "read_back"), "names no point that can be read"
    for number, rule in enumerate(file.rules):
        if not _readable(by_id.get(rule.point)):
            yield ("rules", number, "point"), "names no point that can be read"
        if (rule.allowed is None) == (rule.change_within_s is None):
            yield ("rules", number), "needs either allowed or change_within_s"
    for number, twin in enumerate(file.twins):
        for key in _twin_problems(twin, by_id):
            yield ("twins", number, key), "names no number that can be read"
    for number, proof in enumerate(file.identity):
        for key, why in _identity_problems(proof, by_id.get(proof.point)):
            yield ("identity", number, key), why
    yield from _watchdog_problems(file, by_id)


def _clashes(points: list[tuple[int, Point]]) -> Iterator[Problem]:
    names = Counter(point.id for _, point in points)
    owner: dict[tuple[Table, int], Point] = {}
    for number, point in points:
        if names[point.id] > 1:
            yield ("points", number, "id"), f"{point.id!r} is there twice"
            continue
        for address in range(point.address, point.end):
            other = owner.setdefault((point.table, address), point)
            if other is not point and not (point.bits and other.bits):
                why = f"lies on {other.id!r}; only bits of one word may share it"
                yield ("points", number, "address"), why


def _sign_problems(points: list[tuple[int, Point]]) -> Iterator[Problem]:
    readable = {
        (point.table, address)
        for _, point in points
        if point.access.readable
        for address in range(point.address, point.end)
    }
    for number, point in points:
        reach = {(point.table, address) for address in point.reach}
        if point.sign_bit and not reach <= readable:
            yield ("points", number, "sign_bit"), "needs readable words up to the one it lies in"


def _readable(point: Point | None) -> bool:
    return point is not None and point.access.readable


def _twin_problems(twin: Twin, points: dict[str, Point]) -> Iterator[str]:
    for key, name in (("point", twin.point), ("value", twin.value), ("full", twin.full)):
        point = points.get(name)
        if point is None or not point.access.readable or point.type is RawType.TEXT:
            yield key


def _identity_problems(proof: Identity, point: Point | None) -> Iterator[tuple[str, str]]:
    if point is None or not point.access.readable:
        yield "point", "names no point that can be read"
    elif proof.equals is not None and point.type is RawType.TEXT:
        yield "equals", "is for numbers, and this point is a text"
    elif proof.text is not None and point.type is not RawType.TEXT:
        yield "text", "is for points of the type text"


def _watchdog_problems(file: ProfileFile, points: dict[str, Point]) -> Iterator[Problem]:
    watchdog = file.watchdog
    if watchdog is None:
        return
    if watchdog.expired is not None and not _readable(points.get(watchdog.expired)):
        yield ("watchdog", "expired"), "names no point that can be read"
    for number, setting in enumerate(watchdog.settings):
        problem = _setting_problem(setting, points.get(setting.point))
        if problem:
            yield ("watchdog", "settings", number, "point"), problem


def _setting_problem(setting: Setting, point: Point | None) -> str:
    if point is None or not point.access.readable:
        return "names no point that can be read"
    if setting.value is None and point.unit != "s":
        return "holds the watchdog's time, so its unit must be s"
    return ""
