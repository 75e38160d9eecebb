"""docs/permissions.md says what the tables say."""

from __future__ import annotations

from permissions_page import PAGE, commands, current, routes

from controller.core.permissions import TABLE
from hmi.access import ROUTES


def test_the_page_is_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert current(text) == text, "type: make docs"


def test_every_row_of_both_tables_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(commands()) == len(TABLE) + 2 and len(routes()) == len(ROUTES) + 2
    for line in (*commands(), *routes()):
        assert line in text
