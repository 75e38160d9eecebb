"""`blademill up`: simulator, controller and HMI together."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import click

from controller.api.address import default_data
from controller.errors import StartError
from controller.packaged import packaged_file
from hmi.cli import DEFAULT_PORT

WATCH_S: Final = 0.2


@click.command(short_help="Simulator, controller and page together; Ctrl-C ends them.")
@click.option("--plant", "plant_path", type=click.Path(path_type=Path), help="Plant file.")
@click.option("--recipe", default="bm-05", show_default=True, help="What the jar is charged with.")
@click.option(
    "--speed",
    type=click.FloatRange(1.0, 10.0),
    default=1.0,
    show_default=True,
    help="Process time over real time. Ages, timeouts and watchdogs stay in real time.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of accounts and record.  [default: `training` in that of `blademill hmi`]",
)
@click.pass_context
def up(
    context: click.Context,
    plant_path: Path | None,
    recipe: str,
    speed: float,
    seed: int,
    port: int,
    data: Path | None,
) -> None:
    """Start a simulated mill, its controller and the operator page, and print the address.

    Ctrl-C ends all three: the page, then the controller, which writes the DEAD image, then the
    mill. A controller that fails is started again, three times in ten minutes at most.

    For a real mill run `blademill supervise` and `blademill hmi` instead.
    """
    from hmi.processes import Processes, Setup
    from sim.training import default_socket

    path = plant_path or packaged_file("deploy", "lab-0.5l.toml")
    require_simulated(path)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _interrupted)
    training = default_socket()
    kept = data or default_data() / "training"
    setup = Setup(
        path,
        recipe,
        speed,
        seed,
        port,
        training_socket=training,
        accounts=kept,
        record=kept,
        supervised=True,
    )
    processes = Processes(setup)
    told = False
    try:
        with processes:
            click.echo("SIMULATED mill. Ctrl-C ends everything.")
            while True:
                for line in processes.page_lines():
                    click.echo(line)
                processes.watch()
                if processes.down and not told:
                    click.echo(f"The controller stays down. {processes.down['control']}", err=True)
                    told = True
                time.sleep(WATCH_S)
    except KeyboardInterrupt:
        click.echo(f"\nEnded: page, controller, simulator. {processes.farewell}")
        context.exit(1 if told else 0)


def require_simulated(path: Path) -> None:
    """Raises StartError for a plant that is not marked simulated, and for a faulty plant file."""
    from controller.edge.plantfile import load_plant

    plant = load_plant(path)
    if not plant.simulated:
        raise StartError(
            "this plant is not marked simulated",
            where=str(path),
            do="Run `blademill control` and `blademill hmi` for a real mill.",
        )


def _interrupted(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise KeyboardInterrupt
