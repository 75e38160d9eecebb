"""Bypasses: a row that may be bypassed only warns for a while, by role, with a reason and an end.

Setting or ending one makes the matrix anew, so that interlocks, permissives and alarms all read the
same rows and a scan pays nothing for it. A new controller has none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from controller.core.commands import Command
from controller.core.events import Event, EventKind
from controller.core.hands import BypassInForce, Mode, settled
from controller.core.interlocks import matrix_for
from controller.core.matrix.row import Bypass, Row

if TYPE_CHECKING:
    from controller.core.commanding import Mind

MINUTES_MIN: Final = 1.0
EXPIRED: Final = "its time is over"


def set_bypass(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out `bypass`. Returns what speaks against it."""
    row = next((row for row in mind.state.matrix.rows if row.id == command.row), None)
    if row is None:
        return (f"there is no row {command.row}",)
    rule = row.bypass
    reasons = _refusals(mind, command, row, rule)
    if reasons or rule is None:
        return reasons
    now_s = mind.state.now_s
    until_s = now_s + 60.0 * command.minutes
    reason = command.reason.strip()
    bypass = BypassInForce(row.id, row.group, command.user, rule.role.value, reason, now_s, until_s)
    _with(mind, (*mind.state.hands.bypasses, bypass))
    text = f"{row.text}: bypassed for {command.minutes:g} min by {command.user}: {reason}"
    data = _data(bypass) | {"minutes": command.minutes}
    mind.events.append(Event(EventKind.BYPASS_SET, now_s, text, data))
    return ()


def _refusals(mind: Mind, command: Command, row: Row, rule: Bypass | None) -> tuple[str, ...]:
    # A row that is bypassed already stands in the matrix as one that warns.
    if rule is None or not row.may_be_bypassed:
        return (f"nobody may bypass {row.id}",)
    reasons = []
    if mind.state.mode is Mode.MAINTENANCE:
        reasons.append("the end of MAINTENANCE")
    if rule.role not in command.roles:
        reasons.append(f"the role {rule.role.value}")
    if not MINUTES_MIN <= command.minutes <= rule.max_min:
        reasons.append(f"a time from {MINUTES_MIN:g} to {rule.max_min:g} min")
    if not command.reason.strip():
        reasons.append("a reason")
    for bypass in mind.state.hands.bypasses:
        if bypass.group == row.group:
            reasons.append(f"the end of the bypass of {bypass.row}: one at a time for {row.group}")
    return tuple(reasons)


def end_bypass(mind: Mind, command: Command) -> tuple[str, ...]:
    """Carries out `bypass.end`. Returns what speaks against it."""
    if command.row not in mind.state.hands.bypassed:
        return (f"{command.row} is not bypassed",)
    _ended(mind, {command.row}, f"ended by {command.user}")
    return ()


def end_expired(mind: Mind) -> None:
    """Ends the bypasses whose time is over in this scan."""
    over = {b.row for b in mind.state.hands.bypasses if mind.state.now_s >= b.until_s}
    if over:
        _ended(mind, over, EXPIRED)


def _ended(mind: Mind, rows: set[str], why: str) -> None:
    bypasses = mind.state.hands.bypasses
    texts = {row.id: row.text for row in mind.state.matrix.rows}
    for bypass in bypasses:
        if bypass.row in rows:
            text = f"{texts[bypass.row]}: bypass over, {why}"
            data = _data(bypass) | {"why": why}
            mind.events.append(Event(EventKind.BYPASS_ENDED, mind.state.now_s, text, data))
    _with(mind, tuple(bypass for bypass in bypasses if bypass.row not in rows))


def _with(mind: Mind, bypasses: tuple[BypassInForce, ...]) -> None:
    state = mind.state
    hands = settled(replace(state.hands, bypasses=bypasses))
    atmosphere = None if state.batch is None else state.batch.recipe.atmosphere
    matrix = matrix_for(state.equipment, atmosphere, hands.bypassed)
    mind.state = replace(state, hands=hands, matrix=matrix, version=state.version + 1)


def _data(bypass: BypassInForce) -> dict[str, str | float | bool | list[str] | None]:
    return {
        "row": bypass.row,
        "user": bypass.user,
        "role": bypass.role,
        "reason": bypass.reason,
        "until_s": bypass.until_s,
    }
