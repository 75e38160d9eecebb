"""One directory with all of a batch, its manifest signed: it can be verified without this machine.

manifest.json   what belongs to it, with the SHA-256 of each file
manifest.sig    the Ed25519 signature of manifest.json's bytes, in hexadecimal
events.jsonl    the rows of the record from the batch's first to its last, chained by their hashes
batch.json      the batch record that is worked out of them
recipe.toml     the recipe as it was run
trend.parquet, trend.csv, schema.json
report.html, report.pdf
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from controller.errors import RecordError
from controller.records.reader import RecordReader
from controller.reports.page import batch_report
from controller.reports.signing import ExportKey
from controller.reports.tables import schema_of, write_csv, write_trend_csv, write_trend_parquet

FORMAT: Final = "blademill-export-1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"


def export_batch(reader: RecordReader, batch_id: str, folder: Path, key: ExportKey) -> Path:
    """Writes the export of a batch into `folder`, which must not hold anything yet.

    Raises RecordError for an unknown batch, a broken record, or a folder that is in use.
    """
    verdict = reader.verify()
    if verdict.broken is not None:
        raise RecordError(
            f"the record is broken: {verdict.broken}", do="Keep it as it is; restore a backup."
        )
    record = reader.batch(batch_id)
    if folder.exists() and any(folder.iterdir()):
        raise RecordError("the folder is not empty", where=str(folder), do="Choose another one.")
    folder.mkdir(parents=True, exist_ok=True)
    _write_events(reader, record, folder)
    (folder / "batch.json").write_text(_json(record), encoding="utf-8")
    (folder / "recipe.toml").write_text(record["recipe"]["text"], encoding="utf-8")
    _write_trend(reader, batch_id, folder)
    report = batch_report(reader, batch_id)
    (folder / "report.html").write_text(report.html, encoding="utf-8")
    (folder / "report.pdf").write_bytes(report.pdf())
    _sign(folder, record, key)
    return folder


def _write_events(reader: RecordReader, record: dict[str, Any], folder: Path) -> None:
    rows = reader.between(record["chain"]["first_seq"], record["chain"]["last_seq"])
    with (folder / "events.jsonl").open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row.to_json(), ensure_ascii=False) + "\n")
    heads = ("row", "utc", "process_s", "batch", "kind", "text")
    write_csv(
        folder / "events.csv",
        heads,
        ((r.seq, r.utc, r.process_s, r.batch, r.kind, r.text) for r in rows),
    )


def _write_trend(reader: RecordReader, batch_id: str, folder: Path) -> None:
    trend = reader.trend_of(batch_id)
    if trend is None:
        return
    write_trend_parquet(trend, folder / "trend.parquet")
    write_trend_csv(trend, folder / "trend.csv")
    (folder / "schema.json").write_text(_json(schema_of(trend)), encoding="utf-8")


def _sign(folder: Path, record: dict[str, Any], key: ExportKey) -> None:
    files = {
        path.name: {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.iterdir())
    }
    manifest = {
        "format": FORMAT,
        "batch": record["id"],
        "simulated": record["simulated"],
        "software": record["setting"]["software"],
        "plant_sha256": record["setting"]["plant_sha256"],
        "recipe_sha256": record["recipe"]["sha256"],
        "chain": record["chain"],
        "public_key": key.public.hex(),
        "files": files,
    }
    content = _json(manifest).encode()
    (folder / MANIFEST).write_bytes(content)
    (folder / SIGNATURE).write_text(key.sign(content).hex() + "\n", encoding="ascii")


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
