"""The report of a batch of two hours as a page and as PDF, beside the setting of a bare table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.dry_run import cpu_s
from benchmarks.result import Result
from controller.core.recipe import Recipe
from controller.edge.plantfile import load_plant
from controller.edge.recipefile import parse_recipe
from controller.packaged import packaged_file
from controller.records.reader import RecordReader
from controller.records.record import Record
from controller.records.setting import setting_of
from controller.reports.page import batch_report
from sim.world import ENDED, PERIOD_S, Operator, World, new_mill

PLANT = load_plant(packaged_file("deploy", "lab-0.5l.toml"))
REPORT_S = 10.0
PDF_MB = 2.0
SETTLED_SCANS = 100
WRITTEN_S = 10.0
ROW = (
    "<tr><td>{0}</td><td>2026-01-01T00:00:00.000Z</td><td>Mill in pulses at 6000 rpm: on</td></tr>"
)


def run(quick: bool) -> Sequence[Result]:
    """By CPU time; the batch itself is run in virtual time before. Quick: one of ten minutes."""
    from weasyprint import HTML

    with TemporaryDirectory(prefix="bm-bench-") as name:
        batch_id, hours = _recorded(Path(name), _recipe(quick))
        reader = RecordReader(Path(name))
        batch_report(reader, batch_id)  # what is loaded once is not counted
        made: list[bytes] = []
        ours_s = cpu_s(lambda: made.append(batch_report(reader, batch_id).pdf()))
        rows = len(reader.rows(batch_id))
    bare = f"<table>{''.join(ROW.format(number) for number in range(rows))}</table>"
    bare_s = cpu_s(lambda: HTML(string=bare).write_pdf())
    anchor = f"WeasyPrint alone, a table of {rows} rows: {bare_s:.2f} s"
    return (
        Result(f"report of {hours:.1f} h", ours_s, "s CPU", anchor, REPORT_S),
        Result("report to bare table", ours_s / bare_s, "times", anchor),
        Result("report as PDF", len(made[0]) / 1e6, "MB", "", PDF_MB),
    )


def _recipe(quick: bool) -> Recipe:
    """BM-10 with so many turns that it takes more than two hours."""
    name = "training.toml" if quick else "bm-10.toml"
    text = packaged_file("recipes", name).read_text(encoding="utf-8")
    for old, new in (("82500.0", "190000.0"), ("5400.0", "12000.0")):
        text = text.replace(old, new)
    return parse_recipe(text.encode(), name, PLANT.equipment)


def _recorded(folder: Path, recipe: Recipe) -> tuple[str, float]:
    """A whole batch in a record in `folder`: its id, and how many hours of process time it took."""
    world = World(new_mill(recipe, PLANT.equipment, 1), PLANT)
    operator = Operator(recipe)
    record = Record(folder, setting_of(PLANT, 1.0), PERIOD_S)
    record.start(PLANT.equipment)
    while world.state.state not in ENDED:
        decision = world.step(operator.commands(world))
        record.note(decision, world.image)
        if world.scans % SETTLED_SCANS == 0 and not record.committed(WRITTEN_S):
            raise RuntimeError("the record of the benchmark is not written")
    batch = world.state.batch
    record.end()
    if batch is None:
        raise RuntimeError("the batch of the benchmark was not loaded")
    return batch.id, world.now_s / 3600.0
