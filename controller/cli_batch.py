"""`blademill batch` and `blademill record`: read, verify and copy what the controller recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.api.address import default_data
from controller.cli_copy import copy_commands
from controller.cli_migrate import migrate_command

if TYPE_CHECKING:
    from controller.migration import Steps
    from controller.records.chain import Anchor, Verdict
    from controller.records.reader import RecordReader

# The reader brings numpy along, which `blademill --help` need not wait for: it is imported in the
# functions that read.

_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=default_data,
    help="The controller's data folder.",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, and JSON alone.")
_anchors = click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="ROW:HASH",
    help="A head that was noted elsewhere; finds a cut-off end and a chain made anew.",
)


def _reader(data: Path) -> RecordReader:
    from controller.records.reader import RecordReader

    return RecordReader(data)


@click.group(short_help="List, show and verify recorded batches.")
def batch() -> None:
    """What the record has about batches."""


@batch.command("list")
@_data
@_as_json
def list_batches(data: Path, as_json: bool) -> None:
    """All batches, the newest first."""
    found = _reader(data).batches()
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for item in found:
        recipe = f"{item['recipe_id']} v{item['recipe_version']}"
        simulated = "  SIMULATED" if item["simulated"] else ""
        began = item["started_utc"] or item["loaded_utc"]
        click.echo(f"{item['id']}  {item['outcome']:<11}  {began}  {recipe}{simulated}")


@batch.command()
@click.argument("batch_id")
@_data
@_as_json
def show(batch_id: str, data: Path, as_json: bool) -> None:
    """The whole record of one batch."""
    from controller.records.words import batch_text

    found = _reader(data).batch(batch_id)
    click.echo(json.dumps(found, indent=2) if as_json else batch_text(found))


@batch.command()
@click.argument("batch_id")
@_data
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder for the two files.  [default: here]",
)
def report(batch_id: str, data: Path, out: Path) -> None:
    """Write the report of a batch as a page and as PDF. The same bytes whenever it is made."""
    from controller.reports.page import batch_report

    for path in batch_report(_reader(data), batch_id).write(out):
        click.echo(str(path))


@batch.command()
@click.argument("batch_id")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@_data
def export(batch_id: str, folder: Path, data: Path) -> None:
    """Write all of a batch into FOLDER: record, trends, report, and a signed manifest."""
    from controller.reports.export import export_batch
    from controller.reports.signing import export_key

    key = export_key(data)
    export_batch(_reader(data), batch_id, folder, key)
    click.echo(f"{folder}: signed by {key.fingerprint}")


@batch.command()
@click.argument("batch_ids", nargs=-1, required=True)
@_data
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default="overlay.html")
def overlay(batch_ids: tuple[str, ...], data: Path, out: Path) -> None:
    """Lay batches over one another on process time; the first is what the others compare with."""
    from controller.reports.overlay import overlay as laid

    out.write_text(laid(_reader(data), batch_ids), encoding="utf-8")
    click.echo(str(out))


@batch.command()
@_data
def key(data: Path) -> None:
    """Print the fingerprint of the key that signs exports here. Keep it where exports are read."""
    from controller.reports.signing import export_key

    click.echo(export_key(data).fingerprint)


@batch.command("verify")
@click.argument("batch_id", metavar="[BATCH_ID | FOLDER]", required=False)
@_data
@_anchors
@click.option("--key", "fingerprint", help="Fingerprint of the key that signs at the mill.")
@_as_json
@click.pass_context
def verify_batch(
    context: click.Context,
    batch_id: str | None,
    data: Path,
    anchors: tuple[str, ...],
    fingerprint: str | None,
    as_json: bool,
) -> None:
    """Check an export in FOLDER, or the chain of all rows and every trend here.

    With BATCH_ID, also that the batch is among them. Exit code 1 when something was changed, and
    where; 2 when an export is whole but, for want of --key, who signed it is not proven.
    """
    if batch_id is not None and Path(batch_id).is_dir():
        context.exit(_tell_export(Path(batch_id), fingerprint, as_json))
    reader = _reader(data)
    if batch_id is not None:
        reader.rows(batch_id)
    _tell(context, reader.verify(_read_anchors(anchors)), as_json)


@click.group(short_help="Verify, back up and restore the record.")
def record() -> None:
    """The record as a whole. `backup` may run while the controller does."""


@record.command("verify")
@_data
@_anchors
@click.option(
    "--anchors",
    "anchor_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The file that `blademill control --anchor-to` writes; every line of it must hold.",
)
@_as_json
@click.pass_context
def verify_record(
    context: click.Context,
    data: Path,
    anchors: tuple[str, ...],
    anchor_file: Path | None,
    as_json: bool,
) -> None:
    """Check the chain of all rows and every trend. Exit code 1 when something was changed."""
    from controller.records.anchors import read_anchors

    noted = [] if anchor_file is None else read_anchors(anchor_file)
    _tell(context, _reader(data).verify([*noted, *_read_anchors(anchors)]), as_json)


@record.command()
@_data
@_as_json
def wear(data: Path, as_json: bool) -> None:
    """The hours of every blade and jar that was charged, and how they are known."""
    found = _reader(data).worn()
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    from controller.reports.content import said, wear_origin

    for part in found:
        hours = f"{said(part['hours'], '.2f')} h" if part["hours"] is not None else "unknown"
        click.echo(f"{part['part']:<6} {part['id']:<20} {hours:>12}  {wear_origin(part)}")


def _tell_export(folder: Path, fingerprint: str | None, as_json: bool) -> int:
    from controller.reports.checking import check_export

    found = check_export(folder, fingerprint)
    if as_json:
        told = {
            "good": found.good,
            "batch": found.batch_id,
            "fingerprint": found.fingerprint,
            "signer_proven": found.good and fingerprint is not None,
            "faults": list(found.faults),
        }
        click.echo(json.dumps(told, indent=2))
    for fault in () if as_json else found.faults:
        click.echo(f"NOT GOOD: {fault}", err=True)
    if not found.good:
        return 1
    if not as_json:
        click.echo(f"Batch {found.batch_id}: nothing was changed. Signed by {found.fingerprint}.")
    if fingerprint is None:
        click.echo("No --key was given: who signed is NOT proven.", err=True)
        return 2
    return 0


def _copied(source: Path, target: Path) -> str:
    from controller.records.backup import copy_record
    from controller.reports.signing import KEY_NAME

    verdict = copy_record(source, target, beside=(KEY_NAME,))
    return f"{verdict.rows} rows, verified; head {verdict.head}"


for _command in copy_commands(
    "Copy record, trends and export key to FOLDER and verify the copy.",
    "Copy the backup in FOLDER into an empty data folder and verify it.",
    _copied,
):
    record.add_command(_command)


def _record_steps() -> Steps:
    from controller.records.schema import STEPS

    return STEPS


record.add_command(migrate_command("the record", "the controller", "record.sqlite", _record_steps))


def _read_anchors(texts: tuple[str, ...]) -> list[Anchor]:
    from controller.records.chain import Anchor

    found = []
    for text in texts:
        seq, _, head = text.partition(":")
        if not seq.isdigit() or len(head) != 64 or not set(head) <= set("0123456789abcdef"):
            raise click.BadParameter(f"{text!r} is no ROW:HASH", param_hint="--anchor")
        found.append(Anchor(int(seq), head))
    return found


def _tell(context: click.Context, verdict: Verdict, as_json: bool) -> None:
    broken = verdict.broken
    if as_json:
        told: dict[str, Any] = {"good": verdict.good, "rows": verdict.rows, "head": verdict.head}
        told["broken"] = None if broken is None else {"row": broken.seq, "reason": broken.reason}
        click.echo(json.dumps(told, indent=2))
    elif broken is None:
        click.echo(f"Good: {verdict.rows} rows. Anchor {verdict.rows}:{verdict.head}")
    else:
        click.echo(f"NOT GOOD: {broken}", err=True)
    if broken is not None:
        context.exit(1)
