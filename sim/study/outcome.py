"""What one run of a study came to: one number for each thing that a person asks about."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run. Peaks are of the plant itself, not of its transmitters, but torque and pressure.

    `completed` is 1 or 0. `state` is where the run ended: COMPLETE, ABORTED, STOPPED, HELD, or
    IDLE when it could not be started. `first_cause` names the rows that first acted.
    """

    completed: float
    state: str
    first_cause: str
    duration_s: float
    purge_s: float
    dense_nm: float
    apparent_nm: float
    simulated_local_nm: float
    coverage: float
    attached: float
    broken: float
    powder_peak_c: float
    jar_peak_c: float
    o2_spinning_ppm: float
    h2o_spinning_ppm: float
    h2s_spinning_ppm: float
    torque_peak_nm: float
    pressure_peak_mbar_g: float
    leak_rate_mbar_l_s: float
    argon_l: float
    energy_kwh_per_kg: float
    revolutions: float


@dataclass(frozen=True, slots=True)
class Shown:
    """How a number is called and how many digits of it mean something."""

    label: str
    unit: str
    digits: int


SHOWN: Final[dict[str, Shown]] = {
    "duration_s": Shown("Duration", "s", 0),
    "purge_s": Shown("Argon purge", "s", 0),
    "dense_nm": Shown("Target shell, dense", "nm", 0),
    "apparent_nm": Shown("Target shell, apparent", "nm", 0),
    "simulated_local_nm": Shown("Simulated shell where covered", "nm", 0),
    "coverage": Shown("Simulated coverage", "", 3),
    "attached": Shown("Simulated share attached", "", 3),
    "broken": Shown("Simulated share of cores broken", "", 5),
    "powder_peak_c": Shown("Highest powder temperature", "°C", 1),
    "jar_peak_c": Shown("Highest jar temperature", "°C", 1),
    "o2_spinning_ppm": Shown("Highest O2 while spinning", "ppm", 2),
    "h2o_spinning_ppm": Shown("Highest H2O while spinning", "ppm", 2),
    "h2s_spinning_ppm": Shown("Highest H2S while spinning", "ppm", 2),
    "torque_peak_nm": Shown("Highest torque", "N m", 2),
    "pressure_peak_mbar_g": Shown("Highest pressure", "mbar gauge", 0),
    "leak_rate_mbar_l_s": Shown("Leak rate as measured", "mbar L/s", 7),
    "argon_l": Shown("Argon", "L", 0),
    "energy_kwh_per_kg": Shown("Net energy", "kWh/kg", 3),
    "revolutions": Shown("Revolutions", "", 0),
}

# What a run says nothing of in which the blade never turned.
OF_MILLING: Final = (
    "simulated_local_nm",
    "coverage",
    "attached",
    "broken",
    "o2_spinning_ppm",
    "h2o_spinning_ppm",
    "h2s_spinning_ppm",
    "torque_peak_nm",
    "energy_kwh_per_kg",
)
TEXTS: Final = ("state", "first_cause")
NUMBERS: Final = tuple(f.name for f in fields(Outcome) if f.name not in TEXTS)
