"""How a person gets into the page in a real browser: the first administrator, then by password."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page

from hmi.processes import Processes

PASSWORD = "violet anchor melts"
_CODE = re.compile(r"code:\s+(\S+)")


def setup_code(processes: Processes) -> str:
    """The code that the page's process printed last."""
    deadline = time.monotonic() + 20.0
    while time.monotonic() < deadline:
        codes = [match[1] for line in processes.page_lines() if (match := _CODE.search(line))]
        if codes:
            return codes[-1]
        time.sleep(0.05)
    raise AssertionError("no set-up code was printed")


def set_up(page: Page, processes: Processes, name: str) -> None:
    """Make the first administrator, who may run the mill too."""
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=code]").fill(setup_code(processes))
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Make account").click()


def sign_in(page: Page, name: str) -> None:
    """Sign in with the account that is there."""
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
