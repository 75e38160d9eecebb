"""`blademill accounts`: the file of the accounts, from the console."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.cli_copy import copy_commands
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


def _copied(source: Path, target: Path) -> str:
    from hmi.accounts.backup import copy_accounts

    return f"{copy_accounts(source, target)} accounts"


for _command in copy_commands(
    "Copy the accounts to FOLDER, also while the page is served.",
    "Copy the accounts of the backup in FOLDER into a data folder without any.",
    _copied,
):
    accounts.add_command(_command)
