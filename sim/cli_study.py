"""`blademill study`: one recipe on hundreds of mills that differ as real ones may."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sim.study.campaign import Study
    from sim.study.summary import Summary

SAID_EVERY_S = 20.0


@click.command("study", short_help="What a recipe does on hundreds of mills that differ.")
@click.argument("recipe")
@click.option("--runs", type=click.IntRange(2, 1_000_000), default=200, show_default=True)
@click.option("--plant", "plant_path", type=click.Path(path_type=Path), help="Plant file.")
@click.option(
    "--vary",
    "vary_path",
    type=click.Path(path_type=Path),
    help="File of uncertainties instead of the standard one.",
)
@click.option("--sampler", type=click.Choice(["lhs", "sobol"]), default="lhs", show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes.  [default: one per core]")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep runs, tables and report here; a killed study goes on from there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@click.pass_context
def study(
    context: click.Context,
    recipe: str,
    runs: int,
    plant_path: Path | None,
    vary_path: Path | None,
    sampler: str,
    seed: int,
    jobs: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Run RECIPE many times in virtual time, each time on a mill with other constants.

    Leak, moisture, powders, densities, sensors, friction, weather and kinetics are drawn from a
    file of uncertainties, each with its origin; the shipped scan runs every batch. Told are the
    chance to complete and to stay under each limit, how results are distributed, and which
    uncertainty drives which result. All of it is simulated, and as good as the declared
    uncertainties: most are assumed.

    One seed gives one result, with any number of jobs.

    \b
      blademill study bm-05 --runs 1000 --out study-bm-05
      blademill study training --runs 200 --json
    """
    from controller.edge.plantfile import load_plant
    from controller.edge.recipefile import load_recipe, resolve_recipe
    from controller.packaged import packaged_file
    from sim.study.campaign import Study
    from sim.study.sample import Sampler
    from sim.study.vary import STANDARD, load_uncertainties

    plant = load_plant(plant_path or packaged_file("deploy", "lab-0.5l.toml"))
    loaded = load_recipe(resolve_recipe(recipe, plant.id), plant.equipment)
    wanted = Study(
        loaded,
        plant,
        load_uncertainties(vary_path or STANDARD),
        runs,
        seed=seed,
        sampler=Sampler(sampler),
    )
    with _folder(out) as folder:
        summary = _carried_out(wanted, Path(folder), jobs or os.cpu_count() or 1, out is not None)
    if as_json:
        click.echo(json.dumps(summary.to_json(), indent=2))
    else:
        click.echo(_text(summary, out))
    context.exit(0)


def _folder(out: Path | None) -> AbstractContextManager[str | Path]:
    return nullcontext(out) if out else TemporaryDirectory(prefix="blademill-study-")


def _carried_out(study: Study, folder: Path, jobs: int, kept: bool) -> Summary:
    """Runs what is missing, telling how far it is, and writes the tables if they are kept."""
    from sim.study.campaign import carry_out
    from sim.study.summary import read_table, summed_up

    with _progress(study.runs) as told:
        path = carry_out(study, folder, jobs, told)
    table = read_table(path)
    summary = summed_up(study, table)
    if kept:
        from sim.study.report import write_report
        from sim.study.tables import write_tables

        write_tables(folder, study, table, summary)
        write_report(folder, study, table, summary)
    return summary


@contextmanager
def _progress(runs: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, else a line now and then: how many, how fast, how long still."""
    pace = _Pace(runs)
    if not sys.stderr.isatty():
        yield pace.line
        return
    bar: Any
    with click.progressbar(
        length=runs,
        label="runs",
        show_eta=True,
        show_pos=True,
        item_show_func=lambda _: pace.rate_text,
        file=sys.stderr,
    ) as bar:

        def told(done: int) -> None:
            pace.take(done)
            bar.update(done - bar.pos)

        yield told


class _Pace:
    """How fast the runs of this process come; those of an earlier one do not count."""

    def __init__(self, runs: int) -> None:
        self._runs = runs
        self._first: int | None = None
        self._done = 0
        self._began_s = self._said_s = time.monotonic()

    def take(self, done: int) -> None:
        """So many are done."""
        self._done = done
        if self._first is None:
            self._first, self._began_s = done, time.monotonic()

    @property
    def _per_s(self) -> float:
        past_s = time.monotonic() - self._began_s
        return (self._done - (self._first or 0)) / past_s if past_s > 0.0 else 0.0

    @property
    def rate_text(self) -> str:
        """Runs a second."""
        return f"{self._per_s:.2f} runs/s"

    def line(self, done: int) -> None:
        """So many are done; says so when it has said nothing for a while, and at the end."""
        self.take(done)
        now_s = time.monotonic()
        if now_s - self._said_s < SAID_EVERY_S and done < self._runs:
            return
        self._said_s = now_s
        left_s = (self._runs - done) / self._per_s if self._per_s > 0.0 else 0.0
        text = f"{done} of {self._runs} runs, {self.rate_text}, {left_s / 60.0:.1f} min left"
        click.echo(text, err=True)


def _text(summary: Summary, out: Path | None) -> str:
    from sim.study.outcome import SHOWN

    low, high = summary.completes.interval
    lines = [
        f"{summary.header['recipe']}: {summary.completes.runs} runs (SIMULATED)",
        f"  completes in {summary.completes.share:.1%} of them ({low:.1%} to {high:.1%})",
    ]
    lines += [f"    first to act: {cause} ({n})" for cause, n in summary.first_causes.items()]
    lines.append("  stays under its limit:")
    for name, (limit, chance) in summary.under_limit.items():
        shown = SHOWN[name]
        low, high = chance.interval
        lines.append(
            f"    {shown.label:<34} {limit:>8g} {shown.unit:<10} {chance.share:>7.1%}"
            f"  ({low:.1%} to {high:.1%})"
        )
    lines.append(f"  {'results':<36} {'p5':>10} {'p50':>10} {'p95':>10}  driven by")
    for name, spread in summary.spreads.items():
        shown, at = SHOWN[name], spread.quantiles
        drivers = ", ".join(f"{d.of} {d.rho:+.2f}" for d in summary.drivers.get(name, [])[:2])
        figures = " ".join(f"{at[share]:>10.{shown.digits}f}" for share in (5, 50, 95))
        lines.append(
            f"    {f'{shown.label}, {shown.unit}' if shown.unit else shown.label:<34}"
            f" {figures}  {drivers}"
        )
    if out is not None:
        lines.append(f"  report: {out / 'report.html'}")
    return "\n".join(lines)
