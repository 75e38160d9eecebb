"""The evidence for an approval: what the bench found about one text on one plant file."""

from __future__ import annotations

from typing import Any, Final

from controller.core.papers import DEVIATIONS_MAX
from controller.errors import InputError
from hmi.workshop.bench import Job, JobState

SEED: Final = 0
DEVIATION_CHARS: Final = 120


def trial(kind: str, version: dict[str, Any], plant: dict[str, Any]) -> dict[str, Any]:
    """The bench's request: this kind of run, of exactly this text on exactly this plant file."""
    return {
        "kind": kind,
        "recipe_toml": version["recipe_toml"],
        "name": f"{version['id']} v{version['version']}",
        "plant": plant["name"],
        "plant_toml": plant["toml"],
        "seed": SEED,
        "faults": [],
    }


def evidence(dry_run: Job, fault_matrix: Job) -> dict[str, Any]:
    """What the two jobs found, as the controller takes it. It judges whether that is enough.

    Raises InputError for jobs that are not done, are of another kind, or had a fault in them.
    """
    run, matrix = _result(dry_run, "dry_run"), _result(fault_matrix, "fault_matrix")
    if run.get("faults"):
        raise InputError("the dry run had faults in it", do="Run it again without any.")
    if run["recipe"]["sha256"] != matrix["recipe_sha256"]:
        raise InputError("dry run and fault matrix are of different texts", do="Run both again.")
    if run["plant_sha256"] != matrix["plant_sha256"]:
        raise InputError("dry run and fault matrix are of different plants", do="Run both again.")
    return {
        "recipe_sha256": run["recipe"]["sha256"],
        "plant_sha256": run["plant_sha256"],
        "software": run["software"],
        "seed": run["seed"],
        "outcome": run["outcome"],
        "log_sha256": run["log_sha256"],
        "fault_cases": matrix["cases"],
        "fault_failed": matrix["failed"],
        "fault_matrix_sha256": matrix["matrix_sha256"],
        "fault_unsafe": matrix["unsafe"],
        "deviations": [
            f"{row['fault']}, {row['phase']}: {row['why']}"[:DEVIATION_CHARS]
            for row in matrix["rows"]
            if not row["ok"]
        ][:DEVIATIONS_MAX],
    }


def _result(job: Job, kind: str) -> dict[str, Any]:
    if job.request["kind"] != kind:
        raise InputError(f"that job is no {kind.replace('_', ' ')}", do="Choose the right one.")
    if job.state is not JobState.DONE or job.result is None:
        raise InputError(f"the {kind.replace('_', ' ')} is {job.state.value}", do="Wait for it.")
    return job.result
