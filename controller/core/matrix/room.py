"""Rows about the room that people stand in."""

from __future__ import annotations

from controller.core.limits import Limits
from controller.core.matrix.row import INF, Arm, Priority, Reaction, Row
from controller.core.signals import Signal


def room_rows(lim: Limits) -> tuple[Row, ...]:
    def row(
        row_id: str, source: Signal, bounds: tuple[float, float], reaction: Reaction, text: str
    ) -> Row:
        severe = reaction is Reaction.TRIP
        return Row(
            id=row_id,
            hazard="H6" if source is Signal.ROOM_O2_PERCENT else "H3",
            source=source,
            low=bounds[0],
            high=bounds[1],
            confirm_s=1.0,
            unknown_confirm_s=1.0,
            armed=Arm.ACTIVE | Arm.TRIPPED if severe else Arm.ACTIVE,
            reaction=reaction,
            on_unknown=reaction,
            priority=Priority.P1 if severe else Priority.P2,
            deadband=0.1,
            shuts_argon=severe,
            text=text,
            cause="Gas escapes into the room, ventilation is off, or the detector failed.",
            consequence="Danger to people in the room.",
            action="Leave the room. Ventilate. Enter only with a second detector."
            if severe
            else "Check the ventilation and look for the leak.",
        )

    return (
        row(
            "ROOM_O2_LOW",
            Signal.ROOM_O2_PERCENT,
            (lim.room_o2_warn_percent, INF),
            Reaction.WARN,
            "Room O2 low",
        ),
        row(
            "ROOM_O2_DANGER",
            Signal.ROOM_O2_PERCENT,
            (lim.room_o2_trip_percent, INF),
            Reaction.TRIP,
            "Room O2 dangerously low or UNKNOWN: leave the room",
        ),
        row(
            "ROOM_H2S_HIGH",
            Signal.ROOM_H2S_PPM,
            (-INF, lim.room_h2s_warn_ppm),
            Reaction.WARN,
            "Room H2S above warning",
        ),
        row(
            "ROOM_H2S_DANGER",
            Signal.ROOM_H2S_PPM,
            (-INF, lim.room_h2s_trip_ppm),
            Reaction.TRIP,
            "Room H2S dangerous or UNKNOWN: leave the room",
        ),
    )
