"""One row of the record, and the hash that ties it to the row before it.

The hash is SHA-256 over the canonical JSON of all fields in the order of `FIELDS`, the hash of the
row before included, in hexadecimal. Anybody can compute it again from an export.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from controller.core.events import EventKind
from controller.edge.clock import utc_text
from controller.records.when import mono_ns

FORMAT: Final = "blademill-record-1"
NO_HASH: Final = bytes(32)
FIELDS: Final = (
    "seq",
    "batch",
    "kind",
    "utc",
    "mono_ns",
    "boot",
    "run",
    "process_s",
    "text",
    "data",
    "prev",
    "hash",
)


class Draft(NamedTuple):
    """What is to be recorded. `data` is canonical JSON; `mono_ns` counts from the machine's boot.

    Make one with `draft`, which keeps to what JSON and UTF-8 can say.
    """

    batch: str
    kind: EventKind
    utc: str
    mono_ns: int
    process_s: float
    text: str
    data: str


class Row(NamedTuple):
    """One row as it is stored."""

    seq: int
    batch: str
    kind: str
    utc: str
    mono_ns: int
    boot: str
    run: str
    process_s: float
    text: str
    data: str
    prev: bytes
    hash: bytes

    @property
    def body(self) -> dict[str, Any]:
        """The data as values."""
        found: dict[str, Any] = json.loads(self.data)
        return found

    def to_json(self) -> dict[str, Any]:
        """The row for an export, with its data as values and its hashes in hexadecimal."""
        whole = self._asdict()
        return whole | {"data": self.body, "prev": self.prev.hex(), "hash": self.hash.hex()}


_quoted: Final = json.encoder.encode_basestring


def row_hash(
    seq: int,
    batch: str,
    kind: str,
    utc: str,
    mono_ns: int,
    boot: str,
    run: str,
    process_s: float,
    text: str,
    data: str,
    prev: bytes,
) -> bytes:
    """The hash of a row with these fields."""
    # Written out, because a record has a million rows; what json.dumps makes of the list.
    line = (
        f'["{FORMAT}",{seq},{_quoted(batch)},{_quoted(kind)},{_quoted(utc)},{mono_ns},'
        f"{_quoted(boot)},{_quoted(run)},{process_s!r},{_quoted(text)},{_quoted(data)},"
        f'"{prev.hex()}"]'
    )
    return hashlib.sha256(line.encode()).digest()


def chained(seq: int, draft: Draft, boot: str, run: str, prev: bytes) -> Row:
    """The draft as row `seq` behind the row whose hash is `prev`."""
    batch, kind, utc, mono_ns, process_s, text, data = draft
    fields = (seq, batch, kind.value, utc, mono_ns, boot, run, process_s, text, data, prev)
    return Row(*fields, row_hash(*fields))


def draft(
    kind: EventKind,
    text: str,
    data: Mapping[str, Any],
    *,
    batch: str = "",
    process_s: float = 0.0,
) -> Draft:
    """What happened now, to be recorded."""
    return Draft(_utf8(batch), kind, utc_text(), mono_ns(), process_s, _utf8(text), canonical(data))


def canonical(data: Mapping[str, Any]) -> str:
    """`data` as JSON with sorted keys; a float that is no number becomes its name."""
    return json.dumps(
        _plain(data), sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return _utf8(value)
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [_plain(item) for item in items]
    return value


def _utf8(text: str) -> str:
    """A lone surrogate has no UTF-8 form, and SQLite would refuse the row."""
    return text.encode("utf-8", "replace").decode("utf-8")
