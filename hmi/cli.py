"""`blademill hmi`: serve the operator page of one controller."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from controller.api.address import DoorAddress, default_data, default_socket
from controller.packaged import packaged_dir

DEFAULT_PORT: Final = 8080
LOOPBACK: Final = "127.0.0.1"


@click.command(short_help="Serve the operator page.")
@click.option(
    "--socket",
    "socket_path",
    type=click.Path(path_type=Path),
    help="The controller's Unix socket.  [default: where `blademill control` opens it]",
)
@click.option(
    "--controller-port",
    type=click.IntRange(1, 65_535),
    help="The controller's port on 127.0.0.1, instead of a socket.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Where to serve the page; 0 takes a free port.",
)
@click.option(
    "--host",
    default=LOOPBACK,
    show_default=True,
    help="Another address than this computer's own needs TLS.",
)
@click.option(
    "--tls-cert",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Certificate with its chain, PEM.",
)
@click.option(
    "--tls-key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Its key, PEM, readable by its owner only.",
)
@click.option(
    "--name", "names", multiple=True, help="Name that browsers use, with TLS; repeatable."
)
@click.option(
    "--recipes",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the recipes to choose from.  [default: the packaged ones]",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the accounts.  [default: that of `blademill control`]",
)
@click.option(
    "--admin-code",
    is_flag=True,
    help="Print a code that makes one more administrator, for when nobody can sign in as one.",
)
@click.option("--log-json", is_flag=True, help="Log as JSON lines.")
@click.option(
    "--training-socket",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the simulator of a simulated mill takes faults for training.",
)
def hmi(
    socket_path: Path | None,
    controller_port: int | None,
    port: int,
    host: str,
    tls_cert: Path | None,
    tls_key: Path | None,
    names: tuple[str, ...],
    recipes: Path | None,
    data: Path | None,
    admin_code: bool,
    log_json: bool,
    training_socket: Path | None,
) -> None:
    """Serve the operator page for one controller, to browsers on this computer.

    Prints the address. As long as there is no account it also prints a code, with which the first
    person who opens the page makes their own and may then add others.

    The page holds nothing that the mill needs: stop and start it as you like, the batch goes on.
    """
    # Imported here: the server takes half a second that `blademill --help` need not wait for.
    from controller.jsonlog import log_to_stderr
    from hmi.server import listen, serve
    from hmi.tls import checked

    log_to_stderr(as_json=log_json)
    door = _door(socket_path, controller_port)
    tls = checked(tls_cert, tls_key, names)
    serve(
        listen(host, port, tls),
        door,
        recipes or packaged_dir("recipes"),
        data or default_data(),
        admin_code=admin_code,
        tls=tls,
        training=training_socket,
    )


def _door(socket_path: Path | None, controller_port: int | None) -> DoorAddress:
    if socket_path is not None and controller_port is not None:
        raise click.UsageError("give --socket or --controller-port, not both")
    if controller_port is not None:
        return DoorAddress(port=controller_port)
    return DoorAddress(socket_path or default_socket())
