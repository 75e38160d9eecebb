"""`blademill plant`: check a plant file, and the mill behind it."""

from __future__ import annotations

import asyncio
import getpass
import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from controller.edge.plantfile import PlantFile
    from controller.edge.watchproof import WatchdogProof


SURE = (
    "Outputs are switched and devices fall silent; the drive gets no run command. Is the mill"
    " empty, the lid shut and locked, nobody near it, and the argon shut off by hand?"
)


@click.group()
def plant() -> None:
    """Check plant files, and the devices behind them."""


@plant.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--online", is_flag=True, help="Ask every device who it is, and read every signal.")
@click.option("--prove-watchdogs", is_flag=True, help="Force every watchdog to run out.")
@click.option(
    "--loop",
    "record",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="RECORD",
    help="Move each signal with a person, and append the proofs to RECORD (JSON Lines).",
)
@click.option("--signal", "names", multiple=True, metavar="NAME", help="Only these, with --loop.")
@click.option("--by", default="", metavar="NAME", help="Who does it  [default: the login name]")
@click.option("--yes", is_flag=True, help="With --prove-watchdogs: do not ask before.")
@click.option(
    "--addresses",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSON file of device addresses, as `blademill sim --addresses-out` writes it.",
)
@click.option("--data", type=click.Path(path_type=Path), help="Where the controller's mark lies.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and JSON alone.")
@click.pass_context
def check(
    context: click.Context,
    file: Path,
    online: bool,
    prove_watchdogs: bool,
    record: Path | None,
    names: tuple[str, ...],
    by: str,
    yes: bool,
    addresses: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Find every fault of a plant file, each as FILE:LINE: key: message.

    Names, ranges, doubled addresses and units, scales, limits against what transmitters can read,
    ages and watchdogs against polls and scans: all of it without a mill.

    With a mill, and while no controller runs it, --online shows identity registers and every
    signal with raw words, value, quality and age; --prove-watchdogs keeps silent until outputs
    drop; --loop has a person move every signal.

    \b
      blademill plant check my-mill.toml
      blademill plant check my-mill.toml --online
      blademill plant check my-mill.toml --prove-watchdogs
      blademill plant check my-mill.toml --loop loops.jsonl --by "A. Engineer"
    """
    from controller.api.address import default_data
    from controller.cli_control import read_addresses
    from controller.edge.plantfile import with_addresses
    from controller.edge.runmark import run_mark

    logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)
    found = _loaded(context, file, as_json)
    if not (online or prove_watchdogs or record):
        click.echo(_good_json(file, found) if as_json else "\n".join(_good_lines(file, found)))
        return
    if addresses is not None:
        found = with_addresses(found, read_addresses(addresses))
    signals = _chosen(found, names)
    if prove_watchdogs and not yes:
        click.confirm(SURE, abort=True)
    good = True
    with run_mark(data or default_data(), found.id):
        if online:
            good &= asyncio.run(_online(found, as_json))
        if prove_watchdogs:
            good &= asyncio.run(_prove(found, as_json))
        if record:
            good &= asyncio.run(_loop(found, record, by or getpass.getuser(), signals))
    if not good:
        context.exit(1)


def _loaded(context: click.Context, file: Path, as_json: bool) -> PlantFile:
    from controller.edge.plantfile import load_plant
    from controller.errors import PlantFileError

    try:
        return load_plant(file)
    except PlantFileError as error:
        faults = [asdict(fault) for fault in error.faults]
        body = json.dumps({"file": str(file), "good": False, "faults": faults}, indent=2)
        click.echo(body if as_json else "\n".join(error.lines()))
        context.exit(1)


def _good_json(file: Path, plant: PlantFile) -> str:
    return json.dumps(
        {
            "file": str(file),
            "good": True,
            "faults": [],
            "id": plant.id,
            "simulated": plant.simulated,
            "devices": [device.id for device in plant.devices],
            "sha256": plant.sha256,
        },
        indent=2,
    )


def _good_lines(file: Path, plant: PlantFile) -> list[str]:
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


def _chosen(plant: PlantFile, names: tuple[str, ...]) -> list[str]:
    from controller.errors import InputError

    known = [signal.name.lower() for signal in plant.signals]
    for name in names:
        if name not in known:
            raise InputError(
                "is no signal of this plant",
                where=f"--signal {name}",
                do=f"Use one of: {', '.join(known)}.",
            )
    return list(names) or known


async def _online(plant: PlantFile, as_json: bool) -> bool:
    from controller.cli_plant_text import device_lines, online_json, signal_lines
    from controller.edge.survey import survey_of

    async with survey_of(plant) as survey:
        devices = await survey.devices()
        await survey.settle()
        signals = survey.signals()
    if as_json:
        click.echo(online_json(devices, signals))
    else:
        click.echo("\n".join([*device_lines(devices), "", *signal_lines(signals)]))
    known = all(found.quality.usable for found in signals)
    return known and not any(device.trouble for device in devices)


async def _prove(plant: PlantFile, as_json: bool) -> bool:
    from controller.edge.watchproof import prove_watchdogs

    def tell(text: str) -> None:
        if not as_json:
            click.echo(f"  ... {text}")

    proofs: list[WatchdogProof] = await prove_watchdogs(plant, tell)
    if as_json:
        click.echo(json.dumps({"watchdogs": [asdict(proof) for proof in proofs]}, indent=2))
    for proof in [] if as_json else proofs:
        click.echo(f"{proof.what:<12} {'proven' if proof.good else 'NOT PROVEN'}: {proof.text}")
    return all(proof.good for proof in proofs)


async def _loop(plant: PlantFile, record: Path, by: str, names: list[str]) -> bool:
    from controller.core.signals import Signal
    from controller.edge.loopcheck import LoopCheck, Result
    from controller.edge.survey import survey_of

    async def ask(question: str) -> str:
        return await asyncio.to_thread(
            click.prompt, question, default="", show_default=False, prompt_suffix=" "
        )

    async with survey_of(plant) as survey:
        await survey.settle()
        check = LoopCheck(survey, record, by, ask, click.echo)
        proofs = await check.run(Signal[name.upper()] for name in names)
    passed = sum(proof.result is Result.PASSED for proof in proofs)
    click.echo(f"{passed} of {len(names)} loops passed, {len(proofs)} lines in {record}")
    return passed == len(names)
