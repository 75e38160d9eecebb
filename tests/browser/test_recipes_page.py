"""The Recipes page in a real browser, as its author uses it, on the real processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from millpage import MillPage, mill_page, watched_page
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "hmi/web/node_modules/axe-core/axe.min.js").read_text()
TRAINING = (ROOT / "recipes" / "training.toml").read_text(encoding="utf-8")
WRONG = TRAINING.replace("wt_percent = 5.0", "wt_percent = 500.0")
WRONG_LINE = 1 + TRAINING[: TRAINING.index("wt_percent = 5.0")].count("\n")
VIEWS = ("list", "library", "write", "runs", "matrix", "compare")
SIZES = {"panel": (1280, 800), "desk": (1920, 1080), "phone": (390, 844)}


@pytest.fixture(scope="module")
def mill(chromium_browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MillPage]:
    with mill_page(chromium_browser, tmp_path_factory.mktemp("mill"), speed=1.0) as mill:
        yield mill


@pytest.fixture(scope="module")
def admin(mill: MillPage) -> BrowserContext:
    return mill.administrator()


@pytest.fixture(scope="module")
def author(mill: MillPage, admin: BrowserContext) -> BrowserContext:
    return mill.person(admin, "Ada Lovelace", "author")


@pytest.fixture(scope="module")
def second(mill: MillPage, admin: BrowserContext) -> BrowserContext:
    return mill.person(admin, "Bo", "supervisor")


@pytest.fixture
def page(mill: MillPage, author: BrowserContext) -> Iterator[Page]:
    """The list of recipes. An error of any kind fails the test."""
    with watched_page(mill, author) as page:
        page.goto(f"{mill.url}#/recipes")
        expect(page.get_by_role("heading", name="Recipes")).to_be_visible()
        yield page


def bring(page: Page, text: str, name: str = "training.toml") -> None:
    """Import a file, which opens the editor."""
    file = {"name": name, "mimeType": "application/toml", "buffer": text.encode()}
    page.locator("input[name=recipe_file]").set_input_files(file)  # type: ignore[arg-type]
    expect(text_of(page)).to_have_value(text)


def text_of(page: Page) -> Locator:
    return page.locator("textarea[name=toml]")


def expect_faults(page: Page, count: int) -> None:
    expect(page.locator(".verdict")).to_have_attribute("data-faults", str(count))


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def test_an_author_is_refused_with_a_line_mends_it_and_sees_what_it_makes(page: Page) -> None:
    bring(page, WRONG)
    expect_faults(page, 1)
    fault = page.locator(".code-faults button")
    expect(fault).to_contain_text(f"Line {WRONG_LINE} sse.wt_percent is 500; allowed 0.1 to 50")
    tab(page, "Dry runs")
    start = page.get_by_role("button", name="Start dry run")
    expect(start).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text("mend them in the editor first")).to_be_visible()

    tab(page, "Editor")
    fault.click()
    chosen = text_of(page).evaluate("it => it.value.slice(it.selectionStart, it.selectionEnd)")
    assert chosen.startswith("wt_percent = 500.0")
    page.locator("input[name='sse.wt_percent']").fill("3")
    expect_faults(page, 0)
    mended = WRONG.replace("wt_percent = 500.0", "wt_percent = 3.0")
    expect(text_of(page)).to_have_value(mended)  # with every comment where it was
    shell = page.locator(".panel-recipe-shell")
    expect(shell.locator(".figures")).to_contain_text("190 nm")
    expect(shell.locator(".figures")).to_contain_text("313 nm")
    expect(shell).to_contain_text("474 published, measured")
    expect(shell).to_contain_text("not results of this model")
    expect(page.locator(".panel-recipe-does")).to_contain_text("Mill in pulses at 3000 rpm")

    page.keyboard.press("Control+z")
    expect(text_of(page)).to_have_value(WRONG)
    page.keyboard.press("Control+Shift+z")
    expect(text_of(page)).to_have_value(mended)
    page.locator("input[name=target_nm]").fill("516")
    shell.get_by_role("button", name="Use").click()
    expect(text_of(page)).to_have_value(re.compile(r"wt_percent = 5\.0"))
    page.locator("input[name='phases[3].rotor_rpm']").fill("fast")
    expect_faults(page, 0)
    assert "rotor_rpm = 3000.0" in text_of(page).input_value(), "no word goes into the text"


def test_a_dry_run_with_a_fault_is_read_beside_one_without(page: Page) -> None:
    bring(page, TRAINING)
    expect_faults(page, 0)
    tab(page, "Dry runs")
    start = page.get_by_role("button", name="Start dry run")
    start.click()
    result = page.locator(".panel-run")
    expect(result).to_contain_text("no faults", timeout=30_000)
    page.locator(".picker-faults summary").click()
    page.locator("select[name=fault]").select_option("estop_pressed")
    page.locator("input[name=fault_on]").fill("400")
    page.get_by_role("button", name="Add fault").click()
    page.locator("input[name=seed]").fill("3")
    start.click()
    expect(result).to_contain_text("estop_pressed@400", timeout=30_000)
    expect(result.get_by_text("SIMULATED").first).to_be_visible()
    expect(result.locator(".run-facts")).to_contain_text("Aborted")
    expect(result.locator(".uplot").first).to_be_visible()
    powder = result.locator(".margins tr").filter(has_text="Powder temperature")
    expect(powder).to_contain_text("60.0 °C")
    expect(powder).to_contain_text(re.compile(r"\d\d %"))
    result.get_by_text("What happened").click()
    expect(result.locator(".run-events")).to_contain_text("RUNNING to ABORTING: ESTOP")

    page.get_by_role("button", name=re.compile("Compare with training, seed 0")).click()
    expect(result.locator(".run-facts")).to_have_count(2)
    expect(result.locator(".margins thead")).to_contain_text("Value B")
    page.get_by_role("button", name="Side by side").click()
    expect(result.locator(".run-plots")).to_have_count(2)


def test_a_fault_matrix_is_cancelled_and_two_texts_are_compared(page: Page) -> None:
    bring(page, TRAINING)
    expect_faults(page, 0)
    tab(page, "Fault matrix")
    page.get_by_role("button", name="Start fault matrix").click()
    job = page.locator(".job").first
    job.get_by_role("button", name=re.compile("Cancel")).click()
    expect(job).to_have_attribute("data-state", "cancelled")

    tab(page, "Editor")
    text_of(page).fill(TRAINING.replace("total_mass_g = 100.0", "total_mass_g = 90.0"))
    tab(page, "Compare texts")
    expect(page.locator(".compare-count")).to_have_text("Lines: 1 added, 1 removed")
    expect(page.locator(".diff-added")).to_contain_text("total_mass_g = 90.0")
    page.locator("select[name=compare_before]").select_option(label="BM-05 v1 of the library")
    expect(page.locator(".diff-removed").filter(has_text='id = "BM-05"')).to_be_visible()
    page.locator("select[name=compare_before]").select_option("opened")
    page.reload()
    expect(page.locator(".diff-added")).to_contain_text("90.0")  # a reload loses nothing


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_keeps_nobody_out(page: Page, scheme: str) -> None:
    """axe-core finds nothing serious in any view, and nothing is wider than the window."""
    bring(page, WRONG)
    page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    page.evaluate(f"{AXE}; 0")
    how = {"resultTypes": ["violations"]}
    if scheme == "dark":  # the schemes differ in their colors alone
        how["runOnly"] = ["color-contrast"]
    for view in VIEWS:
        page.evaluate("hash => { location.hash = hash }", f"#/recipes/{view}")
        expect(page.locator(f".recipe-view-{view} .panel").first).to_be_visible()
        for width, height in SIZES.values():
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = page.evaluate("how => axe.run(how)", how)
        serious = [
            (rule["id"], [node["html"][:120] for node in rule["nodes"]])
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
        ]
        assert not serious, (view, serious)


def test_a_draft_goes_to_review_and_a_second_person_judges_it(
    page: Page, mill: MillPage, second: BrowserContext
) -> None:
    bring(page, TRAINING.replace('id = "TRAINING"', 'id = "MINE"'), "mine.toml")
    expect_faults(page, 0)
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_text("Saved as a draft in the library.")).to_be_visible()
    tab(page, "Library")
    row = page.locator("tr").filter(has_text="MINE")
    expect(row).to_have_attribute("data-status", "draft")
    row.get_by_role("button", name="Steps: MINE v1").click()
    version = page.locator(".panel-version")
    version.get_by_role("button", name="Submit for review").click()
    expect(row).to_have_attribute("data-status", "in review")
    expect(version.get_by_role("button", name="Approve")).to_have_count(0)

    other = second.new_page()
    try:
        other.goto(f"{mill.url}#/recipes/library")
        other.get_by_role("button", name="Steps: MINE v1").click()
        judged = other.locator(".panel-version")
        approve = judged.get_by_role("button", name="Approve")
        expect(approve).to_have_attribute("aria-disabled", "true")
        expect(judged).to_contain_text("Needs the evidence first")
        judged.get_by_role("button", name="Gather evidence").click()
        expect(judged.get_by_role("progressbar")).to_have_count(2)
        judged.get_by_label("Reason to reject").fill("the dose is <b>too low</b>")
        judged.get_by_role("button", name="Reject").click()
        expect(judged).to_contain_text("the dose is <b>too low</b>")
        expect(other.locator("tr").filter(has_text="MINE")).to_have_attribute(
            "data-status", "rejected"
        )
    finally:
        other.close()
