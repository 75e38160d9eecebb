"""The form's edits of a recipe's text: the value that was meant changes, and nothing else does."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WEB = ROOT / "hmi" / "web"
RECIPES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "recipes").rglob("*.toml"))]


def edited(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the page's code makes of some texts, in one process of Node.js."""
    command = [sys.executable, str(ROOT / "hatch_build.py"), "node"]
    script = str(ROOT / "tests" / "support" / "recipe_edits.mjs")
    done = subprocess.run(
        [*command, script, str(WEB)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        timeout=60.0,
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def places(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each table of a recipe by the name that the page gives it."""
    for name, table in data.items():
        if name == "phases":
            yield from ((f"phases[{i}]", phase) for i, phase in enumerate(table))
        else:
            yield name, table


def comments(text: str) -> list[str]:
    return [line.split("#", 1)[1] for line in text.splitlines() if "#" in line]


def test_every_value_is_found_and_set_alone_and_no_comment_is_lost() -> None:
    asked, meant = [], []
    for text in RECIPES:
        data = tomllib.loads(text)
        for name, table in places(data):
            for key, value in table.items():
                new = 7 if isinstance(value, int) else 7.25 if isinstance(value, float) else 'a"\\b'
                asked.append({"text": text, "edits": [["withValue", name, key, json.dumps(new)]]})
                meant.append((text, name, key, new))
    assert len(asked) > 200
    for answer, (text, name, key, new) in zip(edited(asked), meant, strict=True):
        expected = tomllib.loads(text)
        dict(places(expected))[name][key] = new
        assert tomllib.loads(answer["text"]) == expected
        assert comments(answer["text"]) == comments(text)


def test_what_the_page_reads_is_what_the_server_reads() -> None:
    odd = (
        "[recipe]\r\nnote = '''a\r\nb'''\nid=\"x\\u00e9\\\"\" # \"no\"\n[ core ]\nd10_um = 1_0.5\n"
    )
    texts = [*RECIPES, odd.replace("\r", "")]
    for text, answer in zip(texts, edited([{"text": t, "edits": []} for t in texts]), strict=True):
        found = {
            table["name"]: {entry["key"]: entry["value"] for entry in table["entries"]}
            for table in answer["tables"]
        }
        assert found == dict(places(tomllib.loads(text)))
        lines = text.splitlines()
        for table in answer["tables"]:
            for entry in table["entries"]:
                assert lines[entry["line"] - 1].lstrip().startswith(entry["key"])


def test_phases_are_copied_moved_added_and_taken_out() -> None:
    text = (ROOT / "recipes" / "bm-05.toml").read_text(encoding="utf-8")
    edits: list[list[list[Any]]] = [
        [["withCopy", 3]],
        [["withCopy", 5]],
        [["withPhaseUp", 4]],
        [["withoutPhase", 0]],
        [["withoutPhase", 5]],
        [["withPhase", ['type = "cool_down"', "powder_c = 0.0"]], ["withPhaseUp", 6]],
        [["withoutKey", "phases[3]", "end_revolutions"], ["withValue", "phases[3]", "x_s", "1.0"]],
    ]
    before = tomllib.loads(text)["phases"]
    got = [
        tomllib.loads(answer["text"])["phases"]
        for answer in edited([{"text": text, "edits": edit} for edit in edits])
    ]
    assert got[0] == [*before[:4], *before[3:]]
    assert got[1] == [*before, before[5]]
    assert got[2] == [*before[:3], before[4], before[3], before[5]]
    assert got[3] == before[1:]
    assert got[4] == before[:5]
    assert got[5][5:] == [{"type": "cool_down", "powder_c": 0.0}, before[5]]
    assert "end_revolutions" not in got[6][3] and got[6][3]["x_s"] == 1.0


def test_a_table_or_key_that_is_missing_is_added() -> None:
    text = "[recipe]\nid = 'x' # kept\n\n# about phases\n[[phases]]\ntype = \"purge\""
    edits = [
        ["withValue", "recipe", "version", "2"],
        ["withValue", "charge", "total_mass_g", "5.0"],
    ]
    (answer,) = edited([{"text": text, "edits": edits}])
    data = tomllib.loads(answer["text"])
    assert data["recipe"] == {"id": "x", "version": 2}
    assert data["charge"] == {"total_mass_g": 5.0}
    assert data["phases"] == [{"type": "purge"}]
    assert comments(answer["text"]) == [" kept", " about phases"]
