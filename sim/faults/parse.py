"""`NAME[@ON[-OFF]][:VALUE]`: which fault, from when to when in seconds of plant time, how much."""

from __future__ import annotations

import difflib
import math
import re
from typing import Final

from controller.errors import InputError
from sim.faults.catalogue import CATALOGUE
from sim.faults.model import Fault, Planned

FORM: Final = "NAME[@ON[-OFF]][:VALUE]"
LAST_S: Final = 86_400.0
TEXT_MAX: Final = 200
_SHAPE: Final = re.compile(r"(?P<name>[^@:]*)(?:@(?P<times>[^:]*))?(?::(?P<value>.*))?", re.DOTALL)
_SECONDS: Final = re.compile(r"[0-9]+(\.[0-9]*)?")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?")


def fault_named(name: str, text: str = "") -> Fault:
    """The fault of this name, which stood in `text`. Raises InputError with what is near."""
    if name in CATALOGUE:
        return CATALOGUE[name]
    near = difflib.get_close_matches(name[:TEXT_MAX].lower(), CATALOGUE, n=3)
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    raise _wrong(
        text or name,
        f"there is no fault {name[:TEXT_MAX]!r}" if name else "names no fault",
        f"{hint}`blademill faults` lists them.",
    )


def parse_fault(text: str) -> Planned:
    """One fault as a person writes it. Raises InputError that says which part is wrong."""
    found = _SHAPE.fullmatch(text[: TEXT_MAX + 1])
    if found is None or len(text) > TEXT_MAX:
        raise _wrong(text, "is too long", f"Write {FORM}.")
    fault = fault_named(found["name"], text)
    on_s, off_s = _times(text, found["times"])
    return Planned(fault, on_s, off_s, _value(text, fault, found["value"]))


def _wrong(text: str, what: str, do: str) -> InputError:
    shown = text if len(text) <= TEXT_MAX else text[:TEXT_MAX] + "..."
    return InputError(what, where=f"fault {shown!r}", do=do)


def _times(text: str, times: str | None) -> tuple[float, float]:
    if times is None:
        return 0.0, math.inf
    on, dash, off = times.partition("-")
    on_s = _seconds(text, on, "ON")
    off_s = _seconds(text, off, "OFF") if dash else math.inf
    if off_s <= on_s:
        raise _wrong(text, f"OFF ({off_s:g} s) is not after ON ({on_s:g} s)", f"Write {FORM}.")
    return on_s, off_s


def _seconds(text: str, number: str, name: str) -> float:
    seconds = float(number) if _SECONDS.fullmatch(number) else math.nan
    if seconds <= LAST_S:
        return seconds
    raise _wrong(
        text,
        f"{name} is {number!r}, not a number of seconds from 0 to {LAST_S:g}",
        f"Write {FORM} with seconds of plant time, such as 300 or 12.5.",
    )


def _value(text: str, fault: Fault, number: str | None) -> float:
    if fault.value is None:
        if number is None:
            return math.nan
        raise _wrong(text, f"{fault.name} takes no value", "Leave out what is after the colon.")
    if number is None:
        return fault.value.default
    allowed = fault.value
    value = float(number) if _NUMBER.fullmatch(number) else math.nan
    if allowed.low <= value <= allowed.high:
        return value
    raise _wrong(
        text,
        f"the value {number!r} is not a number from {allowed.low:g} to {allowed.high:g}",
        f"It is in {allowed.unit}; {allowed.default:g} is used when none is given.",
    )
