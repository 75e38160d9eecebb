"""From a fault at the device to the stop at the drive, over loopback, in scans of 100 ms.

The emergency stop's contact opens in the register of the input module at a random moment; the
clock stops when the command to stop is in the register of the drive. Half a scan is the limit of
the mean.
"""

from __future__ import annotations

import copy
import random
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.anchor import Timer, timer_name
from benchmarks.batch import milling
from benchmarks.result import Result, quantile
from benchmarks.rig import Controller, Plant, folder, wait_for
from controller.core.matrix.permits import Fact
from controller.edge.clock import monotonic_s
from sim.mill import Mill

TRIALS = 60
PERIOD_S = 0.1


class Trials:
    """The plant as it was in the middle of the milling, again and again."""

    def __init__(self, plant: Plant, controller: Controller, mill: Mill) -> None:
        self._plant, self._controller, self._mill = plant, controller, mill
        self._stopped_s: float | None = None
        drive = plant.server.devices["drive"]
        written = drive.write

        def write(*args: Any) -> Any:
            ran = drive.outputs["run"]
            answer = written(*args)
            if ran and not drive.outputs["run"]:
                self._stopped_s = monotonic_s()
            return answer

        drive.write = write  # type: ignore[method-assign,assignment]

    def _put_back(self) -> None:
        self._plant.server.mill = copy.deepcopy(self._mill)

    def one(self, after_s: float) -> float:
        """One trial; how long the reaction took."""
        self._controller.process.send_signal(signal.SIGUSR2)
        # First the outputs, by the controller itself: another's write would be a trip.
        wait_for(lambda: self._plant.do(self._turns))
        self._plant.do(self._put_back)
        time.sleep(1.0 + after_s)
        if not self._plant.do(self._turns):
            raise RuntimeError(f"the batch did not go on: {self._controller.snapshot()['alarms']}")
        self._stopped_s = None
        began_s = float(self._plant.do(self._press))
        wait_for(self._stopped, 5.0)
        return self._stopped() - began_s

    def _stopped(self) -> float:
        """When the drive was told to stop; 0 while it was not."""
        return self._stopped_s or 0.0

    def _turns(self) -> bool:
        return bool(self._plant.server.devices["drive"].outputs["run"])

    def _press(self) -> float:
        server = self._plant.server
        server.mill.press_estop()
        server.step()
        return monotonic_s()


def run(quick: bool) -> Sequence[Result]:
    """Median, p95 and maximum of the reaction in scans, beside the lateness of the bare timer."""
    trials = 12 if quick else TRIALS
    with folder() as place:
        mill, plant = milling()[1], Plant()
        try:
            took_s, late_s = _measured(plant, mill, place, trials)
        finally:
            plant.stop()
    scans = [took / PERIOD_S for took in took_s]
    timer = [1000.0 * late for late in late_s]

    def beside(share: float) -> str:
        return f"{timer_name()} {quantile(timer, share):.2f} ms late"

    detail = {"trials": trials, "scans": scans, "timer_ms": timer}
    return (
        Result("reaction, median", quantile(scans, 0.5), "scans", beside(0.5), 0.9, detail),
        Result("reaction, p95", quantile(scans, 0.95), "scans", beside(0.95), 1.5),
        Result("reaction, longest", max(scans), "scans", beside(1.0)),
    )


def _watchdogs_armed(controller: Controller) -> bool:
    rows = controller.snapshot().get("permissives", ())
    return any(row["ok"] for row in rows if row["id"] == Fact.WATCHDOGS.name)


def _measured(
    plant: Plant, mill: Mill, place: Path, trials: int
) -> tuple[list[float], list[float]]:
    phase = random.Random(1)
    controller = Controller(plant, place, "milling")
    try:
        timer = Timer(round(trials * 1.2 / PERIOD_S))
        # What devices are and that they watch is proven before anything but zeros is sent.
        wait_for(lambda: _watchdogs_armed(controller))
        runs = Trials(plant, controller, mill)
        took_s = [runs.one(phase.uniform(0.0, PERIOD_S)) for _ in range(trials)]
        return took_s, timer.late_s()
    finally:
        controller.stop()
