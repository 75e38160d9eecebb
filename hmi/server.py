"""The page's process: a listening socket, the stream from the controller, and the server."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path
from types import FrameType
from typing import Final

import click
import uvicorn

from controller.api.address import why_down
from controller.api.client import ControllerClient, DoorAddress
from controller.errors import StartError
from hmi.accounts.codes import ConsoleCode
from hmi.accounts.desk import Desk
from hmi.accounts.passwords import Vault
from hmi.accounts.store import AccountStore
from hmi.app import create_app
from hmi.cli import LOOPBACK
from hmi.deps import Services
from hmi.recipes import RecipeShelf
from hmi.sessions import SessionStore
from hmi.stream import Hub
from hmi.tls import Tls

# Small, so that a page that reads slowly falls behind by a few snapshots and no more.
SEND_BUFFER: Final = 65_536
CONNECTION_LIMIT: Final = 128

HERE: Final = Path(__file__).resolve().parent


def listen(host: str, port: int, tls: Tls | None = None) -> socket.socket:
    """A listening socket. Raises StartError where that is not allowed or not possible."""
    if host != LOOPBACK and tls is None:
        raise StartError(
            f"without TLS the page is served on {LOOPBACK} only",
            where="--host",
            do="Give --tls-cert, --tls-key and --name as well.",
        )
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    # Else the body of an answer waits 40 ms for the other side to acknowledge its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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


def serve(
    listener: socket.socket,
    door: DoorAddress,
    recipes: Path,
    data: Path,
    *,
    admin_code: bool,
    tls: Tls | None = None,
    training: Path | None = None,
) -> None:
    """Serve until a signal ends the process. Raises StartError when the accounts are not usable.

    `data` is the folder of the accounts; with `admin_code` the console shows a code that makes one
    more administrator. `training` is where a simulator takes faults.
    """
    host, port = listener.getsockname()
    page = built_page()
    if page is None:
        click.echo("The page has not been built; `make install` builds it.", err=True)
    click.echo(
        f"Operator page: {f'https://{tls.names[0]}' if tls else f'http://{LOOPBACK}'}:{port}/"
    )
    hub = Hub(why_down=lambda: why_down(door.socket))
    services = Services(
        client=ControllerClient(door),
        shelf=RecipeShelf(recipes),
        desk=Desk(AccountStore(data), Vault(), ConsoleCode(_show_code, admin_code), time.monotonic),
        sessions=SessionStore(),
        hub=hub,
        port=port,
        now_s=time.monotonic,
        names=tls.names if tls else (),
        exposed=host != LOOPBACK,
        training=training,
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
        ssl_certfile=tls.cert if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
    asyncio.run(_Server(config, hub).serve(sockets=[listener]))


def built_page() -> Path | None:
    """The folder of the built page, if it was built: beside this file in a wheel, else Vite's."""
    for folder in (HERE / "static", HERE / "web" / "dist"):
        if (folder / "index.html").is_file():
            return folder
    return None


def _show_code(code: str) -> None:
    click.echo(f"Set-up code:  {code}   (makes one administrator, once, within 15 minutes)")


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
