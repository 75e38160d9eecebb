"""Rows about readings that are good one by one and cannot be trusted together."""

from __future__ import annotations

from controller.core.limits import Limits
from controller.core.matrix.row import HOLD, INF, Arm, Derived, Row
from controller.core.trust import LOOSE, LOSS


def input_rows(lim: Limits) -> tuple[Row, ...]:
    return (
        Row(
            id="LOOSE_INPUT",
            hazard="H10",
            source=Derived.LOOSE_INPUTS,
            high=LOOSE - 0.5,
            deadband=LOSS + 1.0,
            armed=Arm.ACTIVE,
            **HOLD,
            text="A sensor, contact or device comes and goes: maintenance",
            cause="Loose terminal, worn switch, broken cable, a device that restarts.",
            consequence="The batch is held until it has been steady for a while.",
            action="The events say which one it is. Mend it, then restart.",
        ),
        Row(
            id="READING_STANDS_STILL",
            hazard="H10",
            source=Derived.STANDS_STILL_S,
            high=lim.still_reading_limit_s,
            unknown_confirm_s=INF,
            confirm_scans=30,
            armed=Arm.BATCH,
            **HOLD,
            text="A gas or pressure reading has not moved while flow or speed did",
            cause="Frozen transmitter, analyzer in hold, or a gateway that repeats itself.",
            consequence="The atmosphere may not be what it reads; the batch is held.",
            action="The events say which one it is. Mend it, then restart.",
        ),
    )
