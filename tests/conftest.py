"""What tests of every area may ask for."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings
from machine import CHROMIUM_ADVICE, CHROMIUM_ARGS, find_chromium
from playwright.sync_api import Browser, expect, sync_playwright

from sim.prove.mutants import interpreted

TESTS: Final = Path(__file__).parent
# Workers take the files in their order: what lasts longest begins first.
LONGEST: Final = ("test_operators_work.py", "test_batch_in_browser.py", "test_run_page.py")
REALTIME_ROOMS: Final = ("browser", "live", "modbus", "process")

# A busy machine makes an example slow, not wrong. In CI the examples are the same each time: a
# change is judged there, and the search for more goes on in everybody's own runs.
settings.register_profile("blademill", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("blademill")
expect.set_options(timeout=15_000)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What talks to real processes, wires and browsers runs apart: see `make test`."""
    for item in items:
        if item.get_closest_marker("interpreted") and not interpreted():
            item.add_marker(pytest.mark.skip(reason="says nothing about compiled packages"))
        if item.path.relative_to(TESTS).parts[0] in REALTIME_ROOMS:
            item.add_marker(pytest.mark.realtime)
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Why a test had to be run once more: its first failure is shown nowhere else."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.section(f"first failure of {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)
        for title, text in report.sections:
            terminalreporter.write_line(f"--- {title}\n{text[-4000:]}")


@pytest.fixture(scope="module")
def chromium_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless Chromium; open a context of your own in it.

    It lives for one module: while Playwright runs, `asyncio.run` is refused on this thread. It
    steps back behind the controllers of the tests, as one on another machine would.
    """
    path = find_chromium()
    assert path is not None, CHROMIUM_ADVICE
    polite = tmp_path_factory.mktemp("chromium") / "chromium"
    polite.write_text(f'#!/bin/sh\nexec nice -n 10 {shlex.quote(path)} "$@"\n')
    polite.chmod(0o700)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=polite, args=list(CHROMIUM_ARGS))
        yield browser
        browser.close()
