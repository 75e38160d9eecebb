"""The report of one batch as a page that needs nothing beside itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from controller.errors import InputError
from controller.records.reader import RecordReader
from controller.reports import content
from controller.reports.plots import Span, drawn

NEEDS: Final = "Type: sudo apt-get install -y libpango-1.0-0 libpangoft2-1.0-0"


@dataclass(frozen=True, slots=True)
class Report:
    """A page and, from the same page, its printed form."""

    batch_id: str
    html: str

    def pdf(self) -> bytes:
        """The page for print. Raises InputError where the machine lacks what sets it."""
        try:
            from weasyprint import HTML
        except OSError as missing:
            raise InputError(f"PDF cannot be made here ({missing})", do=NEEDS) from missing
        made: bytes = HTML(string=self.html).write_pdf(
            pdf_identifier=self.batch_id.encode(), custom_metadata=True
        )
        return made

    def write(self, folder: Path) -> list[Path]:
        """Writes `<batch>.html` and `<batch>.pdf` into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        page, printed = (folder / f"{self.batch_id}.{kind}" for kind in ("html", "pdf"))
        page.write_text(self.html, encoding="utf-8")
        printed.write_bytes(self.pdf())
        return [page, printed]


def batch_report(reader: RecordReader, batch_id: str) -> Report:
    """The report of a recorded batch. Raises RecordError when there is no such batch."""
    record, trend = reader.batch(batch_id), reader.trend_of(batch_id)
    spans = content.spans(record)
    trips = content.trips(record, trend)
    marks = [Span(trip.text, trip.t_s, trip.t_s) for trip in trips]
    html = template("batch.html.jinja").render(
        r=record,
        said=content.said,
        charge=content.charge_lines(record),
        proof=content.proof_lines(record),
        milling=content.milling_lines(record),
        extremes=content.extreme_lines(record),
        phases=[span.label for span in spans],
        gases=content.gas_lines(record),
        shell=content.shell_lines(record),
        plot="" if trend is None else drawn(content.panes(record, trend), spans, marks),
        trips=[
            (trip, drawn(trip.panes, (), marks, f"trip {number}") if trip.panes else "")
            for number, trip in enumerate(trips, 1)
        ],
        log=log_of(record),
    )
    return Report(batch_id, html)


def log_of(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything that happened, in the order of the record."""
    kinds = (
        "commands",
        "transitions",
        "phases",
        "alarms",
        "bypasses",
        "comments",
        "handovers",
        "measured",
        "recovery",
        "signatures",
    )
    rows = [row for kind in kinds for row in record.get(kind) or [] if "seq" in row]
    return sorted({row["seq"]: row for row in rows}.values(), key=lambda row: int(row["seq"]))


def template(name: str) -> Any:
    """A template of this room; what is put into it is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("controller.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(name)
