"""What every batch of one process has in common: software, plant file, device maps."""

from __future__ import annotations

import hashlib

from controller import __version__
from controller.edge.plantfile import PlantFile
from controller.edge.profile import PROFILES
from controller.records.clerk import Setting


def setting_of(plant: PlantFile, speed: float) -> Setting:
    """The setting of a process that runs `plant` at `speed` times real time."""
    return Setting(
        software=__version__,
        plant_id=plant.id,
        plant_title=plant.title,
        plant_sha256=plant.sha256,
        device_map_sha256=device_map_sha256(plant),
        simulated=plant.simulated,
        speed=speed,
    )


def device_map_sha256(plant: PlantFile) -> str:
    """The hash over the register maps of the plant's devices, in the order of their names."""
    found = hashlib.sha256()
    for name in sorted({device.profile for device in plant.devices}):
        found.update((PROFILES / f"{name}.toml").read_bytes())
    return found.hexdigest()
