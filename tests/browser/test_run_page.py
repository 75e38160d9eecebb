"""The frame and the Run page in a real browser, on the real processes.

What is always there, who can use it, and what an operator does about alarms.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from millpage import MillPage, expect_state, mill_page, press, watched_page
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sim.training import ask

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parents[2] / "hmi/web/node_modules/axe-core/axe.min.js").read_text()
PAGES = ("run", "recipes", "batches", "system")
SIZES = {"panel": (1280, 800), "desk": (1920, 1080), "phone": (390, 844)}
RUN_VIEWS = ("far", "alarms", "events")
VIEWS = (
    *((name,) for name in PAGES),
    *(("run", name) for name in RUN_VIEWS),
    *(("recipes", name) for name in ("library", "write", "runs", "matrix", "compare")),
    *(
        ("system", name)
        for name in ("manual", "bypasses", "machine", "audit", "training", "people")
    ),
)
# What cannot be read without moving the whole page sideways.
TOO_WIDE = """
() => [document.documentElement, document.querySelector('.main')]
  .filter(it => it.scrollWidth > it.clientWidth)
  .map(it => it.className + ' ' + it.scrollWidth)
"""
NOT_LIVE_S = 2.0
FOR_THE_TEST_S = 0.5


@pytest.fixture(scope="module")
def mill(chromium_browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MillPage]:
    with mill_page(chromium_browser, tmp_path_factory.mktemp("mill"), speed=10.0) as mill:
        yield mill


@pytest.fixture(scope="module")
def operator(mill: MillPage) -> BrowserContext:
    admin = mill.administrator()
    return mill.person(admin, "Ada Lovelace", "operator", "supervisor")


@pytest.fixture
def page(mill: MillPage, operator: BrowserContext) -> Iterator[Page]:
    """The Run page with live values. Errors of any kind, and foreign requests, fail the test."""
    with watched_page(mill, operator) as page:
        page.goto(mill.url)
        expect(page.locator("[data-state]:not([data-state=''])").first).to_be_visible()
        yield page


def go(page: Page, name: str, *rest: str) -> None:
    page.evaluate("hash => { location.hash = hash }", "/".join(("#", name, *rest)))
    expect(page.locator(f".main-{name} .panel").first).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_what_must_always_be_there_is_there_on_every_page(page: Page, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    for name in PAGES:
        go(page, name)
        expect(page.get_by_text("SIMULATION", exact=True)).to_be_in_viewport()
        expect(page.locator("[data-state]").first).to_be_in_viewport()
        expect(page.get_by_text("LIVE", exact=True)).to_be_in_viewport()
        expect(page.locator(".head-person")).to_contain_text("Ada Lovelace")
        expect(page.locator(".head-person")).to_be_in_viewport()
        expect(page.locator(".alarm-line")).to_be_in_viewport()
        for command in ("hold", "stop", "abort"):
            button = page.locator(f"button[data-command='{command}']")
            expect(button).to_be_in_viewport(ratio=1.0)
            expect(button).to_be_enabled()
    for view in VIEWS:
        go(page, *view)
        assert page.evaluate(TOO_WIDE) == [], view


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_keeps_anybody_out(page: Page, scheme: Any) -> None:
    """axe-core finds nothing serious, in any view."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(f"{AXE}; 0")
    # The schemes differ in their colors alone.
    what = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
    # The other views of the other pages have tests of their own in the light one.
    here = [*((name,) for name in PAGES), *(("run", name) for name in RUN_VIEWS)]
    for view in VIEWS if scheme == "dark" else here:
        go(page, *view)
        found = page.evaluate("how => axe.run(how)", {"resultTypes": ["violations"], **what})
        serious = [
            (rule["id"], [node["html"][:120] for node in rule["nodes"]])
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
        ]
        assert not serious, (view, serious)


# A gloved finger that lands 21 px beside the middle of a control still hits it.
MISSED = """
() => [...document.querySelectorAll('.frame :is(button, a, select, input, summary)')]
  .filter(it => it.checkVisibility() && !it.closest('.skip, .input, .tick, .choice'))
  .map(it => {
    it.scrollIntoView({block: 'center'});
    const box = it.getBoundingClientRect();
    const x = box.x + Math.min(box.width / 2, 30), y = box.y + box.height / 2;
    const hits = [-21, 0, 21].every(by => {
      const found = document.elementFromPoint(x, y + by);
      return found && (found === it || it.contains(found));
    });
    return hits && box.width >= 24 ? null : it.outerHTML.slice(0, 90);
  })
  .filter(Boolean)
"""


@pytest.mark.parametrize("size", SIZES)
def test_gloves_hit_every_control(page: Page, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    for view in (("run",), *(("run", name) for name in RUN_VIEWS)):
        go(page, *view)
        missed = page.evaluate(MISSED)
        assert not missed, "\n".join(missed)


def test_everything_is_reached_by_keyboard_and_seen_where_it_is(page: Page) -> None:
    reached: list[str] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """() => {
              const it = document.activeElement;
              const style = getComputedStyle(it);
              return {
                name: it.dataset.command ?? it.getAttribute('href') ?? it.id ?? it.tagName,
                seen: style.outlineStyle !== 'none' || !!it.closest('.input, .choice'),
                body: it === document.body,
              };
            }"""
        )
        if at["body"]:
            break
        assert at["seen"], at
        reached.append(at["name"])
    assert reached.index("hold") < reached.index("stop") < reached.index("abort")
    assert {"#/run", "#/recipes", "#/batches", "#/system", "start", "tab-trend"} <= set(reached)
    page.locator("#tab-trend").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-alarms")).to_be_focused()
    expect(page.locator("#tab-alarms")).to_have_attribute("aria-selected", "true")


