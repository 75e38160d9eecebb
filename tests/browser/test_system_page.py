"""The System page in a real browser: a fault is put in and acted on, and work by hand is refused
with reasons, held with a finger, and let go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from millpage import MillPage, expect_state, mill_page, watched_page
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 844}
AXE = (Path(__file__).parents[2] / "hmi/web/node_modules/axe-core/axe.min.js").read_text()
VIEWS = ("devices", "manual", "bypasses", "machine", "audit", "training", "people")


@pytest.fixture(scope="module")
def mill(chromium_browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MillPage]:
    with mill_page(chromium_browser, tmp_path_factory.mktemp("mill"), speed=10.0) as mill:
        yield mill


@pytest.fixture(scope="module")
def trainer(mill: MillPage) -> BrowserContext:
    return mill.person(mill.administrator(), "Tom", "operator", "supervisor", "maintenance")


@pytest.fixture
def page(mill: MillPage, trainer: BrowserContext) -> Iterator[Page]:
    with watched_page(mill, trainer) as page:
        page.goto(f"{mill.url}#/system")
        expect(page.locator("[data-row=o2_ppm]")).to_be_visible()
        yield page


def view(page: Page, name: str) -> None:
    page.locator(f"#system-{name}").click()
    expect(page.locator(".system-view .panel").first).to_be_visible()


def test_every_signal_has_the_words_that_it_came_in(page: Page) -> None:
    words = page.locator("[data-row=o2_ppm] .raw")
    expect(words).to_have_text(re.compile(r"^[0-9A-F]{4}( [0-9A-F]{4})*$"))
    page.get_by_role("searchbox").fill("oxygen o2")
    device = page.get_by_role("row", name=re.compile("^drive"))
    expect(device).to_contain_text("proven")
    expect(device).to_contain_text("armed, 1.0 s")
    view(page, "machine")
    expect(page.locator(".panel-scan")).to_contain_text("Free on this disk")
    expect(page.get_by_role("row", name=re.compile("^up to 1 ms"))).to_be_visible()


def test_work_by_hand_is_refused_with_reasons_held_and_let_go(page: Page) -> None:
    view(page, "manual")
    gas, blade = page.locator("[data-hold=gas]"), page.locator("[data-hold=blade]")
    panel = page.locator(".panel-jog")
    expect(gas).to_have_attribute("aria-disabled", "true")
    expect(panel).to_contain_text("the mode MANUAL; it is AUTO")
    manual = page.locator("button[data-command=manual]")
    expect(manual).to_have_attribute("aria-disabled", "false", timeout=20_000)
    manual.click()
    expect(page.locator("[data-mode=manual]").first).to_be_visible()
    page.locator("input[name=jog_flow]").fill("3")
    expect(gas).to_have_attribute("aria-disabled", "false")
    # A jar that nobody has purged is not turned in.
    expect(blade).to_have_attribute("aria-disabled", "true")
    expect(panel.locator(".jog-part").last.locator(".missing")).not_to_be_empty()

    gas.scroll_into_view_if_needed()
    gas.hover()
    page.mouse.down()
    expect(panel).to_contain_text("Tom holds")
    page.wait_for_timeout(2_500)  # longer than the lease: it is renewed
    expect(panel).to_contain_text("Tom holds")
    page.mouse.up()
    expect(panel).to_contain_text("Nothing is held")

    gas.focus()
    page.keyboard.down(" ")
    expect(panel).to_contain_text("Tom holds")
    page.evaluate("dispatchEvent(new Event('blur'))")
    expect(panel).to_contain_text("the page lost the focus")
    expect(panel).to_contain_text("Nothing is held")
    page.keyboard.up(" ")
    page.locator("button[data-command=auto]").click()
    expect(page.locator("[data-mode=auto]").first).to_be_visible()


def test_no_view_keeps_anybody_out(page: Page) -> None:
    """axe-core finds nothing serious, and nothing is wider than a phone."""
    page.evaluate(f"{AXE}; 0")
    for name in VIEWS:
        view(page, name)
        found = page.evaluate("() => axe.run('.main-system', {resultTypes: ['violations']})")
        serious = [
            (rule["id"], [node["html"][:120] for node in rule["nodes"]])
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
        ]
        assert not serious, name
    page.set_viewport_size(PHONE)
    for name in VIEWS:
        view(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name


def test_a_trainer_puts_a_fault_in_and_watches_the_reaction(page: Page, mill: MillPage) -> None:
    mill.start_batch()
    expect_state(page, "RUNNING")
    view(page, "training")
    page.locator("input[name=fault_search]").fill("estop_pressed")
    expect(page.locator("select[name=fault]")).to_have_value("estop_pressed")
    page.locator("input[name=fault_end]").fill("")
    page.get_by_role("button", name="Put it in").click()
    expect(page.locator("[data-fault=estop_pressed]")).to_contain_text("THERE")
    expect(page.locator("[data-fault=estop_pressed]")).to_contain_text("stays until healed")
    expect_state(page, "ABORTED")
    expect(page.locator(".alarm-line")).to_contain_text("Emergency stop")
    expect(page.locator(".panel-reaction")).to_contain_text("ABORTING")
    page.get_by_role("button", name="End all faults").click()
    expect(page.get_by_text("Nothing is wrong with the simulated mill.")).to_be_visible()
    view(page, "audit")
    expect(page.locator(".panel-audit")).to_contain_text("fault put into the simulator")
