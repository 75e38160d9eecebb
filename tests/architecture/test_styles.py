"""The styles of a page that is loaded when it is opened touch nothing but that page.

Its style sheet stays for the rest of the visit: what it says of a class of others would make them
look as they do only to who has been there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "hmi" / "web" / "src"
# Not the page Run: its layout is part of the shared styles.
LOADED_LATER = ("batches", "recipes", "system")


def selectors(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.css")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        for heads in re.findall(r"([^{}]+)\{", text):
            if not heads.strip().startswith("@"):
                yield from (head.strip() for head in re.split(r",(?![^()]*\))", heads))


def classes(selector: str) -> set[str]:
    return set(re.findall(r"\.([A-Za-z][\w-]*)", selector))


def classes_in(folder: Path) -> set[str]:
    return set().union(*map(classes, selectors(folder)))


@pytest.mark.parametrize("page", LOADED_LATER)
def test_a_page_styles_only_what_is_its_own(page: str) -> None:
    pages = [path for path in (SOURCES / "pages").iterdir() if path.is_dir()]
    others = classes_in(SOURCES / "styles").union(
        *(classes_in(path) for path in pages if path.name != page)
    )
    found = list(selectors(SOURCES / "pages" / page))
    assert found
    assert [head for head in found if not classes(head) - others] == []
