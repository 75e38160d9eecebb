"""The matrix as Markdown tables, for the pages of the documentation.

Nothing is written here that a row does not say, so a page made from it cannot drift from the code.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from controller.core.limits import Limits
from controller.core.matrix import rows
from controller.core.matrix.row import Arm, Derived, Own, Row
from controller.core.permissives import Permissive
from controller.core.signals import SIGNALS, Signal
from controller.core.trust import FORGET_S, LOOSE, LOSS

ARMED: Final[dict[Arm, tuple[str, str]]] = {
    Arm.ALWAYS: ("always", "in every state"),
    Arm.ACTIVE: (
        "active",
        "in every state but IDLE, RESETTING, ABORTING and ABORTED; in IDLE in MANUAL; and while"
        " something is moved by hand",
    ),
    Arm.BATCH: ("batch", "as active, without COMPLETE and STOPPED; and while the blade is jogged"),
    Arm.TURNING: (
        "turning",
        "while active, and the drive is told or permitted to run, or standstill is not proven",
    ),
    Arm.INERT: ("inert", "in a batch that holds purge credit"),
    Arm.COVER: (
        "purged",
        "in a batch whose purge is behind it, with or without credit; and while the blade is"
        " jogged",
    ),
    Arm.LEAK_TEST: ("leak test", "while the leak test runs"),
    Arm.NOT_LEAK_TEST: ("no leak test", "while active, but not in the leak test"),
    Arm.RUN: ("run", "in RUNNING, PAUSING and COMPLETING"),
    Arm.MILL: ("mill", "as run, in a mill phase; and while the blade is jogged"),
    Arm.FLOW: ("flow", "while active, and argon is asked for"),
    Arm.HOLDING: ("run-down", "in HOLDING and STOPPING"),
    Arm.HELD: ("held", "in HELD"),
    Arm.PAUSED: ("paused", "in PAUSED"),
    Arm.STARTING: ("getting ready", "in STARTING, RESUMING and RESTARTING"),
    Arm.TRIPPED: ("tripped", "in ABORTING and ABORTED"),
}
"""What each arm is called in the tables, and what it means."""


def cause_and_effect(limits: Limits) -> list[str]:
    """One line for each row: what must be so, when it counts, and what follows when it is not."""
    head = (
        "Row",
        "Hazard",
        "Must be",
        "Deadband",
        "Armed",
        "If not",
        "If UNKNOWN",
        "Priority",
        "Bypass",
    )
    return _table(head, (_effect_cells(row, limits) for row in rows(limits)))


def responses(limits: Limits) -> list[str]:
    """One line for each row: what the alarm says, and what the person does."""
    head = ("Row", "Alarm", "Cause", "Consequence", "What to do")
    return _table(
        head,
        ((f"`{r.id}`", r.text, r.cause, r.consequence, r.action) for r in rows(limits)),
    )


def arms() -> list[str]:
    """One line for each word of the column Armed."""
    return _table(("Armed", "means"), ARMED.values())


def conditions(permissives: Iterable[Permissive]) -> list[str]:
    """One line for each permissive: what it is about, and what it needs."""
    return _table(("Condition", "needs"), ((p.text, p.limit) for p in permissives))


def _table(head: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(cells)} |" for cells in lines),
    ]


def _effect_cells(row: Row, limits: Limits) -> tuple[str, ...]:
    return (
        f"`{row.id}`",
        row.hazard,
        _must_be(row, limits),
        f"{row.deadband:g}" if row.deadband else "",
        " or ".join(words for arm, (words, _) in ARMED.items() if row.armed & arm),
        _reaction(row.reaction.name, row.confirm_s, row) if _is_bounded(row) else "–",
        _reaction(row.on_unknown.name, row.unknown_confirm_s, row),
        str(row.priority.value),
        _bypass(row),
    )


def _bypass(row: Row) -> str:
    if row.bypass is None:
        return "nobody"
    return f"{row.bypass.role.value}, at most {row.bypass.max_min:g} min"


def _reaction(name: str, confirm_s: float, row: Row) -> str:
    if confirm_s == math.inf:
        return "left to another row"
    argon = "; argon shut" if row.shuts_argon else ""
    if confirm_s == 0.0 and not row.confirm_scans:
        return f"{name.lower()} at once{argon}"
    scans = f", at least {row.confirm_scans} scans" if row.confirm_scans else ""
    return f"{name.lower()} after {confirm_s:g} s{scans}{argon}"


def _must_be(row: Row, limits: Limits) -> str:
    if isinstance(row.source, Derived):
        return _derived(row.source, row, limits)
    if isinstance(row.source, Own):
        return _own(row.source, row)
    info = SIGNALS[row.source]
    if not _is_bounded(row):
        return f"{info.label}: known"
    if info.digital:
        return f"{info.label}: {'yes' if row.low == 1.0 else 'no'}"
    if row.source is Signal.DRIVE_FAULT_CODE:
        return f"{info.label}: 0"
    return f"{info.label}: {_band(row)} {info.unit}"


def _is_bounded(row: Row) -> bool:
    return row.low > -math.inf or row.high < math.inf


def _band(row: Row) -> str:
    parts = []
    if row.low > -math.inf:
        parts.append(f"at least {row.low:g}")
    if row.high < math.inf:
        parts.append(f"at most {row.high:g}")
    return " and ".join(parts)


def _derived(source: Derived, row: Row, limits: Limits) -> str:
    over = f"{limits.overspeed_margin_rpm:g} rpm or {100.0 * limits.overspeed_margin_share:g} %"
    under = f"{limits.underspeed_margin_rpm:g} rpm or {100.0 * limits.underspeed_margin_share:g} %"
    return {
        Derived.OVERSPEED_RPM: "Rotor at most its highest set point since standstill, and zero"
        f" when the run-down time is over, plus {over} (the larger)",
        Derived.UNDERSPEED_RPM: f"Rotor at least its set point (smoothed), minus {under}"
        " (the larger)",
        Derived.NOT_RUNNING: "Drive runs when told to",
        Derived.ARGON_FLOW_ERROR: f"Argon flow within {100.0 * row.high:g} % of its set point",
        Derived.SUPPLY_VALVE_ERROR: "Supply valve as commanded",
        Derived.EXHAUST_VALVE_ERROR: "Exhaust valve as commanded",
        Derived.TURNING_AFTER_STOP_S: "Standstill proven within the coast time of the last drive;"
        " later, nothing says that it moves, and it is not UNKNOWN for longer than the coast time",
        Derived.HOLDING_OVERDUE_S: "Drive told to stop within the run-down time, and standstill"
        " proven within the coast time after it",
        Derived.HELD_S: f"HELD for {_band(row)} s",
        Derived.STARTING_S: f"Equipment ready, waited for {_band(row)} s",
        Derived.CREDIT_MISSING: "Purge credit held",
        Derived.SPIN_WITHOUT_PERMIT: "Run permit made while it is asked for",
        Derived.TIME_LIMIT: "Phase ends within its `time_limit_s`",
        Derived.LEAKS: "Leak rate at most what the recipe accepts, filled within its time",
        Derived.LEAK_INCONCLUSIVE: "Leak test's two-sigma uncertainty at most its limit",
        Derived.ARGON_SET_POINT_ERROR: f"Argon set point read back within {row.high:g} slpm",
        Derived.BYPASSES: "No row bypassed",
        Derived.BAND_DEVIATION: "Every value within the band of the batch's own dry runs, and no"
        " step longer than in them (no band, or a phase that goes on after a hold: not judged)",
        Derived.LOOSE_INPUTS: f"No input lost {LOOSE // LOSS} times, with less than {FORGET_S:g} s"
        " between the losses",
        Derived.STANDS_STILL_S: "Pressure, O2, frost point and H2S move by their last digit, if"
        f" flow or speed did, within {row.high:g} s",
        Derived.ROTOR_UNMOVED_RPM: "Rotor at its set point (smoothed), or its reading not the same"
        f" to the last digit while that moves by {row.high:g} rpm",
        Derived.POWDER_BELOW_JAR_K: f"Powder probe at most {row.high:g} K below the jar",
        Derived.PAUSED_S: f"PAUSED for {_band(row)} s",
        Derived.SLOPE: "O2 rises no faster than the recipe allows, sweep shut",
    }[source]


def _own(source: Own, row: Row) -> str:
    return {
        Own.RECORD_DAMAGED: "Record found whole when it was opened",
        Own.RECORD_LOST_S: f"Events committed to the record, lost for {_band(row)} s",
        Own.DISK_USED_PERCENT: f"Disk of the record: {_band(row)} % used (of a disk above 50 GB:"
        " of its last 50 GB)",
        Own.WATCHDOGS_UNARMED: "Watchdogs of all output devices read back as armed",
        Own.WRONG_DEVICES: "Each device is that of its profile: identity and test registers",
        Own.FOREIGN_WRITE: "Outputs read back as written by this controller",
        Own.RESTARTED: "No controller ran before this one without its end being told",
        Own.DEVICES_LOST: "Every device answers, and what was asked",
        Own.SCAN_GAP_S: f"Time since the scan before at most {row.high:g} s",
    }[source]
