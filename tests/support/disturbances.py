"""Simple things that go wrong at the simulated mill, by name, and how all of them are mended."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from controller.core.signals import Signal
from sim.drive import DriveFault
from sim.mill import Mill


def _reads(signal: Signal, value: float) -> Callable[[Mill], None]:
    def lie(mill: Mill) -> None:
        mill.transmitters.overrides[signal] = lambda true: value

    return lie


def _lid_opened(mill: Mill) -> None:
    mill.lock_stuck = False
    mill.lid_locked = False
    mill.lid_closed = False


def _lock_released(mill: Mill) -> None:
    mill.lock_stuck = False


def _lid_bridged(mill: Mill) -> None:
    mill.lid_bridged = True
    _lid_opened(mill)


def _leak(mill: Mill) -> None:
    mill.vessel.leak_mbar_l_s = 3.0


def _argon_empty(mill: Mill) -> None:
    mill.supply.bottle_sl = 0.0


def _exhaust_blocked(mill: Mill) -> None:
    mill.vessel.exhaust_blocked = 1.0


def _supply_stuck_shut(mill: Mill) -> None:
    mill.supply_valve.stick(0.0)


def _supply_stuck_open(mill: Mill) -> None:
    mill.supply_valve.stick(1.0)


def _exhaust_stuck_open(mill: Mill) -> None:
    mill.exhaust_valve.stick(1.0)


def _exhaust_stuck_shut(mill: Mill) -> None:
    mill.exhaust_valve.stick(0.0)


def _cooling_lost(mill: Mill) -> None:
    mill.coolant_pump = False


def _drive_trip(mill: Mill) -> None:
    mill.drive.trip(DriveFault.OVERLOAD)


def _drive_runaway(mill: Mill) -> None:
    mill.drive.runaway_rps = 20.0


def _drive_ignores_stop(mill: Mill) -> None:
    mill.drive.ignore_stop = True


def _blade_jammed(mill: Mill) -> None:
    mill.drive.jam_nm = 5.0


def _powder_heats(mill: Mill) -> None:
    mill.heat.extra_w = 60.0


def _estop(mill: Mill) -> None:
    mill.press_estop()


def _mains_lost(mill: Mill) -> None:
    mill.mains = False


def _sample_lost(mill: Mill) -> None:
    mill.sample_pump = False


@dataclass(frozen=True)
class Disturbance:
    """One thing that goes wrong. `hides` names the truths about the plant that nobody can ask for
    under it: a bridged guard or a blocked exhaust is the hard-wired layer's to cover.
    """

    name: str
    begin: Callable[[Mill], None]
    hides: tuple[str, ...] = ()


DISTURBANCES: dict[str, Disturbance] = {
    d.name: d
    for d in (
        Disturbance("lid_opened", _lid_opened),
        Disturbance("lock_released", _lock_released),
        Disturbance("lid_bridged_open", _lid_bridged, hides=("I1 truth",)),
        Disturbance("lid_closed_unknown", _reads(Signal.LID_CLOSED, math.nan)),
        Disturbance("lid_locked_unknown", _reads(Signal.LID_LOCKED, math.nan)),
        Disturbance("o2_unknown", _reads(Signal.O2_PPM, math.nan)),
        Disturbance("o2_over_range", _reads(Signal.O2_PPM, 1030.0)),
        Disturbance("o2_60_ppm", _reads(Signal.O2_PPM, 60.0)),
        Disturbance("frost_point_unknown", _reads(Signal.FROST_POINT_C, math.nan)),
        Disturbance("water_high", _reads(Signal.FROST_POINT_C, -35.0)),
        Disturbance("h2s_unknown", _reads(Signal.H2S_PPM, math.nan)),
        Disturbance("h2s_60_ppm", _reads(Signal.H2S_PPM, 60.0)),
        Disturbance("sample_flow_lost", _sample_lost),
        Disturbance("leak", _leak),
        Disturbance("argon_empty", _argon_empty),
        Disturbance("supply_stuck_shut", _supply_stuck_shut),
        Disturbance("supply_stuck_open", _supply_stuck_open),
        Disturbance("exhaust_stuck_open", _exhaust_stuck_open),
        Disturbance("exhaust_stuck_shut", _exhaust_stuck_shut, hides=("I5 truth",)),
        Disturbance("exhaust_blocked", _exhaust_blocked, hides=("I5 truth",)),
        Disturbance("pressure_unknown", _reads(Signal.VESSEL_PRESSURE_MBAR_G, math.nan)),
        Disturbance("pressure_300", _reads(Signal.VESSEL_PRESSURE_MBAR_G, 300.0)),
        Disturbance("ambient_unknown", _reads(Signal.AMBIENT_PRESSURE_MBAR_ABS, math.nan)),
        Disturbance("cooling_lost", _cooling_lost),
        Disturbance("powder_heats", _powder_heats),
        Disturbance("powder_probe_unknown", _reads(Signal.POWDER_PROBE_C, math.nan)),
        Disturbance("powder_probe_70", _reads(Signal.POWDER_PROBE_C, 70.0)),
        Disturbance("jar_unknown", _reads(Signal.JAR_C, math.nan)),
        Disturbance("motor_unknown", _reads(Signal.MOTOR_C, math.nan)),
        Disturbance("motor_130", _reads(Signal.MOTOR_C, 130.0)),
        Disturbance("drive_trip", _drive_trip),
        Disturbance("drive_runaway", _drive_runaway),
        Disturbance("drive_ignores_stop", _drive_ignores_stop),
        Disturbance("drive_state_unknown", _reads(Signal.DRIVE_STATE, math.nan)),
        Disturbance("rotor_unknown", _reads(Signal.ROTOR_RPM, math.nan)),
        Disturbance("torque_unknown", _reads(Signal.TORQUE_NM, math.nan)),
        Disturbance("blade_jammed", _blade_jammed),
        Disturbance("permit_feedback_lost", _reads(Signal.RUN_PERMIT_FEEDBACK, 0.0)),
        Disturbance("standstill_unknown", _reads(Signal.STANDSTILL, math.nan)),
        Disturbance("standstill_always", _reads(Signal.STANDSTILL, 1.0)),
        Disturbance("estop", _estop),
        Disturbance("estop_unknown", _reads(Signal.ESTOP_HEALTHY, math.nan)),
        Disturbance("mains_lost", _mains_lost),
        Disturbance("room_h2s", _reads(Signal.ROOM_H2S_PPM, 10.0)),
        Disturbance("room_o2_low", _reads(Signal.ROOM_O2_PERCENT, 17.0)),
        Disturbance("room_o2_unknown", _reads(Signal.ROOM_O2_PERCENT, math.nan)),
    )
}


def heal(mill: Mill) -> None:
    """Mends everything that a disturbance can do, and shuts the lid."""
    parameters = mill.parameters
    mill.transmitters.overrides.clear()
    mill.lock_stuck = None
    mill.lid_bridged = False
    mill.close_lid()
    mill.release_estop()
    mill.reset_safety_relay()
    mill.mains = True
    mill.sample_pump = True
    mill.coolant_pump = True
    for valve in (mill.supply_valve, mill.exhaust_valve):
        valve.stick(None)
    mill.vessel.leak_mbar_l_s = parameters.gas.leak_mbar_l_s
    mill.vessel.exhaust_blocked = 0.0
    mill.supply.bottle_sl = parameters.gas.bottle_l * parameters.gas.bottle_bar_g
    mill.heat.extra_w = 0.0
    mill.drive.runaway_rps = 0.0
    mill.drive.ignore_stop = False
    mill.drive.jam_nm = 0.0
