"""Words on the wire to values and back: pure, and the exact inverse within the wire's resolution.

A decoded value is NaN unless its quality is usable.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from controller.core.signals import NAN, DriveState, Quality
from controller.edge.registers import Point, RawType, WordOrder
from controller.errors import DeviceError

Reading = tuple[float, Quality]

# NAMUR NE 43: what a 4-20 mA transmitter says outside 4 to 20 mA.
FAILED_LOW_MA: Final = 3.6
RANGE_LOW_MA: Final = 3.8
ZERO_MA: Final = 4.0
FULL_MA: Final = 20.0
RANGE_HIGH_MA: Final = 20.5
FAILED_HIGH_MA: Final = 21.0
BURNT_OUT_MA: Final = 3.5
F32_MAX: Final = 3.4028234663852886e38
SPAN_MA: Final = FULL_MA - ZERO_MA

_UNPACK_F32: Final = struct.Struct(">f").unpack
_PACK_F32: Final = struct.Struct(">f").pack
_RAW_LIMITS: Final = {
    RawType.BIT: (0, 1),
    RawType.U16: (0, 0xFFFF),
    RawType.I16: (-0x8000, 0x7FFF),
    RawType.U32: (0, 0xFFFF_FFFF),
    RawType.I32: (-0x8000_0000, 0x7FFF_FFFF),
    RawType.TEXT: (0, 0),
}


def loop_to_value(current_ma: float, low: float, high: float) -> Reading:
    """A 4-20 mA current as a value between `low` and `high`, judged by NAMUR NE 43.

    3.8 to 4.0 mA reads as `low`. 20.0 to 20.5 mA says "at least `high`" and reads as infinity, so
    that it is above every limit, also one beyond the range. Both are GOOD_LIMITED.
    """
    if ZERO_MA <= current_ma < FULL_MA:
        return low + (high - low) * (current_ma - ZERO_MA) / SPAN_MA, Quality.GOOD
    if RANGE_LOW_MA <= current_ma < ZERO_MA:
        return low, Quality.GOOD_LIMITED
    if FULL_MA <= current_ma <= RANGE_HIGH_MA:
        return math.inf, Quality.GOOD_LIMITED
    if FAILED_LOW_MA < current_ma < FAILED_HIGH_MA:
        return NAN, Quality.UNCERTAIN
    return NAN, Quality.BAD_SENSOR


def value_to_loop(value: float, low: float, high: float) -> float:
    """The current of a transmitter that measures `value`; NaN is a burnt-out sensor."""
    if math.isnan(value):
        return BURNT_OUT_MA
    current_ma = ZERO_MA + SPAN_MA * (value - low) / (high - low)
    return min(max(current_ma, RANGE_LOW_MA), RANGE_HIGH_MA)


class Words(Protocol):
    """Words by address or by place: a list of a reply, or the registers of a device."""

    def __getitem__(self, index: int, /) -> int: ...


class MutableWords(Words, Protocol):
    """The same, to be written."""

    def __setitem__(self, index: int, value: int, /) -> None: ...


class PointCodec:
    """Takes one point out of the words of a request, and puts it into them."""

    __slots__ = (
        "_first",
        "_high",
        "_low",
        "_mask",
        "_sign_at",
        "_sign_mask",
        "_states",
        "_step",
        "_type",
        "point",
        "size",
    )

    def __init__(self, point: Point, order: WordOrder) -> None:
        self.point = point
        self.size = point.words
        self._type = point.type
        self._step = 1 if order is WordOrder.HIGH_FIRST else -1
        self._first, width = point.bits or (0, 0)
        self._mask = (1 << width) - 1
        self._states = frozenset(point.states.values()) if point.states else None
        self._low, self._high = point.valid or (-math.inf, math.inf)
        sign_address, sign_bit = point.sign_bit or (point.address, None)
        self._sign_at = sign_address - point.address
        self._sign_mask = 0 if sign_bit is None else 1 << sign_bit

    def decode(self, words: Words, at: int) -> Reading:
        """The value of the words from `at` on, in the point's unit."""
        raw = self._raw(words, at)
        if self.point.on is not None:
            raw = 1.0 if raw == self.point.on else 0.0 if raw == self.point.off else NAN
        elif self._states is not None and raw not in self._states:
            return NAN, Quality.BAD_SENSOR
        value = raw * self.point.scale
        return (value, Quality.GOOD) if self.allows(value) else (NAN, Quality.BAD_SENSOR)

    def encode(self, words: MutableWords, at: int, value: float) -> None:
        """Put `value` into the words from `at` on; bits of others in the same word stay.

        Raises DeviceError when the value does not fit.
        """
        if self._type is RawType.F32:
            self._put(words, at, int.from_bytes(_PACK_F32(value), "big"))
            return
        if self.point.on is not None and self.point.off is not None:
            value = float(self.point.on if value else self.point.off)
        if self._sign_mask:
            sign = words[at + self._sign_at] & ~self._sign_mask
            words[at + self._sign_at] = sign | (self._sign_mask if value < 0.0 else 0)
            value = abs(value)
        low, high = self._raw_limits
        raw = value / self.point.scale
        if not low - 0.5 <= raw <= high + 0.5:
            raise DeviceError(f"{value:g} does not fit into {self.point.ref}", where=self.point.id)
        number = min(max(round(raw), low), high)
        if self._mask:
            kept = self._whole(words, at) & ~(self._mask << self._first)
            number = kept | number << self._first
        self._put(words, at, number)

    def allows(self, value: float) -> bool:
        """Whether the point's valid range has `value` in it; NaN never is."""
        return self._low <= value <= self._high and math.isfinite(value)

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and highest value that is valid and fits into the words."""
        if self._type is RawType.F32:
            return max(self._low, -F32_MAX), min(self._high, F32_MAX)
        low, high = self._raw_limits
        scale = self.point.scale
        if self._sign_mask:
            low = -high
        return max(self._low, low * scale), min(self._high, high * scale)

    @property
    def highest_raw(self) -> int:
        """The highest raw number of an integer point."""
        return self._raw_limits[1]

    @property
    def _raw_limits(self) -> tuple[int, int]:
        return (0, self._mask) if self._mask else _RAW_LIMITS[self._type]

    def _raw(self, words: Words, at: int) -> float:
        if self._type is RawType.TEXT:
            return NAN
        if self._type is RawType.F32:
            number: float = _UNPACK_F32(self._whole(words, at).to_bytes(4, "big"))[0]
            return number
        whole = self._whole(words, at)
        if self._mask:
            return (whole >> self._first) & self._mask
        if self._type is RawType.I16 and whole > 0x7FFF:
            return whole - 0x1_0000
        if self._type is RawType.I32 and whole > 0x7FFF_FFFF:
            return whole - 0x1_0000_0000
        if self._sign_mask and words[at + self._sign_at] & self._sign_mask:
            return -whole
        return whole

    def _whole(self, words: Words, at: int) -> int:
        if self.size == 1:
            return words[at]
        if self._step > 0:
            return words[at] << 16 | words[at + 1]
        return words[at + 1] << 16 | words[at]

    def _put(self, words: MutableWords, at: int, number: int) -> None:
        if self.size == 1:
            words[at] = number & 0xFFFF
            return
        high, low = number >> 16 & 0xFFFF, number & 0xFFFF
        words[at], words[at + 1] = (high, low) if self._step > 0 else (low, high)


def text_of(words: Words, at: int, length: int) -> str:
    """The text of `length` words: two characters each, high byte first, up to the first NUL."""
    raw = b"".join(words[at + place].to_bytes(2, "big") for place in range(length))
    return raw.split(b"\0", 1)[0].decode("latin-1").strip()


class Meaning(Protocol):
    """What a point's value means for the plant."""

    def of_point(self, value: float) -> Reading:
        """The plant's value."""

    def to_point(self, value: float) -> float:
        """The point's value for a value of the plant: the inverse of `of_point`."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """Value of the plant = value of the point times `factor`."""

    factor: float = 1.0

    def of_point(self, value: float) -> Reading:
        """The plant's value; always good."""
        return value * self.factor, Quality.GOOD

    def to_point(self, value: float) -> float:
        """The point's value."""
        return value / self.factor


