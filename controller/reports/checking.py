"""Verifies an export from its directory alone: signature, files, and the chain of its events."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.records.chain import Anchor, verify
from controller.records.row import Row, canonical
from controller.records.signatures import signatures
from controller.reports.export import FORMAT, MANIFEST, SIGNATURE
from controller.reports.signing import fingerprint_of, signature_fits


@dataclass(frozen=True, slots=True)
class Checked:
    """What verifying an export found. Good only when `faults` is empty."""

    batch_id: str
    fingerprint: str
    faults: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def check_export(folder: Path, fingerprint: str | None) -> Checked:
    """Verifies the export in `folder`.

    `fingerprint` is that of the key which has to have signed it; with None any key will do, and who
    signed is not proven.
    """
    try:
        content = (folder / MANIFEST).read_bytes()
        manifest = json.loads(content)
        signature = _signature((folder / SIGNATURE).read_bytes())
        public = bytes.fromhex(manifest["public_key"])
        faults = _faults(folder, manifest, public, signature, content, fingerprint)
        return Checked(str(manifest["batch"]), fingerprint_of(public), tuple(faults))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as damage:
        return Checked("", "", (f"it is no export, or a damaged one ({type(damage).__name__})",))


def _signature(text: bytes) -> bytes:
    """Raises ValueError for anything but 64 bytes in the one form that an export has."""
    signature = bytes.fromhex(text.decode("ascii"))
    if len(signature) != 64 or text != signature.hex().encode() + b"\n":
        raise ValueError("no signature")
    return signature


def _faults(
    folder: Path,
    manifest: dict[str, Any],
    public: bytes,
    signature: bytes,
    content: bytes,
    fingerprint: str | None,
) -> list[str]:
    faults = []
    if manifest["format"] != FORMAT:
        faults.append(f"its format is {manifest['format']!r}, not {FORMAT}")
    if not signature_fits(public, signature, content):
        faults.append("the signature does not fit the manifest")
    if fingerprint is not None and fingerprint_of(public) != fingerprint:
        faults.append(f"it is signed with another key: {fingerprint_of(public)}")
    listed = manifest["files"]
    present = {path.name for path in folder.iterdir()} - {MANIFEST, SIGNATURE}
    faults += [f"{name} is missing" for name in sorted(set(listed) - present)]
    faults += [f"{name} does not belong to it" for name in sorted(present - set(listed))]
    for name in sorted(present & set(listed)):
        raw = (folder / name).read_bytes()
        if hashlib.sha256(raw).hexdigest() != listed[name]["sha256"]:
            faults.append(f"{name} was changed")
    if not faults:
        faults += _chain_faults(folder, manifest)
    return faults


def _chain_faults(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """The files are those that were signed; do they also say what the chain says?"""
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [_row(json.loads(line)) for line in lines]
    chain = manifest["chain"]
    first = rows[0]
    verdict = verify(rows, (), Anchor(first.seq - 1, first.prev.hex()))
    faults = [] if verdict.broken is None else [f"events.jsonl: {verdict.broken}"]
    if (first.seq, rows[-1].seq) != (chain["first_seq"], chain["last_seq"]):
        faults.append("events.jsonl does not hold the rows of the manifest")
    if verdict.head != chain["last_hash"]:
        faults.append("the chain does not end as the manifest says")
    mine = [row for row in rows if row.batch == manifest["batch"]]
    faults += [
        f"the signature in row {told['seq']} is of another content"
        for told in signatures(mine)
        if not told["holds"]
    ]
    recipe = (folder / "recipe.toml").read_bytes()
    if hashlib.sha256(recipe).hexdigest() != manifest["recipe_sha256"]:
        faults.append("recipe.toml is not the recipe of the batch")
    return faults


def _row(line: dict[str, Any]) -> Row:
    return Row(
        **{
            **line,
            "data": canonical(line["data"]),
            "prev": bytes.fromhex(line["prev"]),
            "hash": bytes.fromhex(line["hash"]),
        }
    )
