"""The chain: any change of a stored row is found, at the row where it is."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.core.events import EventKind
from controller.records.chain import Anchor, Verdict, rows_of, verify
from controller.records.row import NO_HASH, Draft, Row, chained, draft, row_hash
from controller.records.schema import RECORD_NAME, open_for_reading
from controller.records.store import Store

ROWS = 60
TRIALS = 1_000


def drafts(count: int) -> list[Draft]:
    return [
        draft(EventKind.STEP, f"pulse {n}", {"pulses": float(n), "why": 'a "b" \n ü'}, batch="B1")
        for n in range(count)
    ]


def chain(count: int = ROWS) -> list[Row]:
    rows: list[Row] = []
    for seq, item in enumerate(drafts(count), 1):
        rows.append(chained(seq, item, "boot", "run", rows[-1].hash if rows else NO_HASH))
    return rows


def anchor(rows: list[Row]) -> Anchor:
    return Anchor(rows[-1].seq, rows[-1].hash.hex())


def test_a_whole_chain_is_good() -> None:
    rows = chain()
    assert verify(rows, [anchor(rows)]) == Verdict(ROWS, rows[-1].hash.hex(), None)


def test_the_hash_is_that_of_canonical_json() -> None:
    """What docs/records.md says, so that others can compute it again."""
    import hashlib

    row = chain(3)[2]
    fields = ["blademill-record-1", *row[:10], row.prev.hex()]
    line = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    assert row.hash == hashlib.sha256(line.encode()).digest()


# Each takes rows and a die, and returns the changed rows with the sequence number of the change.
Forgery = Callable[[list[Row], random.Random], tuple[list[Row], int]]


def edited(rows: list[Row], die: random.Random) -> tuple[list[Row], int]:
    at, field = die.randrange(len(rows)), die.choice(Row._fields[1:])
    value = getattr(rows[at], field)
    other: object
    if isinstance(value, bytes):
        other = bytes([value[0] ^ 1]) + value[1:]
    elif isinstance(value, str):
        other = value[: (cut := die.randrange(len(value)))] + "~" + value[cut:]
    else:
        other = value + 1
    return [*rows[:at], rows[at]._replace(**{field: other}), *rows[at + 1 :]], at + 1


def deleted(rows: list[Row], die: random.Random) -> tuple[list[Row], int]:
    at = die.randrange(len(rows))
    return rows[:at] + rows[at + 1 :], at + 1


def inserted(rows: list[Row], die: random.Random) -> tuple[list[Row], int]:
    at = die.randrange(len(rows))
    later = [row._replace(seq=row.seq + 1) for row in rows[at:]]
    return [*rows[:at], rows[at]._replace(text="never happened"), *later], at + 1


def swapped(rows: list[Row], die: random.Random) -> tuple[list[Row], int]:
    one, two = sorted(die.sample(range(len(rows)), 2))
    found = list(rows)
    found[one] = rows[two]._replace(seq=one + 1)
    found[two] = rows[one]._replace(seq=two + 1)
    return found, one + 1


def truncated(rows: list[Row], die: random.Random) -> tuple[list[Row], int]:
    left = die.randrange(len(rows))
    return rows[:left], left + 1


def sealed_again(row: Row, prev: bytes) -> Row:
    fields = (*row[:10], prev)
    return Row(*fields, row_hash(*fields))


def rechained(rows: list[Row], die: random.Random) -> tuple[list[Row], int]:
    """Whoever may write the file may make the whole chain anew: only the anchor finds that."""
    found, at = edited(rows, die)
    prev = found[at - 2].hash if at > 1 else NO_HASH
    found[at - 1] = found[at - 1]._replace(text="nothing of the kind")
    for index in range(at - 1, len(found)):
        found[index] = sealed_again(found[index], prev)
        prev = found[index].hash
    return found, len(rows)


@pytest.mark.parametrize("forgery", [edited, deleted, inserted, swapped, truncated, rechained])
def test_every_forgery_is_found_at_its_row(forgery: Forgery) -> None:
    """A thousand of all kinds together."""
    rows, die = chain(), random.Random(forgery.__name__)
    kept = anchor(rows)
    for _ in range(TRIALS // 6 + 1):
        forged, at = forgery(rows, die)
        verdict = verify(forged, [kept])
        assert verdict.broken is not None, (forgery.__name__, at)
        assert verdict.broken.seq == at, (forgery.__name__, at, verdict)


def test_without_an_anchor_a_chain_made_anew_is_not_found() -> None:
    """What the docs say a bare chain cannot do."""
    forged, _ = rechained(chain(), random.Random(1))
    assert verify(forged).good


def stored(folder: Path, count: int = ROWS) -> Path:
    store = Store(folder / RECORD_NAME, "boot", "run")
    store.append(drafts(count))
    store.close()
    return folder / RECORD_NAME


def test_rows_come_back_from_the_file_as_they_were(tmp_path: Path) -> None:
    rows = list(rows_of(open_for_reading(stored(tmp_path))))
    assert [row.seq for row in rows] == list(range(1, ROWS + 1))
    assert rows[5].body == {"pulses": 5.0, "why": 'a "b" \n ü'}
    assert verify(rows).good


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ev SET text = 'x' WHERE seq = 3",
        "DELETE FROM ev WHERE seq = 3",
        "INSERT OR REPLACE INTO ev SELECT * FROM ev WHERE seq = 3",
        "INSERT INTO ev SELECT seq + 2, batch, kind, utc, mono_ns, boot, run, process_s, text,"
        " data, hash, hash FROM ev ORDER BY seq DESC LIMIT 1",
        "INSERT INTO ev SELECT seq + 1, batch, kind, utc, mono_ns, boot, run, process_s, text,"
        " data, prev, hash FROM ev ORDER BY seq DESC LIMIT 1",
    ],
)
def test_the_file_itself_refuses_changes_and_gaps(tmp_path: Path, statement: str) -> None:
    db = sqlite3.connect(stored(tmp_path))
    with pytest.raises(sqlite3.IntegrityError, match=r"append-only|no gaps|not follow"):
        db.execute(statement)


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    db = open_for_reading(stored(tmp_path))
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("INSERT INTO alive VALUES (1, '', 0, '')")


def test_an_edit_behind_the_triggers_is_found(tmp_path: Path) -> None:
    path = stored(tmp_path)
    db = sqlite3.connect(path)
    db.executescript("DROP TRIGGER ev_kept; UPDATE ev SET data = '{}' WHERE seq = 17;")
    db.close()
    verdict = verify(rows_of(open_for_reading(path)))
    assert verdict.broken is not None
    assert verdict.broken.seq == 17


def check_that_it_verifies(folder: Path, count: int) -> None:
    store = Store(folder / RECORD_NAME, "boot", "run")
    for _ in range(count // 10_000):
        store.append(drafts(10_000))
    store.close()
    verdict = verify(rows_of(open_for_reading(folder / RECORD_NAME)))
    assert (verdict.good, verdict.rows) == (True, count)


def test_many_rows_verify(tmp_path: Path) -> None:
    """How fast is told by `make bench`."""
    check_that_it_verifies(tmp_path, 30_000)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_million_rows_verify(tmp_path: Path) -> None:
    """As many as the record of years has."""
    check_that_it_verifies(tmp_path, 1_000_000)
