"""`blademill control`: the controller process alone."""

from __future__ import annotations

import faulthandler
import json
import logging
from pathlib import Path

import click

from controller.api.address import default_data, default_socket


@click.command("control", short_help="Run the controller process alone.")
@click.option("--plant", "plant_path", type=click.Path(path_type=Path), help="Plant file.")
@click.option("--socket", type=click.Path(path_type=Path), help="Unix socket of the door.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of 127.0.0.1 instead.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for what must outlive the process.",
)
@click.option(
    "--addresses",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSON file of device addresses, as `blademill sim --addresses-out` writes it.",
)
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Figures for Prometheus here.")
@click.option(
    "--anchor-to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File on another machine to note the head of the record's chain in.",
)
@click.option("--log-json", is_flag=True, help="Log as JSON lines.")
@click.option("--speed", type=click.FloatRange(1.0, 10.0), default=1.0, show_default=True)
@click.pass_context
def control(
    context: click.Context,
    plant_path: Path | None,
    socket: Path | None,
    port: int | None,
    data: Path | None,
    addresses: Path | None,
    metrics_port: int | None,
    anchor_to: Path | None,
    log_json: bool,
    speed: float,
) -> None:
    """Scan the plant every 100 ms and open the door for the HMI.

    The first and the last image written is DEAD: every output zero. Ends cleanly on Ctrl-C.
    """
    from controller.edge.plantfile import load_plant, with_addresses
    from controller.jsonlog import log_to_stderr
    from controller.packaged import packaged_file
    from controller.process import Options, run_controller

    faulthandler.enable()  # a supervisor that gives up waiting sends SIGABRT
    log_to_stderr(as_json=log_json)
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
    logging.getLogger("transitions").setLevel(logging.WARNING)
    plant = load_plant(plant_path or packaged_file("deploy", "lab-0.5l.toml"))
    if addresses is not None:
        plant = with_addresses(plant, read_addresses(addresses))
    door = None if port else (socket or default_socket())
    folder = data or default_data()
    options = Options(plant, door, folder, port or 0, speed, metrics_port or 0, anchor_to)
    context.exit(run_controller(options))


def read_addresses(path: Path) -> dict[str, tuple[str, int]]:
    """Device addresses from a JSON file of {device: "host:port"}."""
    return {
        device: (address.rsplit(":", 1)[0], int(address.rsplit(":", 1)[1]))
        for device, address in json.loads(path.read_text(encoding="utf-8")).items()
    }
