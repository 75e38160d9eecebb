"""Makes the pictures of report pages in the docs: a simulated batch, signed by two people, printed.

PYTHONPATH=.:tests/support python tests/support/report_pictures.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pypdfium2
from doorsite import Door, run_recorded
from recording import record_of_run
from signing import signed_by

from controller.records.reader import RecordReader
from controller.reports.page import batch_report

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PEOPLE = (
    ("Olga", "operator", "performed"),
    ("Sven", "supervisor", "reviewed"),
    ("Sven", "supervisor", "released"),
)
SCALE = 1.35
COLORS = 128
# What is looked for on a page, and what its picture is called.
WANTED = (("Charge", "report-first"), ("Course of the batch", "report-course"))
LAST = ("Signatures and approvals", "report-signatures")


def signed_batch(data: Path) -> str:
    """The record of a batch in `data`, signed; its id."""
    batch_id = record_of_run(data, "bm-05")

    async def sign(it: Door) -> None:
        await signed_by(it, data, batch_id, PEOPLE)

    run_recorded(data, sign)
    return batch_id


def main() -> None:
    """Writes the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        batch_id = signed_batch(Path(folder))
        printed = pypdfium2.PdfDocument(batch_report(RecordReader(Path(folder)), batch_id).pdf())
    texts = [page.get_textpage().get_text_range() for page in printed]
    for words, name in (*WANTED, LAST):
        number = next(n for n, text in enumerate(texts) if words in text)
        picture = printed[number].render(scale=SCALE).to_pil().quantize(COLORS)
        picture.save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
