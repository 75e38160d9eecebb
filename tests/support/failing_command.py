"""A subcommand that fails in the ways a real one may."""

from __future__ import annotations

import click

from controller.errors import Fault, InputError, RecipeError


@click.command()
@click.argument("how")
def fail(how: str) -> None:
    """Fail in the way that is asked for."""
    if how == "refused":
        raise InputError("12 is too high", where="--speed", do="Allowed is 1 to 10.")
    if how == "faults":
        raise RecipeError("a.toml", [Fault(3, "a.b", "x"), Fault(5, "c", "y")], do="Mend it.")
    if how == "interrupted":
        raise KeyboardInterrupt
    click.echo("done")
