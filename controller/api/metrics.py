"""The controller's figures for Prometheus, read when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from controller.core.states import State
from controller.cycle import Timing
from controller.edge.modbus import DeviceStatus


class _Figures(Collector):
    def __init__(
        self,
        timing: Callable[[], Timing],
        state: Callable[[], State],
        devices: Callable[[], list[DeviceStatus]],
    ) -> None:
        self._timing = timing
        self._state = state
        self._devices = devices

    def collect(self) -> Iterator[Metric]:
        timing = self._timing()
        yield _counter("blademill_scans", "Scans since the start", timing.count)
        yield _counter("blademill_scan_slips", "Scan deadlines that were missed", timing.slips)
        yield _gauge(
            "blademill_scan_lateness_median_seconds",
            "Median lateness of the last scans",
            timing.late_p50_ms / 1000.0,
        )
        state = GaugeMetricFamily("blademill_state", "1 for the present state", labels=["state"])
        for each in State:
            state.add_metric([each.value], float(each is self._state()))
        yield state
        yield from self._links()

    def _links(self) -> Iterator[Metric]:
        connected = GaugeMetricFamily(
            "blademill_device_connected", "1 while connected", labels=["device"]
        )
        age = GaugeMetricFamily(
            "blademill_device_age_seconds", "Age of the newest values", labels=["device"]
        )
        errors = CounterMetricFamily(
            "blademill_device_errors", "Failed requests", labels=["device"]
        )
        for device in self._devices():
            connected.add_metric([device.id], float(device.connected))
            age.add_metric([device.id], device.age_s)
            errors.add_metric([device.id], float(device.errors))
        yield from (connected, age, errors)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def metrics_of(
    timing: Callable[[], Timing],
    state: Callable[[], State],
    devices: Callable[[], list[DeviceStatus]],
) -> Callable[[], bytes]:
    """A function that gives the figures as Prometheus reads them; `Any` registry of its own."""
    registry: Any = CollectorRegistry()
    registry.register(_Figures(timing, state, devices))
    return lambda: generate_latest(registry)
