"""A person's whole batch in a real browser: sign in, load, charge, start, watch, finish.

The operator page is killed in the middle: the batch goes on, and the page that comes back shows
what is true.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from pathlib import Path

import pytest
from entering import set_up, sign_in
from livebatch import quick_files
from playwright.sync_api import Browser, Page, expect

from hmi.processes import Processes, Setup

pytestmark = pytest.mark.browser

SPEED = 10.0
ASKS_TWICE = ("start", "lid.release")
SECOND_PRESS_MS = 700.0  # sooner, the page takes it for a double click


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(page: Page, name: str) -> None:
    """Give a command as a person does; one that moves the machine asks for a second press."""
    button = page.locator(f"button[data-command='{name}']")
    button.click()
    if name in ASKS_TWICE:
        expect(button).to_have_class(re.compile("armed"))
        page.wait_for_timeout(SECOND_PRESS_MS)
        button.click()


def state(page: Page, name: str, timeout_s: float) -> None:
    badge = page.locator("[data-state]").first
    expect(badge).to_have_attribute("data-state", name, timeout=1000.0 * timeout_s)


def test_a_batch_is_run_from_the_browser_and_outlives_the_page(
    chromium_browser: Browser, tmp_path: Path
) -> None:
    plant, recipe = quick_files(tmp_path, on_time_s=60.0)
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    recipe.rename(shelf / recipe.name)
    port = free_port()
    setup = Setup(plant, str(shelf / recipe.name), SPEED, 1, port, recipes=shelf)
    page = chromium_browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    with Processes(setup) as processes:
        page.goto(f"http://127.0.0.1:{port}/")
        set_up(page, processes, "Ada")
        expect(page.get_by_text("SIMULATION").first).to_be_visible()
        state(page, "IDLE", 10.0)

        page.get_by_text("QUICK", exact=True).click()
        expect(page.get_by_text("317").first).to_be_visible()  # dense target, before anything runs
        page.get_by_role("button", name="Load recipe").click()
        page.locator("input[name=emptied_and_cleaned]").check(timeout=10_000)
        page.locator("input[name=checked_by]").fill("Bo")
        page.get_by_role("button", name="Confirm charge").click()
        # Its own dry runs come by themselves, from the record's recipe and the plant file in force.
        expect(page.get_by_text("Shaded: 16 dry runs")).to_be_visible(timeout=90_000)
        start = page.locator("button[data-command='start']")
        expect(start).to_have_attribute("aria-disabled", "false", timeout=20_000)
        command(page, "start")
        state(page, "RUNNING", 10.0)
        expect(page.get_by_text("Leak test").first).to_be_visible()

        os.kill(processes.pid("hmi"), signal.SIGKILL)
        killed = time.monotonic()
        expect(page.get_by_text("NOT LIVE").first).to_be_visible(timeout=5_000)
        assert time.monotonic() - killed < 2.0 + 0.5  # half a second for the test itself
        processes.watch()
        page.goto(f"http://127.0.0.1:{port}/")
        sign_in(page, "Ada")
        state(page, "RUNNING", 10.0)

        state(page, "COMPLETE", 90.0)
        expect(page.get_by_text("QUICK").first).to_be_visible()
        command(page, "lid.release")
        command(page, "reset")
        state(page, "IDLE", 10.0)
    assert not problems
    assert all(url.startswith(f"http://127.0.0.1:{port}/") for url in requests)
