"""How far a run stayed from each limit."""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.limits import Limits
from controller.core.signals import Signal
from sim.peaks import Peaks


@dataclass(frozen=True, slots=True)
class Margin:
    """The highest value of a run beside the limit at which the controller acts."""

    label: str
    signal: Signal
    value: float
    limit: float
    unit: str

    @property
    def share(self) -> float:
        """The value as a share of its limit: above 1 it is beyond."""
        return self.value / self.limit


def margins(peaks: Peaks, limits: Limits) -> list[Margin]:
    """What a person looks at after a dry run, the narrowest margin first."""
    found = [
        Margin(
            "Powder temperature", Signal.POWDER_PROBE_C, peaks.powder_c, limits.powder_trip_c, "°C"
        ),
        Margin("Jar temperature", Signal.JAR_C, peaks.jar_c, limits.powder_trip_c, "°C"),
        Margin(
            "O2 while spinning",
            Signal.O2_PPM,
            peaks.o2_ppm_while_spinning,
            limits.o2_hold_ppm,
            "ppm",
        ),
        Margin(
            "H2O while spinning",
            Signal.H2O_PPM,
            peaks.h2o_ppm_while_spinning,
            limits.h2o_hold_ppm,
            "ppm",
        ),
        Margin(
            "H2S while spinning",
            Signal.H2S_PPM,
            peaks.h2s_ppm_while_spinning,
            limits.h2s_trip_ppm,
            "ppm",
        ),
        Margin("Torque", Signal.TORQUE_NM, peaks.torque_nm, limits.torque_trip_nm, "N m"),
        Margin(
            "Pressure",
            Signal.VESSEL_PRESSURE_MBAR_G,
            peaks.pressure_mbar_g,
            limits.pressure_trip_mbar_g,
            "mbar gauge",
        ),
        Margin("Rotor speed", Signal.ROTOR_RPM, peaks.rotor_rpm, limits.rotor_trip_rpm, "rpm"),
    ]
    return sorted(found, key=lambda margin: -margin.share)
