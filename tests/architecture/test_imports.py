"""The rules on who may import what that need more than a list of packages.

The direction between the packages is in the import contracts of pyproject.toml (`make check`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What the core may have of the standard library: no clock, file, thread, log or die among it.
PURE = (
    "__future__",
    "abc",
    "bisect",
    "collections",
    "copy",
    "dataclasses",
    "decimal",
    "difflib",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "itertools",
    "json",
    "keyword",
    "math",
    "numbers",
    "operator",
    "re",
    "statistics",
    "string",
    "struct",
    "textwrap",
    "tomllib",
    "types",
    "typing",
)
IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "breakpoint", "__import__"})

# Numpy only inside the functions that use arrays, so that the scan never waits for its import.
CORE_AT_HEAD = (*PURE, "annotated_types", "transitions", "controller.core", "controller.errors")
CORE_IN_FUNCTIONS = (*CORE_AT_HEAD, "numpy")

# All that a folder may know of the machine's process.
MAY_IMPORT_OF_CONTROLLER = {
    # The edge decides nothing: it knows neither the loop, the door nor the record.
    "controller/edge": (
        "controller.__version__",
        "controller.core",
        "controller.edge",
        "controller.errors",
        "controller.packaged",
    ),
    # The page's process is another one: it reads files and records, and knocks at the door.
    "hmi": (
        "controller.__version__",
        "controller.api.address",
        "controller.api.client",
        "controller.cli_copy",
        "controller.cli_migrate",
        "controller.core",
        "controller.edge.plantfile",
        "controller.edge.recipefile",
        "controller.errors",
        "controller.jsonlog",
        "controller.copying",
        "controller.durable",
        "controller.migration",
        "controller.packaged",
        "controller.records.reader",
    ),
}


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    """Each imported name in full: `from a.b import c` is `a.b.c`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def at_head(tree: ast.Module) -> ast.Module:
    """The same file without the bodies of its functions, which run only when called."""

    class Strip(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

        def visit_If(self, node: ast.If) -> ast.AST | None:
            only_types = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
            return None if only_types else self.generic_visit(node)

    return Strip().visit(ast.parse(ast.unparse(tree)))


def within(name: str, allowed: tuple[str, ...]) -> bool:
    return any(name == part or name.startswith(f"{part}.") for part in allowed)


def strangers(tree: ast.AST, allowed: tuple[str, ...]) -> list[str]:
    return [name for name in imported(tree) if not within(name, allowed)]


def impure_calls(tree: ast.AST) -> list[str]:
    return [
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in IMPURE_CALLS
    ]


def faults_of_core(source: str) -> list[str]:
    tree = ast.parse(source)
    return [
        *strangers(tree, CORE_IN_FUNCTIONS),
        *strangers(at_head(tree), CORE_AT_HEAD),
        *impure_calls(tree),
    ]


def faults_of(folder: str, source: str) -> list[str]:
    return [
        name
        for name in imported(ast.parse(source))
        if within(name, ("controller",)) and not within(name, MAY_IMPORT_OF_CONTROLLER[folder])
    ]


def test_there_is_a_core() -> None:
    assert len(sources("controller/core")) > 5


@pytest.mark.parametrize("path", sources("controller/core"), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_core_is_pure(path: Path) -> None:
    assert faults_of_core(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "import os.path",
        "from datetime import datetime",
        "from threading import Lock",
        "from controller.edge import clock",
        "import controller.cycle",
        "import pydantic",
        "import numpy as np",
        "class A:\n    import numpy",
        "def f():\n    import random",
        "def f():\n    return open('x')",
    ],
)
def test_impurity_is_seen(source: str) -> None:
    assert faults_of_core(source) != []


@pytest.mark.parametrize(
    "source",
    [
        "import math\nfrom dataclasses import dataclass",
        "from controller.core.signals import Signal",
        "from transitions import Machine",
        "def f():\n    import numpy as np",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy as np",
    ],
)
def test_purity_is_not_refused(source: str) -> None:
    assert faults_of_core(source) == []


@pytest.mark.parametrize("folder", MAY_IMPORT_OF_CONTROLLER)
def test_a_folder_knows_only_what_it_may_of_the_controller(folder: str) -> None:
    faults = {str(path): faults_of(folder, path.read_text()) for path in sources(folder)}
    assert {path: names for path, names in faults.items() if names} == {}


@pytest.mark.parametrize("folder", MAY_IMPORT_OF_CONTROLLER)
@pytest.mark.parametrize(
    "source",
    ["from controller import cycle", "import controller.api.app", "import controller"],
)
def test_a_way_round_is_seen(folder: str, source: str) -> None:
    assert faults_of(folder, source) != []
