"""The controller's figures for Prometheus, made up when they are asked for.

The scan hands over what it has anyway; nothing is counted for this alone but the scan times. Labels
are of closed sets: signals, devices, states, priorities, qualities.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from controller.core.alarms import Suppression
from controller.core.matrix.row import Priority
from controller.core.signals import Image, Quality, Signal
from controller.core.state import ScanState
from controller.core.states import State
from controller.cycle import Timing
from controller.edge.modbus import DeviceStatus
from controller.histogram import Counted


@dataclass(frozen=True, slots=True)
class Figures:
    """What there is to tell at one moment. `state` and `image` are None before the first scan.

    `margins_s` is, for each device with a watchdog, the least time that was left of it since the
    figures were asked for before.
    """

    timing: Timing
    scan_s: Counted
    state: ScanState | None
    image: Image | None
    devices: list[DeviceStatus]
    margins_s: Mapping[str, float]
    anchors: tuple[int, int] | None = None


class _Figures(Collector):
    def __init__(self, figures: Callable[[], Figures]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        now = self._figures()
        yield from _scan(now.timing, now.scan_s)
        yield from _devices(now.devices, now.margins_s)
        if now.anchors is not None:
            noted, failed = now.anchors
            yield _counter("blademill_anchors", "Heads of the chain noted elsewhere", noted)
            yield _counter("blademill_anchor_failures", "Anchors that could not be noted", failed)
        if now.state is not None and now.image is not None:
            yield from _state(now.state)
            yield from _alarms(now.state)
            yield from _batch(now.state)
            yield from _signals(now.image)
            yield _gauge(
                "blademill_record_lost_seconds",
                "For how long nothing could be committed to the record",
                now.image.health.record_lost_s,
            )


def _scan(timing: Timing, scan_s: Counted) -> Iterator[Metric]:
    yield _counter("blademill_scans", "Scans since the start", timing.count)
    yield _counter("blademill_scan_slips", "Scan deadlines that were missed", timing.slips)
    yield _gauge(
        "blademill_scan_lateness_median_seconds",
        "Median lateness of the last scans",
        timing.late_p50_ms / 1000.0,
    )
    yield _gauge(
        "blademill_scan_lateness_max_seconds",
        "Greatest lateness of the last minute",
        timing.late_max_ms / 1000.0,
    )
    bounds = [*(f"{bound:g}" for bound in scan_s.bounds_s), "+Inf"]
    times = HistogramMetricFamily("blademill_scan_seconds", "Time that a scan takes")
    buckets = list(zip(bounds, map(float, scan_s.at_most), strict=True))
    times.add_metric([], buckets, scan_s.sum_s)
    yield times


def _state(state: ScanState) -> Iterator[Metric]:
    yield _one_of("blademill_state", "1 for the present state", "state", state.state, State)
    yield _gauge("blademill_state_seconds", "Since when", state.now_s - state.entered_s)


def _alarms(state: ScanState) -> Iterator[Metric]:
    rows = state.matrix.rows
    calling = [alarm for alarm in state.alarms if alarm.suppression is Suppression.NONE]
    standing = Counter(rows[alarm.row].priority for alarm in calling if alarm.standing)
    waiting = Counter(rows[alarm.row].priority for alarm in calling if not alarm.acked)
    alarms = GaugeMetricFamily("blademill_alarms", "Standing alarms", labels=["priority"])
    unacked = GaugeMetricFamily(
        "blademill_alarms_unacknowledged", "Alarms that wait for a person", labels=["priority"]
    )
    for priority in Priority:
        alarms.add_metric([str(priority.value)], float(standing[priority]))
        unacked.add_metric([str(priority.value)], float(waiting[priority]))
    yield from (alarms, unacked)
    hidden = sum(alarm.suppression is not Suppression.NONE for alarm in state.alarms)
    yield _gauge("blademill_alarms_hidden", "Shelved, suppressed or out of service", hidden)


def _batch(state: ScanState) -> Iterator[Metric]:
    totals = state.totals
    loaded = float(state.batch is not None)
    yield _gauge("blademill_batch_loaded", "1 while a batch is loaded", loaded)
    yield _gauge("blademill_batch_phase", "Number of the phase under way", state.position.index)
    yield _gauge("blademill_batch_process_seconds", "Time in process", totals.process_s)
    yield _gauge("blademill_batch_hold_seconds", "Time on hold", totals.hold_s)
    yield _gauge("blademill_batch_revolutions", "Revolutions", totals.revolutions)
    yield _gauge("blademill_batch_argon_liters", "Argon used, standard liters", totals.argon_l)


def _signals(image: Image) -> Iterator[Metric]:
    value = GaugeMetricFamily(
        "blademill_signal", "The signal's value; NaN while it is UNKNOWN", labels=["signal"]
    )
    usable = GaugeMetricFamily(
        "blademill_signal_usable", "1 while it may be used", labels=["signal"]
    )
    age = GaugeMetricFamily("blademill_signal_age_seconds", "Age of the value", labels=["signal"])
    for signal in Signal:
        name = signal.name.lower()
        value.add_metric([name], image.values[signal])
        usable.add_metric([name], float(image.quality[signal].usable))
        age.add_metric([name], image.age_s[signal])
    yield from (value, usable, age)
    counts = Counter(image.quality)
    qualities = GaugeMetricFamily("blademill_signals", "Signals by quality", labels=["quality"])
    for quality in Quality:
        qualities.add_metric([quality.value], float(counts[quality]))
    yield qualities


def _devices(devices: list[DeviceStatus], margins_s: Mapping[str, float]) -> Iterator[Metric]:
    connected = GaugeMetricFamily(
        "blademill_device_connected", "1 while connected", labels=["device"]
    )
    age = GaugeMetricFamily(
        "blademill_device_age_seconds", "Age of the newest values", labels=["device"]
    )
    trip = GaugeMetricFamily(
        "blademill_device_round_trip_seconds", "Of the last request", labels=["device"]
    )
    errors = CounterMetricFamily("blademill_device_errors", "Failed requests", labels=["device"])
    margin = GaugeMetricFamily(
        "blademill_watchdog_margin_seconds",
        "The least that was left of the device's watchdog since the last scrape",
        labels=["device"],
    )
    for device in devices:
        connected.add_metric([device.id], float(device.connected))
        age.add_metric([device.id], device.age_s)
        trip.add_metric([device.id], device.round_trip_ms / 1000.0)
        errors.add_metric([device.id], float(device.errors))
    for device_id, margin_s in margins_s.items():
        margin.add_metric([device_id], margin_s if math.isfinite(margin_s) else math.nan)
    yield from (connected, age, trip, errors, margin)


def _one_of(name: str, text: str, label: str, now: State, each: type[State]) -> Metric:
    metric = GaugeMetricFamily(name, text, labels=[label])
    for member in each:
        metric.add_metric([member.value], float(member is now))
    return metric


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def metrics_of(figures: Callable[[], Figures]) -> Callable[[], bytes]:
    """A function that gives the figures as Prometheus reads them."""
    registry: Any = CollectorRegistry()
    registry.register(_Figures(figures))
    return lambda: generate_latest(registry)
