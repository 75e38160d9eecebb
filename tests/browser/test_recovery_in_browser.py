"""A controller is killed in the middle of a batch; a person decides in the browser what becomes.

Nothing moves before. Both decisions need the password; Ada has entered hers a moment ago.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from millpage import MillPage, expect_state, mill_page, press, watched_page
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

AWAY_MS = 2_000  # longer than the watchdogs' times
KNOWN_MS = 60_000  # until the standstill is proven after the restart, and every analyzer reads


@pytest.fixture(scope="module")
def mill(chromium_browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MillPage]:
    with mill_page(chromium_browser, tmp_path_factory.mktemp("mill"), 10.0, supervised=True) as it:
        yield it


@pytest.fixture
def page(mill: MillPage) -> Iterator[Page]:
    operator = mill.person(mill.administrator(), "Ada", "operator")
    with watched_page(mill, operator) as page:
        page.goto(mill.url)
        yield page


def cut_off(mill: MillPage, page: Page) -> None:
    """A batch that runs, and a controller that is killed; another one is started in its place, when
    the drive's own watchdog has run out.
    """
    mill.start_batch()
    expect_state(page, "RUNNING")
    expect(page.get_by_text("Leak test").first).to_be_visible()
    supervisor = mill.processes.pid("control")
    os.kill(supervisor, signal.SIGSTOP)
    for child in Path(f"/proc/{supervisor}/task").glob("*/children"):
        for pid in child.read_text().split():
            os.kill(int(pid), signal.SIGKILL)
    page.wait_for_timeout(AWAY_MS)
    os.kill(supervisor, signal.SIGCONT)
    expect(page.locator("[data-recovery]")).to_be_visible(timeout=20_000)
    expect_state(page, "IDLE")


def clear_the_drive(page: Page) -> None:
    """As the page says; the batch that was cut off keeps waiting for its decision."""
    cut = page.locator("[data-recovery]")
    expect(cut.get_by_text("press Stop, then Reset")).to_be_visible(timeout=KNOWN_MS)
    go_on = page.locator("button[data-command=continue]")
    expect(go_on).to_have_attribute("aria-disabled", "true")
    press(page, "stop", twice=False)
    expect_state(page, "STOPPED", timeout_s=30.0)
    expect(cut).to_be_visible()
    press(page, "reset", twice=False)
    expect_state(page, "IDLE")


def test_a_batch_that_was_cut_off_is_gone_on_with_by_a_person(mill: MillPage, page: Page) -> None:
    cut_off(mill, page)
    cut = page.locator("[data-recovery]")
    scrap = page.locator("button[data-command=scrap]")
    expect(scrap).to_have_attribute("aria-disabled", "true")
    page.locator("input[name=scrap-reason]").fill("stood without cover over night")
    expect(scrap).to_have_attribute("aria-disabled", "false")
    clear_the_drive(page)
    go_on = page.locator("button[data-command=continue]")
    expect(go_on).to_have_attribute("aria-disabled", "false", timeout=KNOWN_MS)
    go_on.click()
    expect(cut).to_be_hidden()
    expect_state(page, "IDLE")
    expect(page.locator("button[data-command=start]")).to_be_visible()
    following, before = page.request.get(f"{mill.url}api/batches").json()
    assert (following["outcome"], before["outcome"]) == ("NOT_STARTED", "CRASHED")
    record = page.request.get(f"{mill.url}api/batches/{following['id']}").json()
    assert record["continues"]["batch"] == before["id"]
    record = page.request.get(f"{mill.url}api/batches/{before['id']}").json()
    choice = record["recovery"][0]["data"]
    assert (choice["choice"], choice["user"]) == ("continue", "Ada")
