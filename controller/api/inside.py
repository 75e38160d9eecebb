"""The machine behind the mill, for who looks after it: words of every device, scan times, disk."""

from __future__ import annotations

import platform
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from controller import __version__
from controller.core.signals import Signal
from controller.edge.plantfile import PlantFile
from controller.edge.raw import RawWords
from controller.edge.standing import DeviceStanding
from controller.histogram import Counted
from controller.records.schema import RECORD_NAME
from controller.records.trends import FOLDER


class Machine(Protocol):
    """What is asked for the figures."""

    plant: PlantFile

    def raw_words(self) -> dict[Signal, RawWords]:
        """The newest words of every signal that lies in a device."""

    def standing(self) -> dict[str, DeviceStanding]:
        """How the controller stands with each device, by its id."""


def inside_routes(machine: Machine, data: Path, scan_s: Callable[[], Counted]) -> APIRouter:
    """The route of one controller's inside."""
    routes = APIRouter(prefix="/v1")

    @routes.get("/inside")
    def inside() -> JSONResponse:
        raw = machine.raw_words()
        counted = scan_s()
        return JSONResponse(
            {
                "signals": {signal.name.lower(): asdict(words) for signal, words in raw.items()},
                "devices": {name: asdict(told) for name, told in machine.standing().items()},
                "scan_s": {
                    "bounds": list(counted.bounds_s),
                    "at_most": list(counted.at_most),
                    "sum": counted.sum_s,
                },
                "storage": storage(data),
                "versions": versions(machine.plant),
            }
        )

    return routes


def versions(plant: PlantFile) -> dict[str, str]:
    """What runs here."""
    return {
        "blademill": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": platform.platform(terse=True),
        "plant_file": plant.name,
        "plant_sha256": plant.sha256,
    }


def storage(data: Path) -> dict[str, int]:
    """Bytes of record and trends, number of trends, and what is free where they are."""
    record = [path for path in data.glob(f"{RECORD_NAME}*") if path.is_file()]
    trends = [path for path in (data / FOLDER).glob("*") if path.is_file()]
    disk = shutil.disk_usage(data)
    return {
        "record_bytes": sum(path.stat().st_size for path in record),
        "trend_bytes": sum(path.stat().st_size for path in trends),
        "trends": len(trends),
        "free_bytes": disk.free,
        "total_bytes": disk.total,
    }
