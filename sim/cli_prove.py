"""`blademill prove`: seeded worlds in virtual time, and what must hold after every scan."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sim.prove.campaign import Campaign
    from sim.prove.mutants import Hunt

MUTANT_SEEDS = 500


@click.command("prove", short_help="Let things fail in thousands of worlds; nothing may be unsafe.")
@click.option("--seeds", type=click.IntRange(min=1), help="How many.  [default: 200; mutants: 500]")
@click.option(
    "--first", type=click.IntRange(min=0), default=0, show_default=True, help="The first."
)
@click.option("--jobs", type=click.IntRange(1, 64), help="Processes.  [default: one per core]")
@click.option("--mutants", is_flag=True, help="Take guards out one at a time: each must be found.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@click.pass_context
def prove(
    context: click.Context,
    seeds: int | None,
    first: int,
    jobs: int | None,
    mutants: bool,
    as_json: bool,
) -> None:
    """Run the shipped scan in seeded worlds where devices, gas, people and the controller fail.

    Each seed draws its own faults and people. After every scan the invariants are checked by code
    that shares nothing with the interlocks; then everything is mended, and a batch must run again.
    One batch in ten is clean and may neither hold nor trip. The same seed gives the same run.

    Zero violations in n seeds say that fewer than 3/n of such schedules have one (95 %), for the
    faults that are drawn here: nothing more. Exit code 0 only with 0 violations.

    \b
      blademill prove --seeds 2000
      blademill prove --first 4711 --seeds 1
      blademill prove --mutants
    """
    workers = jobs or os.cpu_count() or 1
    if mutants:
        from sim.prove.mutants import hunt

        hunts = hunt(range(first, first + (seeds or MUTANT_SEEDS)), workers)
        _tell_hunts(hunts, as_json)
        context.exit(0 if all(found.seed is not None for found in hunts) else 1)
    from sim.prove.campaign import prove as run

    campaign = run(range(first, first + (seeds or 200)), workers)
    click.echo(json.dumps(campaign.to_json(), indent=2) if as_json else _text(campaign))
    context.exit(1 if campaign.broken else 0)


def _text(campaign: Campaign) -> str:
    lines = [
        f"{campaign.schedules} schedules, {campaign.simulated_h:.1f} h of plant time"
        f" in {campaign.wall_s:.0f} s",
        f"{campaign.faults.total()} faults of {len(campaign.faults)} kinds",
        f"{campaign.clean} clean batches, {campaign.spurious} spurious trips or holds",
        "how often each invariant had something to say:",
        *(f"  {name:14} {count}" for name, count in sorted(campaign.witness.items())),
        f"{len(campaign.broken)} violations",
    ]
    from sim.prove.campaign import repeat

    for verdict in campaign.broken:
        lines += [f"  {breach}" for breach in verdict.breaches]
        lines.append(f"    repeat: {repeat(verdict.seed)}")
    return "\n".join(lines)


def _tell_hunts(hunts: list[Hunt], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([hunt.to_json() for hunt in hunts], indent=2))
        return
    for hunt in hunts:
        click.echo(str(hunt))
    survivors = sum(hunt.seed is None for hunt in hunts)
    click.echo(f"{len(hunts)} mutants, {survivors} survive")
