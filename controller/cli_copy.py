"""`backup` and `restore`, for each kind of file that a process keeps: one copy, out or back in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from controller.api.address import default_data


def copy_commands(
    backup: str, restore: str, copied: Callable[[Path, Path], str]
) -> tuple[click.Command, click.Command]:
    """Both commands, with these help texts.

    `copied` copies from the first folder to the second, and says what it copied.
    """
    return (
        _command("backup", backup, lambda folder, data: (data, folder), copied),
        _command("restore", restore, lambda folder, data: (folder, data), copied),
    )


def _command(
    name: str,
    text: str,
    ends: Callable[[Path, Path], tuple[Path, Path]],
    copied: Callable[[Path, Path], str],
) -> click.Command:
    @click.command(name, help=text)
    @click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
    @click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        default=default_data,
        help="The data folder.",
    )
    def copy(folder: Path, data: Path) -> None:
        source, target = ends(folder, data)
        click.echo(f"{target}: {copied(source, target)}")

    return copy
