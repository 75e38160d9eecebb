"""The trend of one batch as a file: a header that says the columns, then frames of ten scans.

Nothing is left out and there is no deadband: each scan's values as float32 (NaN where UNKNOWN, inf
above the range), with the quality of each signal. A frame has a checksum and a fixed length, so a
torn one at the end is seen, and a column of many hours is read without reading the others.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from controller.core.batch import Totals
from controller.core.outputs import Outputs
from controller.core.signals import Quality, Signal
from controller.core.states import State
from controller.errors import RecordError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT: Final = "blademill-trend-1"
HEADER_BYTES: Final = 4096
SCANS_PER_FRAME: Final = 10
FRAMES_PER_BLOCK: Final = 2
SCANS_PER_BLOCK: Final = SCANS_PER_FRAME * FRAMES_PER_BLOCK
FRAME_MARK: Final = 0x54524D42
SIGNAL_COLUMNS: Final = tuple(signal.name.lower() for signal in Signal)
# What the controller has added up, as `Totals` names it.
TOTAL_COLUMNS: Final = (
    "process_s",
    "hold_s",
    "revolutions",
    "on_time_s",
    "energy_j",
    "dose_revolutions",
    "dose_on_time_s",
    "dose_energy_j",
)
# What it asked for, and its totals.
OWN_COLUMNS: Final = (
    "state",
    "outputs",
    "set_rotor_rpm",
    "set_argon_flow_slpm",
    *TOTAL_COLUMNS,
)
COLUMNS: Final = (*SIGNAL_COLUMNS, *OWN_COLUMNS)
QUALITIES: Final = tuple(Quality)
STATES: Final = tuple(State)
# Bits of the column "outputs".
SWITCHES: Final = (
    "run",
    "run_permit",
    "supply_open",
    "exhaust_shut",
    "vent_open",
    "lid_unlock",
    "cooling_shut",
    "drive_fault_reset",
    "beacon",
    "horn",
)
_QUALITY_CODE: Final = {quality: code for code, quality in enumerate(QUALITIES)}
_STATE_CODE: Final = {state: code for code, state in enumerate(STATES)}


class Sample(NamedTuple):
    """What is kept of one scan. `t_s` is process time, `utc_ms` milliseconds since 1970."""

    t_s: float
    utc_ms: int
    values: Sequence[float]
    quality: Sequence[Quality]
    own: tuple[float, ...]


_TOTALS_OF: Final = attrgetter(*TOTAL_COLUMNS)


def own_values(state: State, outputs: Outputs, totals: Totals) -> tuple[float, ...]:
    """The controller's own columns of one scan."""
    bits = sum(1 << bit for bit, name in enumerate(SWITCHES) if getattr(outputs, name))
    code = float(_STATE_CODE[state])
    return (code, float(bits), outputs.rotor_rpm, outputs.argon_flow_slpm, *_TOTALS_OF(totals))


