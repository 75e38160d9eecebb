"""A batch is run, signed by two people, reported, exported, and verified somewhere else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from doorsite import Door, run_recorded
from recording import record_of_run
from signing import signed_by, told

from controller.records.reader import RecordReader
from controller.reports.checking import check_export
from controller.reports.export import export_batch
from controller.reports.page import batch_report
from controller.reports.signing import export_key

VERIFIER = Path(__file__).parents[2] / "deploy" / "verify_export.py"
SIGNED = (("Olga", "operator", "performed"), ("Sven", "supervisor", "reviewed"))


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    data = tmp_path_factory.mktemp("data")
    batch_id = record_of_run(data)

    async def check(it: Door) -> None:
        await signed_by(it, data, batch_id, SIGNED)
        await told(it, "comment", "Olga", "operator", {"text": "jar 7 leaks", "batch": batch_id})

    run_recorded(data, check)
    return data, batch_id


def test_the_report_shows_name_time_meaning_and_what_came_later(signed: tuple[Path, str]) -> None:
    reader, batch_id = RecordReader(signed[0]), signed[1]
    page = batch_report(reader, batch_id).html
    assert "This batch is not signed" not in page
    for row in reader.batch(batch_id)["signatures"]:
        for shown in ("user", "meaning", "statement", "content_sha256"):
            assert str(row["data"][shown]) in page
        assert row["utc"] in page
    assert page.count("unchanged; added later:") == len(SIGNED)
    assert "1 comment" in page and "NOT WHAT WAS SIGNED" not in page


def test_its_export_verifies_in_another_folder_with_both_verifiers(
    signed: tuple[Path, str], tmp_path: Path
) -> None:
    data, batch_id = signed
    key = export_key(data)
    export_batch(RecordReader(data), batch_id, tmp_path / "out", key)
    elsewhere = tmp_path / "elsewhere" / "batch"
    shutil.copytree(tmp_path / "out", elsewhere)
    shutil.rmtree(tmp_path / "out")
    assert check_export(elsewhere, key.fingerprint).faults == ()
    done = subprocess.run(
        [sys.executable, "-S", str(VERIFIER), str(elsewhere), key.fingerprint], capture_output=True
    )
    assert done.returncode == 0, done.stdout
    rows = [json.loads(line) for line in (elsewhere / "events.jsonl").read_text().splitlines()]
    assert [row["data"]["user"] for row in rows if row["kind"] == "signed"] == ["Olga", "Sven"]


def test_a_signature_that_is_bound_to_nothing_is_found_by_both_verifiers(
    signed: tuple[Path, str], tmp_path: Path
) -> None:
    """Who owns the machine can write any row; a signature of rows that never were is told."""
    data = tmp_path / "data"
    shutil.copytree(signed[0], data)
    batch_id = signed[1]

    async def forge(it: Door) -> None:
        from controller.core.events import Event, EventKind

        body = RecordReader(data).batch(batch_id)["signatures"][0]["data"]
        forged = body | {"user": "Zoe", "content_sha256": "f" * 64}
        assert it.clerk is not None
        it.clerk.add(Event(EventKind.SIGNED, 0.0, "forged", forged))

    run_recorded(data, forge)
    assert [row["holds"] for row in RecordReader(data).batch(batch_id)["signatures"]][-1] is False
    assert "NOT WHAT WAS SIGNED" in batch_report(RecordReader(data), batch_id).html
    key = export_key(data)
    folder = export_batch(RecordReader(data), batch_id, tmp_path / "out", key)
    assert any("another content" in fault for fault in check_export(folder, None).faults)
    done = subprocess.run(
        [sys.executable, "-S", str(VERIFIER), str(folder), key.fingerprint],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "is of another content" in done.stdout
