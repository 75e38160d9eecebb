"""Makes the pictures of report pages in the docs: a simulated batch, signed by two people, printed.

PYTHONPATH=.:tests/support python tests/support/report_pictures.py   (needs Debian's poppler-utils)
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from doorsite import Door, run_recorded
from eventful import eventful_batch
from PIL import Image
from signing import signed_by

from controller.records.reader import RecordReader
from controller.reports.page import batch_report

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PEOPLE = (
    ("Olga Marin", "operator", "performed"),
    ("Sven Holm", "supervisor", "reviewed"),
    ("Sven Holm", "supervisor", "released"),
)
DPI = 96
COLORS = 128
# What is looked for on a page, and what its picture is called.
WANTED = (
    ("Charge", "report-first"),
    ("Vessel and atmosphere", "report-figures"),
    ("Rotor speed", "report-course"),
    ("Signatures and approvals", "report-signatures"),
    ("Everything that happened", "report-log"),
)


def signed_batch(data: Path) -> str:
    """The record of a batch in `data`, signed; its id."""
    batch_id = eventful_batch(data, "bm-05")

    async def sign(it: Door) -> None:
        await signed_by(it, data, batch_id, PEOPLE)

    run_recorded(data, sign)
    return batch_id


def main() -> None:
    """Writes the pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        batch_id = signed_batch(folder)
        printed = folder / "report.pdf"
        printed.write_bytes(batch_report(RecordReader(folder), batch_id).pdf())
        texts = _run("pdftotext", "-layout", printed, "-").split("\f")
        for words, picture in WANTED:
            number = next(n for n, text in enumerate(texts, 1) if words in text)
            pages = ("-f", number, "-l", number, "-singlefile")
            _run("pdftoppm", "-png", "-r", DPI, *pages, printed, folder / picture)
            drawn = Image.open(folder / f"{picture}.png").quantize(COLORS)
            drawn.save(PICTURES / f"{picture}.png", optimize=True)


def _run(*words: object) -> str:
    done = subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True)
    return done.stdout


if __name__ == "__main__":
    main()
