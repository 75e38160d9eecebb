"""What the controller knows of itself and of its hold on the devices, beside what is measured.

The plant object and the loop fill it in, the rows judge it: so a lost record or a second master
is an alarm and an interlock like any other. NaN is UNKNOWN here too.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple


class Health(NamedTuple):
    """One float each, in the order of `matrix.row.Own`; 0 when all is well, but for free room."""

    record_lost_s: float = 0.0  # for how long nothing could be committed to the record
    watchdogs_unarmed: float = 0.0  # output devices whose watchdog did not read back as armed
    wrong_devices: float = 0.0  # devices whose identity or test registers do not fit the profile
    foreign_write: float = 0.0  # devices with an output that reads back as was not written here
    restarted: float = 0.0  # 1: this process has just begun, and another one ran before it
    scan_gap_s: float = 0.0  # how long ago the scan before this one began, by the clock
    devices_lost: float = 0.0  # devices that do not answer, or not what was asked
    record_damaged: float = 0.0  # 1: the record was found damaged and begun anew, a moment ago
    disk_used_percent: float = 0.0  # of what counts as the record's on its disk
    disk_free_mb: float = math.inf  # what may still be written there


HEALTHY: Final = Health()
# What stands behind a field that is not zero, by its name: "do: connection refused".
Details = tuple[tuple[str, str], ...]
NO_DETAILS: Final[Details] = ()
