"""`blademill accounts`: the file of the accounts, from the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from controller.cli_migrate import migrate_command

if TYPE_CHECKING:
    from controller.migration import Steps


@click.group(short_help="The file of the accounts.")
def accounts() -> None:
    """The file of the accounts. People and their roles are changed on the page."""


def _steps() -> Steps:
    from hmi.accounts.store import STEPS

    return STEPS


accounts.add_command(migrate_command("the accounts", "the page", "accounts.sqlite3", _steps))