@dataclass(frozen=True, slots=True)
class Inverted:
    """A contact that is closed when the signal is false."""

    def of_point(self, value: float) -> Reading:
        """The plant's value; always good."""
        return 1.0 - value, Quality.GOOD

    def to_point(self, value: float) -> float:
        """The point's value."""
        return 1.0 - value


@dataclass(frozen=True, slots=True)
class Loop:
    """A 4-20 mA transmitter of the span `low` to `high`, read in mA."""

    low: float
    high: float

    def of_point(self, value: float) -> Reading:
        """The plant's value, judged by NAMUR NE 43."""
        return loop_to_value(value, self.low, self.high)

    def to_point(self, value: float) -> float:
        """The current of a transmitter that measures `value`."""
        return value_to_loop(value, self.low, self.high)


# What profiles call the states of a drive, and what a drive with fewer of them says instead.
STATE_OF_NAME: Final = {
    "stopped": DriveState.STOPPED,
    "tripped": DriveState.STOPPED,
    "stopping": DriveState.STOPPING,
    "standby": DriveState.STANDBY,
    "running": DriveState.RUNNING,
}
NAMES_OF_STATE: Final = {
    DriveState.STOPPED: ("stopped",),
    DriveState.STOPPING: ("stopping", "running"),
    DriveState.STANDBY: ("standby", "running"),
    DriveState.RUNNING: ("running",),
}


@dataclass(frozen=True, slots=True)
class States:
    """A drive's own numbers for what it does, and `DriveState`, by the profile's names."""

    of_raw: Mapping[float, float]
    to_raw: Mapping[float, float]

    @classmethod
    def named(cls, states: Mapping[str, int]) -> States:
        """From a point's `states`; a name that no drive state has stays unknown."""
        of_raw = {
            float(states[name]): float(state)
            for name, state in STATE_OF_NAME.items()
            if name in states
        }
        to_raw = {
            float(state): next((float(states[name]) for name in names if name in states), NAN)
            for state, names in NAMES_OF_STATE.items()
        }
        return cls(of_raw, to_raw)

    def of_point(self, value: float) -> Reading:
        """The state; unknown for a number that means none."""
        state = self.of_raw.get(value)
        return (NAN, Quality.BAD_SENSOR) if state is None else (float(state), Quality.GOOD)

    def to_point(self, value: float) -> float:
        """The drive's number."""
        return self.to_raw.get(value, NAN)


@dataclass(frozen=True, slots=True)
class Channel:
    """One wire between a value of the plant and the words of a device."""

    codec: PointCodec
    meaning: Meaning

    def decode(self, words: Words, at: int) -> Reading:
        """The plant's value and its quality."""
        value, quality = self.codec.decode(words, at)
        if quality is not Quality.GOOD:
            return value, quality
        return self.meaning.of_point(value)

    def encode(self, words: MutableWords, at: int, value: float) -> None:
        """Put a value of the plant into the words. Raises DeviceError when it does not fit."""
        self.codec.encode(words, at, self.meaning.to_point(value))

    def allows(self, value: float) -> bool:
        """Whether the point may be given this value of the plant."""
        return self.codec.allows(self.meaning.to_point(value))
