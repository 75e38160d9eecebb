"""Rows about phases that do not end as they should."""

from __future__ import annotations

from controller.core.limits import Limits
from controller.core.matrix.row import HOLD, IS_ZERO, Arm, Derived, Priority, Reaction, Row


def procedure_rows(lim: Limits) -> tuple[Row, ...]:
    def verdict(row_id: str, source: Derived, text: str, cause: str, action: str) -> Row:
        return Row(
            id=row_id,
            hazard="H3",
            source=source,
            **IS_ZERO,
            armed=Arm.RUN,
            reaction=Reaction.HOLD,
            on_unknown=Reaction.HOLD,
            priority=Priority.P2,
            text=text,
            cause=cause,
            consequence="The batch is held under argon; restart repeats the phase.",
            action=action,
        )

    return (
        verdict(
            "PHASE_TIME_LIMIT",
            Derived.TIME_LIMIT,
            "Phase did not reach its end in time",
            "Leak, low flow, impure argon, too little cooling, or limits that cannot be reached.",
            "Compare the trend with the dry run of this recipe.",
        ),
        verdict(
            "LEAK_FOUND",
            Derived.LEAKS,
            "Leak test failed",
            "Seal, lid, dock valve or sample line leaks.",
            "Check seals and fittings, then restart.",
        ),
        verdict(
            "LEAK_INCONCLUSIVE",
            Derived.LEAK_INCONCLUSIVE,
            "Leak test inconclusive",
            "The uncertainty of the test is larger than its limit.",
            "Wait for a steady temperature or lengthen the hold.",
        ),
        verdict(
            "O2_SLOPE",
            Derived.SLOPE,
            "O2 rises too fast with the sweep shut",
            "Small leak of air, or desorption.",
            "Check seals; restart repeats the proof.",
        ),
        Row(
            id="HOLDING_OVERDUE",
            hazard="H1",
            source=Derived.HOLDING_OVERDUE_S,
            **IS_ZERO,
            armed=Arm.HOLDING,
            reaction=Reaction.TRIP,
            on_unknown=Reaction.TRIP,
            priority=Priority.P1,
            text="Still driven after the run-down time",
            cause="The drive does not follow its set point to zero.",
            consequence="Drive output is taken off at once.",
            action="Check the drive before the reset.",
        ),
        Row(
            id="HELD_EXPIRED",
            hazard="H3",
            source=Derived.HELD_S,
            high=lim.held_limit_s,
            armed=Arm.HELD,
            reaction=Reaction.STOP,
            on_unknown=Reaction.STOP,
            priority=Priority.P2,
            text="Held for too long",
            cause="Nobody restarted or stopped the batch.",
            consequence="The batch is stopped; the powder stays under argon.",
            action="Decide what becomes of the charge.",
        ),
        Row(
            id="PAUSED_EXPIRED",
            hazard="H3",
            source=Derived.PAUSED_S,
            high=lim.paused_limit_s,
            armed=Arm.PAUSED,
            **HOLD,
            text="Paused for too long",
            cause="Nobody resumed the batch.",
            consequence="The batch is held; it is stopped when nobody restarts it then.",
            action="Restart or stop the batch.",
        ),
        Row(
            id="START_OVERDUE",
            hazard="H2",
            source=Derived.STARTING_S,
            high=30.0,
            armed=Arm.STARTING,
            reaction=Reaction.STOP,
            on_unknown=Reaction.STOP,
            priority=Priority.P2,
            text="Equipment did not get ready in time",
            cause="Lock, drive or flow controller is not ready.",
            consequence="The batch is stopped before the blade turns.",
            action="See the permissives; reset and start again.",
        ),
    )
