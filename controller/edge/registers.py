"""What a register map is made of: points, quality rules, twins, identity, watchdog; bounds only.

The maps themselves are the TOML files that `controller.edge.profile` reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, unique
from typing import Annotated, Any, ClassVar, Final

from annotated_types import Ge, Le, Len

from controller.core.equipment import STRICT, Name, Text
from controller.core.signals import Quality

Word = Annotated[int, Ge(0), Le(0xFFFF)]


@unique
class Table(Enum):
    """The four tables of Modbus."""

    COIL = "coil"
    DISCRETE = "discrete"
    HOLDING = "holding"
    INPUT = "input"


READ_FUNCTION: Final = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
# The multiple forms: atomic for values of two words, and one request for a whole row of coils.
WRITE_FUNCTION: Final = {Table.COIL: 15, Table.HOLDING: 16}


@unique
class RawType(Enum):
    """How a value lies in its words."""

    BIT = "bit"
    U16 = "u16"
    I16 = "i16"
    U32 = "u32"
    I32 = "i32"
    F32 = "f32"
    TEXT = "text"

    @property
    def words(self) -> int:
        """How many registers (or bits of a coil table) one value takes; a text's point says."""
        return 2 if self in (RawType.U32, RawType.I32, RawType.F32) else 1

    @property
    def can_be_nan(self) -> bool:
        """Whether the words can say that there is no value."""
        return self is RawType.F32


@unique
class WordOrder(Enum):
    """Which word of a 32-bit value lies at the lower address."""

    HIGH_FIRST = "high_first"
    LOW_FIRST = "low_first"


@unique
class Access(Enum):
    """What may be done with a point."""

    READ = "r"
    WRITE = "w"
    BOTH = "rw"

    @property
    def readable(self) -> bool:
        """Whether it may be read; a write-only word must never be touched by a read."""
        return self is not Access.WRITE

    @property
    def writable(self) -> bool:
        """Whether it may be written."""
        return self is not Access.READ


@unique
class Verified(Enum):
    """How far a map can be trusted: from the maker's manual; that, and read and written on the wire
    of our simulator by a client that is not ours; on a real device on a bench; in a plant.
    """

    DOCUMENTED = "documented"
    SIMULATED = "simulated"
    BENCH = "bench"
    SITE = "site"


@unique
class OutOfRange(Enum):
    """What the device does with a written value that it does not allow."""

    EXCEPTION = "exception"
    IGNORE = "ignore"


