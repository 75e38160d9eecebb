"""Anchors of the chain's head outside the machine: noted, and what they tell of a record."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner
from recording import recording

from controller.cli_batch import record as record_command
from controller.core.events import Event, EventKind
from controller.errors import InputError
from controller.records.anchors import AnchorKeeper, read_anchors
from controller.records.reader import RecordReader


def written(folder: Path, words: list[str], anchors: Path | None = None) -> AnchorKeeper | None:
    """A record with these comments, and one anchor more at its end."""
    folder.mkdir(exist_ok=True)
    keeper = None
    with recording(folder) as (clerk, _):
        for word in words:
            clerk.add(Event(EventKind.COMMENT, 0.0, word))
        assert clerk.committed(10.0)
        if anchors is not None:
            keeper = AnchorKeeper(RecordReader(folder), anchors, clerk.committed)
            keeper.start()
            keeper.end(10.0)
    return keeper


def verified(data: Path, anchors: Path) -> tuple[int, str]:
    args = ["verify", "--data", str(data), "--anchors", str(anchors)]
    done = CliRunner().invoke(record_command, args)
    return done.exit_code, done.output


def test_anchors_hold_for_the_record_that_they_are_of_while_it_grows(tmp_path: Path) -> None:
    data, anchors = tmp_path / "data", tmp_path / "elsewhere"
    for words in (["a", "b"], ["c"]):
        keeper = written(data, words, anchors)
        assert keeper is not None and keeper.counted() == (1, 0)
    first, second = read_anchors(anchors)
    assert first.seq < second.seq == RecordReader(data).newest(1)[0].seq
    assert verified(data, anchors)[0] == 0


def test_a_record_that_was_cut_off_or_made_anew_is_found(tmp_path: Path) -> None:
    anchors = tmp_path / "elsewhere"
    written(tmp_path / "data", ["a", "b", "c"], anchors)
    written(tmp_path / "short", ["a"])
    written(tmp_path / "anew", ["a", "b", "C"])
    assert RecordReader(tmp_path / "anew").verify().good, "whole in itself"
    code, said = verified(tmp_path / "short", anchors)
    assert code == 1 and "the end was cut off" in said
    code, said = verified(tmp_path / "anew", anchors)
    assert code == 1 and "differs from its anchor" in said


def test_a_file_that_cannot_be_written_is_counted_and_holds_nothing_up(tmp_path: Path) -> None:
    keeper = written(tmp_path / "data", ["a"], tmp_path / "gone" / "anchors")
    assert keeper is not None and keeper.counted() == (0, 1)
    assert RecordReader(tmp_path / "data").verify().good


@pytest.mark.parametrize("line", ["x", "2026 1", "2026 one " + "0" * 64, "2026 1 " + "0" * 63])
def test_what_is_no_anchor_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "anchors"
    path.write_text(f"{line}\n")
    with pytest.raises(InputError, match="is no anchor"):
        read_anchors(path)


def test_two_heads_of_one_row_are_told(tmp_path: Path) -> None:
    path = tmp_path / "anchors"
    heads = [hashlib.sha256(word).hexdigest() for word in (b"a", b"b")]
    path.write_text("".join(f"2026-01-01T00:00:00Z 7 {head}\n" for head in heads))
    with pytest.raises(InputError, match="made anew"):
        read_anchors(path)
