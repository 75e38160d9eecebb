"""Batches over one another: aligned, compared with the first, differences stated."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from recording import record_of_run

from controller.errors import RecordError
from controller.records.reader import RecordReader
from controller.reports.overlay import differences, overlay, recipe_difference


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> RecordReader:
    folder = tmp_path_factory.mktemp("data")
    record_of_run(folder)
    return RecordReader(folder)


@pytest.fixture(scope="module")
def record(reader: RecordReader) -> dict[str, Any]:
    return reader.batch(str(reader.batches()[0]["id"]))


def test_a_batch_over_itself_differs_in_nothing(
    reader: RecordReader, record: dict[str, Any]
) -> None:
    batch_id = str(record["id"])
    page = overlay(reader, [batch_id, batch_id])
    assert page == overlay(reader, [batch_id, batch_id])
    assert "SIMULATED" in page
    assert "ran the same recipe, byte for byte" in page
    found = differences([record, record])
    assert {share for one in found for share in one.percent} <= {"+0.0 %", ""}


def test_differences_are_of_the_first_and_missing_figures_have_none(record: dict[str, Any]) -> None:
    other = copy.deepcopy(record)
    other["milling"]["revolutions"] = 1.1 * record["milling"]["revolutions"]
    other["leak_test"] = None
    found = {one.label: one for one in differences([record, other])}
    assert found["Revolutions in the dose"].percent == ("+10.0 %",)
    assert found["Leak rate"].values[1] == "not recorded"
    assert found["Leak rate"].percent == ("",)


def test_recipes_that_differ_are_shown_line_by_line(record: dict[str, Any]) -> None:
    other = copy.deepcopy(record)
    other["id"] = "OTHER"
    other["recipe"]["text"] = record["recipe"]["text"].replace(
        "wt_percent = 5.0", "wt_percent = 3.0"
    )
    other["recipe"]["sha256"] = "0" * 64
    lines = recipe_difference(record, other)
    assert any(line.startswith("-wt_percent = 5.0") for line in lines)
    assert any(line.startswith("+wt_percent = 3.0") for line in lines)


def test_what_cannot_be_laid_over_is_refused(reader: RecordReader, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="2 to 6"):
        overlay(reader, ["one"])
    with pytest.raises(RecordError, match="there is no batch"):
        overlay(reader, ["one", "two"])
