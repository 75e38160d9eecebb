"""The printed report, page by page: a batch to which everything happened, and a long one."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from eventful import eventful_batch
from recording import record_of_run, two_hours

from controller.records.reader import RecordReader
from controller.reports.content import spans, trips
from controller.reports.page import batch_report

PDF_MAX_BYTES = 2_000_000


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> RecordReader:
    folder = tmp_path_factory.mktemp("data")
    eventful_batch(folder)
    return RecordReader(folder)


@pytest.fixture(scope="module")
def record(reader: RecordReader) -> dict[str, Any]:
    return reader.batch(str(reader.batches()[0]["id"]))


def test_everything_that_happened_is_on_paper(reader: RecordReader, record: dict[str, Any]) -> None:
    page = batch_report(reader, record["id"]).html
    for said in (
        "Olga Marin, then Jan Weber",
        "released by Sven Holm: within limits",
        "Cooling pump off: fuse F3. Changed.",
        "signed by Jan Weber: F3 changed, blade held",
        "Cooling flow lost (COOLING_LOST, hold)",
        "14.5 h declared in B20260901-081500-7f3a (logbook; the jar is new)",
        "balance 2026-08-28, O2 2026-08-11, H2O 2026-07-30",
        "470 nm by fib_sem",
        "97.1 g of 100 g charged, 97.1 %",
        "by nobody",
    ):
        assert said in page, said
    assert ">14.50</td><td>h</td>" in page


def test_a_hold_is_drawn_with_what_caused_it(reader: RecordReader, record: dict[str, Any]) -> None:
    (trip,) = trips(record, reader.trend_of(record["id"]))
    assert trip.text == "RUNNING to HOLDING: COOLING_LOST"
    assert trip.panes[0].title == "Cooling flow"
    flow = trip.panes[0].pens[0].values
    assert max(flow) > 1.0 and min(flow) < 0.1


def test_a_phase_that_was_held_is_one_band_without_a_gap(record: dict[str, Any]) -> None:
    found = spans(record)
    assert len({span.label for span in found}) == len(found) == 6
    for before, after in itertools.pairwise(found):
        assert after.begin_s == pytest.approx(before.end_s, abs=0.2)


def _text(box: Any) -> str:
    return str(getattr(box, "text", ""))


def test_a_simulated_batch_says_so_on_every_page_over_whatever_is_drawn_there(
    reader: RecordReader, record: dict[str, Any]
) -> None:
    from weasyprint import HTML

    pages = HTML(string=batch_report(reader, record["id"]).html).render().pages
    assert len(pages) > 4
    for page in pages:
        boxes = [*page._page_box.descendants()]
        for fixed in page._page_box.fixed_boxes:
            boxes += fixed.descendants()
        assert any(box.element_tag == "div" and _text(box) == "SIMULATED" for box in boxes)
    css = (Path(__file__).parents[2] / "controller/reports/templates/style.css").read_text()
    assert "z-index: 1" in css, "behind a picture with a ground nobody would see it"


@pytest.mark.long
def test_a_report_of_two_hours_is_small_and_the_same_again(tmp_path: Path) -> None:
    """How long it takes is told by `make bench`."""
    batch_id = record_of_run(tmp_path, two_hours())
    reader = RecordReader(tmp_path)
    assert reader.batch(batch_id)["times"]["process_s"] > 7_200.0
    first, second = (batch_report(reader, batch_id) for _ in range(2))
    assert first.html == second.html
    printed = first.pdf()
    assert printed == second.pdf()
    assert len(printed) < PDF_MAX_BYTES
