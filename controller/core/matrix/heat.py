"""Rows about temperatures and cooling."""

from __future__ import annotations

from controller.core.limits import Limits
from controller.core.matrix.row import (
    BY_MAINTENANCE,
    HOLD,
    INF,
    Arm,
    Derived,
    Priority,
    Reaction,
    Row,
)
from controller.core.signals import Signal


def heat_rows(lim: Limits) -> tuple[Row, ...]:
    def warn(row_id: str, source: Signal, what: str) -> Row:
        return Row(
            id=row_id,
            hazard="H8",
            source=source,
            high=lim.powder_warn_c,
            confirm_s=1.0,
            unknown_confirm_s=5.0,
            armed=Arm.BATCH,
            reaction=Reaction.WARN,
            on_unknown=Reaction.WARN,
            priority=Priority.P2,
            deadband=1.0,
            text=f"{what} warm",
            cause="Too much blade time, too little cooling.",
            consequence="A trip when it gets hotter.",
            action="Check cooling; lengthen the rests of the recipe.",
        )

    def trip(row_id: str, source: Signal, what: str) -> Row:
        return Row(
            id=row_id,
            hazard="H8",
            source=source,
            high=lim.powder_trip_c,
            confirm_s=1.0,
            unknown_confirm_s=0.5,
            armed=Arm.INERT | Arm.TURNING,
            reaction=Reaction.TRIP,
            on_unknown=Reaction.HOLD,
            priority=Priority.P1,
            deadband=2.0,
            text=f"{what} too hot or UNKNOWN",
            cause="Cooling lost, too much blade time, or the sensor failed.",
            consequence="Reaction at the interface, sintering, gas.",
            action="Let it cool under argon. Check cooling and sensor.",
        )

    return (
        warn("POWDER_WARM", Signal.POWDER_PROBE_C, "Powder"),
        trip("POWDER_HOT", Signal.POWDER_PROBE_C, "Powder"),
        warn("JAR_WARM", Signal.JAR_C, "Jar"),
        trip("JAR_HOT", Signal.JAR_C, "Jar"),
        Row(
            id="PROBE_BELOW_JAR",
            hazard="H8",
            source=Derived.POWDER_BELOW_JAR_K,
            high=lim.probe_below_jar_k,
            confirm_s=5.0,
            unknown_confirm_s=INF,
            armed=Arm.MILL,
            **HOLD,
            deadband=1.0,
            text="Powder probe far below the jar while the powder is milled",
            cause="Swapped wires at the probe, the probe out of its well, or the jar's sensor.",
            consequence="The powder may be hotter than it reads.",
            action="Compare both temperatures with a third; mend the sensor, then restart.",
        ),
        Row(
            id="COOLING_LOST",
            hazard="H8",
            source=Signal.COOLING_FLOW_LPM,
            low=lim.cooling_flow_hold_lpm,
            confirm_s=5.0,
            unknown_confirm_s=5.0,
            armed=Arm.TURNING,
            reaction=Reaction.HOLD,
            on_unknown=Reaction.HOLD,
            priority=Priority.P2,
            deadband=0.1,
            bypass=BY_MAINTENANCE,
            text="Cooling flow lost",
            cause="Chiller, pump or valve.",
            consequence="The powder heats up.",
            action="Restore cooling, then restart.",
        ),
    )
