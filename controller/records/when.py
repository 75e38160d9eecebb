"""When a row was written, beside the wall clock: nanoseconds since boot, which boot, which run."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Final

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def mono_ns() -> int:
    """The clock that no one can set: nanoseconds since the machine's boot."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    """Which boot of the machine this is; empty where the system does not say."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def new_run_id() -> str:
    """A name for one life of the controller's process."""
    return secrets.token_hex(8)