@unique
class OnExpiry(Enum):
    """What the device's own watchdog does: latch a fault and stop, or set every output to zero."""

    FAULT = "fault"
    ZERO = "zero"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value of a device.

    `address` is the 0-based address in the request and `ref` the one that the maker prints. The
    value is the raw number times `scale`, in `unit`. `bits` takes [first, width] out of a word.
    `sign_bit` is [address, bit] of a status bit that says that the value is negative, for makers
    who send the absolute value. A text is `length` words of two characters, and never a signal.
    `states` names the only raw numbers that exist; `on` and `off` are the words of a command.
    `rest` is the raw number of a healthy device at rest, and `turns_s` the time after which the
    device itself counts on by one (a single bit turns over); both for the simulator. `read_back`
    is the point that shows what was written to this one, which cannot be read. `count` points
    lie `step` apart and are called `id_0`, `id_1` and so on; `ref` is then that of the first.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    id: Name
    ref: Name
    table: Table
    address: Word
    type: RawType
    access: Access = Access.READ
    bits: tuple[Annotated[int, Ge(0), Le(31)], Annotated[int, Ge(1), Le(16)]] | None = None
    sign_bit: tuple[Word, Annotated[int, Ge(0), Le(15)]] | None = None
    length: Annotated[int, Ge(1), Le(32)] | None = None
    scale: Annotated[float, Ge(1e-6), Le(1e6)] = 1.0
    unit: Annotated[str, Len(0, 20)] = ""
    valid: tuple[float, float] | None = None
    states: dict[str, Annotated[int, Ge(0), Le(0xFFFF)]] | None = None
    on: Word | None = None
    off: Word | None = None
    rest: float = 0.0
    turns_s: Annotated[float, Ge(0.1), Le(60.0)] | None = None
    read_back: Name | None = None
    count: Annotated[int, Ge(1), Le(64)] = 1
    step: Annotated[int, Ge(1), Le(16)] = 1

    @property
    def words(self) -> int:
        """How many words (or bits) it takes."""
        return self.length or self.type.words

    @property
    def end(self) -> int:
        """The address behind its last word."""
        return self.address + self.words

    @property
    def reach(self) -> range:
        """All addresses that must be read together to know its value: its own, and its sign's."""
        sign = self.sign_bit[0] if self.sign_bit else self.address
        return range(min(self.address, sign), max(self.end, sign + 1))

    def said(self, value: float) -> str:
        """`value` of this point as people read it, with the name of the state if it is one."""
        names = (name for name, raw in (self.states or {}).items() if raw * self.scale == value)
        return " ".join([f"{value:g}", *(f"({name})" for name in names)])

    def expanded(self) -> Iterator[Point]:
        """The point itself, or its `count` copies."""
        if self.count == 1:
            yield self
            return
        for number in range(self.count):
            further = number * self.step
            yield replace(
                self,
                id=f"{self.id}_{number}",
                ref=f"{int(self.ref) + further:0{len(self.ref)}d}",
                address=self.address + further,
                count=1,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When the values of a device may be used at all.

    While `point` is none of `allowed`, or has not changed for `change_within_s`, every value read
    from the device has the quality `otherwise`.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    point: Name
    allowed: tuple[int, ...] | None = None
    change_within_s: Annotated[float, Ge(0.5), Le(60.0)] | None = None
    otherwise: Quality = Quality.BAD_SENSOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """One quantity that the device gives twice: `point`, in percent of `full`, and `value`.

    While the two differ by more than `within_percent` of `full`, no value of the device is used;
    without that number they are not compared.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    point: Name
    value: Name
    full: Name
    within_percent: Annotated[float, Ge(0.01), Le(10.0)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A register that proves which device it is, or that words and addresses are right.

    It is read after connecting and must say `equals`, in the point's unit, or begin with `text`.
    With neither it is only shown: a serial number.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    point: Name
    equals: float | None = None
    text: Annotated[str, Len(1, 40)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A register that must hold `value`, or without one the plant file's `watchdog_s`.

    The point's unit is that of the value. One that can be written is written where it differs, and
    read back; one that can only be read has been set by hand.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    point: Name
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchdog:
    """The device's own watchdog: how it is armed, and what it does on expiry.

    `arming` is for people. `settings` are the registers that arm it, in the order in which they are
    written. `expired` is the point that is not zero once it has run out.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    arming: Text
    on_expiry: OnExpiry
    settings: tuple[Setting, ...] = ()
    expired: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The `[device]` table of a profile; `either_order`: the plant file may set the other one."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    maker: Name
    model: Name
    source: Text
    verified: Verified
    word_order: WordOrder = WordOrder.HIGH_FIRST
    either_order: bool = False
    max_registers: Annotated[int, Ge(2), Le(123)]
    functions: tuple[Annotated[int, Ge(1), Le(16)], ...]
    out_of_range: OutOfRange = OutOfRange.EXCEPTION


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFile:
    """A profile as it stands in its file."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    device: Header
    watchdog: Watchdog | None = None
    points: tuple[Point, ...]
    rules: tuple[Rule, ...] = ()
    twins: tuple[Twin, ...] = ()
    identity: tuple[Identity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One register map, checked, with its points by id."""

    id: str
    device: Header
    watchdog: Watchdog | None
    points: dict[str, Point]
    rules: tuple[Rule, ...]
    twins: tuple[Twin, ...]
    identity: tuple[Identity, ...]
