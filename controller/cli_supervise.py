"""`blademill supervise`: the controller process, started again when it fails."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from controller.api.address import default_socket, down_notice


@click.command(
    "supervise",
    short_help="Run the controller, and start it again when it fails.",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.option("--socket", type=click.Path(path_type=Path), help="Unix socket of the door.")
@click.pass_context
def supervise(context: click.Context, socket: Path | None) -> None:
    """Run `blademill control`, with its options, and start it again when it fails.

    At most three times in ten minutes; then it stays down, the page says so, and the exit code is
    69. After a clean end it is not started again, and neither when it refused to begin. One that
    hangs is ended first.
    """
    from controller.jsonlog import log_to_stderr
    from controller.supervise import Supervisor

    log_to_stderr(as_json=False)
    door = socket or default_socket()
    options = ["--socket", str(socket)] if socket else []
    command = [sys.executable, "-m", "controller", "control", *options, *context.args]
    context.exit(Supervisor(command, down_notice(door)).run())
