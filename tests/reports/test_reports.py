"""Reports and exports of a batch: what they say, that they are the same again, each tampering."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
import random
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner
from recording import record_of_run

from controller.cli_batch import batch as batch_command
from controller.errors import RecordError
from controller.records.reader import RecordReader
from controller.reports.checking import check_export
from controller.reports.content import panes
from controller.reports.export import export_batch
from controller.reports.page import batch_report
from controller.reports.signing import ExportKey, export_key
from controller.reports.tables import cell

ROOT = Path(__file__).parents[2]
VERIFIER = ROOT / "deploy" / "verify_export.py"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    record_of_run(folder)
    return folder


@pytest.fixture(scope="module")
def batch_id(data: Path) -> str:
    return str(RecordReader(data).batches()[0]["id"])


@pytest.fixture(scope="module")
def exported(data: Path, batch_id: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "batch"
    return export_batch(RecordReader(data), batch_id, folder, export_key(data))


@pytest.fixture(scope="module")
def fingerprint(data: Path) -> str:
    return export_key(data).fingerprint


@pytest.fixture(scope="module")
def independent() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_export", VERIFIER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_report_is_the_same_bytes_whenever_it_is_made(data: Path, batch_id: str) -> None:
    first, second = (batch_report(RecordReader(data), batch_id) for _ in range(2))
    assert first.html == second.html
    printed = first.pdf()
    assert printed == second.pdf()
    assert len(printed) < 2_000_000


def test_a_report_in_another_process_is_the_same_bytes(data: Path, batch_id: str) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from controller.records.reader import RecordReader\n"
        "from controller.reports.page import batch_report\n"
        "report = batch_report(RecordReader(Path(sys.argv[1])), sys.argv[2])\n"
        "import hashlib; print(hashlib.sha256(report.html.encode()).hexdigest())\n"
    )
    args = [sys.executable, "-c", code, str(data), batch_id]
    found = subprocess.run(args, cwd=ROOT, capture_output=True, text=True, check=True)
    here = batch_report(RecordReader(data), batch_id).html
    assert found.stdout.strip() == hashlib.sha256(here.encode()).hexdigest()


def test_a_report_says_what_the_record_says(data: Path, batch_id: str) -> None:
    record = RecordReader(data).batch(batch_id)
    page = batch_report(RecordReader(data), batch_id).html
    assert page.count("SIMULATED") >= 3
    for said in (
        record["recipe"]["sha256"],
        record["setting"]["plant_sha256"],
        record["chain"]["last_hash"],
        f"{record['milling']['revolutions']:.0f}",
        "317",
        "not a measurement",
        "not recorded",
        "Prove inert atmosphere",
    ):
        assert said in page, said
    wanted = set(re.findall(r"(?:src|href)=.([^#\s\"'>]+)", page))
    assert not wanted, "it needs nothing beside itself"


def test_what_a_person_typed_cannot_become_markup(data: Path) -> None:
    """A lot named like a script stands in the page as the text it is."""
    from controller.reports.page import template

    made = template("batch.html.jinja")
    assert made.environment.autoescape is True
    assert "<script" not in made.environment.from_string("{{ x }}").render(x="<script>")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@cmd", "'@cmd"),
        ("-2", "'-2"),
        ("+x", "'+x"),
        ("\tx", "'\tx"),
        ("plain", "plain"),
        (-2.5, "-2.5"),
        (3.0, "3.0"),
        (-40.0, "-40.0"),
        (float("nan"), ""),
        (7, 7),
    ],
)
def test_no_cell_is_a_formula(value: object, shown: object) -> None:
    assert cell(value) == shown


def test_tables_carry_their_units_and_every_scan(exported: Path) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(exported / "trend.parquet")
    assert table.schema.field("vessel_pressure_mbar_g").metadata == {b"unit": b"mbar gauge"}
    with (exported / "trend.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == table.num_rows + 1
    assert "vessel_pressure_mbar_g [mbar gauge]" in rows[0]
    frost = rows[0].index("frost_point_c [°C]")
    assert float(rows[-1][frost]) < -20.0, "a number, and not a formula that was quoted"
    at = rows[0].index("rotor_rpm [rpm]")
    assert float(rows[-1][at]) == pytest.approx(table["rotor_rpm"][-1].as_py(), abs=1e-3)


def test_an_export_verifies_with_both_verifiers(
    exported: Path, fingerprint: str, batch_id: str, independent: ModuleType
) -> None:
    assert check_export(exported, fingerprint).good
    assert independent.check(exported, fingerprint) == (batch_id, fingerprint, [])
    done = subprocess.run(
        [sys.executable, "-S", str(VERIFIER), str(exported), fingerprint], capture_output=True
    )
    assert done.returncode == 0, done.stderr


def test_the_independent_verifier_is_short_and_imports_nothing_of_the_product() -> None:
    text = VERIFIER.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 200
    imported = set(re.findall(r"^(?:import|from) (\w+)", text, flags=re.MULTILINE))
    assert imported <= set(sys.stdlib_module_names)


def test_an_export_signed_with_another_key_is_refused(
    exported: Path, fingerprint: str, tmp_path: Path, independent: ModuleType
) -> None:
    forged = tmp_path / "forged"
    shutil.copytree(exported, forged)
    other = ExportKey(bytes(range(32)))
    manifest = json.loads((forged / "manifest.json").read_bytes())
    manifest["public_key"] = other.public.hex()
    content = json.dumps(manifest).encode()
    (forged / "manifest.json").write_bytes(content)
    (forged / "manifest.sig").write_text(other.sign(content).hex() + "\n")
    assert check_export(forged, None).good, "whole in itself: who signed is what differs"
    assert not check_export(forged, fingerprint).good
    assert independent.check(forged, fingerprint)[2]


def tampered(folder: Path, rng: random.Random) -> str:
    """One random change of an export; says what it was."""
    path = rng.choice(sorted(folder.iterdir()))
    raw = bytearray(path.read_bytes())
    how = rng.choice(("flip", "cut", "insert", "delete", "swap", "rename", "remove", "add"))
    if how == "rename":
        path.rename(folder / f"{path.name}x")
    elif how == "remove":
        path.unlink()
    elif how == "add":
        (folder / f"extra{rng.randrange(1000)}.txt").write_bytes(b"x")
    else:
        before = bytes(raw)
        while bytes(raw) == before:
            at = rng.randrange(len(raw))
            if how == "flip":
                raw[at] ^= 1 << rng.randrange(8)
            elif how == "cut":
                del raw[at:]
            elif how == "insert":
                raw.insert(at, rng.randrange(256))
            elif how == "delete":
                del raw[at]
            else:
                other = rng.randrange(len(raw))
                raw[at], raw[other] = raw[other], raw[at]
        path.write_bytes(raw)
    return f"{how} {path.name}"


def check_tamperings(
    exported: Path, fingerprint: str, independent: ModuleType, folder: Path, seeds: range
) -> None:
    for seed in seeds:
        copy = folder / str(seed)
        shutil.copytree(exported, copy)
        what = tampered(copy, random.Random(seed))
        assert not check_export(copy, fingerprint).good, f"seed {seed}: {what}"
        assert independent.main([str(copy), fingerprint]) == 1, f"seed {seed}: {what}"
        shutil.rmtree(copy)


def test_random_tamperings_are_found_by_both_verifiers(
    exported: Path, fingerprint: str, independent: ModuleType, tmp_path: Path
) -> None:
    check_tamperings(exported, fingerprint, independent, tmp_path, range(60))


@pytest.mark.long
def test_a_thousand_tamperings_are_found_by_both_verifiers(
    exported: Path, fingerprint: str, independent: ModuleType, tmp_path: Path
) -> None:
    check_tamperings(exported, fingerprint, independent, tmp_path, range(1_000))


def reworked(exported: Path, folder: Path, key: ExportKey, change: Callable[[Path], None]) -> Path:
    """An export in which the owner of the key changed something and signed anew."""
    shutil.copytree(exported, folder)
    change(folder)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for name in manifest["files"]:
        raw = (folder / name).read_bytes()
        manifest["files"][name] = {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    content = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(content)
    (folder / "manifest.sig").write_text(key.sign(content).hex() + "\n")
    return folder


def drop_a_row(folder: Path) -> None:
    lines = (folder / "events.jsonl").read_text().splitlines(keepends=True)
    (folder / "events.jsonl").write_text("".join(lines[:3] + lines[4:]))


def edit_a_row(folder: Path) -> None:
    text = (folder / "events.jsonl").read_text()
    (folder / "events.jsonl").write_text(text.replace("SIM-CAM", "LOT-42"))


def edit_the_recipe(folder: Path) -> None:
    path = folder / "recipe.toml"
    path.write_text(path.read_text() + "\n# changed\n")


@pytest.mark.parametrize("change", [drop_a_row, edit_a_row, edit_the_recipe])
def test_even_who_has_the_key_cannot_make_rows_that_do_not_chain(
    exported: Path,
    data: Path,
    fingerprint: str,
    independent: ModuleType,
    tmp_path: Path,
    change: Callable[[Path], None],
) -> None:
    folder = reworked(exported, tmp_path / "x", export_key(data), change)
    assert not check_export(folder, fingerprint).good
    assert independent.check(folder, fingerprint)[2]


def test_a_broken_record_is_not_exported_and_no_folder_is_overwritten(
    data: Path, batch_id: str, exported: Path, tmp_path: Path
) -> None:
    with pytest.raises(RecordError, match="not empty"):
        export_batch(RecordReader(data), batch_id, exported, export_key(data))
    broken = tmp_path / "data"
    shutil.copytree(data, broken)
    trend = next((broken / "trends").iterdir())
    raw = bytearray(trend.read_bytes())
    raw[len(raw) // 2] ^= 1
    trend.write_bytes(raw)
    with pytest.raises(RecordError, match="broken"):
        export_batch(RecordReader(broken), batch_id, tmp_path / "out", export_key(broken))


def test_the_key_is_made_once_readable_by_its_owner_alone(tmp_path: Path) -> None:
    key = export_key(tmp_path)
    assert export_key(tmp_path).fingerprint == key.fingerprint
    assert (tmp_path / "export.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "export.key").write_bytes(b"short")
    with pytest.raises(RecordError, match="damaged"):
        export_key(tmp_path)


def test_the_commands(data: Path, batch_id: str, fingerprint: str, tmp_path: Path) -> None:
    def run(*args: str) -> tuple[int, str]:
        done = CliRunner().invoke(batch_command, list(args))
        return done.exit_code, done.output

    at = ("--data", str(data))
    assert run("key", *at) == (0, f"{fingerprint}\n")
    assert run("report", batch_id, *at, "--out", str(tmp_path / "r"))[0] == 0
    assert sorted(p.suffix for p in (tmp_path / "r").iterdir()) == [".html", ".pdf"]
    assert run("export", batch_id, str(tmp_path / "e"), *at)[0] == 0
    assert run("verify", str(tmp_path / "e"), "--key", fingerprint)[0] == 0
    assert run("verify", str(tmp_path / "e"), "--key", "0" * 64)[0] == 1
    code, said = run("verify", str(tmp_path / "e"))
    assert code == 2
    assert "NOT proven" in said


def test_plots_show_the_limits_that_were_in_force(data: Path, batch_id: str) -> None:
    """Not those of some other mill: the recipe's own, as the record has them."""
    reader = RecordReader(data)
    record, trend = reader.batch(batch_id), reader.trend_of(batch_id)
    assert trend is not None
    tightened = record | {"limits": record["limits"] | {"o2_hold_ppm": 7.0, "powder_trip_c": 44.0}}
    by_title = {pane.title: pane.limits for pane in panes(tightened, trend)}
    assert by_title["Headspace gases"] == (7.0,)
    assert by_title["Temperatures"] == (44.0,)
    atmosphere = tomllib.loads(record["recipe"]["text"])["atmosphere"]
    assert record["limits"]["o2_hold_ppm"] == min(50.0, atmosphere["o2_trip_ppm"])
    unknown = {pane.limits for pane in panes(record | {"limits": None}, trend)}
    assert unknown == {()}, "a limit that the record does not have is not drawn"
