"""Rows that advise: something is not as it was in the dry runs. They never act."""

from __future__ import annotations

from controller.core.limits import Limits
from controller.core.matrix.row import INF, Arm, Derived, Priority, Reaction, Row


def advice_rows(lim: Limits) -> tuple[Row, ...]:
    return (
        Row(
            id="OUTSIDE_DRY_RUNS",
            hazard="H10",
            source=Derived.BAND_DEVIATION,
            high=0.0,
            confirm_s=lim.band_confirm_s,
            unknown_confirm_s=INF,
            confirm_scans=50,  # a simulation that runs fast follows its commands late
            armed=Arm.RUN,
            reaction=Reaction.WARN,
            on_unknown=Reaction.WARN,
            priority=Priority.P3,
            deadband=lim.band_deadband,
            text="Not as in the dry runs of this batch",
            cause="Leak, worn seal, other powder, drifting sensor; or the simulator is wrong.",
            consequence="None by itself: the limits of the other rows are what protects.",
            action="Compare the trend with its band; look for the cause before a limit is reached.",
        ),
    )
