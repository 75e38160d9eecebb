"""`blademill sim`: the simulated plant behind Modbus TCP."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.packaged import packaged_file

if TYPE_CHECKING:
    from sim.mill import Mill
    from sim.parameters import Charge, InitialGas
    from sim.server import Address, PlantServer

DEFAULT_PLANT = "lab-0.5l.toml"
DEFAULT_RECIPE = "bm-05"


@click.group(invoke_without_command=True)
@click.option(
    "--plant",
    "plant_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Plant file.  [default: the packaged lab plant]",
)
@click.option(
    "--recipe",
    default=DEFAULT_RECIPE,
    show_default=True,
    metavar="RECIPE",
    help="What the jar is charged with: the powders of this recipe, a path or a packaged name.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 10.0),
    default=1.0,
    show_default=True,
    help="Speed of the plant. Watchdogs and heartbeats stay in real time.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the noise.")
@click.option("--ephemeral", is_flag=True, help="Listen on free ports instead of the file's.")
@click.option(
    "--addresses-out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help='Write {"device": "127.0.0.1:port", ...} to FILE once every port listens.',
)
@click.option(
    "--truth-out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the plant's true peaks (powder_c, ...) to FILE every second.",
)
@click.option(
    "--training-socket",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where `blademill sim inject` finds this simulator.  [default: in the runtime folder]",
)
@click.pass_context
def sim(
    context: click.Context,
    plant_path: Path | None,
    recipe: str,
    speed: float,
    seed: int,
    ephemeral: bool,
    addresses_out: Path | None,
    truth_out: Path | None,
    training_socket: Path | None,
) -> None:
    """Serve the simulated plant, one Modbus TCP port for each device of the plant file.

    The devices have the register maps of the real ones and listen on the loopback address only.
    Ctrl-C or SIGTERM ends the plant. Try it with any Modbus client:

    \b
      mbpoll -m tcp -p 15027 -0 -t 3:float -B -r 8 -c 8 -1 127.0.0.1
    """
    if context.invoked_subcommand is not None:
        return
    # Imported here: they take half a second that `blademill --help` need not wait for.
    from controller.core.equipment import Handling
    from controller.edge.clock import monotonic_s
    from controller.edge.plantfile import load_plant
    from controller.edge.recipefile import load_recipe, resolve_recipe
    from sim.parameters import InitialGas
    from sim.server import PlantServer
    from sim.training import Trainer, default_socket, serve_training
    from sim.world import new_mill

    plant = load_plant(plant_path or packaged_file("deploy", DEFAULT_PLANT))
    charged = load_recipe(resolve_recipe(recipe, plant.id), plant.equipment)
    mill = new_mill(charged, plant.equipment, seed)
    docked = plant.equipment.handling is Handling.DOCKED_JAR
    jars = JarChanger(mill, InitialGas.DOCKED if docked else InitialGas.AIR)

    truth = TruthFile(truth_out)
    began_s = monotonic_s()
    trainer = Trainer(mill, plant, lambda: speed * (monotonic_s() - began_s))

    def on_tick(mill: Mill) -> None:
        jars(mill)
        truth(mill)
        trainer(mill)

    async def serve() -> None:
        server = PlantServer(plant, mill, speed=speed, on_tick=on_tick)
        training = await serve_training(trainer, training_socket or default_socket())
        async with training or nullcontext():
            await _serve(server, plant.title, ephemeral, addresses_out)

    asyncio.run(serve())


@sim.command(short_help="Put a fault into the running simulator.")
@click.argument("faults", nargs=-1, metavar="[NAME[@ON[-OFF]][:VALUE]]...")
@click.option("--heal", is_flag=True, help="End all faults first.")
@click.option("--training-socket", type=click.Path(path_type=Path), metavar="FILE")
def inject(faults: tuple[str, ...], heal: bool, training_socket: Path | None) -> None:
    """Put FAULTS into the simulator that `blademill up` or `blademill sim` runs.

    Times are seconds of plant time from now; without them a fault begins at once and stays until
    `--heal`. Without a fault it lists what is wrong now. `blademill faults` lists all names.
    """
    from sim.training import ask, default_socket

    path = training_socket or default_socket()
    if heal:
        click.echo(ask({"heal": True}, path))
    for fault in faults:
        click.echo(ask({"inject": fault}, path))
    if not faults and not heal:
        click.echo(ask({"list": True}, path))


class JarChanger:
    """The person at the simulated mill: charges it anew whenever the guard lock opens."""

    def __init__(self, mill: Mill, gas: InitialGas) -> None:
        self._charge: Charge | None = mill.charge
        self._gas = gas
        self._locked = mill.lid_locked

    def __call__(self, mill: Mill) -> None:
        """Look at the lock after a step of the plant."""
        if self._locked and not mill.lid_locked:
            mill.load(self._charge, self._gas)
        self._locked = mill.lid_locked


class TruthFile:
    """The highest true values of the run, in a file that is always whole."""

    EVERY_TICKS = 50

    def __init__(self, path: Path | None) -> None:
        from sim.peaks import Peaks

        self._path = path
        self._peaks = Peaks()
        self._ticks = 0

    def __call__(self, mill: Mill) -> None:
        """Look at the plant after a step."""
        if self._path is None:
            return
        self._peaks.take(mill)
        self._ticks += 1
        if self._ticks % self.EVERY_TICKS == 0:
            _write_whole(self._path, json.dumps(asdict(self._peaks)))


async def _serve(
    server: PlantServer, title: str, ephemeral: bool, addresses_out: Path | None
) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    addresses = await server.start(ephemeral=ephemeral)
    if addresses_out is not None:
        _write_addresses(addresses_out, addresses)
    where = ", ".join(f"{device} {host}:{port}" for device, (host, port) in addresses.items())
    click.echo(f"Simulated plant ready: {title}; {where}")
    running = asyncio.create_task(server.run())
    ending = asyncio.create_task(stopped.wait())
    await asyncio.wait({running, ending}, return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    running.cancel()
    await asyncio.gather(running, ending, return_exceptions=True)
    await server.stop()
    if not running.cancelled() and (error := running.exception()) is not None:
        raise error


def _write_addresses(path: Path, addresses: Mapping[str, Address]) -> None:
    """All at once, so that whoever waits for the file never reads half of it."""
    text = json.dumps({device: f"{host}:{port}" for device, (host, port) in addresses.items()})
    _write_whole(path, text)


def _write_whole(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.part")
    partial.write_text(text + "\n")
    partial.replace(path)
