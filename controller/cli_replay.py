"""`blademill replay`: a recorded batch through the scan once more, and what is different."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.api.address import default_data
from controller.errors import RecordError

if TYPE_CHECKING:
    from controller.records.replay import Replay


@click.command(short_help="Run a recorded batch through the scan again and compare.")
@click.argument("batch_id")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=default_data,
    help="The controller's data folder.",
)
@click.option(
    "--plant",
    "plant_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Plant file that was in force; the lab mill's without it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and JSON alone.")
@click.pass_context
def replay(
    context: click.Context, batch_id: str, data: Path, plant_path: Path | None, as_json: bool
) -> None:
    """Feed the recorded inputs and commands of BATCH_ID to the scan of this version.

    States, outputs, set points and events must be the same in every scan; the first scan that is
    not is shown. Exit code 0 only when the whole batch is the same.
    """
    from controller.edge.plantfile import load_plant
    from controller.packaged import packaged_file
    from controller.records.reader import RecordReader
    from controller.records.replay import replay as run

    plant = load_plant(plant_path or packaged_file("deploy", "lab-0.5l.toml"))
    reader = RecordReader(data)
    rows, trend = reader.rows(batch_id), reader.trend_of(batch_id)
    if trend is None:
        raise RecordError(f"there is no trend of batch {batch_id!r}")
    found = run(batch_id, rows, trend, plant)
    click.echo(json.dumps(found.to_json(), indent=2) if as_json else _text(found))
    context.exit(0 if found.same else 1)


def _text(found: Replay) -> str:
    from controller.records.replay import NOT_KEPT

    lines = [f"{found.batch}: {found.scans} of {found.of_scans} scans the same"]
    if found.same:
        lines[0] += f", {found.events} events"
    if found.difference is not None:
        one = found.difference
        lines += [
            f"  scan {one.scan} at {one.t_s:.1f} s differs in {one.what}",
            f"    recorded: {one.recorded}",
            f"    replayed: {one.replayed}",
        ]
    if found.stopped_at:
        lines.append(f"  cannot go on at {found.stopped_at}")
    lines.append("  not in the record:")
    return "\n".join([*lines, *(f"    {line}" for line in NOT_KEPT)])
