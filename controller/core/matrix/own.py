"""Rows about the controller itself: its record, its start, its hold on the output devices."""

from __future__ import annotations

from controller.core.limits import Limits
from controller.core.matrix.row import (
    HOLD,
    IS_ZERO,
    Arm,
    Derived,
    Own,
    Priority,
    Reaction,
    Row,
)


def own_rows(lim: Limits) -> tuple[Row, ...]:
    return (
        Row(
            id="RECORD_LOST",
            hazard="H13",
            source=Own.RECORD_LOST_S,
            high=lim.record_warn_s,
            armed=Arm.ALWAYS,
            reaction=Reaction.WARN,
            on_unknown=Reaction.WARN,
            priority=Priority.P2,
            text="The record cannot be written",
            cause="Disk full, file system read-only or failed, or the record's file is damaged.",
            consequence="No batch can be started; a batch under way is held after 10 s.",
            action="Free or mend the disk; the controller goes on by itself when it can write.",
        ),
        Row(
            id="RECORD_LOST_HOLD",
            hazard="H13",
            source=Own.RECORD_LOST_S,
            high=lim.record_hold_s,
            armed=Arm.BATCH,
            **HOLD,
            text="Held: the record is lost",
            cause="Nothing could be committed for longer than a batch may go on unrecorded.",
            consequence="The batch is held under argon until its record is written again.",
            action="Free or mend the disk, then restart.",
        ),
        Row(
            id="RECORD_DAMAGED",
            hazard="H13",
            source=Own.RECORD_DAMAGED,
            **IS_ZERO,
            armed=Arm.ALWAYS,
            **HOLD,
            text="The record was damaged",
            cause="The disk has lost or changed what was written, or somebody has edited the file.",
            consequence="A new record was begun; the damaged one was set aside as it is.",
            action="Keep the file that was set aside. Check the disk; see the last backup.",
        ),
        Row(
            id="CONTROLLER_RESTART",
            hazard="H2",
            source=Own.RESTARTED,
            **IS_ZERO,
            armed=Arm.ALWAYS,
            reaction=Reaction.WARN,
            on_unknown=Reaction.WARN,
            priority=Priority.P2,
            text="The controller was started anew",
            cause="It, or the machine that it runs on, ended without being told to.",
            consequence="A batch that was under way has ended; nothing turns by itself.",
            action="Look at the vessel before anything else. See the record for what was going on.",
        ),
        Row(
            id="BYPASS_ACTIVE",
            hazard="H16",
            source=Derived.BYPASSES,
            **IS_ZERO,
            armed=Arm.ALWAYS,
            reaction=Reaction.WARN,
            on_unknown=Reaction.WARN,
            priority=Priority.P3,
            text="An interlock is bypassed",
            cause="A person has taken a row out of action, with a reason and an end.",
            consequence="The row only warns until then; its danger is watched by people.",
            action="Watch what it watched. Mend the cause and end the bypass.",
        ),
    )
