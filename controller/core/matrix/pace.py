"""Rows about how the controller keeps its time: nobody watches a mill whose scan stands still."""

from __future__ import annotations

from controller.core.limits import Limits
from controller.core.matrix.row import TRIP, Arm, Own, Priority, Reaction, Row


def pace_rows(lim: Limits) -> tuple[Row, ...]:
    return (
        Row(
            id="SCAN_GAP",
            hazard="H9",
            source=Own.SCAN_GAP_S,
            high=lim.scan_gap_s,
            armed=Arm.ALWAYS,
            reaction=Reaction.WARN,
            on_unknown=Reaction.WARN,
            priority=Priority.P2,
            text="The controller stood still",
            cause="The computer was suspended, stopped the process, or had no time for it.",
            consequence="Nobody watched meanwhile; the plant's own watchdogs may have tripped it.",
            action="Find what held the computer up: suspend, updates, other programs, memory.",
        ),
        Row(
            id="SCAN_GAP_TRIP",
            hazard="H9",
            source=Own.SCAN_GAP_S,
            high=lim.scan_gap_s,
            armed=Arm.BATCH,
            **TRIP,
            text="Tripped: the controller stood still in a batch",
            cause="No scan for longer than a batch may go on unwatched.",
            consequence="The batch is over: what happened meanwhile is not known.",
            action="Look at the vessel, then find what held the computer up, before another batch.",
        ),
    )
