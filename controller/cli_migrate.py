"""`migrate`, for each kind of file that may be of an earlier version than this software."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from controller.api.address import default_data
from controller.errors import RecordError

if TYPE_CHECKING:
    from controller.migration import Steps

HELP: Final = """Bring {what} to the version of this software, or with --to to an earlier one.

Starting {who} does the first by itself. The second is the way back: before an earlier blademill is
installed again, bring the file to the version that it knows, and nothing is lost that was written
since. The file as it was is kept beside it. Meanwhile {who} must not run."""


def migrate_command(what: str, who: str, name: str, steps: Callable[[], Steps]) -> click.Command:
    """The command for the file `name`; `steps` is called when it is carried out."""

    @click.command("migrate", help=HELP.format(what=what, who=who))
    @click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        default=default_data,
        help="The data folder.",
    )
    @click.option(
        "--to",
        type=click.IntRange(min=1),
        metavar="VERSION",
        help="Version to bring it to.  [default: the newest]",
    )
    def migrate(data: Path, to: int | None) -> None:
        path = data / name
        if not path.is_file():
            raise RecordError("is not there", where=str(path), do="Name its folder with --data.")
        try:
            moved = steps().move(path, to)
        except (sqlite3.Error, OSError, ValueError) as error:
            raise RecordError(
                f"nothing was changed ({error})", where=str(path), do=f"If {who} runs, stop it."
            ) from error
        click.echo(f"{path}: {moved or 'nothing to do'}")

    return migrate
