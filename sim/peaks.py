"""The highest values of a run, true ones and measured ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from controller.core.signals import Signal
from sim.mill import Mill

TURNING_RPM: Final = 5.0
_TORQUE: Final = int(Signal.TORQUE_NM)
_PROBE: Final = int(Signal.POWDER_PROBE_C)
_PRESSURE: Final = int(Signal.VESSEL_PRESSURE_MBAR_G)


@dataclass(slots=True)
class Peaks:
    """`powder_probe_c`, `torque_nm` and `pressure_mbar_g` are measured, the others are true."""

    o2_ppm_while_spinning: float = 0.0
    h2o_ppm_while_spinning: float = 0.0
    h2s_ppm_while_spinning: float = 0.0
    h2s_ppm: float = 0.0
    powder_c: float = 0.0
    powder_probe_c: float = 0.0
    jar_c: float = 0.0
    rotor_rpm: float = 0.0
    torque_nm: float = 0.0
    pressure_mbar_g: float = 0.0

    def take(self, mill: Mill) -> None:
        """Looks at the plant's truth after a step."""
        traces, heat = mill.vessel.traces, mill.heat
        h2s = 1e6 * traces.h2s
        if h2s > self.h2s_ppm:
            self.h2s_ppm = h2s
        if heat.powder_c > self.powder_c:
            self.powder_c = heat.powder_c
        if heat.jar_c > self.jar_c:
            self.jar_c = heat.jar_c
        rpm = mill.drive.speed_rps * 60.0
        if rpm > TURNING_RPM:
            self._take_gas(1e6 * traces.o2, 1e6 * traces.h2o, h2s)
            if rpm > self.rotor_rpm:
                self.rotor_rpm = rpm

    def _take_gas(self, o2_ppm: float, h2o_ppm: float, h2s_ppm: float) -> None:
        if o2_ppm > self.o2_ppm_while_spinning:
            self.o2_ppm_while_spinning = o2_ppm
        if h2o_ppm > self.h2o_ppm_while_spinning:
            self.h2o_ppm_while_spinning = h2o_ppm
        if h2s_ppm > self.h2s_ppm_while_spinning:
            self.h2s_ppm_while_spinning = h2s_ppm

    def take_measured(self, x: Sequence[float]) -> None:
        """Looks at one image's values, indexed by `Signal`."""
        if x[_PROBE] > self.powder_probe_c:
            self.powder_probe_c = x[_PROBE]
        if x[_TORQUE] > self.torque_nm:
            self.torque_nm = x[_TORQUE]
        if x[_PRESSURE] > self.pressure_mbar_g:
            self.pressure_mbar_g = x[_PRESSURE]
