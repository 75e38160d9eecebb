"""The room, the mains, and people at the machine."""

from __future__ import annotations

from collections.abc import Iterator

from sim.faults.effects import does, holds
from sim.faults.model import NOTHING, REFUSE, Fault, Value, stop, table, trip
from sim.mill import Mill


def room_faults() -> Iterator[Fault]:
    """Every fault around the mill."""
    yield Fault(
        name="room_h2s_spill",
        catalogue="G6",
        hazard="H3",
        text="Hydrogen sulfide escapes into the room, VALUE.",
        begin=holds("room", "h2s_mol_s", lambda mol_s: mol_s),
        expected=table(start=REFUSE, batch=trip(30.0)),
        value=Value("mol/s", 2e-3, 0.0, 1.0),
    )
    yield Fault(
        name="room_argon_spill",
        catalogue="G6",
        hazard="H6",
        text="Argon escapes into the room, VALUE.",
        begin=holds("room", "argon_l_s", lambda l_s: l_s),
        expected=table(batch=trip(60.0)),
        value=Value("L/s", 200.0, 0.0, 2000.0),
    )
    yield Fault(
        name="ventilation_off",
        catalogue="G6",
        hazard="H6",
        text="The ventilation of the room stands.",
        begin=holds("room", "ventilated", lambda _: False),
        expected=NOTHING,
    )
    yield Fault(
        name="mains_lost",
        catalogue="U1",
        hazard="H2 H15",
        text="The mains fail; controller and I/O go on from their battery.",
        begin=holds("", "mains", lambda _: False),
        expected=table(start=REFUSE, batch=stop(1.0)),
    )
    yield Fault(
        name="estop_pressed",
        catalogue="U2",
        hazard="H1",
        text="Somebody presses the emergency stop; it is turned free when the fault ends.",
        begin=does(Mill.press_estop, Mill.release_estop),
        expected=table(start=REFUSE, batch=trip(0.1)),
    )
    yield Fault(
        name="ambient_pressure_jumps",
        catalogue="G7",
        hazard="H3",
        text="The pressure of the room changes to VALUE, as behind a door of an airlock.",
        begin=holds("", "ambient_mbar", lambda mbar: mbar),
        expected=NOTHING,
        value=Value("mbar", 1040.0, 850.0, 1100.0),
    )
