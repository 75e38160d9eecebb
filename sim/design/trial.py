"""One milling schedule on the simulated mill, and how far it has come after each pulse.

Only the milling is tried here, with the blade told to turn as the pulse phase would; a proposal is
run whole, with the scan and all its interlocks, before anyone sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from controller.core.equipment import Equipment
from controller.core.outputs import Outputs
from sim.mill import Mill
from sim.parameters import Charge, MillParameters
from sim.world import PERIOD_S, mill_of

COOLER_K: Final = 6.0  # how far the powder cools before the next pulse
_COVER_SLPM: Final = 2.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """A milling phase in pulses. `powder_high_c` ends a pulse early."""

    rotor_rpm: float
    on_s: float
    off_s: float
    powder_high_c: float


@dataclass(frozen=True, slots=True)
class Point:
    """What the powder is like after a pulse. `damage` is the lost share of conductivity plus the
    share of broken cores; both by the simulator's assumed constants.
    """

    schedule: Schedule
    time_s: float
    revolutions: float
    coverage: float
    attached: float
    damage: float
    powder_peak_c: float
    energy_kwh_per_kg: float


def tried(
    parameters: MillParameters,
    charge: Charge,
    equipment: Equipment,
    schedule: Schedule,
    limit_s: float,
) -> list[Point]:
    """The state after each pulse of `schedule`, until `limit_s` of milling."""
    mill = mill_of(parameters, charge, equipment, seed=0)
    ramp_rpm_per_s = equipment.ramp_up_max_rpm_per_s
    points: list[Point] = []
    time_s, peak_c = 0.0, 0.0
    while time_s < limit_s:
        on_s = 0.0
        while on_s < schedule.on_s and mill.heat.powder_c < schedule.powder_high_c:
            rotor_rpm = min(schedule.rotor_rpm, ramp_rpm_per_s * (on_s + PERIOD_S))
            mill.apply(_turning(rotor_rpm))
            mill.step(PERIOD_S)
            on_s += PERIOD_S
            peak_c = max(peak_c, mill.heat.powder_c)
        time_s += on_s
        off_s = 0.0
        mill.apply(_resting())
        while time_s + off_s < limit_s and (
            off_s < schedule.off_s or mill.heat.powder_c > schedule.powder_high_c - COOLER_K
        ):
            mill.step(PERIOD_S)
            off_s += PERIOD_S
            peak_c = max(peak_c, mill.heat.powder_c)
        points.append(_point(mill, schedule, time_s, peak_c))
        time_s += off_s
    return points


def _turning(rotor_rpm: float) -> Outputs:
    return Outputs(
        run=True,
        rotor_rpm=rotor_rpm,
        run_permit=True,
        argon_flow_slpm=_COVER_SLPM,
        supply_open=True,
    )


def _resting() -> Outputs:
    return Outputs(run_permit=True, argon_flow_slpm=_COVER_SLPM, supply_open=True)


def _point(mill: Mill, schedule: Schedule, time_s: float, peak_c: float) -> Point:
    truth = mill.truth()
    return Point(
        schedule=schedule,
        time_s=time_s,
        revolutions=truth.revolutions,
        coverage=truth.coverage,
        attached=truth.attached,
        damage=(1.0 - truth.conductivity) + truth.broken,
        powder_peak_c=peak_c,
        energy_kwh_per_kg=truth.milling_kwh_per_kg,
    )
