"""`blademill accounts`: the file of the accounts, from the console."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.api.address import default_data
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


def _copying(name: str, text: str) -> Callable[[click.Group], None]:
    def add(group: click.Group) -> None:
        @group.command(name, help=text)
        @click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
        @click.option(
            "--data",
            type=click.Path(path_type=Path, file_okay=False),
            default=default_data,
            help="The page's data folder.",
        )
        def copy(folder: Path, data: Path) -> None:
            from hmi.accounts.backup import copy_accounts

            ends = (data, folder) if name == "backup" else (folder, data)
            people = copy_accounts(*ends)
            click.echo(f"{ends[1]}: {people} accounts")

    return add


_copying("backup", "Copy the accounts to FOLDER, also while the page is served.")(accounts)
_copying("restore", "Copy the accounts of the backup in FOLDER into a data folder without any.")(
    accounts
)
