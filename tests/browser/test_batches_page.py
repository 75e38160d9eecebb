"""The Batches page in a real browser: a batch is found, read, compared, judged and signed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from millpage import PASSWORD, MillPage, mill_page, watched_page
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from recording import record_of_run

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 844}
AXE = (Path(__file__).parents[2] / "hmi/web/node_modules/axe-core/axe.min.js").read_text()
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
EARLIER = "DRY-RUN"  # what a batch in virtual time is called


@pytest.fixture(scope="module")
def mill(chromium_browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MillPage]:
    record = tmp_path_factory.mktemp("record")
    record_of_run(record)
    with mill_page(chromium_browser, tmp_path_factory.mktemp("mill"), 10.0, record) as mill:
        yield mill


@pytest.fixture(scope="module")
def operator(mill: MillPage) -> BrowserContext:
    return mill.person(mill.administrator(), "Ada Lovelace", "operator", "supervisor")


@pytest.fixture
def page(mill: MillPage, operator: BrowserContext) -> Iterator[Page]:
    with watched_page(mill, operator) as page:
        page.goto(f"{mill.url}#/batches")
        expect(page.locator(f"[data-batch='{EARLIER}']")).to_be_visible()
        yield page


def show(page: Page, *rest: str) -> None:
    page.evaluate("hash => { location.hash = hash }", "/".join(("#", "batches", *rest)))
    expect(page.locator(".main-batches .panel").first).to_be_visible()


def opened(page: Page) -> None:
    page.locator(f"[data-batch='{EARLIER}']").get_by_role("link").click()
    expect(page.locator(".page-batch h2").first).to_have_text(EARLIER)
    expect(page.locator(".panel-record")).to_be_visible()


def test_an_operator_finds_a_batch_and_reads_its_record(page: Page) -> None:
    find = page.get_by_role("searchbox", name="Find")
    find.fill("no such batch")
    expect(page.get_by_text("No batch is like that.")).to_be_visible()
    find.fill("training complete")
    page.get_by_label("Outcome").select_option("COMPLETE")
    opened(page)
    record = page.locator(".panel-record")
    expect(record).to_contain_text("5.000 wt%")
    expect(record).to_contain_text("516 nm")
    expect(record).to_contain_text("NMC811, training lot")
    expect(record.get_by_role("row", name=re.compile("^O2"))).to_contain_text("ppm·min")
    log = page.locator(".panel-timeline")
    expect(log).to_contain_text("IDLE to STARTING")
    log.get_by_role("button", name=re.compile("^States")).click()
    expect(log).not_to_contain_text("IDLE to STARTING")
    expect(log).to_contain_text("Argon purge")


def test_a_trend_is_looked_at_closer_by_hand_and_by_keys(page: Page) -> None:
    opened(page)
    plot = page.locator(".batch-plot")
    whole = plot.get_by_role("button", name="Whole batch")
    expect(whole).to_be_disabled()
    box = plot.locator(".u-over").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 10, steps=4)
    page.evaluate(DRAWN)  # a selection is drawn in the next frame, and counts when it is there
    page.mouse.up()
    expect(whole).to_be_enabled()
    shown = plot.locator(".legend-time")
    begin, end = (_seconds(text) for text in shown.inner_text().split("–"))
    assert end - begin == pytest.approx(240.0, rel=0.1)  # half of a batch of eight minutes
    page.mouse.move(0, 0)  # one that leaves the plot takes the line with it
    plot.locator(".trend-canvas").focus()
    for _ in range(2):
        page.keyboard.press("-")
    expect(whole).to_be_disabled()
    page.keyboard.press("ArrowLeft")
    read = plot.locator(".batch-read")
    expect(read).to_contain_text("rpm")
    at_the_line = read.text_content() or ""
    page.set_viewport_size({"width": 1024, "height": 800})
    page.evaluate(DRAWN)
    expect(read).to_have_text(at_the_line)  # drawn anew, with the line where it was


def _seconds(text: str) -> float:
    minutes, seconds = text.strip().split(":")
    return 60.0 * float(minutes) + float(seconds)


def test_what_is_found_out_afterwards_goes_into_the_record_and_is_signed(page: Page) -> None:
    opened(page)
    record = page.locator(".panel-record")
    page.locator("[data-finding=yield]").click()
    page.locator("input[name=recovered_g]").fill("none")
    page.get_by_role("button", name="Write into the record").click()
    expect(record.get_by_role("alert").filter(has_text="number")).to_be_visible()
    page.locator("input[name=recovered_g]").fill("98,2")
    page.get_by_role("button", name="Write into the record").click()
    expect(record).to_contain_text("98.2 %")
    page.locator("[data-finding=measure]").click()
    for name, value in {"thickness_nm": "480", "n": "20"}.items():
        page.locator(f"input[name={name}]").fill(value)
    page.get_by_role("button", name="Write into the record").click()
    expect(record).to_contain_text("480 nm")
    page.get_by_role("button", name="Sign: I performed").click()
    form = record.get_by_role("form", name="Sign: I performed")
    form.locator("input[name=password]").fill(PASSWORD)
    form.get_by_role("button", name="Sign: I performed").click()
    performed = page.locator("[data-signature=performed]")
    expect(performed.or_(form.locator(".problem"))).not_to_contain_text("not signed")


def test_two_batches_lie_over_one_another_and_the_record_is_whole(
    page: Page, mill: MillPage
) -> None:
    mill.start_batch()
    mill.give("abort")
    page.reload()
    expect(page.locator("[data-batch]")).to_have_count(2)
    for line in page.locator("[data-batch]").all():
        line.get_by_role("checkbox").check()
    page.get_by_role("button", name="Check all rows and trends").click()
    expect(page.get_by_text("nothing was changed")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Compare 2 batches").click()
    expect(page.locator(".run-names li")).to_have_count(2)
    expect(page.locator(".panel-figures")).to_contain_text("Aborted")
    assert page.locator(".uplot").count() == 5


def test_no_view_keeps_anybody_out(page: Page) -> None:
    """axe-core finds nothing serious, and nothing is wider than a phone."""
    page.evaluate(f"{AXE}; 0")
    views = ((), (EARLIER,), ("compare", EARLIER))
    for view in views:
        show(page, *view)
        found = page.evaluate("() => axe.run('.main-batches', {resultTypes: ['violations']})")
        serious = [
            (rule["id"], [node["html"][:120] for node in rule["nodes"]])
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
        ]
        assert not serious, view
    page.set_viewport_size(PHONE)
    for view in views:
        show(page, *view)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], view
