"""`blademill plant`: check a plant file, with and without the mill behind it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from controller.edge.plantfile import PlantFile


@click.group()
def plant() -> None:
    """Check plant files, and the devices behind them."""


@plant.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and JSON alone.")
@click.pass_context
def check(context: click.Context, file: Path, as_json: bool) -> None:
    """Find every fault of a plant file, each as FILE:LINE: key: message.

    Names, ranges, doubled addresses and units, scales, limits against what transmitters can read,
    ages and watchdogs against polls and scans: all of it without a mill.
    """
    from controller.edge.plantfile import load_plant
    from controller.errors import PlantFileError

    try:
        found = load_plant(file)
    except PlantFileError as error:
        if as_json:
            faults = [asdict(fault) for fault in error.faults]
            click.echo(json.dumps({"file": str(file), "good": False, "faults": faults}, indent=2))
        else:
            click.echo("\n".join(error.lines()))
        context.exit(1)
    if as_json:
        click.echo(json.dumps({"file": str(file), "good": True, "faults": []} | _summary(found)))
    else:
        click.echo("\n".join(_told(file, found)))


def _summary(plant: PlantFile) -> dict[str, object]:
    return {
        "id": plant.id,
        "title": plant.title,
        "simulated": plant.simulated,
        "devices": len(plant.devices),
        "signals": len(plant.signals),
        "outputs": len(plant.outputs),
        "sha256": plant.sha256,
    }


def _told(file: Path, plant: PlantFile) -> list[str]:
    kind = "simulated" if plant.simulated else "a real mill"
    lines = [
        f"{file}: good: {plant.id}, {kind}, {len(plant.devices)} devices, {len(plant.signals)}"
        f" signals, {len(plant.outputs)} outputs, sha256 {plant.sha256}"
    ]
    for device in plant.devices:
        header = device.register_map.device
        watchdog = f", watchdog {device.watchdog_s:g} s" if device.watchdog_s else ""
        lines.append(
            f"  {device.id:<12} {header.maker} {header.model} ({header.verified.value}) at"
            f" {device.address} unit {device.unit}, poll {device.poll_s:g} s, age"
            f" {device.max_age_s:g} s{watchdog}"
        )
    return lines
