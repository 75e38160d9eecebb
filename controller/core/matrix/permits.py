"""Permissives as rows: what must be true before something that adds energy or access.

A row with a signal says the band that the signal must be in; a row with a `Fact` names a condition
that the scan works out from its own state. NaN is never in a band.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntFlag, unique
from typing import Final

from controller.core.limits import Limits
from controller.core.matrix.row import INF
from controller.core.signals import DriveState, Signal


class Need(IntFlag):
    """What a row is a condition of."""

    START = 1
    GO_ON = 2  # resume and restart
    EDGE = 4  # resume and restart, when the blade is what comes next
    TURN = 8  # every scan in which the blade is driven: the last gate
    RELEASE = 16  # the command that vents and then unlocks
    UNLOCK = 32  # every scan in which the lock has power
    RESET = 64
    MANUAL = 128  # MANUAL mode
    SWEEP = 256  # argon by hand: a purge, or a jog of its valves
    BLADE = 512  # a jog of the blade, beside all that GO_ON and EDGE ask for
    LEAVE = 1024  # back to AUTO from MANUAL, and MAINTENANCE


@unique
class Fact(Enum):
    """Conditions that are not one signal in one band."""

    RECIPE = "recipe"
    CHARGE = "charge"
    CHARGE_MASS = "charge_mass"
    CHARGE_WT = "charge_wt"
    CHARGE_CLEAN = "charge_clean"
    STANDSTILL = "standstill"
    APPROACHABLE = "approachable"
    ARGON = "argon"
    ACKNOWLEDGED = "acknowledged"
    HOLDS_CLEARED = "holds_cleared"
    TRIPS_CLEARED = "trips_cleared"
    ATMOSPHERE_DWELL = "atmosphere_dwell"
    STEADY = "steady"
    STEADY_TO_OPEN = "steady_to_open"
    RECORD = "record"
    RECORD_ROOM = "record_room"
    WATCHDOGS = "watchdogs"
    RIGHT_DEVICES = "right_devices"
    SOLE_MASTER = "sole_master"
    DEVICES_ANSWER = "devices_answer"
    NO_BYPASS = "no_bypass"
    HANDS_OFF = "hands_off"
    SWEPT = "swept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """One condition. Without `text` it is called as its signal is; `remedy` is what fulfills it,
    where the name and the band do not tell that.

    Two rows may have one id when they state the same condition for different needs.
    """

    id: str
    hazard: str
    source: Signal | Fact
    low: float = -INF
    high: float = INF
    needs: Need
    text: str = ""
    remedy: str = ""


_READY: Final = Need.START | Need.GO_ON
_ENERGY: Final = _READY | Need.SWEEP | Need.BLADE
_TURN: Final = _READY | Need.TURN
_OPEN: Final = Need.RELEASE | Need.UNLOCK
_BY_HAND: Final = Need.MANUAL | Need.SWEEP


def permits(lim: Limits) -> tuple[Permit, ...]:
    """All permissive rows, with `lim` written into them, in the order in which they are told."""
    return (*_order(), *_machine(lim), *_gas(lim), *_heat(lim), *_seen())


def _true(source: Signal, hazard: str, text: str, needs: Need) -> Permit:
    return Permit(
        id=source.name, hazard=hazard, source=source, low=1.0, high=1.0, needs=needs, text=text
    )


def _known(source: Signal, needs: Need) -> Permit:
    return Permit(id=f"{source.name}_KNOWN", hazard="H10", source=source, needs=needs)


def _at_most(source: Signal, hazard: str, high: float, needs: Need) -> Permit:
    return Permit(id=f"{source.name}_MAX", hazard=hazard, source=source, high=high, needs=needs)


def _at_least(source: Signal, hazard: str, low: float, needs: Need) -> Permit:
    return Permit(id=f"{source.name}_MIN", hazard=hazard, source=source, low=low, needs=needs)


def _fact(fact: Fact, hazard: str, needs: Need, text: str) -> Permit:
    return Permit(id=fact.name, hazard=hazard, source=fact, needs=needs, text=text)


def _no_drive_fault(needs: Need, remedy: str) -> Permit:
    """Drives latch one by themselves whenever no controller asked for longer than their watchdog's
    time: at every restart of the controller.
    """
    return Permit(
        id="DRIVE_FAULT",
        hazard="H2",
        source=Signal.DRIVE_FAULT_CODE,
        low=0.0,
        high=0.0,
        needs=needs,
        remedy=remedy,
    )


def _order() -> tuple[Permit, ...]:
    return (
        _fact(Fact.RECIPE, "H11", Need.START, "Recipe loaded"),
        _fact(Fact.CHARGE, "H11", Need.START, "Charge confirmed"),
        _fact(Fact.CHARGE_MASS, "H11", Need.START, "Charged mass"),
        _fact(Fact.CHARGE_WT, "H11", Need.START, "Charged electrolyte"),
        _fact(Fact.CHARGE_CLEAN, "H11", Need.START, "Previous batch emptied and cleaned"),
        _fact(Fact.RECORD, "H13", _READY | Need.MANUAL, "Record is written"),
        _fact(Fact.RECORD_ROOM, "H13", Need.START, "Room for the record of the whole recipe"),
        _fact(Fact.WATCHDOGS, "H9", _ENERGY | _BY_HAND, "Watchdogs of the output devices armed"),
        _fact(Fact.RIGHT_DEVICES, "H10", _ENERGY | _BY_HAND, "Devices are those of the plant file"),
        _fact(
            Fact.SOLE_MASTER,
            "H12",
            _ENERGY | _BY_HAND | Need.RELEASE,
            "Outputs as written here",
        ),
        _fact(Fact.DEVICES_ANSWER, "H10", _READY, "Every device answers"),
    )


def _machine(lim: Limits) -> tuple[Permit, ...]:
    return (
        _true(Signal.LID_CLOSED, "H1", "Lid closed", _TURN | Need.SWEEP),
        _true(Signal.LID_LOCKED, "H1", "Lid locked", _TURN),
        _true(
            Signal.ESTOP_HEALTHY,
            "H1",
            "Emergency stop circuit healthy",
            _TURN | Need.RESET | _BY_HAND,
        ),
        _true(Signal.MAINS_HEALTHY, "H2", "Mains healthy", _READY),
        _fact(
            Fact.STANDSTILL,
            "H1",
            _READY | Need.MANUAL,
            "Standstill (hard-wired input and stopped drive)",
        ),
        Permit(
            id="STANDSTILL",
            hazard="H1",
            source=Fact.APPROACHABLE,
            needs=_OPEN | Need.RESET | Need.LEAVE,
            text="Standstill (hard-wired input and stopped drive)",
        ),
        _no_drive_fault(
            Need.START,
            "once standstill is proven, Stop, then Reset clears it and unloads a recipe; or clear"
            " it at the drive",
        ),
        _no_drive_fault(Need.GO_ON, "clear it at the drive: Reset here takes a Stop first"),
        Permit(
            id="DRIVE_STOPPED",
            hazard="H2",
            source=Signal.DRIVE_STATE,
            high=float(DriveState.STANDBY),
            needs=_READY,
            text="Drive stopped",
        ),
        _at_most(Signal.MOTOR_C, "H8", lim.motor_warn_c, _READY),
    )


def _gas(lim: Limits) -> tuple[Permit, ...]:
    return (
        _at_most(Signal.VESSEL_PRESSURE_MBAR_G, "H5", lim.cover_high_mbar_g, _READY | _BY_HAND),
        Permit(
            id="VESSEL_PRESSURE_MBAR_G_MAX",
            hazard="H5",
            source=Signal.VESSEL_PRESSURE_MBAR_G,
            high=lim.open_max_mbar_g,
            needs=Need.UNLOCK,
        ),
        _known(Signal.AMBIENT_PRESSURE_MBAR_ABS, _READY),
        _at_least(
            Signal.ARGON_SUPPLY_BAR_G, "H3", lim.argon_supply_hold_bar_g, _READY | Need.SWEEP
        ),
        Permit(
            id="SUPPLY_VALVE_SHUT",
            hazard="H5",
            source=Signal.SUPPLY_VALVE_OPEN,
            low=0.0,
            high=0.0,
            needs=Need.START,
        ),
        _true(Signal.EXHAUST_VALVE_OPEN, "H5", "Exhaust valve open", Need.START),
        _known(Signal.ARGON_FLOW_SLPM, _READY | Need.SWEEP),
        _at_least(Signal.SAMPLE_FLOW_SLPM, "H10", lim.sample_flow_warn_slpm, _READY | _OPEN),
        _at_least(Signal.ROOM_O2_PERCENT, "H6", lim.room_o2_start_percent, _READY | _BY_HAND),
        _at_most(Signal.ROOM_H2S_PPM, "H3", lim.room_h2s_warn_ppm, _READY | _BY_HAND),
        _known(Signal.O2_PPM, Need.START),
        _known(Signal.H2O_PPM, Need.START),
        _known(Signal.H2S_PPM, Need.START),
        _at_most(Signal.O2_PPM, "H3", lim.o2_start_ppm, Need.EDGE),
        _at_most(Signal.H2O_PPM, "H3", lim.h2o_start_ppm, Need.EDGE),
        _at_most(Signal.H2S_PPM, "H3", lim.h2s_open_ppm, Need.EDGE | _OPEN),
        _fact(Fact.ATMOSPHERE_DWELL, "H3", Need.EDGE, "O2, H2O and H2S within start limits"),
        _fact(Fact.ARGON, "H3", Need.START, "Argon for the whole recipe"),
    )


def _heat(lim: Limits) -> tuple[Permit, ...]:
    return (
        _at_least(Signal.COOLING_FLOW_LPM, "H8", lim.cooling_flow_hold_lpm, _READY),
        _at_most(Signal.POWDER_PROBE_C, "H8", lim.powder_open_c, Need.START | _OPEN),
        Permit(
            id="POWDER_PROBE_C_MAX",
            hazard="H8",
            source=Signal.POWDER_PROBE_C,
            high=lim.powder_warn_c,
            needs=Need.GO_ON,
        ),
        _at_most(Signal.JAR_C, "H8", lim.powder_open_c, Need.START),
    )


def _seen() -> tuple[Permit, ...]:
    return (
        _fact(Fact.NO_BYPASS, "H16", Need.START, "No interlock bypassed"),
        _fact(Fact.HANDS_OFF, "H2", _OPEN | Need.LEAVE, "Nothing moved by hand"),
        _fact(Fact.SWEPT, "H3", Need.BLADE, "Atmosphere proven by a purge by hand"),
        _fact(Fact.STEADY, "H10", Need.START, "Sensors, contacts and devices steady"),
        Permit(
            id="STEADY",
            hazard="H10",
            source=Fact.STEADY_TO_OPEN,
            needs=_OPEN,
            text="Sensors that the unlocking relies on steady",
        ),
        Permit(
            id="CLEARED",
            hazard="H16",
            source=Fact.HOLDS_CLEARED,
            needs=Need.GO_ON | Need.SWEEP,
            text="Causes of holds and trips cleared",
        ),
        Permit(
            id="CLEARED",
            hazard="H16",
            source=Fact.TRIPS_CLEARED,
            needs=Need.RESET,
            text="Causes of trips cleared",
        ),
        _fact(
            Fact.ACKNOWLEDGED,
            "H14",
            _READY | Need.RESET,
            "Alarms of holds and trips acknowledged",
        ),
    )
