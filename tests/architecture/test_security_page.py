"""SECURITY.md names a test for everything that it claims, and each of them is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(\w+/test_\w+\.py)::(test_\w+)`")
CLAIMS_AT_LEAST = 40
# Names that make code of text, or run a shell.
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
RUNS_DATA = {"pickle", "marshal", "shelve", "yaml"}


def lines() -> list[list[str]]:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    table = page[page.index("| Requirement |") :].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in table if line]


def test_every_claim_names_a_test_and_every_named_test_is_there() -> None:
    claims = [cells for cells in lines() if len(cells) == 4 and "no**" not in cells[2]]
    assert len(claims) >= CLAIMS_AT_LEAST
    for cells in claims:
        named = NAMED.findall(cells[3])
        assert named, cells[0]
        assert NAMED.sub("", cells[3]).replace("<br>", "") == "", cells[3]
        for file, name in named:
            tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
            there = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            assert name in there, f"{file}::{name}"


def test_no_text_is_run_as_code() -> None:
    """No eval, no pickle, no shell: recipes, plant files and requests are data."""
    for package in ("controller", "sim", "hmi"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                assert not _runs(node), f"{path}:{getattr(node, 'lineno', 0)}"


def _runs(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        shell = [one.value for one in node.keywords if one.arg == "shell"]
        return called in RUNS_TEXT or any(isinstance(value, ast.Constant) for value in shell)
    if isinstance(node, ast.Import):
        return any(one.name.split(".")[0] in RUNS_DATA for one in node.names)
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in RUNS_DATA