# Times and values of scans in their order.
Scans = tuple["NDArray[np.float64]", "NDArray[np.float32]"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns a file has. Files of other versions may have others."""

    columns: tuple[str, ...] = COLUMNS
    signals: int = len(SIGNAL_COLUMNS)

    @property
    def dtype(self) -> np.dtype[Any]:
        """One frame. `t_s` and `utc_ms` are those of each scan; unused scans are NaN and zero."""
        n = SCANS_PER_FRAME
        return np.dtype(
            [
                ("mark", "<u4"),
                ("crc", "<u4"),
                ("number", "<u4"),
                ("count", "<u4"),
                ("t_s", "<f8", (n,)),
                ("utc_ms", "<i8", (n,)),
                ("values", "<f4", (len(self.columns), n)),
                ("quality", "u1", (self.signals, n)),
            ]
        )


def header_bytes(batch_id: str, period_s: float) -> bytes:
    """The head of a new file."""
    text = json.dumps(
        {
            "format": FORMAT,
            "batch": batch_id,
            "period_s": period_s,
            "columns": COLUMNS,
            "signals": len(SIGNAL_COLUMNS),
            "qualities": [quality.value for quality in QUALITIES],
            "states": [state.value for state in STATES],
            "outputs": SWITCHES,
            "deadband": "none: each scan is kept, as float32",
        }
    ).encode()
    if len(text) >= HEADER_BYTES:
        raise AssertionError("the header of a trend file is too long")
    return text.ljust(HEADER_BYTES - 1) + b"\n"


def frame_bytes(number: int, samples: Sequence[Sample]) -> bytes:
    """One frame of at most ten scans."""
    layout = Layout()
    frame = np.zeros(1, layout.dtype)
    count = len(samples)
    frame["mark"], frame["number"], frame["count"] = FRAME_MARK, number, count
    frame["t_s"][0, :] = np.nan
    frame["values"][0, :, :] = np.nan
    with np.errstate(over="ignore"):
        for scan, sample in enumerate(samples):
            frame["t_s"][0, scan] = sample.t_s
            frame["utc_ms"][0, scan] = sample.utc_ms
            frame["values"][0, : layout.signals, scan] = sample.values
            frame["values"][0, layout.signals :, scan] = sample.own
            frame["quality"][0, :, scan] = [_QUALITY_CODE[found] for found in sample.quality]
    frame["crc"] = zlib.crc32(frame.tobytes()[8:])
    return frame.tobytes()


class TrendFile:
    """A trend file, open for reading; what is written meanwhile is not in it."""

    def __init__(self, path: Path) -> None:
        """Raises RecordError when it is no trend file."""
        self.path = path
        try:
            with path.open("rb") as file:
                self.header: dict[str, Any] = json.loads(file.read(HEADER_BYTES))
            if self.header["format"] != FORMAT:
                raise ValueError(f"its format is {self.header['format']}")
            self.layout = Layout(tuple(self.header["columns"]), self.header["signals"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RecordError(f"the trend cannot be read ({error})", where=str(path)) from error
        dtype = self.layout.dtype
        whole = (path.stat().st_size - HEADER_BYTES) // dtype.itemsize
        if whole > 0:
            mapped: Any = np.memmap(path, dtype, "r", offset=HEADER_BYTES, shape=(whole,))
        else:
            mapped = np.zeros(0, dtype)
        self._frames = mapped[: whole - 1] if whole and not _is_good(mapped[-1:]) else mapped

    @property
    def frames(self) -> int:
        """How many whole frames it has."""
        return len(self._frames)

    @property
    def scans_at_most(self) -> int:
        """How many scans it has if every frame is full; looks at none of them."""
        return len(self._frames) * SCANS_PER_FRAME

    def first_bad(self) -> int | None:
        """The number of the first frame that was damaged, None when all are good."""
        for number in range(self.frames):
            frame = self._frames[number : number + 1]
            if not _is_good(frame) or int(frame["number"][0]) != number:
                return number
        return None

    def times(self) -> NDArray[np.float64]:
        """Process time of each scan in seconds."""
        found: NDArray[np.float64] = self._kept(self._frames["t_s"])
        return found

    def utc_ms(self) -> NDArray[np.int64]:
        """Wall clock of each scan in milliseconds since 1970."""
        found: NDArray[np.int64] = self._kept(self._frames["utc_ms"])
        return found

    def column(self, name: str) -> NDArray[np.float32]:
        """One value per scan. Raises KeyError for a column that this file does not have."""
        if name not in self.layout.columns:
            raise KeyError(name)
        found: NDArray[np.float32] = self._kept(
            self._frames["values"][:, self.layout.columns.index(name), :]
        )
        return found

    def scans_from(self, name: str, block: int) -> tuple[Scans, Scans]:
        """Times and values from this block of scans on, NaN where there is no scan: of whole
        blocks, which will never change, and what there is of the one after them.
        """
        if name not in self.layout.columns:
            raise KeyError(name)
        index, frames = self.layout.columns.index(name), self._frames
        whole = len(frames) // FRAMES_PER_BLOCK * FRAMES_PER_BLOCK
        parts = (frames[block * FRAMES_PER_BLOCK : whole], frames[whole:])
        done, rest = (
            (part["t_s"].reshape(-1), part["values"][:, index, :].reshape(-1)) for part in parts
        )
        return done, rest

    def quality(self, name: str) -> NDArray[np.uint8]:
        """The quality of a signal per scan, as an index into the header's `qualities`."""
        index = self.layout.columns.index(name)
        found: NDArray[np.uint8] = self._kept(self._frames["quality"][:, index, :])
        return found

    def _kept(self, values: Any) -> Any:
        """Only the scans that there are: a file goes on with whole frames after a short one."""
        flat = np.ascontiguousarray(values).reshape(-1)
        counts = self._frames["count"]
        if not len(counts) or int(counts.min()) == SCANS_PER_FRAME:
            return flat
        return flat[(np.arange(SCANS_PER_FRAME) < counts[:, None]).reshape(-1)]


def in_blocks(times: Any, values: Any) -> Scans:
    """Both as rows of a block each, filled up with NaN."""
    count = -(-times.size // SCANS_PER_BLOCK)

    def shaped(column: Any) -> Any:
        flat = np.full(count * SCANS_PER_BLOCK, np.nan, column.dtype)
        flat[: column.size] = column.reshape(-1)
        return flat.reshape(count, SCANS_PER_BLOCK)

    return shaped(times), shaped(values)


def _is_good(frame: Any) -> bool:
    return bool(frame["mark"][0] == FRAME_MARK) and bool(
        frame["crc"][0] == zlib.crc32(frame.tobytes()[8:])
    )
