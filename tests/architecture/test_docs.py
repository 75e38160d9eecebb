"""The documentation holds together: every link leads somewhere, and pictures stay small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("recipes/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#([^)]+))?\)")
PICTURE_BYTES = 250_000


def anchors(page: Path) -> set[str]:
    """What the headings of a page are called in links."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        found = page.parent / target
        if not found.exists() or (anchor and anchor not in anchors(found)):
            dead.append(f"{target}#{anchor}")
    assert dead == []


def test_every_page_of_the_docs_is_in_its_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    decisions = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    names = {page.name for page in ROOT.glob("docs/*.md")} - {"README.md"}
    assert {name for name in names if f"({name})" not in index} == set()
    names = {page.name for page in ROOT.glob("docs/decisions/0*.md")}
    assert {name for name in names if f"({name})" not in decisions} == set()


def test_pictures_are_small_enough_for_a_page() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs" / "pictures").glob("*.png")}
    assert sizes
    assert {name: size for name, size in sizes.items() if size > PICTURE_BYTES} == {}
