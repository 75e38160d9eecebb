"""`blademill hmi`: serve the operator page of one controller."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from pathlib import Path
from types import FrameType
from typing import Final

import click
import uvicorn

from controller.api.client import ControllerClient, DoorAddress, default_socket
from controller.errors import StartError
from controller.packaged import packaged_dir
from hmi.app import Services, create_app
from hmi.recipes import RecipeShelf
from hmi.sessions import CodeBook, SessionStore
from hmi.stream import Hub

DEFAULT_PORT: Final = 8080
LOOPBACK: Final = "127.0.0.1"
# Small, so that a page that reads slowly falls behind by a few snapshots and no more.
SEND_BUFFER: Final = 65_536
CONNECTION_LIMIT: Final = 128

HERE: Final = Path(__file__).resolve().parent


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
    help="Only this computer itself (127.0.0.1) is allowed in this version.",
)
@click.option(
    "--recipes",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the recipes to choose from.  [default: the packaged ones]",
)
def hmi(
    socket_path: Path | None,
    controller_port: int | None,
    port: int,
    host: str,
    recipes: Path | None,
) -> None:
    """Serve the operator page for one controller, to browsers on this computer.

    Prints the address, and a code that signs one person in; after each use it prints a new one.
    The page holds nothing that the mill needs: stop and start it as you like, the batch goes on.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    door = _door(socket_path, controller_port)
    serve(listen(host, port), door, recipes or packaged_dir("recipes"))


def _door(socket_path: Path | None, controller_port: int | None) -> DoorAddress:
    if socket_path is not None and controller_port is not None:
        raise click.UsageError("give --socket or --controller-port, not both")
    if controller_port is not None:
        return DoorAddress(port=controller_port)
    return DoorAddress(socket_path or default_socket())


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises StartError where that is not allowed or not possible."""
    if host != LOOPBACK:
        raise StartError(
            f"the page is served on {LOOPBACK} only",
            where="--host",
            do="Other addresses need TLS, which this version does not have.",
        )
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise StartError(
            f"port {port} cannot be used ({error.strerror})",
            where="--port",
            do="Another program may have it; choose a free one with --port.",
        ) from error
    return listener


def serve(listener: socket.socket, door: DoorAddress, recipes: Path) -> None:
    """Serve until a signal ends the process."""
    port = listener.getsockname()[1]
    page = built_page()
    if page is None:
        click.echo("The page has not been built; `make install` builds it.", err=True)
    click.echo(f"Operator page: http://{LOOPBACK}:{port}/")
    hub = Hub()
    services = Services(
        client=ControllerClient(door),
        shelf=RecipeShelf(recipes),
        codes=CodeBook(_show_code),
        sessions=SessionStore(),
        hub=hub,
        port=port,
        now_s=time.monotonic,
    )
    config = uvicorn.Config(
        create_app(services, page),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTION_LIMIT,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=16_384,
    )
    asyncio.run(_Server(config, hub).serve(sockets=[listener]))


def built_page() -> Path | None:
    """The folder of the built page, if it was built: beside this file in a wheel, else Vite's."""
    for folder in (HERE / "static", HERE / "web" / "dist"):
        if (folder / "index.html").is_file():
            return folder
    return None


def _show_code(code: str) -> None:
    click.echo(f"Sign-in code:  {code}   (signs in one person, once)")


class _Server(uvicorn.Server):
    """Ends the live streams first: they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End cleanly on the first signal, at once on the second."""
        self._hub.close()
        self.force_exit = self.should_exit
        self.should_exit = True
