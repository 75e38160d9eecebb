"""A trend that cannot be written: the batch goes on, and the log says it once."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest
from recording import Recorded

from controller.records.trends import FOLDER

WITHIN_S = 10.0


def test_a_trend_that_cannot_be_written_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = Recorded(tmp_path)
    (tmp_path / FOLDER).mkdir(exist_ok=True)
    in_its_place = tmp_path / FOLDER / "DRY-RUN.trend"
    in_its_place.write_text("somebody else's")
    with caplog.at_level(logging.ERROR, logger="blademill.trend"):
        for _ in range(150):
            run.step()
        deadline = time.monotonic() + WITHIN_S
        while not caplog.records:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        run.end()  # which tries again
    (told,) = caplog.messages
    assert "File exists" in told
    assert in_its_place.read_text() == "somebody else's"
