"""The list of faults as people and programs read it, and as the page of the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sim.faults.catalogue import CATALOGUE, FAMILIES
from sim.faults.model import (
    AFTER,
    BATCH,
    DRIVEN,
    TESTING,
    TURNING,
    Fault,
    Reaction,
    Situation,
    Table,
)

_GROUPS: Final = (
    ("always", frozenset(Situation)),
    ("in a batch", frozenset(BATCH)),
    ("in the tests", frozenset(TESTING)),
    ("milling", frozenset(TURNING)),
    ("driven", frozenset(DRIVEN)),
    ("afterwards", frozenset(AFTER)),
    *((situation.value, frozenset((situation,))) for situation in Situation),
)

_HEAD: Final = """\
# Faults

What can go wrong at the simulated mill, by name. This page is made from the faults themselves.

    blademill dry-run training --fault o2_stuck@300
    blademill dry-run training --fault leak@380-400:0.5 --fault mains_lost@420
    blademill fault-matrix training --jobs 2

A fault is written `NAME[@ON[-OFF]][:VALUE]`, with ON and OFF in seconds of plant time. Without
ON it is there from the beginning, without OFF it stays, and without VALUE the default is used.

The column "must lead to" holds the least severe reaction that will do, and the longest time from
the fault's beginning; values that stop coming get the age that the plant file permits on top.
*Refuse* is that nothing is given that waits for the failed thing: no start, no blade, no
unlocking. Where nothing is named, software cannot see the fault (one transmitter that is a
little wrong, a bridged switch), or it matters at another time; that is what calibration, proof
tests and the hard-wired layer are for. `blademill fault-matrix` tries every fault in every phase
and tells which of these expectations are met.

The letters of "kind" are: S sensor, A actuator, G gas, T heat, C communication, P the
controller's process, D its storage, U mains and people. The hazards are: H1 contact with the blade,
H2 unexpected start, H3 hydrogen sulfide, H4 ignition, H5 over-pressure, H6 asphyxiation, H7
overspeed, H8 overheating, H9 loss of control, H10 acting on wrong data, H12 unauthorized control,
H13 a record that is lost, H15 a trip that takes cover gas or cooling away.
"""


def expected_text(expected: Table) -> str:
    """What is expected where, like situations together; empty when nothing is anywhere."""
    texts = {
        situation: " and ".join(str(one) for one in expectations)
        for situation, expectations in expected.rows
        if any(one.reaction or one.most < Reaction.TRIP for one in expectations)
    }
    order = list(Situation)
    found = sorted(_together(texts), key=lambda entry: order.index(entry[0]))
    return "; ".join(f"{where}: {what}" for _, where, what in found)


def _together(texts: dict[Situation, str]) -> Iterator[tuple[Situation, str, str]]:
    """(the first of them, the name of the group, what is expected), each situation once."""
    left = dict(texts)
    for name, group in _GROUPS:
        found = {left.get(situation) for situation in group}
        what = found.pop()
        if what is not None and not found:
            yield next(s for s in Situation if s in group), name, what
            for situation in group:
                del left[situation]


def value_text(fault: Fault) -> str:
    """Unit, default and range of the value; empty for a fault that takes none."""
    value = fault.value
    return f"{value.default:g} {value.unit} ({value.low:g} to {value.high:g})" if value else ""


def faults_json() -> dict[str, Any]:
    """The contract of `faults --json`."""
    return {
        "count": len(CATALOGUE),
        "faults": [_entry(family, fault) for family, of in FAMILIES.items() for fault in of],
    }


def _entry(family: str, fault: Fault) -> dict[str, Any]:
    value = fault.value
    return {
        "name": fault.name,
        "family": family,
        "catalogue": fault.catalogue,
        "hazard": fault.hazard,
        "text": fault.text,
        "value": None
        if value is None
        else {
            "unit": value.unit,
            "default": value.default,
            "low": value.low,
            "high": value.high,
        },
        "expected": {
            situation.value: [str(one) for one in expected]
            for situation, expected in fault.expected.rows
        },
    }


def faults_text() -> str:
    """The list for the terminal."""
    wide = max(len(name) for name in CATALOGUE)
    lines = []
    for family, faults in FAMILIES.items():
        lines += ["", f"{family}:"]
        for fault in faults:
            value = f"  [{value_text(fault)}]" if fault.value else ""
            lines.append(f"  {fault.name:{wide}}  {fault.text}{value}")
    lines += ["", f"{len(CATALOGUE)} faults. NAME[@ON[-OFF]][:VALUE], in seconds of plant time."]
    return "\n".join(lines[1:])


def faults_page() -> str:
    """The page `docs/faults.md`."""
    parts = [_HEAD]
    for family, faults in FAMILIES.items():
        parts.append(f"\n## {family}\n\n| name | kind | hazard | what goes wrong | VALUE |"
                     " must lead to |\n|---|---|---|---|---|---|\n")  # fmt: skip
        for fault in faults:
            cells = (
                f"`{fault.name}`",
                fault.catalogue,
                fault.hazard,
                fault.text,
                value_text(fault),
                expected_text(fault.expected),
            )
            parts.append(f"| {' | '.join(cells)} |\n")
    return "".join(parts)
