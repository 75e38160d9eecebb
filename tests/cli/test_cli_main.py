"""The `blademill` command: fast, whole, and plain about what is wrong."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from controller import __version__
from controller.cli import COMMANDS, CommandGroup, main

ROOT = Path(__file__).parents[2]
HEAVY = ("pydantic", "fastapi", "pymodbus", "numpy", "transitions", "httpx", "uvicorn")
NAMED = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"][COMMANDS]


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, COMMANDS)


def run(*words: str, entries: Iterable[EntryPoint] = ()) -> Result:
    named = [entry("recipe", NAMED["recipe"]), entry("sample", "failing_command:fail"), *entries]
    group = CommandGroup(
        "blademill", entries=lambda: named, params=main.params, callback=main.callback,
        epilog=main.epilog, help=main.help,
    )  # fmt: skip
    return CliRunner().invoke(group, list(words))


BROKEN = [
    entry("gone", "no_such_module:command"),
    entry("renamed", "json:no_such_name"),
    entry("odd", "json:dumps"),
]


def test_help_names_the_commands_with_examples_and_exit_codes() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "recipe  Check recipe files" in result.stdout
    assert "Examples:\n    blademill up " in result.stdout
    assert "Exit codes: 0 good; 1 refused" in result.stdout


def test_a_broken_subcommand_does_not_break_the_others() -> None:
    result = run("--help", entries=BROKEN)
    assert result.exit_code == 0
    assert "recipe   Check recipe files" in result.stdout
    assert result.stdout.count("Cannot be loaded") == 3
    assert run("recipe", "list", entries=BROKEN).exit_code == 0


@pytest.mark.parametrize("name", ["gone", "renamed", "odd"])
def test_a_broken_subcommand_says_why_when_called(name: str) -> None:
    result = run(name, "--any", "word", entries=BROKEN)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"Error: blademill {name}: cannot be loaded: ")
    assert "install blademill again" in result.stderr


def test_an_error_is_told_on_stderr_with_exit_code_1() -> None:
    result = run("sample", "refused")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: --speed: 12 is too high. Allowed is 1 to 10.\n"


def test_the_faults_of_a_file_are_told_line_by_line() -> None:
    result = run("sample", "faults")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "a.toml:3: a.b: x\na.toml:5: c: y\nMend it.\n"


def test_ctrl_c_leaves_no_traceback() -> None:
    result = run("sample", "interrupted")
    assert result.exit_code == 1
    assert "Traceback" not in result.output


@pytest.mark.parametrize("words", [["nonsense"], ["--nonsense"], ["sample"], ["recipe", "check"]])
def test_wrong_usage_is_2(words: list[str]) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


def test_version() -> None:
    result = run("--version")
    assert result.stdout == f"blademill {__version__}\n"


def test_nothing_heavy_is_imported_before_a_command_needs_it() -> None:
    script = (
        "import sys, controller.cli, controller.cli_recipe\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
