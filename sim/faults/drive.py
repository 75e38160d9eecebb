"""The drive, the rotor and whoever else writes to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from controller.core.signals import Signal
from sim.drive import DriveFault
from sim.faults.effects import does, holds, lies, overwrites
from sim.faults.lies import scales
from sim.faults.model import (
    REFUSE,
    Fault,
    Table,
    Value,
    hold,
    table,
    trip,
    warn,
)
from sim.mill import Mill

PER_MIN: Final = 60.0
PULSE_S: Final = 40.0  # the end of a pulse has come by then, and a little
CYCLE_S: Final = 100.0


def drive_faults() -> Iterator[Fault]:
    """Every fault of drive and rotor."""
    yield from _drive_itself()
    yield from _second_master()


def _drive_trip(code: DriveFault, name: str, text: str) -> Fault:
    return Fault(
        name=name,
        catalogue="A5",
        hazard="H2",
        text=text,
        begin=does(lambda mill: mill.drive.trip(code)),
        expected=table(start=REFUSE, testing=REFUSE, driven=trip(0.2), rest=hold(2.0)),
    )


def _drive_itself() -> Iterator[Fault]:
    yield _drive_trip(
        DriveFault.OVERLOAD, "drive_trips_overload", "The drive trips on overload and coasts."
    )
    yield _drive_trip(
        DriveFault.EXTERNAL, "drive_trips_external", "The drive trips on its external fault input."
    )
    yield Fault(
        name="blade_jammed",
        catalogue="A6",
        hazard="H8",
        text="Something jams the blade with VALUE.",
        begin=holds("drive", "jam_nm", lambda torque_nm: torque_nm),
        expected=table(driven=trip(1.0), rest=trip(CYCLE_S)),
        value=Value("N m", 5.0, 0.0, 1000.0),
    )
    yield Fault(
        name="drive_runs_away",
        catalogue="A7",
        hazard="H7",
        text="The drive turns the blade faster than it is told, by VALUE.",
        begin=holds("drive", "runaway_rps", lambda rpm: rpm / PER_MIN),
        expected=table(driven=trip(1.0), rest=trip(CYCLE_S)),
        value=Value("rpm", 1200.0, 0.0, 20_000.0),
    )
    yield Fault(
        name="drive_ignores_stop",
        catalogue="A8",
        hazard="H1 H2",
        text="The contactor is welded and the drive holds its speed, whatever it is told.",
        begin=holds("drive", "ignore_stop", lambda _: True),
        expected=table(spin_up=hold(5.0), mill=warn(PULSE_S)),
    )
    yield Fault(
        name="belt_slips",
        catalogue="A9",
        hazard="H8",
        text="The blade turns at VALUE of the speed that it should have.",
        begin=lies(Signal.ROTOR_RPM, scales),
        expected=table(spin_up=hold(10.0), mill=hold(3.2), rest=hold(CYCLE_S)),
        value=Value("of 1", 0.8, 0.0, 1.0),
    )
    yield Fault(
        name="overspeed_guard_tripped",
        catalogue="A7",
        hazard="H7",
        text="The hard-wired overspeed guard has opened the run permit.",
        begin=does(_trip_guard, Mill.reset_safety_relay),
        expected=table(driven=trip(1.0), rest=warn(2.0)),
    )


def _trip_guard(mill: Mill) -> None:
    mill.overspeed_tripped = True


def _second_master() -> Iterator[Fault]:
    def overwritten(
        name: str, text: str, expected: Table, value: Value, made: Any, hazard: str = "H12"
    ) -> Fault:
        return Fault(
            name=name,
            catalogue="A14",
            hazard=hazard,
            text=text,
            begin=overwrites(made),
            expected=expected,
            value=value,
        )

    rpm = Value("rpm", 4500.0, 0.0, 12_000.0)
    yield overwritten(
        "second_master_speed",
        "Somebody else writes VALUE to the drive as its speed after each of our writes.",
        table(batch=trip(1.0), after=trip(1.0)),
        rpm,
        lambda value: {"rotor_rpm": value},
    )
    yield overwritten(
        "second_master_run",
        "Somebody else closes the run contactor and starts the drive at VALUE.",
        table(start=REFUSE, batch=trip(1.0), after=trip(1.0), release=REFUSE),
        rpm,
        lambda value: {"rotor_rpm": value, "run": True, "run_permit": True},
        "H2 H12",
    )
    yield overwritten(
        "second_master_argon",
        "Somebody else writes VALUE to the argon flow controller after each of our writes.",
        table(batch=trip(1.0), after=trip(1.0)),
        Value("slpm", 8.0, 0.0, 100.0),
        lambda value: {"argon_flow_slpm": value},
    )
    yield Fault(
        name="second_master_valves",
        catalogue="A14",
        hazard="H5 H12",
        text="Somebody else shuts the exhaust and opens the argon supply after each of our writes.",
        begin=overwrites(lambda _: {"exhaust_shut": True, "supply_open": True}),
        expected=table(
            start=REFUSE,
            testing=trip(20.0),  # what it writes may be what is wanted at first
            turning=trip(1.0),
            after=trip(1.0),
            release=(warn(5.0), REFUSE),
        ),
    )
    yield Fault(
        name="second_master_unlocks",
        catalogue="A14",
        hazard="H1 H12",
        text="Somebody else powers the coil of the guard lock after each of our writes.",
        begin=overwrites(lambda _: {"lid_unlock": True}),
        expected=table(start=REFUSE, batch=trip(1.0), after=trip(1.0)),
    )
