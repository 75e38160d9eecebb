"""Device profiles: register maps of real devices, as data.

The controller reads and writes by these files and the simulator serves them, so there is no second
copy of a map to disagree with. A profile is one TOML file in `controller/edge/profiles`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from controller.edge.registers import (
    READ_FUNCTION,
    WRITE_FUNCTION,
    Point,
    Profile,
    ProfileFile,
    RawType,
    Table,
)
from controller.edge.tomlfile import TomlDocument, build, read_toml, sorted_faults
from controller.errors import Fault, PlantFileError

PROFILES: Final = Path(__file__).resolve().parent / "profiles"

_FILE: Final = TypeAdapter(ProfileFile)


def profile_names() -> list[str]:
    """The profiles that there are."""
    return sorted(path.stem for path in PROFILES.glob("*.toml"))


@cache
def load_profile(name: str) -> Profile:
    """Read the profile `name`. Raises PlantFileError with every fault in its file."""
    return read_profile(PROFILES / f"{name}.toml")


def read_profile(path: Path) -> Profile:
    """Read the profile in the file `path`. Raises PlantFileError with every fault in it."""
    document = read_toml(path, PlantFileError)
    built = build(_FILE, document.data, document, ())
    file = built[0]
    faults = sorted_faults(list(_faults(file, document))) if file else built[1]
    if file is None or faults:
        raise PlantFileError(document.name, faults)
    points = {point.id: point for entry in file.points for point in entry.expanded()}
    return Profile(
        id=path.stem, device=file.device, watchdog=file.watchdog, points=points, rules=file.rules
    )


def _faults(file: ProfileFile, document: TomlDocument) -> Iterator[Fault]:
    found = [
        document.fault(("points", number, key), why)
        for number, point in enumerate(file.points)
        for key, why in _point_faults(point, file.device.functions)
    ]
    yield from found or _map_faults(file, document)


def _map_faults(file: ProfileFile, document: TomlDocument) -> Iterator[Fault]:
    """Faults between points, each good by itself."""
    points = [
        (number, point) for number, entry in enumerate(file.points) for point in entry.expanded()
    ]
    names = Counter(point.id for _, point in points)
    owner: dict[tuple[Table, int], Point] = {}
    for number, point in points:
        if names[point.id] > 1:
            yield document.fault(("points", number, "id"), f"{point.id!r} is there twice")
        for address in range(point.address, point.end):
            other = owner.setdefault((point.table, address), point)
            if other is not point and not (point.bits and other.bits):
                why = f"lies on {other.id!r}; only bits of one word may share it"
                yield document.fault(("points", number, "address"), why)
    by_id = {point.id: point for _, point in points}
    for number, rule in enumerate(file.rules):
        found = by_id.get(rule.point)
        if found is None or not found.access.readable:
            yield document.fault(("rules", number, "point"), "names no point that can be read")
        if (rule.allowed is None) == (rule.change_within_s is None):
            yield document.fault(("rules", number), "needs either allowed or change_within_s")


def _point_faults(point: Point, functions: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    is_bit_table = point.table in (Table.COIL, Table.DISCRETE)
    if is_bit_table != (point.type is RawType.BIT):
        yield "type", "is 'bit' in the tables coil and discrete, and only there"
    if point.bits and (
        point.type not in (RawType.U16, RawType.U32) or sum(point.bits) > 16 * point.type.words
    ):
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
    if point.address + (point.count - 1) * point.step + point.type.words > 0x10000:
        yield "address", "runs past the last address, 65535"
