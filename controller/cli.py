"""The `blademill` command: a group whose subcommands come from the installed packages.

Each package names its own under the entry point group `blademill.commands`, so that nothing here
imports a package above. A subcommand's module is imported when it is called, or listed in help.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

import click

from controller import __version__
from controller.errors import BlademillError, FileFaults, StartError

COMMANDS: Final = "blademill.commands"

EPILOG: Final = """
\b
Examples:
  blademill up                          simulator, controller and page; Ctrl-C ends them
  blademill demo training --speed 10    one short batch over the wire, unattended
  blademill dry-run bm-05               the same batch in virtual time, in seconds
  blademill recipe check my.toml        every fault of a recipe, with file and line
\b
A RECIPE is a path, or the bare name of a packaged one (blademill recipe list).
\b
Exit codes: 0 good; 1 refused, missing, or a batch that did not end COMPLETE; 2 wrong usage.
"""


def installed() -> Iterable[EntryPoint]:
    """The subcommands that the installed packages bring."""
    return entry_points(group=COMMANDS)


class CommandGroup(click.Group):
    """Loads a subcommand when it is needed; one that cannot be loaded does not hide the others."""

    def __init__(
        self, *args: Any, entries: Callable[[], Iterable[EntryPoint]] = installed, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({entry.name for entry in self._entries()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = next((entry for entry in self._entries() if entry.name == cmd_name), None)
        return None if found is None else _loaded(found)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BlademillError as error:
            click.echo(refusal(error), err=True)
            ctx.exit(1)


def refusal(error: BlademillError) -> str:
    """The text of an error for the person at the terminal."""
    if isinstance(error, FileFaults):
        return "\n".join([*error.lines(), *filter(None, [error.do])])
    return f"Error: {error.person_text}"


def _loaded(entry: EntryPoint) -> click.Command:
    try:
        command = entry.load()
    except Exception as cause:  # a broken package may raise anything while it is imported
        return _unavailable(entry, f"{type(cause).__name__}: {cause}")
    if isinstance(command, click.Command):
        return command
    return _unavailable(entry, f"{entry.value} is not a command")


def _unavailable(entry: EntryPoint, why: str) -> click.Command:
    def refuse() -> None:
        raise StartError(
            f"cannot be loaded: {why}",
            where=f"blademill {entry.name}",
            do="The installation is damaged: install blademill again.",
        )

    return click.Command(
        entry.name,
        callback=refuse,
        short_help=f"Cannot be loaded: {why}",
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )


@click.group(cls=CommandGroup, epilog=EPILOG)
@click.version_option(__version__, prog_name="blademill", message="%(prog)s %(version)s")
def main() -> None:
    """Run coating batches in an argon-filled blade mill, real or simulated.

    A recipe says which powder gets how much solid electrolyte; the controller leak-tests, purges,
    proves the atmosphere, mills in pulses, cools down and tells what it does. Start with
    `blademill up` and open the address that it prints.
    """
