"""Gas that is not what or where it should be: leaks, argon, hydrogen sulfide, moisture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sim.faults.effects import does, goes_on, holds
from sim.faults.model import (
    NONE,
    NOTHING,
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
from sim.parameters import WATER_KG_MOL

PPM: Final = 1e-6

_SLOPE_S: Final = 60.0
_FOUND_BEFORE: Final = table(testing=REFUSE)
_FOUND_ALWAYS: Final = table(testing=REFUSE, turning=hold(_SLOPE_S), after=warn(_SLOPE_S))
_ARGON_LOST: Final = table(
    start=REFUSE, testing=hold(2.5), leak=REFUSE, prove=REFUSE, turning=hold(2.5), after=warn(10.0)
)


def gas_faults() -> Iterator[Fault]:
    """Every fault of the gas in the vessel and of the argon."""
    yield from _leaks()
    yield from _argon()
    yield from _poisons()


def _leaks() -> Iterator[Fault]:
    def leak(name: str, text: str, value: Value, expected: Table) -> Fault:
        return Fault(
            name=name,
            catalogue="G1",
            hazard="H3",
            text=text,
            begin=holds("vessel", "leak_mbar_l_s", lambda rate: rate),
            expected=expected,
            value=value,
        )

    unit = "mbar L/s"
    yield leak(
        "leak_tiny",
        "A leak of VALUE that no test has to find.",
        Value(unit, 1e-4, 1e-6, 5e-4),
        NOTHING,
    )
    yield leak(
        "leak_small",
        "A leak of VALUE that the tests before milling have to find.",
        Value(unit, 3e-3, 2e-3, 1e-2),
        _FOUND_BEFORE,
    )
    yield leak(
        "leak",
        "A leak of VALUE.",
        Value(unit, 0.3, 1e-2, 1.0),
        _FOUND_ALWAYS,
    )
    yield leak(
        "leak_large",
        "A leak of VALUE: a seal has come out.",
        Value(unit, 3.0, 1.0, 100.0),
        _FOUND_ALWAYS,
    )


def _argon() -> Iterator[Fault]:
    yield Fault(
        name="argon_empty",
        catalogue="G2 A2",
        hazard="H3",
        text="The argon cylinder is empty.",
        begin=holds("supply", "bottle_sl", lambda _: 0.0),
        expected=_ARGON_LOST,
    )
    yield Fault(
        name="argon_low",
        catalogue="G2",
        hazard="H3",
        text="The argon cylinder is down to VALUE.",
        begin=lambda site, bar: site.hold(
            "supply", "bottle_sl", bar * site.mill.parameters.gas.bottle_l
        ),
        expected=table(batch=warn(10.0)),
        value=Value("bar", 10.0, 5.0, 300.0),
    )
    yield Fault(
        name="regulator_low",
        catalogue="G2 A2",
        hazard="H3",
        text="The pressure regulator of the argon gives VALUE.",
        begin=holds("supply", "regulator_mbar", lambda mbar: mbar),
        expected=table(testing=REFUSE, purge=hold(10.0), turning=hold(10.0), after=warn(30.0)),
        value=Value("mbar", 20.0, 0.0, 10_000.0),
    )
    yield Fault(
        name="argon_impure",
        catalogue="G4",
        hazard="H3",
        text="The argon brings VALUE of oxygen.",
        begin=holds("vessel.traces", "argon_o2", lambda ppm: PPM * ppm),
        expected=table(testing=REFUSE, turning=hold(_SLOPE_S), after=warn(_SLOPE_S)),
        value=Value("ppm", 100.0, 0.0, 1e6),
    )
    yield Fault(
        name="argon_wet",
        catalogue="G4",
        hazard="H3",
        text="The argon brings VALUE of water.",
        begin=holds("vessel.traces", "argon_h2o", lambda ppm: PPM * ppm),
        expected=table(testing=REFUSE, turning=hold(_SLOPE_S), after=warn(_SLOPE_S)),
        value=Value("ppm", 300.0, 0.0, 20_000.0),
    )


def _poisons() -> Iterator[Fault]:
    yield Fault(
        name="h2s_forms",
        catalogue="G5",
        hazard="H3",
        text="Hydrogen sulfide forms in the vessel, VALUE in each second.",
        begin=goes_on(_form_h2s),
        expected=table(testing=REFUSE, turning=trip(45.0), after=trip(45.0)),
        value=Value("ppm/s", 50.0, 0.0, 10_000.0),
    )
    yield Fault(
        name="powder_wet",
        catalogue="G5",
        hazard="H3",
        text="The powder holds VALUE by mass of labile water.",
        begin=lambda site, ppm: site.hold("vessel.traces", "water_mol", _water_mol(site.mill, ppm)),
        expected=table(everywhere=NONE),
        value=Value("ppm", 500.0, 0.0, 100_000.0),
    )
    yield Fault(
        name="air_enters",
        catalogue="G8",
        hazard="H3 H4",
        text="Room air fills VALUE of the vessel at once, as when a valve of the jar is opened.",
        begin=lambda site, share: does(lambda mill: _let_air_in(mill, share))(site, share),
        expected=table(testing=NONE, prove=REFUSE, turning=hold(20.0), after=warn(30.0)),
        value=Value("of 1", 0.2, 0.0, 1.0),
    )


def _form_h2s(mill: Mill, ppm_per_s: float, dt_s: float) -> None:
    mill.vessel.traces.h2s += PPM * ppm_per_s * dt_s


def _water_mol(mill: Mill, ppm: float) -> float:
    powder_kg = mill.charge.mass_kg if mill.charge else 0.0
    return PPM * ppm * powder_kg / WATER_KG_MOL


def _let_air_in(mill: Mill, share: float) -> None:
    traces = mill.vessel.traces
    traces.o2 += share * (0.2095 - traces.o2)
    traces.h2o += share * (traces.room_h2o - traces.h2o)
