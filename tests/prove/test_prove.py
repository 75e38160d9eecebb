"""Seeded worlds: nothing unsafe happens whatever fails, and a batch runs again afterwards."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli_prove import prove as command
from sim.prove.campaign import prove
from sim.prove.checker import PREMISES
from sim.prove.guards import MUTANTS
from sim.prove.mutants import hunt
from sim.prove.plan import draw
from sim.prove.runner import run_seed

KEYS = {
    "schedules",
    "simulated_h",
    "faults_injected",
    "violations",
    "witness",
    "spurious_trips_clean",
    "clean_schedules",
    "first_violations",
    "wall_s",
}
NEW_SEEDS = range(14, 44)
CRITICAL = (
    "no row ESTOP",
    "no row DRIVE_FAULT",
    "slow row POWDER_HOT",
    "stands still always",
    "no ramp",
    "leaves a trip by itself",
    "a jog lasts a minute",
    "a lockout moves",
    "trips can be bypassed",
)
SEEN_ALWAYS = ("I1", "I3 run-down", "I8", "I9", "I10", "I11", "I14", "I19", "I21", "I23")


def regressions() -> list[int]:
    lines = Path(__file__).with_name("regressions.txt").read_text().splitlines()
    return [int(text) for line in lines if (text := line.partition("#")[0].strip())]


@pytest.mark.parametrize("seed", regressions())
def test_a_seed_that_once_failed_holds(seed: int) -> None:
    assert not run_seed(seed).breaches


def test_nothing_unsafe_happens_in_a_few_worlds() -> None:
    """I1 to I24 as far as this version has them, and L1 to L5."""
    campaign = prove(NEW_SEEDS)
    assert [str(verdict) for verdict in campaign.broken] == []
    assert campaign.spurious == 0
    assert campaign.clean > 0
    for invariant in SEEN_ALWAYS:
        assert campaign.witness[invariant] > 0, f"{invariant} never had anything to say"


@pytest.mark.interpreted
@pytest.mark.parametrize("mutant", CRITICAL)
def test_a_missing_guard_is_found(mutant: str) -> None:
    (found,) = hunt(range(200), names=[mutant])
    assert found.seed is not None, str(found)


def test_the_same_seed_is_the_same_run() -> None:
    first, again = run_seed(3), run_seed(3)
    assert (first.scans, first.witness, first.faults) == (again.scans, again.witness, again.faults)


def test_plans_are_spread() -> None:
    plans = [draw(seed) for seed in range(1_000)]
    assert 70 <= sum(plan.clean for plan in plans) <= 130
    assert 20 <= sum(len(plan.faults) > 10 for plan in plans) <= 80
    assert {fault.fault.name for plan in plans for fault in plan.faults} > {"lid_opened", "leak"}


def test_the_sum_does_not_depend_on_the_processes() -> None:
    one, two = prove(range(4)).to_json(), prove(range(4), jobs=2).to_json()
    assert one | {"wall_s": 0} == two | {"wall_s": 0}


def test_the_command_prints_json_alone() -> None:
    result = CliRunner().invoke(command, ["--seeds", "2", "--jobs", "1", "--json"])
    printed = json.loads(result.stdout)
    assert set(printed) == KEYS
    assert (printed["schedules"], printed["violations"]) == (2, 0)
    assert result.exit_code == 0


@pytest.mark.interpreted
def test_a_violation_is_told_with_the_command_that_repeats_it() -> None:
    from sim.prove.mutants import weakened

    with weakened("no ramp"):
        result = CliRunner().invoke(command, ["--seeds", "12", "--jobs", "1"])
    assert result.exit_code == 1
    assert "I11 at scan" in result.stdout
    assert "repeat: blademill prove --first " in result.stdout


def test_every_premise_is_in_the_list() -> None:
    """What is not listed would be missing in the figures when it never was at stake."""
    sources = "".join(path.read_text() for path in Path(inspect.getfile(prove)).parent.glob("*.py"))
    counted = set(re.findall(r'witness\["(.+?)"\]', sources)) | {"I3", "I13"}
    assert counted == set(PREMISES)


@pytest.mark.long
def test_every_premise_is_at_stake_in_two_hundred_worlds() -> None:
    told = prove(range(200), jobs=2).to_json()["witness"]
    assert [name for name, count in told.items() if not count] == []


@pytest.mark.long
def test_nothing_unsafe_happens_in_two_thousand_worlds() -> None:
    campaign = prove(range(2_000), jobs=2)
    assert [str(verdict) for verdict in campaign.broken] == []
    assert campaign.spurious == 0
    assert campaign.simulated_h >= 100.0


@pytest.mark.long
@pytest.mark.parametrize("mutant", MUTANTS)
def test_every_missing_guard_is_found(mutant: str) -> None:
    (found,) = hunt(range(500), names=[mutant])
    assert found.seed is not None, str(found)
