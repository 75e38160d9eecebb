"""The evidence for an approval, as the page's server makes it of two jobs of the bench."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from controller.core.papers import DEVIATIONS_MAX, Evidence
from controller.errors import InputError
from hmi.library.evidence import evidence
from hmi.workshop.bench import Job, JobState
from sim.fault_matrix import Result, Row

SHA = "a" * 64
RUN = {
    "recipe": {"sha256": SHA},
    "plant_sha256": SHA,
    "software": "1",
    "seed": 0,
    "outcome": "COMPLETE",
    "log_sha256": SHA,
    "faults": [],
}


def row(number: int, why: str = "", *, unsafe: bool = False) -> Row:
    return Row(f"fault_{number}", "purge", 1.0, "hold", "hold", 2.0, "HELD", not why, why, unsafe)


def job(kind: str, result: dict[str, Any], state: JobState = JobState.DONE) -> Job:
    return Job("id", "Ada", {"kind": kind}, "2026-01-01", state, result=result)


def matrix(*rows: Row) -> Job:
    found = Result("MINE", rows).to_json()
    hashes = {"recipe_sha256": SHA, "plant_sha256": SHA, "matrix_sha256": SHA}
    return job("fault_matrix", found | hashes)


def test_every_case_that_went_other_than_expected_is_named() -> None:
    rows = [row(1), row(2, "no hold"), row(3, "UNSAFE at 3 s: spins", unsafe=True)]
    found = evidence(job("dry_run", RUN), matrix(*rows))
    assert (found["fault_cases"], found["fault_failed"], found["fault_unsafe"]) == (3, 2, 1)
    assert found["deviations"] == [
        "fault_2, purge: no hold",
        "fault_3, purge: UNSAFE at 3 s: spins",
    ]


def test_what_is_too_much_to_name_is_still_counted_and_still_fits() -> None:
    rows = [row(number, "x" * 500) for number in range(DEVIATIONS_MAX + 5)]
    found = evidence(job("dry_run", RUN), matrix(*rows))
    kept = TypeAdapter(Evidence).validate_json(json.dumps(found))
    assert kept.fault_failed == DEVIATIONS_MAX + 5
    assert len(kept.deviations) == DEVIATIONS_MAX


@pytest.mark.parametrize(
    ("run", "faults", "why"),
    [
        (job("dry_run", RUN | {"faults": ["o2_nan@1"]}), matrix(row(1)), "had faults in it"),
        (job("dry_run", RUN | {"recipe": {"sha256": "b"}}), matrix(row(1)), "different texts"),
        (job("dry_run", RUN | {"plant_sha256": "b"}), matrix(row(1)), "different plants"),
        (matrix(row(1)), matrix(row(1)), "no dry run"),
        (job("dry_run", RUN, JobState.CANCELLED), matrix(row(1)), "cancelled"),
    ],
)
def test_two_jobs_that_do_not_belong_together_are_no_evidence(
    run: Job, faults: Job, why: str
) -> None:
    with pytest.raises(InputError, match=why):
        evidence(run, faults)
