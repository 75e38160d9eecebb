"""The generated parts of docs/permissions.md: who may give which command, and use which route.

Run as a script (`make docs` does) it writes them into the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from controller.core.permissions import TABLE, Rule
from controller.core.roles import Role
from controller.core.states import State
from hmi.access import ROUTES, Access

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"
BLOCK = re.compile(r"(<!-- made by `make docs`: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def commands() -> list[str]:
    """One line for each rule of the controller's table."""
    heads = ("command", *(role.value for role in Role), "in the states", "and")
    return _table(heads, (_command(rule) for rule in TABLE))


def routes() -> list[str]:
    """One line for each route of the page's server."""
    heads = ("route", *(role.value for role in Role), "locked screen", "and")
    return _table(heads, (_route(*item) for item in ROUTES.items()))


def _command(rule: Rule) -> tuple[str, ...]:
    extra = [
        text
        for wanted, text in (
            (rule.seen, "state as seen"),
            (rule.proof, "password again"),
            (rule.second_person, "not who operated"),
        )
        if wanted
    ]
    return f"`{rule.command.value}`", *_ticks(rule.roles), _states(rule.states), ", ".join(extra)


def _route(route: tuple[str, str], access: Access) -> tuple[str, ...]:
    name = f"`{' '.join(route)}`"
    if access.open:
        return name, *("yes" for _ in Role), "yes", "no session needed"
    return (
        name,
        *_ticks(access.roles),
        "yes" if access.on_locked else "",
        "password again" if access.proof else "",
    )


def _ticks(roles: Iterable[Role]) -> tuple[str, ...]:
    held = set(roles)
    return tuple("yes" if role in held else "" for role in Role)


def _states(states: tuple[State, ...]) -> str:
    if len(states) == len(State):
        return "any"
    missing = [state.value for state in State if state not in states]
    if len(missing) < 5:
        return f"any but {', '.join(missing)}"
    return ", ".join(state.value for state in states)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def current(text: str) -> str:
    """`text` with each generated part replaced by what the code says now."""
    made = {"commands": commands(), "routes": routes()}
    return BLOCK.sub(lambda block: f"{block[1]}{chr(10).join(made[block[2]])}\n{block[3]}", text)


if __name__ == "__main__":
    PAGE.write_text(current(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
