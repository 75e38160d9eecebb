"""The figures for Prometheus: what is in them, that promtool takes them, and what they cost."""

from __future__ import annotations

import math
import shutil
import statistics
import subprocess
import time

import pytest
from bench import LAB, PLANT
from prometheus_client.parser import text_string_to_metric_families

from controller.api.metrics import Figures, metrics_of
from controller.core.matrix.row import Priority
from controller.core.signals import Quality, Signal
from controller.core.states import State
from controller.cycle import Timing
from controller.edge.modbus import DeviceStatus
from controller.edge.recipefile import load_recipe, resolve_recipe
from controller.histogram import SCAN_BOUNDS_S, Histogram
from sim.world import Operator, World, new_mill

TIMING = Timing(0.1, 1200, 3, 0.4, 7.5, behind=False)
SERIES_MOST = 300
SCRAPE_S = 0.005
Series = dict[tuple[str, str], float]


def device(name: str) -> DeviceStatus:
    return DeviceStatus(name, "delta-ms300", "127.0.0.1:15021", True, 0.05, 2, 4.2)


def figures(seconds: float) -> Figures:
    recipe = load_recipe(resolve_recipe("training"), LAB)
    world, operator = World(new_mill(recipe, LAB, 1), PLANT), Operator(recipe)
    for _ in range(round(seconds / 0.1)):
        decision = world.step(() if operator.done else operator.commands(world))
    times = Histogram()
    for time_s in (0.0004, 0.003, 0.5):
        times.add(time_s)
    return Figures(
        timing=TIMING,
        scan_s=times.counted(),
        state=decision.state,
        image=world.image,
        devices=[device(f"device_{number}") for number in range(8)],
        margins_s={"device_0": 0.83},
    )


def series(text: bytes) -> Series:
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


@pytest.fixture(scope="module")
def milling() -> Figures:
    return figures(330.0)


def test_scan_times_are_a_histogram_that_counts_up(milling: Figures) -> None:
    found = series(metrics_of(lambda: milling)())
    assert found["blademill_scan_seconds_count", ""] == 3.0
    assert found["blademill_scan_seconds_sum", ""] == pytest.approx(0.5034)
    counted = [found["blademill_scan_seconds_bucket", f"{bound:g}"] for bound in SCAN_BOUNDS_S]
    assert counted == [1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0]
    assert found["blademill_scan_seconds_bucket", "+Inf"] == 3.0
    assert found["blademill_scan_slips_total", ""] == 3.0


def test_every_signal_has_value_usability_and_age(milling: Figures) -> None:
    found = series(metrics_of(lambda: milling)())
    assert milling.image is not None
    for signal in Signal:
        name = signal.name.lower()
        value = found["blademill_signal", name]
        assert value == pytest.approx(milling.image.values[signal], nan_ok=True)
        assert found["blademill_signal_usable", name] == 1.0
        assert ("blademill_signal_age_seconds", name) in found
    by_quality = [found["blademill_signals", quality.value] for quality in Quality]
    assert sum(by_quality) == len(Signal)


def test_state_batch_alarms_devices_and_margins_are_told(milling: Figures) -> None:
    found = series(metrics_of(lambda: milling)())
    assert milling.state is not None
    present = [state for state in State if found["blademill_state", state.value] == 1.0]
    assert present == [milling.state.state]
    argon_l = milling.state.totals.argon_l
    assert argon_l > 1.0
    assert found["blademill_batch_argon_liters", ""] == pytest.approx(argon_l)
    assert found["blademill_batch_loaded", ""] == 1.0
    for priority in Priority:
        assert ("blademill_alarms", str(priority.value)) in found
    assert found["blademill_device_round_trip_seconds", "device_3"] == pytest.approx(0.0042)
    assert found["blademill_watchdog_margin_seconds", "device_0"] == 0.83
    assert found["blademill_record_lost_seconds", ""] == 0.0


def test_before_the_first_scan_there_are_only_the_loop_and_the_devices(milling: Figures) -> None:
    empty = Figures(TIMING, milling.scan_s, None, None, [], {"do": math.inf})
    found = series(metrics_of(lambda: empty)())
    assert ("blademill_scans_total", "") in found
    assert not any(name.startswith("blademill_signal") for name, _ in found)


def test_the_number_of_series_is_bounded(milling: Figures) -> None:
    assert len(series(metrics_of(lambda: milling)())) < SERIES_MOST


def test_a_scrape_takes_less_than_five_milliseconds(milling: Figures) -> None:
    scrape = metrics_of(lambda: milling)
    took_s = []
    for _ in range(40):
        began_s = time.thread_time()
        scrape()
        took_s.append(time.thread_time() - began_s)
    assert statistics.median(took_s) < SCRAPE_S


@pytest.mark.prometheus
def test_promtool_has_nothing_against_the_names(milling: Figures) -> None:
    promtool = shutil.which("promtool")
    assert promtool, "promtool was not found. Type: sudo apt-get install -y prometheus"
    text = metrics_of(lambda: milling)()
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
