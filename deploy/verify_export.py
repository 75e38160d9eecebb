#!/usr/bin/env python3
"""Verifies an export of a blademill batch, with nothing but Python's standard library.

    python3 verify_export.py DIRECTORY FINGERPRINT

FINGERPRINT is the SHA-256 of the public key of the mill, as `blademill batch key` prints it there;
write it down before you need it. Without it, who signed is not proven, and the exit code is 2.
Exit code 0: nothing was changed. 1: something was, and what.

This file shares no code with blademill, so that one mistake cannot hide in both. Ed25519 is as in
RFC 8032; the chain of rows is described in docs/records.md.
"""

import hashlib
import json
import math
import sys
from pathlib import Path

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    """Sum of two points in extended coordinates."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, d - c, d + c, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
    """A point n times."""
    total = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = add(total, point)
        point, n = add(point, point), n >> 1
    return total


def same(a, b):
    """Whether two points are one."""
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_of(raw):
    """The point that 32 bytes stand for. Raises ValueError when there is none."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        raise ValueError("no point")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public, signature, content):
    """Whether the owner of `public` signed `content`."""
    if len(public) != 32 or len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= L:
        return False
    try:
        key, commitment = point_of(public), point_of(signature[:32])
    except ValueError:
        return False
    challenge = hashlib.sha512(signature[:32] + public + content).digest()
    h = int.from_bytes(challenge, "little") % L
    return same(times(scalar, BASE), add(commitment, times(h, key)))


FIELDS = ("batch", "kind", "utc", "mono_ns", "boot", "run", "process_s", "text")


def row_hash(row):
    """The hash of a row of the record: SHA-256 over its fields as a JSON list, `prev` included."""
    data = json.dumps(
        row["data"], sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    fields = ["blademill-record-1", row["seq"], *(row[name] for name in FIELDS), data, row["prev"]]
    line = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


def signs(signature, listed):
    """Whether a signature is bound to the batch's rows up to the one that it names."""
    rows = [item for item in listed if item[0] <= signature["through_seq"]]
    content = ["blademill-content-1", signature["batch"], rows]
    line = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest() == signature["content_sha256"]


def faults_of_files(folder, listed):
    """What is missing, too much, or changed."""
    present = {path.name for path in folder.iterdir()} - {"manifest.json", "manifest.sig"}
    for name in sorted(set(listed) | present):
        if name not in present:
            yield f"{name} is missing"
        elif name not in listed:
            yield f"{name} does not belong to it"
        elif hashlib.sha256((folder / name).read_bytes()).hexdigest() != listed[name]["sha256"]:
            yield f"{name} was changed"


def faults_of_chain(folder, manifest):
    """What does not hold in the chain of rows."""
    prev = seq = None
    listed = []
    for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if seq is None and row["seq"] != manifest["chain"]["first_seq"]:
            yield "events.jsonl does not begin where the manifest says"
        if seq is not None and row["seq"] != seq + 1:
            yield f"row {seq + 1} is missing"
        if prev is not None and row["prev"] != prev:
            yield f"row {row['seq']} does not follow the row before it"
        if not math.isfinite(row["process_s"]) or row_hash(row) != row["hash"]:
            yield f"row {row['seq']} was changed"
        seq, prev = row["seq"], row["hash"]
        if row["batch"] == manifest["batch"] and row["kind"] != "signed":
            listed.append([seq, prev])
        elif row["batch"] == manifest["batch"] and not signs(row["data"], listed):
            yield f"the signature in row {seq} is of another content"
    if (seq, prev) != (manifest["chain"]["last_seq"], manifest["chain"]["last_hash"]):
        yield "the chain does not end as the manifest says"
    recipe = hashlib.sha256((folder / "recipe.toml").read_bytes()).hexdigest()
    if recipe != manifest["recipe_sha256"]:
        yield "recipe.toml is not the recipe of the batch"


def check(folder, fingerprint):
    """Everything that is wrong with the export, as lines."""
    content = (folder / "manifest.json").read_bytes()
    manifest = json.loads(content)
    text = (folder / "manifest.sig").read_bytes()
    public, signature = bytes.fromhex(manifest["public_key"]), bytes.fromhex(text.decode("ascii"))
    found = []
    if manifest["format"] != "blademill-export-1":
        found.append(f"unknown format {manifest['format']!r}")
    if text != signature.hex().encode() + b"\n" or not signed(public, signature, content):
        found.append("the signature does not fit the manifest")
    signer = hashlib.sha256(public).hexdigest()
    if fingerprint and signer != fingerprint:
        found.append(f"signed with another key: {signer}")
    found += faults_of_files(folder, manifest["files"])
    if not found:
        found += faults_of_chain(folder, manifest)
    return manifest["batch"], signer, found


def main(arguments):
    """0: good, signed by the known key. 1: something is wrong. 2: signer not proven, or usage."""
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    fingerprint = arguments[1].lower() if len(arguments) == 2 else ""
    try:
        batch, signer, found = check(Path(arguments[0]), fingerprint)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as damage:
        batch, signer, found = "?", "?", [f"no export, or a damaged one ({type(damage).__name__})"]
    for line in found:
        print(f"NOT GOOD: {line}")
    if found:
        return 1
    print(f"Batch {batch}: nothing was changed. Signed by {signer}.")
    if not fingerprint:
        print("No fingerprint was given: who signed is NOT proven.")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
