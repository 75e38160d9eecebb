"""The whole work of an author in a real browser: write, be refused, mend, dry-run, submit; evidence
is made by the product itself, a second person approves, and a changed byte is not approved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from millpage import PASSWORD, MillPage, mill_page, watched_page
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.long]

TRAINING = Path(__file__).parents[2] / "recipes" / "training.toml"
OURS = TRAINING.read_text(encoding="utf-8").replace('id = "TRAINING"', 'id = "OURS"')
EVIDENCE_MS = 900_000  # a dry run and some thousand fault cases in one process that gives way


@pytest.fixture(scope="module")
def mill(chromium_browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MillPage]:
    with mill_page(chromium_browser, tmp_path_factory.mktemp("mill"), speed=1.0) as mill:
        yield mill


@pytest.fixture(scope="module")
def people(mill: MillPage) -> tuple[BrowserContext, BrowserContext]:
    admin = mill.administrator()
    author = mill.person(admin, "Ada Lovelace", "author", "supervisor")
    return author, mill.person(admin, "Bo Diaz", "supervisor")


def sound_text(page: Page) -> None:
    expect(page.locator(".verdict")).to_have_attribute("data-faults", "0")


def look(page: Page, name: str) -> None:
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name=f"Steps: {name}").click()


def test_an_author_has_a_recipe_approved_and_a_changed_byte_is_not(
    mill: MillPage, people: tuple[BrowserContext, BrowserContext]
) -> None:
    author, other = people
    with watched_page(mill, author) as page:
        page.goto(f"{mill.url}#/recipes")
        file = {"name": "ours.toml", "mimeType": "application/toml", "buffer": OURS.encode()}
        page.locator("input[name=recipe_file]").set_input_files(file)  # type: ignore[arg-type]
        text = page.locator("textarea[name=toml]")
        expect(text).to_have_value(OURS)
        sound_text(page)
        text.fill(re.sub(r"rotor_rpm = \S+", "rotor_rpm = 90000.0", OURS))
        expect(page.locator(".code-faults button").first).to_contain_text("rotor_rpm")
        text.fill(OURS)
        sound_text(page)
        page.get_by_role("tab", name="Dry runs").click()
        page.get_by_role("button", name="Start dry run").click()
        result = page.locator(".panel-run")
        expect(result.locator(".run-facts")).to_contain_text("Complete", timeout=120_000)
        page.get_by_role("tab", name="Editor").click()
        page.get_by_role("button", name="Save as draft").click()
        expect(page.get_by_text("Saved as a draft in the library.")).to_be_visible()
        look(page, "OURS v1")
        version = page.locator(".panel-version")
        version.get_by_role("button", name="Submit for review").click()
        row = page.locator("tr").filter(has_text="OURS")
        expect(row).to_have_attribute("data-status", "in review")

        with watched_page(mill, other) as judge:
            judge.goto(f"{mill.url}#/recipes/library")
            look(judge, "OURS v1")
            judged = judge.locator(".panel-version")
            judged.get_by_role("button", name="Gather evidence").click()
            approve = judged.get_by_role("button", name="Approve")
            expect(approve).to_have_attribute("aria-disabled", "false", timeout=EVIDENCE_MS)
            reason = judged.locator("input[name=reason], textarea[name=reason]")
            if reason.count():
                reason.fill("Each of them was looked at: the mill stopped safely.")
            judged.locator("input[name=password]").fill(PASSWORD)
            approve.click()
            approved = judge.locator("tr").filter(has_text="OURS")
            expect(approved).to_have_attribute("data-status", "approved")
            expect(approved).to_contain_text("approved")

        page.reload()
        page.get_by_role("button", name="Edit a copy: OURS v1").click()
        sound_text(page)
        changed = text.input_value().replace("version = 1", "version = 2") + "\n"
        text.fill(changed)
        sound_text(page)
        page.get_by_role("button", name="Save as draft").click()
        expect(page.get_by_text("Saved as a draft in the library.")).to_be_visible()
        page.get_by_role("tab", name="Library").click()
        row = page.locator("tr").filter(has=page.get_by_role("button", name="Steps: OURS v2"))
        expect(row).to_have_attribute("data-status", "draft")
        expect(row).not_to_contain_text("approved")
