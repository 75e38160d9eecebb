"""The JSON Schema that authors' editors use says the same as the reader."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
from recipe_texts import BM_05, faults_in, line_of

from controller.core.recipe_parts import PHASE_OF
from controller.edge.recipefile import TABLES, recipe_schema

SCHEMA = recipe_schema()


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    return SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema


def phase_schema(word: str) -> dict[str, Any]:
    items = SCHEMA["properties"]["phases"]["items"]
    return resolved({"$ref": items["discriminator"]["mapping"][word]})


def numbers() -> list[tuple[str, str, float]]:
    """Every number of the example recipe: its table or phase, its key and its value."""
    data = tomllib.loads(BM_05)
    tables = [(name, table) for name, table in data.items() if name != "phases"]
    phases = [(phase["type"], phase) for phase in data["phases"]]
    return [
        (name, key, value)
        for name, table in tables + phases
        for key, value in table.items()
        if isinstance(value, int | float)
    ]


def test_it_is_json_and_names_its_dialect() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["title"] == "blademill recipe"


def test_tables_and_phases_are_all_there_and_no_others_are_allowed() -> None:
    assert tuple(SCHEMA["properties"]) == TABLES == tuple(SCHEMA["required"])
    assert SCHEMA["additionalProperties"] is False
    assert set(SCHEMA["properties"]["phases"]["items"]["discriminator"]["mapping"]) == set(PHASE_OF)
    for word in PHASE_OF:
        assert phase_schema(word)["properties"]["type"]["const"] == word
        assert phase_schema(word)["additionalProperties"] is False


def test_nothing_may_be_null() -> None:
    assert "null" not in json.dumps(SCHEMA)


@pytest.mark.parametrize("word", ["mill_hold", "mill_pulse"])
def test_a_mill_phase_has_exactly_one_end(word: str) -> None:
    keys = [key for key in phase_schema(word)["properties"] if key.startswith("end_")]
    assert [one["required"] for one in phase_schema(word)["oneOf"]] == [[key] for key in keys]


@pytest.mark.parametrize(("table", "key", "value"), numbers())
def test_every_number_is_bounded_on_both_sides_as_in_the_reader(
    table: str, key: str, value: float
) -> None:
    schema = phase_schema(table) if table in PHASE_OF else resolved(SCHEMA["properties"][table])
    low, high = schema["properties"][key]["minimum"], schema["properties"][key]["maximum"]
    assert low <= value <= high
    head = f'type = "{table}"' if table in PHASE_OF else f"[{table}]"
    before, after = BM_05.split(head, 1)
    for outside in (low - 1, high + 1):
        setting = f"\n{key} = {outside}"
        text = before + head + re.sub(rf"\n{key} = \S+", setting, after, count=1)
        (wrong,) = [fault for fault in faults_in(text, None) if f"is {outside:.10g}; allowed "
                    in fault.message]  # fmt: skip
        assert wrong.key.endswith(f".{key}")
        assert wrong.line == line_of(setting, text) + 1
