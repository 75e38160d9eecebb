"""One record of the log is one line, and says itself when and how bad, whatever was typed."""

from __future__ import annotations

import json
import logging
import sys

from hypothesis import given
from hypothesis import strategies as st

from controller.jsonlog import FORMAT, JsonLines, PlainLines


def record_of(text: str) -> logging.LogRecord:
    return logging.LogRecord("blademill.x", logging.WARNING, "", 0, "typed: %s", (text,), None)


@given(st.text())
def test_what_was_typed_makes_no_second_line(text: str) -> None:
    for formatter in (JsonLines(), PlainLines(FORMAT)):
        line = formatter.format(record_of(text))
        assert len(line.splitlines()) == 1
        assert line.isprintable()


def test_a_message_that_is_an_object_is_laid_open_but_does_not_say_its_own_time_or_level() -> None:
    forged = json.dumps({"text": "x", "level": "info", "time": "1970", "from": "y", "seq": 7})
    record = logging.LogRecord("blademill.x", logging.ERROR, "", 0, forged, (), None)
    found = json.loads(JsonLines().format(record))
    assert (found["level"], found["from"], found["seq"]) == ("error", "blademill.x", 7)
    assert found["time"] > "2"
    assert list(found)[:3] == ["time", "level", "from"]


def test_a_trace_is_part_of_the_line() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    line = JsonLines().format(record)
    assert len(line.splitlines()) == 1
    assert "ValueError: first\nsecond" in json.loads(line)["trace"]
