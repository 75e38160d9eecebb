"""The benchmarks run and their sums are right; how fast anything is, no test asserts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerSocket
from pymodbus.pdu import DecodePDU

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.isolation import share  # noqa: E402
from benchmarks.lean import Lean  # noqa: E402
from benchmarks.responder import answer  # noqa: E402
from benchmarks.result import Result, quantile, table  # noqa: E402


@given(st.lists(st.floats(-1e3, 1e3), min_size=1), st.floats(0.01, 1.0))
def test_a_quantile_is_a_value_that_so_many_do_not_exceed(values: list[float], part: float) -> None:
    found = quantile(values, part)
    assert found in values
    assert sum(value <= found for value in values) >= part * len(values) - 1e-9


def test_shares_are_in_a_hundred() -> None:
    assert share([0.0, 0.1, 0.2, 0.3], 0.15) == 50.0


def test_a_goal_is_met_up_to_it_and_told_when_not() -> None:
    good, bad = Result("a", 3.0, "ms", "x", 3.0), Result("b", 3.1, "ms", "x", 3.0)
    told = Result("c", 9.9, "ms")
    assert (good.met, bad.met, told.met) == (True, False, None)
    many, few = (
        Result("d", 9.0, "x", "", 8.0, least=True),
        Result("e", 7.0, "", "", 8.0, least=True),
    )
    assert (many.met, few.met) == (True, False)
    lines = table([good, bad, told]).splitlines()
    assert " met " in lines[1] and "MISSED" in lines[2] and "<=" not in lines[3]


@pytest.mark.parametrize(
    ("function", "count", "words"),
    [(1, 10, 0), (2, 8, 0), (3, 60, 60), (4, 1, 1), (15, 10, 0), (16, 3, 0)],
)
def test_the_responder_answers_as_a_modbus_server_does(
    function: int, count: int, words: int
) -> None:
    data = bytes(2 + 2 * count) if function > 4 else b""
    body = bytes((7, function)) + (5).to_bytes(2) + count.to_bytes(2) + data
    request = (9).to_bytes(2) + bytes(2) + len(body).to_bytes(2) + body
    reply = answer(request)
    _, unit, transaction, pdu = FramerSocket(DecodePDU(False)).decode(reply)
    assert (unit, transaction, pdu[0]) == (7, 9, function)
    if function > 4:
        assert pdu[1:] == (5).to_bytes(2) + count.to_bytes(2)
    else:
        assert len(pdu) == 2 + pdu[1] == 2 + (2 * words or (count + 7) // 8)


def test_the_lean_loop_does_its_sequence_and_trips() -> None:
    loop = Lean()
    for scan in range(20_000):
        loop.step(0.1 * scan, 0.1)
    assert loop.phase == 5 and loop.rpm == 0.0 and not loop.tripped
    loop.x[3] = 1e9
    loop.step(2000.0, 0.0)
    loop.step(2000.6, 0.0)
    assert loop.tripped


def test_figures_of_virtual_time_and_of_the_record_are_measured(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--out", str(out), "dry_run", "trend"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    results = {result["name"]: result for result in json.loads(out.read_text())["results"]}
    detail = results["scan and plant to lean loop"]["detail"]
    assert detail["scans"] > 4000
    times = results["dry run of TRAINING"]["value"]
    assert times == pytest.approx(1e6 * 0.1 / detail["us"], rel=1e-3)
    assert results["trend file"]["value"] > 1.0


def test_the_command_measures_and_writes_what_it_found(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--out", str(out), "live_scan"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    results = {result["name"]: result for result in json.loads(out.read_text())["results"]}
    ratio = results["live scan to raw echoes"]
    assert ratio["detail"]["requests"] > 10
    assert ratio["value"] == pytest.approx(ratio["detail"]["ours_ms"] / ratio["detail"]["raw_ms"])
    assert ratio["met"] is (ratio["value"] <= 3.0)
    assert "raw echoes" in done.stdout
