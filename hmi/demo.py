"""One batch over the wire without a person: the same commands and the same stream as the page."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from controller.api.client import ControllerClient, Giver
from controller.core.recipe import Recipe
from controller.core.roles import Role
from controller.errors import InputError, LinkError

USER: Final = "automation (demo)"
ROLES: Final = (Role.OPERATOR.value,)
ENDED: Final = ("COMPLETE", "STOPPED", "ABORTED")
READY_S: Final = 60.0
TURNING_RPM: Final = 5.0

Snapshot = dict[str, Any]


@dataclass(slots=True)
class Seen:
    """What the demo saw of the batch, from the measured values alone."""

    last: Snapshot = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)
    scans: int = 0

    def take(self, snapshot: Snapshot) -> None:
        """Looks at one snapshot."""
        self.last = snapshot
        self.scans += 1
        values = {name: item["value"] for name, item in snapshot["values"].items()}
        turning = (values["rotor_rpm"] or 0.0) > TURNING_RPM
        for key, name, only_turning in _PEAKS:
            value = values[name]
            if value is not None and (turning or not only_turning):
                self.peaks[key] = max(value, self.peaks.get(key, value))


_PEAKS: Final = (
    ("o2_ppm_while_spinning", "o2_ppm", True),
    ("h2o_ppm_while_spinning", "h2o_ppm", True),
    ("h2s_ppm", "h2s_ppm", False),
    ("powder_probe_c", "powder_probe_c", False),
    ("jar_c", "jar_c", False),
    ("rotor_rpm", "rotor_rpm", False),
    ("torque_nm", "torque_nm", False),
    ("pressure_mbar_g", "vessel_pressure_mbar_g", False),
)


async def run_batch(
    client: ControllerClient, recipe: Recipe, text: str, on_snapshot: Callable[[Snapshot], None]
) -> dict[str, Any]:
    """Loads, charges, starts and watches one batch until it has ended.

    Returns what `demo --json` prints, without the simulator's truth. Raises InputError when a
    command is refused, LinkError when the controller is lost.
    """
    seen = Seen()
    began = time.monotonic()
    async with client.stream() as lines:
        loaded = False
        started = False
        stopped = False
        async for line in lines:
            snapshot: Snapshot = json.loads(line)
            seen.take(snapshot)
            on_snapshot(snapshot)
            if not loaded:
                await _load(client, text, f"{recipe.id}.toml", snapshot)
                loaded = True
            elif not started and snapshot["batch"]:
                started = await _start(client, snapshot, began)
            elif snapshot["state"] in ENDED:
                return await _result(client, recipe, seen, time.monotonic() - began)
            elif snapshot["state"] == "HELD" and not stopped:
                # Nobody is there to clear the cause.
                await _command(client, "stop", {}, snapshot)
                stopped = True
    raise LinkError("the stream ended before the batch", do="Look at the controller's log.")


async def _command(
    client: ControllerClient, name: str, args: dict[str, Any], seen: Snapshot
) -> None:
    giver = Giver(USER, ROLES, seen["state_version"])
    answer = await client.command(str(uuid.uuid4()), name, args, giver)
    body = json.loads(answer.body)
    if not body["accepted"]:
        raise InputError(f"{name} was refused: {'; '.join(body['reasons'])}")


async def _load(client: ControllerClient, text: str, name: str, seen: Snapshot) -> None:
    await _command(client, "load", {"recipe_toml": text, "name": name}, seen)
    snapshot = json.loads((await client.get("snapshot")).body)
    while not snapshot["batch"]:
        await asyncio.sleep(0.1)
        snapshot = json.loads((await client.get("snapshot")).body)
    target = snapshot["batch"]["target"]
    charge = {
        "cam_mass_g": target["cam_mass_g"],
        "sse_mass_g": target["sse_mass_g"],
        "cam_lot": "SIM-CAM",
        "sse_lot": "SIM-SSE",
        "blade_id": "SIM-BLADE",
        "emptied_and_cleaned": True,
    }
    await _command(client, "charge", charge, snapshot)


async def _start(client: ControllerClient, snapshot: Snapshot, began: float) -> bool:
    start = snapshot["commands"]["start"]
    if start["enabled"]:
        await _command(client, "start", {}, snapshot)
        return True
    if time.monotonic() - began > READY_S:
        raise InputError(f"start stays blocked: {'; '.join(start['missing'])}")
    return False


async def _result(
    client: ControllerClient, recipe: Recipe, seen: Seen, wall_s: float
) -> dict[str, Any]:
    batch = seen.last["batch"]
    events = (await client.get("events", after=0)).body
    thickness = batch["thickness"]
    return {
        "outcome": seen.last["state"],
        "simulated": True,
        "recipe": {"id": recipe.id, "version": recipe.version, "sha256": recipe.sha256},
        "duration_s": batch["elapsed_s"],
        "wall_s": wall_s,
        "real_time_factor": batch["elapsed_s"] / wall_s,
        "scans": seen.last["scan"]["count"],
        "thickness_nm": {
            "dense": thickness["dense_nm"],
            "apparent": thickness["apparent_nm"],
            "thin_limit": thickness["thin_limit_nm"],
        },
        "peaks": seen.peaks,
        "totals": {
            "revolutions": batch["revolutions"],
            "on_time_s": batch["on_time_s"],
            "process_s": batch["process_s"],
            "hold_s": batch["hold_s"],
            "energy_kwh_per_kg": batch["energy_kwh_per_kg"],
            "argon_l": batch["argon_l"],
            "leak_rate_mbar_l_s": batch["leak_rate_mbar_l_s"],
        },
        "slips": seen.last["scan"]["slips"],
        "log_sha256": hashlib.sha256(events).hexdigest(),
    }
