"""Makes the pictures of the documentation: a real batch on the real processes, in a real browser.

`make pictures` runs it. It takes about five minutes and writes into docs/pictures.
"""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

from entering import set_up
from machine import CHROMIUM_ADVICE, CHROMIUM_ARGS, find_chromium
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from controller.packaged import packaged_file
from hmi.processes import Processes, Setup
from sim.training import ask

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
RECIPE = "bm-05"
SPEED = 10.0
BATCH_S = 420.0  # wall time within which each thing must have happened
PANEL, DESK, PHONE = (1280, 800), (1920, 1080), (390, 844)
EDITOR = (1440, 900)
SECOND_PRESS_MS = 700.0  # sooner, the page takes it for a double click
FULL_SPEED_MS = 1_300.0  # the ramp, at SPEED
SETTLED_MS = 700.0
COLORS = 96


def main() -> None:
    """One batch from sign-in to COMPLETE, with a picture at each station."""
    chromium = find_chromium()
    assert chromium is not None, CHROMIUM_ADVICE
    FOLDER.mkdir(exist_ok=True)
    port = free_port()
    training = Path(tempfile.mkdtemp()) / "training.sock"
    plant = packaged_file("deploy", "lab-0.5l.toml")
    setup = Setup(plant, RECIPE, SPEED, 1, port, training_socket=training)
    with Processes(setup) as processes, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGS))
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        set_up(page, processes, "M. Weber")
        expect(page.locator("[data-state=IDLE]").first).to_be_visible(timeout=20_000)
        author(page)
        prepare(page)
        run(page)
        alarm(page, training)
        finish(page)
        afterwards(page)
        browser.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def author(page: Page) -> None:
    """Open a recipe in the editor, then go back to the mill."""
    page.locator("a[href='#/recipes']").click()
    page.get_by_role("button", name=f"Edit a copy of {RECIPE.upper()}").click()
    expect(page.locator(".verdict")).to_have_attribute("data-faults", "0")
    picture(page, "recipe-editor", EDITOR)
    page.get_by_role("tab", name="Dry runs").click()
    page.get_by_role("button", name="Start dry run").click()
    expect(page.locator(".panel-run .uplot").first).to_be_visible(timeout=1000.0 * BATCH_S)
    picture(page, "dry-run", EDITOR)
    resize(page, PANEL)
    page.locator("a[href='#/run']").click()


def prepare(page: Page) -> None:
    """Load and charge; on the way, the page that says what is missing."""
    page.get_by_text(RECIPE.upper(), exact=True).click()
    page.get_by_role("button", name="Load recipe").click()
    page.locator("input[name=emptied_and_cleaned]").check(timeout=10_000)
    page.locator("input[name=checked_by]").fill("J. Ito")
    picture(page, "before-the-start", PANEL)
    page.get_by_role("button", name="Confirm charge").click()


def run(page: Page) -> None:
    """Start, and look at the mill while it mills."""
    twice(page, "start")
    for pulse, name, size, scheme in (
        (9, "milling", PANEL, "light"),
        (11, "milling-dark", DESK, "dark"),
        (13, "milling-phone", PHONE, "light"),
    ):
        resize(page, size, scheme)
        expect(page.get_by_text(f"pulse {pulse} on").first).to_be_visible(timeout=1000.0 * BATCH_S)
        page.wait_for_timeout(FULL_SPEED_MS)
        picture(page, name, size, scheme)


def alarm(page: Page, training: Path) -> None:
    """Two sensors go wrong: the batch is held, the alarms say why, and the batch goes on."""
    resize(page, PANEL)
    page.get_by_role("link", name="Large").click()
    picture(page, "large", PANEL)
    page.get_by_role("link", name="Back to the panel").click()
    ask({"inject": "h2s_wrong:12"}, training)
    ask({"inject": "o2_nan"}, training)
    expect(page.locator("[data-state=HELD]").first).to_be_visible(timeout=1000.0 * BATCH_S)
    page.locator("#tab-alarms").click()
    picture(page, "alarm", PANEL)
    ask({"heal": True}, training)
    page.locator("#tab-trend").click()
    page.locator(".panel-alarms .panel-head button").click()
    twice(page, "restart")


def finish(page: Page) -> None:
    """Look at the mill when the batch is done."""
    expect(page.locator("[data-state=COMPLETE]").first).to_be_visible(timeout=1000.0 * BATCH_S)
    page.wait_for_timeout(2.0 * SETTLED_MS)
    picture(page, "complete", PANEL)


def afterwards(page: Page) -> None:
    """The batch as its record has it, and the machine behind the mill."""
    page.evaluate("() => { location.hash = '#/batches' }")
    page.locator(".batch-link").first.click()
    expect(page.locator(".batch-plot .uplot").first).to_be_visible()
    picture(page, "batch", PANEL)
    page.evaluate("() => { location.hash = '#/system' }")
    expect(page.locator("[data-row=o2_ppm] .raw")).to_be_visible()
    picture(page, "system", PANEL)


def twice(page: Page, command: str) -> None:
    """Give a command that asks for a second press, as soon as nothing is missing."""
    button = page.locator(f"button[data-command={command}]")
    expect(button).to_have_attribute("aria-disabled", "false", timeout=60_000)
    button.click()
    page.wait_for_timeout(SECOND_PRESS_MS)
    button.click()


def resize(page: Page, size: tuple[int, int], scheme: str = "light") -> None:
    """Give the window this size and color scheme."""
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")


def picture(page: Page, name: str, size: tuple[int, int], scheme: str = "light") -> None:
    """Write one picture of the window as a person sees it."""
    resize(page, size, scheme)
    page.wait_for_timeout(SETTLED_MS)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    in_fewer_bytes(path)
    print(f"{path.relative_to(FOLDER.parents[1])}  {path.stat().st_size / 1000:.0f} kB")


def in_fewer_bytes(path: Path) -> None:
    """The pages have few colors: a palette of them is a third of the bytes, and looks the same."""
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    main()
