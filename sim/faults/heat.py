"""Heat that comes from nowhere, and probes that tell it wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from controller.core.signals import Signal
from sim.faults.effects import goes_on, holds, lies
from sim.faults.inject import Injector
from sim.faults.lies import mirrored, states
from sim.faults.model import NOTHING, Fault, Undo, Value, hold, table, trip
from sim.mill import Mill


def heat_faults() -> Iterator[Fault]:
    """Every fault of heat."""
    yield Fault(
        name="exotherm",
        catalogue="T4",
        hazard="H8",
        text="The powder reacts and gives off VALUE.",
        begin=holds("heat", "extra_w", lambda watt: watt),
        expected=table(turning=trip(25.0)),
        value=Value("W", 400.0, 0.0, 10_000.0),
    )
    yield Fault(
        name="motor_overheats",
        catalogue="T3",
        hazard="H8",
        text="The motor's winding warms up by VALUE, whatever its load.",
        begin=goes_on(_warm_motor),
        expected=table(driven=trip(30.0), rest=hold(60.0)),
        value=Value("K/s", 5.0, 0.0, 100.0),
    )
    yield Fault(
        name="powder_probe_reversed",
        catalogue="T2",
        hazard="H8",
        text="The wires of the powder probe are swapped: it falls as the powder warms.",
        begin=_swap_wires,
        # Seen when the powder has become some kelvin warmer than the room, which takes its time.
        expected=table(turning=hold(600.0)),
    )
    yield Fault(
        name="powder_probe_pulled",
        catalogue="T2",
        hazard="H8",
        text="The powder probe has come out of its well: it reads VALUE.",
        begin=lies(Signal.POWDER_PROBE_C, partial(states)),
        expected=NOTHING,
        value=Value("°C", 22.0, -20.0, 150.0),
    )


def _swap_wires(site: Injector, value: float) -> Undo:
    del value
    return site.lie(Signal.POWDER_PROBE_C, mirrored(site.mill.parameters.room.ambient_c))


def _warm_motor(mill: Mill, k_per_s: float, dt_s: float) -> None:
    mill.drive.motor_c += k_per_s * dt_s
