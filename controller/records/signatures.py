"""Signatures under a batch: what exactly they are bound to, and when one may be given.

The content of a batch is the list of its rows, each by its number and hash, up to the row that the
person saw last; signatures themselves are left out. A row is never changed, so what was signed
stays what it was: what comes later stands behind it, and is told as later.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from controller.core.events import EventKind
from controller.core.papers import Meaning, Signature
from controller.records.row import Row

FORMAT: Final = "blademill-content-1"
_ORDER: Final = tuple(Meaning)
# The trend of an ended batch is sealed and archived by itself, and says nothing new.
_NO_NEWS: Final = frozenset(
    kind.value for kind in (EventKind.SIGNED, EventKind.TREND_SEALED, EventKind.TREND_ARCHIVED)
)


class Content(NamedTuple):
    """The content of a batch up to a row, and its hash."""

    sha256: str
    through_seq: int


def content_of(rows: Sequence[Row], through_seq: int | None = None) -> Content:
    """The content of the batch whose rows these are, up to row `through_seq` or as it is now.

    The hash is SHA-256 over the JSON list of format, batch id, and [number, hash] of each row.
    """
    kept = [row for row in rows if row.kind != EventKind.SIGNED.value]
    last = kept[-1].seq if through_seq is None else through_seq
    listed = [[row.seq, row.hash.hex()] for row in kept if row.seq <= last]
    line = json.dumps([FORMAT, rows[0].batch, listed], ensure_ascii=False, separators=(",", ":"))
    return Content(hashlib.sha256(line.encode()).hexdigest(), last)


def signatures(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Every signature with whether its content is as it was, and what came later by kind."""
    return [_told(row, rows) for row in rows if row.kind == EventKind.SIGNED.value]


def _told(row: Row, rows: Sequence[Row]) -> dict[str, Any]:
    body = row.body
    content = content_of(rows, int(body["through_seq"]))
    later = Counter(
        other.kind
        for other in rows
        if other.seq > content.through_seq and other.kind not in _NO_NEWS
    )
    return {
        "seq": row.seq,
        "utc": row.utc,
        "process_s": row.process_s,
        "kind": row.kind,
        "text": row.text,
        "data": body,
        "holds": content.sha256 == body["content_sha256"],
        "later": dict(sorted(later.items())),
    }


def signing_faults(rows: Sequence[Row], asked: Signature, user: str) -> tuple[str, ...]:
    """Everything for which this person may not sign these rows so; empty when they may."""
    if not any(row.kind == EventKind.BATCH_ENDED.value for row in rows):
        return (f"the end of {asked.batch}: only what is over is signed",)
    return (
        *_content_faults(rows, asked),
        *_order_faults(rows, asked),
        *_person_faults(rows, asked, user),
    )


def _content_faults(rows: Sequence[Row], asked: Signature) -> tuple[str, ...]:
    news = [row for row in rows if row.seq > asked.through_seq and row.kind not in _NO_NEWS]
    if news:
        return (f"the record has {len(news)} rows more than you saw: read it again",)
    if content_of(rows, asked.through_seq).sha256 != asked.content_sha256:
        return ("the record is not what you saw: read it again",)
    return ()


def _order_faults(rows: Sequence[Row], asked: Signature) -> tuple[str, ...]:
    given = [row.body for row in rows if row.kind == EventKind.SIGNED.value]
    for body in given:
        same = body["content_sha256"] == asked.content_sha256
        if body["meaning"] == asked.meaning.value and same:
            return (f"it is signed as {asked.meaning.value} already, by {body['user']}",)
    before = _ORDER[: _ORDER.index(asked.meaning)]
    meanings = {body["meaning"] for body in given}
    return tuple(
        f"the signature {meaning.value}, which comes first"
        for meaning in before
        if meaning.value not in meanings
    )


def _person_faults(rows: Sequence[Row], asked: Signature, user: str) -> tuple[str, ...]:
    """A review and a release are by somebody who had no hand in the batch."""
    if asked.meaning is Meaning.PERFORMED:
        return ()
    hands = {
        str(row.body["operator"]): "operated this batch"
        for row in rows
        if row.kind == EventKind.BATCH_STARTED.value
    } | {
        str(row.body["user"]): "signed it as performed"
        for row in rows
        if row.kind == EventKind.SIGNED.value and row.body["meaning"] == Meaning.PERFORMED.value
    }
    return tuple(
        f"{asked.meaning.value} needs another person: {name} {why}"
        for name, why in hands.items()
        if name.casefold() == user.casefold()
    )
