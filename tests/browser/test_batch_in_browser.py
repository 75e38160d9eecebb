"""A person's whole batch in a real browser: sign in, load, charge, start, watch, finish, sign.

The operator page is killed in the middle: the batch goes on, and the page that comes back shows
what is true. In the end two people have signed the batch, and its export verifies elsewhere.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from entering import PASSWORD, set_up, sign_in
from livebatch import ROOT, quick_files
from playwright.sync_api import Browser, Page, expect

from hmi.processes import Processes, Setup

pytestmark = pytest.mark.browser

SPEED = 10.0
DECLARED = {
    "jar_id": "J-3",
    "argon_lot": "AR-1",
    "balance_id": "XPR",
    "calibrated": "2026-08-28",
    "blade_hours": "12,5",
    "jar_hours": "0",
    "hours_origin": "logbook; the jar is new",
}
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


def sign(page: Page, meaning: str) -> None:
    """Give one signature, with the password."""
    word = {"performed": "Sign: I performed", "reviewed": "Sign: I reviewed"}.get(meaning)
    name = re.compile(word or "Sign: I release")
    page.get_by_role("button", name=name).click()
    form = page.get_by_role("form", name=name)
    form.locator("input[name=password]").fill(PASSWORD)
    form.get_by_role("button", name=name).click()


def signed_and_exported(page: Page, browser: Browser, processes: Processes, folder: Path) -> Path:
    """The batch is signed by Ada, who ran it, and by Bob; he takes its export away."""
    url = page.url.split("#")[0]
    headers = {"Origin": url.rstrip("/"), "Content-Type": "application/json"}
    post = lambda who, path, data: who.request.post(  # noqa: E731
        f"{url}api/{path}", data=data, headers=headers
    )
    post(page.context, "proof", {"password": PASSWORD})
    bob = {"name": "Bob", "roles": ["supervisor"]}
    code = post(page.context, "users", bob).json()["code"]
    page.goto(f"{url}#/batches")
    page.locator("[data-batch]").get_by_role("link").click()
    sign(page, "performed")
    expect(page.locator("[data-signature=performed]")).to_contain_text("Ada")
    sign(page, "reviewed")
    expect(page.get_by_text("reviewed needs another person").first).to_be_visible()

    second = browser.new_context(accept_downloads=True)
    post(second, "enroll", {"name": "Bob", "code": code, "password": PASSWORD})
    his = second.new_page()
    his.goto(page.url)
    for meaning in ("reviewed", "released"):
        sign(his, meaning)
        expect(his.locator(f"[data-signature={meaning}]")).to_contain_text("Bob")
    with his.expect_download(timeout=60_000) as download:
        his.get_by_role("button", name="Export, signed").click()
    exported = folder / "export"
    with zipfile.ZipFile(download.value.path()) as packed:
        packed.extractall(exported)
    second.close()
    return exported


def told_by_the_command_line(data: Path, page: Page) -> None:
    """`blademill batch list`, `show` and `verify` on the batch that was run from the browser."""
    (batch,) = json.loads(blademill(ROOT, "batch", "list", "--json", "--data", str(data)))
    assert (batch["outcome"], batch["operator"]) == ("COMPLETE", "Ada")
    assert batch["id"] in page.url
    found = json.loads(blademill(ROOT, "batch", "show", batch["id"], "--json", "--data", str(data)))
    assert found["wear"]["blade"]["hours_before"] == 12.5
    assert found["charge"]["balance_stable"] is True
    assert [row["data"]["user"] for row in found["signatures"]] == ["Ada", "Bob", "Bob"]
    assert "Good" in blademill(ROOT, "batch", "verify", batch["id"], "--data", str(data))


def verified_elsewhere(exported: Path, data: Path, clone: Path) -> None:
    """Another clone, which has no record: its product and its verifier find nothing wrong."""
    for name in ("controller", "sim", "hmi", "deploy", "recipes"):
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("node_modules"))
    page = (exported / "report.html").read_text()
    assert "performed by Ada, reviewed by Bob, released by Bob" in page
    key = blademill(ROOT, "batch", "key", "--data", str(data)).strip()
    said = blademill(clone, "batch", "verify", str(exported), "--key", key)
    assert "nothing was changed" in said
    verifier = [sys.executable, "-S", "deploy/verify_export.py", str(exported), key]
    done = subprocess.run(verifier, cwd=clone, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def blademill(where: Path, *words: str) -> str:
    """What a command says, run from the packages in the folder `where`."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "controller", *words],
        cwd=where,
        env={"PYTHONPATH": str(where), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


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
        page.get_by_text("Jar, argon, balance, hours").click()
        for name, value in DECLARED.items():
            page.locator(f"input[name={name}]").fill(value)
        page.locator("input[name=balance_stable]").check()
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

        exported = signed_and_exported(page, chromium_browser, processes, tmp_path)
        told_by_the_command_line(processes.folder, page)
        verified_elsewhere(exported, processes.folder, tmp_path / "clone")
    assert not problems
    assert all(url.startswith(f"http://127.0.0.1:{port}/") for url in requests)
