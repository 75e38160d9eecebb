"""Physical and published numbers that the core uses, each with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import Final


@unique
class Origin(Enum):
    """How far a number can be trusted: published, computed from published ones, or chosen here."""

    LITERATURE = "literature"
    COMPUTED = "computed"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Constant:
    """A number with its unit, its origin and the public source or reasoning behind it."""

    value: float
    unit: str
    origin: Origin
    source: str


PAPER: Final = "Han et al., J. Mater. Chem. A 2024, 12, 24896"

NMC811_DENSITY: Final = Constant(
    4.78, "g/cm3", Origin.COMPUTED, "crystal density, a 2.872 and c 14.20 angstrom, Z 3, M 97.28"
)
LPSCL_DENSITY: Final = Constant(
    1.64,
    "g/cm3",
    Origin.ASSUMED,
    "common in the literature, and what the packing density in the paper leads back to;"
    " the crystal has 1.86",
)
PAPER_CORE_D50: Final = Constant(13.0, "um", Origin.LITERATURE, PAPER)
PAPER_SSE_CONTENT: Final = Constant(5.0, "wt%", Origin.LITERATURE, PAPER)
PAPER_CALCULATED: Final = Constant(516.0, "nm", Origin.LITERATURE, PAPER)
PAPER_MEASURED: Final = Constant(474.0, "nm", Origin.LITERATURE, f"{PAPER}, one FIB-SEM section")

GAS_CONSTANT: Final = Constant(8.314462618, "J/(mol K)", Origin.LITERATURE, "CODATA 2018, exact")
STANDARD_PRESSURE: Final = Constant(1013.25, "mbar", Origin.LITERATURE, "standard atmosphere")
ZERO_CELSIUS: Final = Constant(273.15, "K", Origin.LITERATURE, "definition of the degree Celsius")
AIR_O2_FRACTION: Final = Constant(0.2095, "mol/mol", Origin.LITERATURE, "dry standard air")
