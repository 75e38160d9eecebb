"""Valves, pumps and the guard lock that do not do what they are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.faults.effects import does, holds
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


def _fault(
    name: str, catalogue: str, hazard: str, text: str, held: tuple[str, str, Any], expected: Table
) -> Fault:
    part, attribute, value = held
    return Fault(
        name=name,
        catalogue=catalogue,
        hazard=hazard,
        text=text,
        begin=holds(part, attribute, lambda _: value),
        expected=expected,
    )


def actuator_faults() -> Iterator[Fault]:
    """Every fault of an actuator."""
    yield from _argon_valves()
    yield from _gas_ways_out()
    yield from _cooling()
    yield from _lock()


def _argon_valves() -> Iterator[Fault]:
    yield _fault(
        "supply_stuck_open",
        "A1",
        "H5 H6",
        "The argon supply valve is open, whatever it is told.",
        ("supply_valve", "stuck_at", 1.0),
        table(start=REFUSE, leak=hold(20.0), purge=REFUSE, prove=hold(2.5), release=warn(5.0)),
    )
    yield _fault(
        "supply_stuck_shut",
        "A2",
        "H3",
        "The argon supply valve is shut, whatever it is told.",
        ("supply_valve", "stuck_at", 0.0),
        table(leak=REFUSE, purge=hold(2.5), prove=REFUSE, turning=hold(2.5), after=warn(2.5)),
    )


def _gas_ways_out() -> Iterator[Fault]:
    yield _fault(
        "exhaust_stuck_shut",
        "A3",
        "H5",
        "The exhaust valve is shut, whatever it is told.",
        ("exhaust_valve", "stuck_at", 0.0),
        table(
            start=REFUSE,
            testing=REFUSE,
            purge=hold(2.5),
            turning=hold(2.5),
            after=warn(2.5),
            release=(warn(5.0), REFUSE),
        ),
    )
    yield _fault(
        "exhaust_stuck_open",
        "A4",
        "H3",
        "The exhaust valve is open, whatever it is told.",
        ("exhaust_valve", "stuck_at", 1.0),
        table(leak=hold(2.5), purge=REFUSE, prove=hold(2.5)),
    )
    yield Fault(
        name="exhaust_blocked",
        catalogue="A3 G3",
        hazard="H5",
        text="The exhaust filter or the scrubber lets VALUE of the flow's way less through.",
        begin=holds("vessel", "exhaust_blocked", lambda share: share),
        expected=table(testing=REFUSE, purge=trip(5.0), turning=trip(10.0), after=trip(10.0)),
        value=Value("of 1", 1.0, 0.0, 1.0),
    )
    yield _fault(
        "relief_blocked",
        "A3",
        "H5",
        "The relief valve does not open. Nothing shows it before it is needed.",
        ("vessel", "relief_blocked", True),
        table(),
    )
    yield _fault(
        "vent_stuck_open",
        "A4",
        "H3",
        "The way around the exhaust's check valve is open: no cover pressure is kept.",
        ("vent_valve", "stuck_at", 1.0),
        table(testing=REFUSE, turning=hold(5.0), after=warn(10.0)),
    )
    yield _fault(
        "vent_stuck_shut",
        "A4",
        "H5",
        "The way around the exhaust's check valve stays shut: the vessel cannot be vented.",
        ("vent_valve", "stuck_at", 0.0),
        table(release=REFUSE),
    )


def _cooling() -> Iterator[Fault]:
    lost = table(start=REFUSE, testing=REFUSE, turning=hold(5.5))
    yield _fault(
        "cooling_valve_stuck_shut",
        "A13 T1",
        "H8",
        "The cooling water valve is shut, whatever it is told.",
        ("cooling_valve", "stuck_at", 0.0),
        lost,
    )
    yield _fault(
        "coolant_pump_off",
        "A13 T1",
        "H8",
        "No cooling water comes.",
        ("", "coolant_pump", False),
        lost,
    )
    yield _fault(
        "sample_pump_off",
        "S6",
        "H10",
        "The sample pump stands: the analyzers look at old gas.",
        ("", "sample_pump", False),
        table(start=REFUSE, testing=REFUSE, turning=hold(2.0), after=warn(10.0), release=REFUSE),
    )


def _lock() -> Iterator[Fault]:
    yield _fault(
        "lock_released",
        "A10 A11",
        "H1",
        "The guard lock does not lock.",
        ("", "lock_stuck", False),
        table(start=REFUSE, testing=hold(1.0), turning=trip(0.4), after=warn(1.0)),
    )
    yield _fault(
        "lock_stuck_locked",
        "A12",
        "H1",
        "The guard lock does not unlock.",
        ("", "lock_stuck", True),
        table(release=warn(20.0)),
    )
    yield Fault(
        name="lid_opened",
        catalogue="G8 A11",
        hazard="H1 H3",
        text="Somebody forces the lid open; it is shut again when the fault ends.",
        begin=does(_force_open, Mill.close_lid),
        expected=table(start=REFUSE, testing=hold(1.0), turning=trip(0.1), after=warn(1.0)),
    )
    yield _fault(
        "lid_bridged",
        "S11",
        "H1",
        "The switches of lid and lock are bridged: both say that all is well.",
        ("", "lid_bridged", True),
        table(),
    )


def _force_open(mill: Mill) -> None:
    mill.lid_locked = False
    mill.open_lid()
