"""Alarms: what a confirmed row tells people, until they have seen it and it is over (ISA-18.2).

Nothing here is known to the matrix: an alarm that is hidden, acknowledged or chattering changes
no interlock.
"""

from __future__ import annotations

from controller.core.alarms.alarm import Alarm, AlarmState, Hidden, Suppression
from controller.core.alarms.book import acknowledged, released, updated

__all__ = [
    "Alarm",
    "AlarmState",
    "Hidden",
    "Suppression",
    "acknowledged",
    "released",
    "updated",
]
