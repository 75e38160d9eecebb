"""The page about alarms says what the code does."""

from __future__ import annotations

from pathlib import Path

from controller.core.alarms import AlarmState
from controller.core.alarms.log import CHATTER_COUNT, CHATTER_S, FLOOD_BEGINS, FLOOD_ENDS, KEPT
from controller.core.alarms.rules import CONSEQUENCES, OFF_DELAY_S, REALARM_S, SHELF_MINUTES_MAX

PAGE = (Path(__file__).parents[2] / "docs" / "alarms.md").read_text()
WORDS = " ".join(PAGE.split())


def test_the_suppressed_are_listed_as_they_are() -> None:
    table = PAGE.split("## Suppressed by design")[1].split("## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    assert lines == [
        f"| `{rule.row}` | {', '.join(f'`{of}`' for of in rule.of)} | {rule.reason} |"
        for rule in CONSEQUENCES
    ]


def test_every_state_has_its_line() -> None:
    for state in AlarmState:
        assert f"\n| {state.value}" in PAGE, state


def test_the_numbers_are_those_of_the_code() -> None:
    for text in (
        f"1 to {SHELF_MINUTES_MAX:g} minutes",
        f"again after {REALARM_S / 60.0:g} min",
        f"less than {OFF_DELAY_S:g} s",
        f"{CHATTER_COUNT} times within {CHATTER_S:g} s",
        f"more than {FLOOD_BEGINS - 1} alarms in 10 minutes and ends with fewer than"
        f" {FLOOD_ENDS + 1}",
        f"last {KEPT} activations",
    ):
        assert text in WORDS, text
