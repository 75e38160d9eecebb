"""docs/safety.md says what the code does: its tables are those of the matrix."""

from __future__ import annotations

from safety_page import BLOCK, PAGE, current, parts

from controller.core.limits import Limits
from controller.core.matrix import rows
from controller.core.matrix.row import Arm
from controller.core.matrix.table import ARMED, cause_and_effect


def test_the_page_is_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == current(text), "type: make docs"


def test_the_page_has_every_generated_part() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert {block[2] for block in BLOCK.finditer(text)} == set(parts())


def test_every_hazard_of_a_row_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    missing = {row.hazard for row in rows(Limits())}
    assert {hazard for hazard in missing if f"| {hazard} |" not in text} == set()


def test_every_row_is_in_the_table_with_its_limit() -> None:
    lines = cause_and_effect(Limits(o2_hold_ppm=12.5))
    names = [line.split("`")[1] for line in lines[2:]]
    assert names == [row.id for row in rows(Limits())]
    assert any("`O2_HOLD`" in line and "at most 12.5 ppm" in line for line in lines)


def test_every_arm_has_its_words() -> None:
    assert set(ARMED) == set(Arm)
