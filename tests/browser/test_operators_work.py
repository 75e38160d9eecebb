"""The whole work of an operator in a real browser, on the real processes: sign in, charge, start,
hold, an alarm, acknowledge, restart, finish, sign, take the report away.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from entering import sign_in
from millpage import PASSWORD, MillPage, expect_state, mill_page, press, watched_page
from playwright.sync_api import Browser, BrowserContext, Page, TimeoutError, expect

from sim.training import ask

pytestmark = pytest.mark.browser

ON_TIME_S = 60.0
ENDS_S = 90.0
MADE_MS = 60_000  # the first paper of a process takes longest


@pytest.fixture(scope="module")
def mill(chromium_browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MillPage]:
    with mill_page(
        chromium_browser, tmp_path_factory.mktemp("mill"), 10.0, None, ON_TIME_S
    ) as mill:
        yield mill


@pytest.fixture(scope="module")
def second(mill: MillPage) -> BrowserContext:
    admin = mill.administrator()
    mill.person(admin, "Ada Lovelace", "operator").close()
    return mill.person(admin, "Bo Diaz", "supervisor")


def ready(page: Page, command: str) -> None:
    button = page.locator(f"button[data-command='{command}']")
    expect(button).to_have_attribute("aria-disabled", "false", timeout=30_000)


def acknowledge_all(page: Page) -> None:
    """The button goes away by itself when the alarm does: then there is nothing to press."""
    button = page.locator(".alarm-line").get_by_role("button", name="Acknowledge")
    while page.locator(".alarm-open").count():
        with suppress(TimeoutError):
            button.click(timeout=1000)
        page.wait_for_timeout(300)


def taken_away(page: Page, label: str, folder: Path) -> bytes:
    with page.expect_download(timeout=MADE_MS) as download:
        page.get_by_role("button", name=label).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path.read_bytes()


def sign(page: Page, meaning: str) -> None:
    page.get_by_role("button", name=f"Sign: {meaning}").click()
    form = page.get_by_role("form", name=f"Sign: {meaning}")
    form.locator("input[name=password]").fill(PASSWORD)
    form.get_by_role("button", name=f"Sign: {meaning}").click()


def test_an_operator_runs_a_batch_and_takes_its_report_away(
    mill: MillPage, second: BrowserContext, chromium_browser: Browser, tmp_path: Path
) -> None:
    with watched_page(mill, chromium_browser.new_context()) as page:
        page.goto(mill.url)
        sign_in(page, "Ada Lovelace")
        expect_state(page, "IDLE")
        page.locator(".main").get_by_text("QUICK", exact=True).click()
        page.get_by_role("button", name="Load recipe").click()
        page.locator("input[name=emptied_and_cleaned]").check()
        confirm = page.locator("button[data-command=charge]")
        expect(confirm).to_have_attribute("aria-disabled", "true")  # nobody has checked it yet
        page.locator("input[name=checked_by]").fill("Bo Diaz")
        confirm.click()
        ready(page, "start")
        press(page, "start", twice=True)
        expect_state(page, "RUNNING")

        press(page, "hold", twice=False)
        expect_state(page, "HELD")
        ready(page, "restart")
        press(page, "restart", twice=True)
        expect_state(page, "RUNNING")

        running = page.locator(".mimic").get_by_text("RUNNING")
        expect(running).to_be_visible(timeout=60_000)
        ask({"inject": "powder_nan"}, mill.training)
        expect_state(page, "HELD")
        line = page.locator(".alarm-line")
        expect(line).to_contain_text("Powder too hot")
        expect(page.locator("[data-command=restart] small")).not_to_be_empty()
        ask({"heal": True}, mill.training)
        acknowledge_all(page)
        ready(page, "restart")
        press(page, "restart", twice=True)
        expect_state(page, "COMPLETE", ENDS_S)
        ready(page, "lid.release")
        press(page, "lid.release", twice=True)
        ready(page, "reset")
        press(page, "reset", twice=False)
        expect_state(page, "IDLE")

        page.locator("a[href='#/batches']").click()
        page.locator(".batch-link").first.click()
        batch = page.locator(".page-batch h2").first.inner_text()
        expect(page.locator(".panel-timeline")).to_contain_text("hold by Ada Lovelace")
        expect(page.locator(".panel-timeline")).to_contain_text("acknowledged by Ada Lovelace")
        sign(page, "I performed this batch")
        expect(page.locator("[data-signature=performed]")).to_contain_text("Ada Lovelace")
        report = taken_away(page, "Report (HTML)", tmp_path).decode()
        assert batch in report and "SIMULATED" in report.upper() and "Ada Lovelace" in report
        assert taken_away(page, "Report (PDF)", tmp_path).startswith(b"%PDF-")
        taken_away(page, "Export, signed (ZIP)", tmp_path)
        with zipfile.ZipFile(next(tmp_path.glob("*.zip"))) as export:
            assert export.testzip() is None
            assert any(re.search("manifest", name) for name in export.namelist())

    with watched_page(mill, second) as page:
        page.goto(f"{mill.url}#/batches/{batch}")
        for meaning, word in (
            ("I reviewed this record", "reviewed"),
            ("I release this batch", "released"),
        ):
            sign(page, meaning)
            expect(page.locator(f"[data-signature={word}]")).to_contain_text("Bo Diaz")
