"""What people do by hand, as a snapshot shows it: mode, outputs, bypasses, what is missing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from controller.core.commands import CommandName
from controller.core.hand_commands import (
    auto_missing,
    jog_missing,
    maintenance_missing,
    manual_missing,
    sweep_missing,
)
from controller.core.hands import Jog, Mode
from controller.core.signals import Image
from controller.core.state import ScanState


def hands_json(state: ScanState, image: Image) -> dict[str, Any]:
    """The mode with who set it and why; a jog and a purge with the seconds that they have left."""
    hands, now_s = state.hands, state.now_s
    jog, sweep = hands.jog, hands.sweep
    return {
        "mode": hands.mode.value,
        "user": hands.user,
        "reason": hands.reason,
        "for_s": 0.0 if hands.mode is Mode.AUTO else now_s - hands.since_s,
        "rotor_rpm_max": state.equipment.manual_rpm_max,
        "jog": None
        if jog is None
        else {**asdict(jog.asked), "user": jog.user, "left_s": jog.until_s - now_s},
        "purge": None
        if sweep is None
        else {
            "argon_flow_slpm": sweep.flow_slpm,
            "user": sweep.user,
            "left_s": sweep.until_s - now_s,
            "swept_l": sweep.swept_l,
        },
        "jog_missing": jog_missing_json(state, image),
        "blade_proven": hands.mode is Mode.MANUAL and state.watch.credit,
    }


def bypasses_json(state: ScanState) -> list[dict[str, Any]]:
    """Every bypass in force, and every row that may be bypassed: by whom, how long, and if now."""
    found = {bypass.row: bypass for bypass in state.hands.bypasses}
    groups = {bypass.group: bypass.row for bypass in state.hands.bypasses}
    return [
        {
            "row": row.id,
            "text": row.text,
            "group": row.group,
            "role": row.bypass.role.value,
            "max_min": row.bypass.max_min,
            "barred_by": groups.get(row.group, "") if row.id not in found else "",
            "in_force": None
            if row.id not in found
            else {
                "user": found[row.id].user,
                "role": found[row.id].role,
                "reason": found[row.id].reason,
                "left_s": found[row.id].until_s - state.now_s,
            },
        }
        for row in state.matrix.rows
        if row.bypass is not None and row.may_be_bypassed
    ]


def hand_offers(state: ScanState, image: Image) -> dict[CommandName, tuple[str, ...]]:
    """What is missing for each of these commands now; empty: it would be accepted."""
    hands = state.hands
    locked = hands.mode is Mode.MAINTENANCE
    barred = ("the end of MAINTENANCE",) if locked else ()
    gas, blade = jog_missing_json(state, image).values()
    return {
        CommandName.MANUAL: manual_missing(state, image),
        CommandName.AUTO: auto_missing(state, image),
        # Offered when either may be jogged.
        CommandName.JOG: tuple(gas) if gas and blade else (),
        CommandName.PURGE: sweep_missing(state, image),
        CommandName.PURGE_END: () if hands.sweep is not None else ("a purge by hand",),
        CommandName.MAINTENANCE: maintenance_missing(state, image),
        CommandName.MAINTENANCE_END: () if locked else ("the mode MAINTENANCE",),
        CommandName.BYPASS: barred,
        CommandName.BYPASS_END: () if hands.bypasses else ("a bypass in force",),
        CommandName.HANDOVER: (),
        CommandName.COMMENT: (),
    }


def jog_missing_json(state: ScanState, image: Image) -> dict[str, list[str]]:
    """What is missing for gas and for the blade by hand, apart."""
    blade = Jog(rotor_rpm=state.equipment.manual_rpm_max or 1.0)
    return {
        "gas": list(jog_missing(state, image, Jog(argon_flow_slpm=0.0))),
        "blade": list(jog_missing(state, image, blade)),
    }
