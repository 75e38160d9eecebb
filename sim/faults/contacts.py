"""Contacts and the drive's words that fail: open, welded, unreadable, old, or chattering."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from controller.core.signals import NAN, Signal
from sim.faults.effects import ages, lies
from sim.faults.lies import Intermittent, states
from sim.faults.model import (
    NOTHING,
    REFUSE,
    Fault,
    Table,
    Value,
    changed,
    counted,
    hold,
    stop,
    table,
    trip,
    warn,
)
from sim.faults.sensor_kinds import LOOSE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One contact: what it says when made, and what has to come of its reading 0, 1 or nothing."""

    prefix: str
    signal: Signal
    hazard: str
    made: str
    catalogue: str
    unknown: Table
    open: Table
    closed: Table = NOTHING


_LID: Final = table(start=REFUSE, testing=hold(1.0), turning=trip(0.1), after=warn(1.0))
_ESTOP: Final = table(start=REFUSE, batch=trip(0.1))
_PERMIT: Final = table(driven=trip(1.0), rest=warn(2.0))
_MAINS: Final = table(start=REFUSE, batch=stop(1.0))
_VALVE_UNKNOWN: Final = table(start=REFUSE, batch=hold(2.5), after=warn(2.5))
_SUPPLY_READS_SHUT: Final = table(
    testing=REFUSE, purge=hold(2.5), turning=hold(2.5), after=warn(2.5)
)
_SUPPLY_READS_OPEN: Final = table(start=REFUSE, leak=hold(20.0), purge=REFUSE, prove=hold(2.5))
_EXHAUST_READS_SHUT: Final = table(
    start=REFUSE, testing=REFUSE, purge=hold(2.5), turning=hold(2.5), after=warn(2.5)
)
_EXHAUST_READS_OPEN: Final = table(leak=hold(2.5), purge=REFUSE, prove=hold(2.5))

CONTACTS: Final = (
    Contact(
        prefix="lid_closed",
        signal=Signal.LID_CLOSED,
        hazard="H1",
        made="the lid is closed",
        catalogue="S11",
        unknown=_LID,
        open=_LID,
    ),
    Contact(
        prefix="lid_locked",
        signal=Signal.LID_LOCKED,
        hazard="H1",
        made="the lid is locked",
        catalogue="S11",
        unknown=_LID,
        open=_LID,
    ),
    Contact(
        prefix="estop_contact",
        signal=Signal.ESTOP_HEALTHY,
        hazard="H1",
        made="the emergency stop circuit is healthy",
        catalogue="S4",
        unknown=_ESTOP,
        open=_ESTOP,
    ),
    Contact(
        prefix="run_permit_contact",
        signal=Signal.RUN_PERMIT_FEEDBACK,
        hazard="H2",
        made="the run contactor has closed",
        catalogue="A5",
        unknown=_PERMIT,
        open=_PERMIT,
    ),
    Contact(
        prefix="standstill_contact",
        signal=Signal.STANDSTILL,
        hazard="H1",
        made="the blade stands still",
        catalogue="S4",
        unknown=table(start=REFUSE),
        open=table(start=REFUSE, release=REFUSE),
    ),
    Contact(
        prefix="mains_contact",
        signal=Signal.MAINS_HEALTHY,
        hazard="H2",
        made="mains are there",
        catalogue="S4",
        unknown=_MAINS,
        open=_MAINS,
    ),
    Contact(
        prefix="supply_switch",
        signal=Signal.SUPPLY_VALVE_OPEN,
        hazard="H5",
        made="the argon supply valve is open",
        catalogue="A1 A2",
        unknown=_VALVE_UNKNOWN,
        open=_SUPPLY_READS_SHUT,
        closed=_SUPPLY_READS_OPEN,
    ),
    Contact(
        prefix="exhaust_switch",
        signal=Signal.EXHAUST_VALVE_OPEN,
        hazard="H5",
        made="the exhaust valve is open",
        catalogue="A3 A4",
        unknown=_VALVE_UNKNOWN,
        open=_EXHAUST_READS_SHUT,
        closed=_EXHAUST_READS_OPEN,
    ),
)


def contact_faults() -> Iterator[Fault]:
    """Every failure of every contact, and the drive's words that cannot be read."""
    for contact in CONTACTS:
        yield from _failures(contact)
    yield from _drive_words()


def _failures(c: Contact) -> Iterator[Fault]:
    def fault(kind: str, catalogue: str, text: str, value: float, expected: Table) -> Fault:
        return Fault(
            name=f"{c.prefix}_{kind}",
            catalogue=catalogue,
            hazard=c.hazard,
            text=f'The contact that says "{c.made}" {text}',
            begin=lies(c.signal, lambda _: states(value)),
            expected=expected,
        )

    yield fault("open", c.catalogue, "stays open: it reads 0.", 0.0, c.open)
    yield fault("closed", c.catalogue, "is welded or bridged: it reads 1.", 1.0, c.closed)
    yield fault("nan", "S4", "cannot be read.", NAN, c.unknown)
    yield Fault(
        name=f"{c.prefix}_stale",
        catalogue="S6",
        hazard=c.hazard,
        text=f'The contact that says "{c.made}" is no longer read; its last reading grows old.',
        begin=ages(c.signal),
        expected=c.unknown,
        ages=(c.signal,),
    )
    yield Fault(
        name=f"{c.prefix}_chatter",
        catalogue="S12",
        hazard=c.hazard,
        text=f'The contact that says "{c.made}" is loose: it reads 0 in VALUE percent of the'
        " scans.",
        begin=lies(c.signal, lambda percent: Intermittent(percent / 100.0, 0.0)),
        expected=counted(c.open, LOOSE_S),
        value=Value("%", 50.0, 1.0, 100.0),
    )


def _drive_words() -> Iterator[Fault]:
    unknown = table(start=REFUSE, testing=REFUSE, driven=trip(0.3), rest=hold(2.0))
    for prefix, signal, what, expected in (
        ("drive_state", Signal.DRIVE_STATE, "state", unknown),
        ("drive_fault_code", Signal.DRIVE_FAULT_CODE, "fault code", changed(unknown)),
    ):
        yield Fault(
            name=f"{prefix}_nan",
            catalogue="S4",
            hazard="H2",
            text=f"The drive's {what} is a number that does not exist.",
            begin=lies(signal, lambda _: states(NAN)),
            expected=expected,
        )
