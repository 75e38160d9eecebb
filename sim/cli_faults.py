"""`blademill faults` and `blademill fault-matrix`: what can fail, and what comes of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sim.fault_matrix import Result, Row


@click.command("faults", short_help="List the faults that the simulator knows.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
def faults(as_json: bool) -> None:
    """List every fault with what it does, its value and what has to come of it.

    \b
    Use them with:
      blademill dry-run training --fault o2_stuck@300
      blademill fault-matrix training
    """
    from sim.faults.listing import faults_json, faults_text

    click.echo(json.dumps(faults_json(), indent=2) if as_json else faults_text())


@click.command("fault-matrix", short_help="Try every fault in every phase of a recipe.")
@click.argument("recipe")
@click.option("--plant", "plant_path", type=click.Path(path_type=Path), help="Plant file.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True,
              help="Processes at once.")  # fmt: skip
@click.option("--only", "only", multiple=True, metavar="NAME", help="Only this fault; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@click.pass_context
def fault_matrix(
    context: click.Context,
    recipe: str,
    plant_path: Path | None,
    jobs: int,
    only: tuple[str, ...],
    as_json: bool,
) -> None:
    """Try every fault in every phase of RECIPE (a file, or the name of a packaged recipe).

    In virtual time, with the shipped scan and all interlocks: a row says what the controller did
    and after how long. Exit code 0 only when each reaction came in time and nothing unsafe was
    seen after any scan.
    """
    from controller.edge.plantfile import load_plant
    from controller.edge.recipefile import load_recipe, resolve_recipe
    from controller.packaged import packaged_file
    from sim.fault_matrix import fault_matrix as run
    from sim.faults.catalogue import CATALOGUE
    from sim.faults.parse import fault_named

    plant = load_plant(plant_path or packaged_file("deploy", "lab-0.5l.toml"))
    loaded = load_recipe(resolve_recipe(recipe, plant.id), plant.equipment)
    names = [fault_named(name).name for name in only] or None
    count = len(CATALOGUE if names is None else names)
    with click.progressbar(length=count, label="Faults tried", file=sys.stderr) as bar:
        result = run(loaded, plant, names=names, jobs=jobs, tried=lambda: bar.update(1))
    click.echo(json.dumps(result.to_json(), indent=2) if as_json else _text(result))
    if result.failed:
        context.exit(1)


def _text(result: Result) -> str:
    """One line for each fault with its reaction in every phase, then what failed."""
    by_fault: dict[str, list[Row]] = {}
    for row in result.rows:
        by_fault.setdefault(row.fault, []).append(row)
    wide = max(map(len, by_fault), default=0)
    phases = [row.phase for row in next(iter(by_fault.values()), [])]
    widths = [max(len(phase), 11) for phase in phases]
    lines = ["  ".join([" " * wide, *(f"{p:{w}}" for p, w in zip(phases, widths, strict=True))])]
    for name, rows in by_fault.items():
        cells = [f"{_cell(row):{w}}" for row, w in zip(rows, widths, strict=True)]
        lines.append("  ".join([f"{name:{wide}}", *cells]).rstrip())
    lines += ["", *(f"FAILED {row.fault}, {row.phase}: {row.why}" for row in result.failed)]
    lines.append(
        f"{result.recipe}: {len(by_fault)} faults, {len(result.rows)} cases,"
        f" {len(result.failed)} failed (SIMULATED)"
    )
    return "\n".join(lines)


def _cell(row: Row) -> str:
    delay = "" if row.delay_s is None else f" {row.delay_s:.1f}"
    return f"{'' if row.ok else '!'}{row.reaction}{delay}"