def test_the_theme_is_kept(page: Page) -> None:
    button = page.get_by_role("button", name=re.compile("Colors"))
    ground = "getComputedStyle(document.body).backgroundColor"
    button.click()
    light = page.evaluate(ground)
    button.click()
    assert page.evaluate(ground) != light
    dark = page.evaluate(ground)
    page.reload()
    expect(button).to_be_visible()
    assert page.evaluate(ground) == dark
    button.click()
    expect(button).to_contain_text("Auto")


def test_a_charge_is_checked_by_somebody_else(page: Page) -> None:
    page.locator(".main").get_by_text("QUICK", exact=True).click()
    page.get_by_role("button", name="Load recipe").click()
    page.locator("input[name=emptied_and_cleaned]").check(timeout=10_000)
    page.locator("input[name=checked_by]").fill("ada lovelace")
    confirm = page.locator("button[data-command=charge]")
    expect(confirm).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text("by another person")).to_be_visible()
    page.locator("input[name=checked_by]").fill("Bob")
    confirm.click()
    expect(page.get_by_text("Checked by Bob")).to_be_visible(timeout=10_000)


def test_a_command_shows_what_the_machine_did_and_what_is_missing(page: Page) -> None:
    start = page.locator("button[data-command=start]")
    expect(start).to_have_attribute("aria-disabled", "false", timeout=20_000)
    press(page, "start", twice=True)
    expect_state(page, "RUNNING")
    expect(page.locator(".last")).to_contain_text("machine went to Running")
    press(page, "hold", twice=False)
    expect_state(page, "HELD")
    restart = page.locator("button[data-command=restart]")
    expect(page.locator(".panel-permissives h2")).to_have_text("To restart")
    expect(start.locator("small")).to_contain_text("not in state HELD")
    expect(restart).to_have_attribute("aria-disabled", "false", timeout=20_000)
    press(page, "restart", twice=True)
    expect_state(page, "RUNNING")


def test_an_alarm_is_shelved_with_a_reason_and_comes_back(page: Page, mill: MillPage) -> None:
    ask({"inject": "room_o2_wrong@0:18.5"}, mill.training)
    go(page, "run", "alarms")
    row = page.locator(".alarm-list .alarm").filter(has_text="Room O2")
    row.get_by_role("button", name="Shelve").click(timeout=20_000)
    submit = row.locator(".aside-foot button").first
    expect(submit).to_be_disabled()
    row.get_by_label("Reason").fill("<b>known</b>")
    submit.click()
    go(page, "run", "alarms", "aside")
    aside = page.locator(".alarm-list .alarm").filter(has_text="Room O2")
    expect(aside).to_contain_text("Shelved, by Ada Lovelace, <b>known</b>", timeout=10_000)
    aside.get_by_role("button", name="Unshelve").click()
    expect(aside).to_have_count(0, timeout=10_000)
    ask({"heal": True}, mill.training)


def test_a_trip_is_told_acknowledged_and_looked_at(page: Page, mill: MillPage) -> None:
    ask({"inject": "estop_pressed"}, mill.training)
    expect_state(page, "ABORTED")
    banner = page.locator(".alarm-line")
    expect(banner).to_contain_text("FIRST")
    assert page.locator("[data-command=reset]").get_attribute("aria-disabled") == "true"
    expect(page.locator("[data-command=reset] small")).to_contain_text("missing")
    banner.get_by_role("button", name="Acknowledge").click()
    rest = banner.get_by_role("button", name="Acknowledge all")
    rest.click()
    expect(page.locator(".alarm-open")).to_have_count(0)

    go(page, "run", "alarms")
    first = page.locator(".alarm-list .alarm").first
    expect(first).to_contain_text("FIRST")
    expect(first.get_by_role("button", name="Shelve")).to_be_disabled()  # priority 1
    go(page, "run", "alarms", "trips")
    expect(page.locator(".trace-plot canvas").first).to_be_visible()
    expect(page.locator(".trace-changes")).to_contain_text("Aborting")
    go(page, "run", "alarms", "history")
    expect(page.get_by_text("acknowledged by Ada Lovelace").first).to_be_visible()
    ask({"heal": True}, mill.training)


def test_silence_is_told_within_two_seconds_and_the_safe_commands_stay(
    page: Page, mill: MillPage
) -> None:
    """On a page that shows the mill it covers everything else; on one that does not it is said."""
    server = mill.processes.pid("hmi")
    for name, where in (("run", ".notlive"), ("recipes", ".alarm-line-old")):
        go(page, name)
        os.kill(server, signal.SIGSTOP)
        silent = time.monotonic()
        try:
            expect(page.locator(where)).to_be_visible(timeout=5_000)
            assert time.monotonic() - silent < NOT_LIVE_S + FOR_THE_TEST_S
            expect(page.get_by_text("NOT LIVE").first).to_be_visible()
            for command in ("hold", "stop", "abort"):
                page.locator(f"button[data-command='{command}']").click(trial=True)
        finally:
            os.kill(server, signal.SIGCONT)
        expect(page.locator(where)).to_have_count(0, timeout=10_000)
