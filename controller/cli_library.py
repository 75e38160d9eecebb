"""`blademill recipe library`: read the library in the record, and save a file as a draft.

Steps of a version (submit, approve, reject, retire) are given by people who have signed in at the
page; here is only what needs nobody's signature.
"""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.api.address import DoorAddress, default_data, default_socket
from controller.errors import InputError

if TYPE_CHECKING:
    from controller.records.library import Library, Version

_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=default_data,
    help="The controller's data folder.",
)
_plant = click.option("--plant", metavar="FILE", help="The mill  [default: the lab mill]")


@click.group("library")
def library_group() -> None:
    """The versions of recipes in the record: list, show, compare, take away, bring in."""


@library_group.command("list")
@_data
@_plant
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and JSON alone.")
def list_versions(data: Path, plant: str | None, as_json: bool) -> None:
    """Every version with its standing for this plant file."""
    found, sha256 = _library(data), _plant_sha256(plant)
    versions = sorted(found.versions.values(), key=lambda one: (one.id, -one.version))
    if as_json:
        click.echo(json.dumps([_told(one, sha256) for one in versions], indent=2))
        return
    for one in versions:
        click.echo(f"{one.id:<16} v{one.version:<4} {one.standing(sha256):<42} {one.title}")


@library_group.command()
@click.argument("recipe_id")
@click.argument("version", type=int)
@_data
@_plant
def show(recipe_id: str, version: int, data: Path, plant: str | None) -> None:
    """One version: who did what, on which evidence."""
    found = _version(data, recipe_id, version)
    click.echo(f"{found.id} v{found.version}: {found.title}")
    click.echo(f"  {found.standing(_plant_sha256(plant))}, sha256 {found.sha256}")
    click.echo(f"  author {found.author}, used in {found.used_in or 'no batch'}")
    for step in found.steps:
        why = f": {step['data']['reason']}" if step["data"].get("reason") else ""
        click.echo(f"  {step['seq']:>7}  {step['utc']}  {step['text']}{why}")
    for approval in found.approvals:
        told = approval.evidence
        click.echo(
            f"  row {approval.seq}: dry run {told.outcome} (log {told.log_sha256}), fault matrix"
            f" {told.fault_cases} cases, {told.fault_failed} other than expected"
            f" ({told.fault_matrix_sha256}), plant {told.plant_sha256}"
        )
        for deviation in told.deviations:
            click.echo(f"    deviation {deviation}")
        if approval.reason:
            click.echo(f"    accepted because: {approval.reason}")


@library_group.command()
@click.argument("recipe_id")
@click.argument("old", type=int)
@click.argument("new", type=int)
@_data
def diff(recipe_id: str, old: int, new: int, data: Path) -> None:
    """In which lines version NEW differs from version OLD."""
    texts = [_version(data, recipe_id, n).text.splitlines() for n in (old, new)]
    names = [f"{recipe_id} v{n}" for n in (old, new)]
    for line in difflib.unified_diff(texts[0], texts[1], names[0], names[1], lineterm=""):
        click.echo(line)


@library_group.command()
@click.argument("recipe_id")
@click.argument("version", type=int)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_data
def export(recipe_id: str, version: int, file: Path, data: Path) -> None:
    """Write the text of a version to FILE, byte for byte. Nothing is overwritten."""
    found = _version(data, recipe_id, version)
    try:
        with file.open("xb") as out:
            out.write(found.text.encode())
    except OSError as refused:
        raise InputError(f"cannot be written ({refused.strerror})", where=str(file)) from refused
    click.echo(f"{file}: sha256 {found.sha256}")


@library_group.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--user", required=True, help="Who brings it in: its author in the library.")
@click.option("--socket", type=click.Path(path_type=Path), help="Unix socket of the controller.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of 127.0.0.1 instead.")
def bring_in(file: Path, user: str, socket: Path | None, port: int | None) -> None:
    """Save FILE as a draft, through a running controller."""
    door = DoorAddress(port=port) if port else DoorAddress(socket or default_socket())
    answer = _ask(door, file, user)
    if not answer["accepted"]:
        raise InputError("; ".join(answer["reasons"]), where=str(file))
    click.echo(f"{file}: saved as a draft by {user}")


def _ask(door: DoorAddress, file: Path, user: str) -> dict[str, Any]:
    import asyncio
    import uuid

    from controller.api.client import ControllerClient, Giver

    async def ask() -> bytes:
        args = {"recipe_toml": file.read_text(encoding="utf-8"), "name": file.name}
        async with ControllerClient(door) as client:
            giver = Giver(user, ("author",))
            return (await client.command(str(uuid.uuid4()), "recipe.save", args, giver)).body

    found: dict[str, Any] = json.loads(asyncio.run(ask()))
    return found


def _library(data: Path) -> Library:
    from controller.records.library import library
    from controller.records.reader import RecordReader

    return library(RecordReader(data), None)


def _version(data: Path, recipe_id: str, number: int) -> Version:
    found = _library(data).versions.get((recipe_id, number))
    if found is None:
        raise InputError(
            f"there is no {recipe_id} v{number}", do="See: blademill recipe library list"
        )
    return found


def _plant_sha256(plant: str | None) -> str:
    from controller.edge.plantfile import load_plant
    from controller.packaged import packaged_file

    path = packaged_file("deploy", "lab-0.5l.toml") if plant is None else Path(plant)
    return load_plant(path).sha256


def _told(one: Version, plant_sha256: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "version": one.version,
        "title": one.title,
        "author": one.author,
        "saved_by": one.saved_by,
        "sha256": one.sha256,
        "status": one.status.value,
        "standing": one.standing(plant_sha256),
        "approved": bool(one.approved_for(plant_sha256)),
        "used_in": one.used_in,
    }
