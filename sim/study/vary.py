"""What may differ from batch to batch: declared in data, each with its origin."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, fields
from enum import Enum, unique
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, Any, ClassVar, Final

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

from controller.core.equipment import STRICT
from controller.core.signals import Signal
from controller.edge.tomlfile import TomlDocument, build, parse_toml, read_toml, sorted_faults
from controller.errors import Fault, FileFaults
from sim.parameters import (
    Charge,
    CoatingParameters,
    DriveParameters,
    GasParameters,
    RoomParameters,
    SensorParameters,
    ThermalParameters,
)

# How far into its tails a distribution without ends is drawn, in standard deviations.
TAIL_SIGMA: Final = 3.0
ITEMS_MAX: Final = 60
_NORMAL: Final = NormalDist()

GROUPS: Final = {
    "charge": Charge,
    "coating": CoatingParameters,
    "drive": DriveParameters,
    "gas": GasParameters,
    "room": RoomParameters,
    "sensors": SensorParameters,
    "thermal": ThermalParameters,
}
"""The groups of constants, as `sim.parameters` names them."""

BIASED: Final = {
    "o2_ppm": Signal.O2_PPM,
    "h2s_ppm": Signal.H2S_PPM,
    "frost_point_c": Signal.FROST_POINT_C,
    "powder_probe_c": Signal.POWDER_PROBE_C,
    "jar_c": Signal.JAR_C,
    "vessel_pressure_mbar_g": Signal.VESSEL_PRESSURE_MBAR_G,
    "argon_flow_slpm": Signal.ARGON_FLOW_SLPM,
}
"""Transmitters that a constant error may be put on, under the group `bias`."""

SHELL: Final = ("solid_fraction", "sse_wt_percent")
"""What else the thickness depends on, under the group `shell`."""


class VaryError(FileFaults):
    """One or more faults in a file of uncertainties."""


@unique
class Change(Enum):
    """What a drawn number does to the nominal value."""

    TIMES = "times"
    PLUS = "plus"
    VALUE = "value"


@unique
class Shape(Enum):
    """How a number is drawn."""

    NORMAL = "normal"
    LOGNORMAL = "lognormal"
    UNIFORM = "uniform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vary:
    """One uncertainty.

    `of` is `group.field`. NORMAL needs `mean` and `sigma`; LOGNORMAL `mean` (its median) and
    `factor`, one standard deviation as a factor; UNIFORM `low` and `high`. Where a distribution has
    no ends it is drawn within three standard deviations.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    of: Annotated[str, MinLen(3), MaxLen(60)]
    change: Change
    shape: Shape
    mean: Annotated[float, Ge(-1e9), Le(1e9)] | None = None
    sigma: Annotated[float, Gt(0.0), Le(1e9)] | None = None
    factor: Annotated[float, Gt(1.0), Le(100.0)] | None = None
    low: Annotated[float, Ge(-1e9), Le(1e9)] | None = None
    high: Annotated[float, Ge(-1e9), Le(1e9)] | None = None
    origin: Annotated[str, MinLen(3), MaxLen(200)]

    def draw(self, share: float) -> float:
        """The value below which `share` (0 to 1) of all draws lie."""
        if self.shape is Shape.UNIFORM:
            low, high = self.low or 0.0, self.high or 0.0
            return low + share * (high - low)
        z = min(max(_NORMAL.inv_cdf(min(max(share, 1e-12), 1.0 - 1e-12)), -TAIL_SIGMA), TAIL_SIGMA)
        if self.shape is Shape.NORMAL:
            return (self.mean or 0.0) + z * (self.sigma or 0.0)
        return (1.0 if self.mean is None else self.mean) * math.exp(
            z * math.log(self.factor or 1.0)
        )

    def applied(self, nominal: float, drawn: float) -> float:
        """The nominal value with this drawn number in it."""
        if self.change is Change.TIMES:
            return nominal * drawn
        return nominal + drawn if self.change is Change.PLUS else drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    vary: tuple[Vary, ...]


@dataclass(frozen=True, slots=True)
class Uncertainties:
    """All that a study varies, and the hash of the file that says so."""

    name: str
    sha256: str
    items: tuple[Vary, ...]


STANDARD: Final = Path(__file__).parent / "uncertainties.toml"
_NEEDED: Final = {
    Shape.NORMAL: ("mean", "sigma"),
    Shape.LOGNORMAL: ("factor",),
    Shape.UNIFORM: ("low", "high"),
}
_TAKEN: Final = {
    Shape.NORMAL: ("mean", "sigma"),
    Shape.LOGNORMAL: ("mean", "factor"),
    Shape.UNIFORM: ("low", "high"),
}
_NUMBERS: Final = ("mean", "sigma", "factor", "low", "high")


def load_uncertainties(path: Path = STANDARD) -> Uncertainties:
    """Read a file of uncertainties. Raises VaryError with every fault in it."""
    return _read(read_toml(path, VaryError))


def parse_uncertainties(raw: bytes, name: str) -> Uncertainties:
    """Read the text of such a file, called `name` in messages. Raises VaryError."""
    return _read(parse_toml(raw, name, VaryError))


def _read(document: TomlDocument) -> Uncertainties:
    built = build(_Document, document.data, document, ())
    found = built[0]
    faults = sorted_faults(_faults(found.vary, document)) if found else built[1]
    if found is None or faults:
        raise VaryError(document.name, faults, do="Correct the file and try again.")
    return Uncertainties(document.name, hashlib.sha256(document.raw).hexdigest(), found.vary)


def _faults(items: tuple[Vary, ...], document: TomlDocument) -> list[Fault]:
    faults, seen = [], set()
    if not 1 <= len(items) <= ITEMS_MAX:
        faults.append(document.fault(("vary",), f"has {len(items)} entries; 1 to {ITEMS_MAX} go"))
    for number, item in enumerate(items):
        if item.of in seen:
            faults.append(document.fault(("vary", number, "of"), f"{item.of} is varied twice"))
        seen.add(item.of)
        if (why := _unknown(item.of)) is not None:
            faults.append(document.fault(("vary", number, "of"), why))
        for key in _NUMBERS:
            given = getattr(item, key) is not None
            if key in _NEEDED[item.shape] and not given:
                why = f"{item.shape.value} needs {key}"
                faults.append(document.fault(("vary", number, "shape"), why))
            if given and key not in _TAKEN[item.shape]:
                why = f"{item.shape.value} takes no {key}"
                faults.append(document.fault(("vary", number, key), why))
        if item.shape is Shape.UNIFORM and not (item.low or 0.0) < (item.high or 0.0):
            faults.append(document.fault(("vary", number, "low"), "must be below high"))
    return faults


def _unknown(of: str) -> str | None:
    """What is wrong with the name of an uncertainty, None when it is known."""
    known = known_names()
    if of in known:
        return None
    group = of.partition(".")[0]
    near = [name for name in known if name.startswith(f"{group}.")] or sorted(
        {name.partition(".")[0] for name in known}
    )
    return f"{of} is not known; there are {', '.join(near)}"


def known_names() -> tuple[str, ...]:
    """Everything that can be varied, as `group.field`."""
    constants = [
        f"{group}.{field.name}"
        for group, kind in GROUPS.items()
        for field in fields(kind)
        if field.type in ("float", float)
    ]
    return (
        *constants,
        *(f"bias.{name}" for name in BIASED),
        *(f"shell.{name}" for name in SHELL),
    )
