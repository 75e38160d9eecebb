"""`blademill notify`: tells people outside the room what the batch does, through Apprise."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from controller.api.address import DoorAddress, default_socket
from controller.errors import LinkError, StartError

if TYPE_CHECKING:
    from controller.api.client import ControllerClient
    from controller.api.messenger import Message, Messenger

URLS: Final = "BLADEMILL_NOTIFY_URLS"
LOOK_S: Final = 1.0
# What could not be sent is tried again after so long, and so often.
AGAIN_S: Final = 30.0
TRIES: Final = 10

_LOG: Final = logging.getLogger("blademill.notify")
Send = Callable[["Message"], bool]


@click.command(short_help="Tell people outside the room what the batch does.")
@click.option("--socket", type=click.Path(path_type=Path), help="Unix socket of the controller.")
@click.option("--controller-port", type=click.IntRange(1, 65535), help="Port instead of a socket.")
@click.option(
    "--repeat-s",
    type=click.FloatRange(10.0, 86_400.0),
    default=300.0,
    show_default=True,
    help="A hold or trip that nobody has acknowledged is told again after so long.",
)
@click.option("--log-json", is_flag=True, help="Log as JSON lines.")
@click.option("--try", "try_out", is_flag=True, help="Send one message to see that it arrives.")
def notify(
    socket: Path | None,
    controller_port: int | None,
    repeat_s: float,
    log_json: bool,
    try_out: bool,
) -> None:
    """Send a message when a batch is done, held, stopped or tripped, or the controller is gone.

    The addresses are Apprise URLs in the environment variable BLADEMILL_NOTIFY_URLS, with spaces
    between them: mail, chat, SMS and more. They hold passwords, so they are no options. It only
    reads: it can be stopped and started as you like. A message is no alarm system.
    """
    from controller.api.messenger import Kind, Message, Messenger
    from controller.jsonlog import log_to_stderr

    log_to_stderr(as_json=log_json)
    send = apprise_sender(os.environ.get(URLS, "").split())
    if try_out:
        if not send(Message(Kind.INFO, "Blade mill: a test", "Nothing has happened.")):
            raise StartError("the message could not be sent", where=URLS, do="Correct the URLs.")
        click.echo("sent")
        return
    door = DoorAddress(port=controller_port) if controller_port else _socket_door(socket)
    asyncio.run(follow(door, Messenger(repeat_s), send))


def _socket_door(socket: Path | None) -> DoorAddress:
    return DoorAddress(socket=socket or default_socket())


def apprise_sender(urls: list[str]) -> Send:
    """A function that sends to these URLs. Raises StartError for none, or one that is no URL."""
    try:
        import apprise
    except ImportError as missing:
        raise StartError(
            "Apprise is not installed",
            where="blademill notify",
            do='Install it: pip install "blademill[notify]".',
        ) from missing
    sender = apprise.Apprise()
    if not urls or not all(map(sender.add, urls)):
        raise StartError(
            "there is no address, or one that Apprise does not know" if urls else "is empty",
            where=URLS,
            do="Give Apprise URLs, with spaces between them.",
        )

    def send(message: Message) -> bool:
        body = message.body or message.title
        return bool(sender.notify(body=body, title=message.title, notify_type=message.kind.value))

    return send


async def follow(door: DoorAddress, messenger: Messenger, send: Send) -> None:
    """Look at the controller for ever, and send what the messenger says."""
    from controller.api.client import ControllerClient
    from controller.edge.clock import monotonic_s

    sending: set[asyncio.Task[None]] = set()
    async with ControllerClient(door) as client:
        while True:
            snapshot = await _snapshot(client)
            for message in messenger.look(snapshot, monotonic_s()):
                task = asyncio.create_task(_sent(message, send))
                sending.add(task)
                task.add_done_callback(sending.discard)
            await asyncio.sleep(LOOK_S)


async def _snapshot(client: ControllerClient) -> dict[str, Any] | None:
    try:
        answer = await client.get("snapshot")
    except LinkError:
        return None
    if answer.status != 200:
        return None
    found: dict[str, Any] = json.loads(answer.body)
    return found


async def _sent(message: Message, send: Send) -> None:
    """Send one message in a thread of its own, and try again where that fails."""
    for _ in range(TRIES):
        if await asyncio.to_thread(send, message):
            _LOG.info("sent: %s", message.title)
            return
        _LOG.warning("not sent: %s", message.title)
        await asyncio.sleep(AGAIN_S)
