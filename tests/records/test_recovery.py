"""After a crash: the batch is closed once, a person decides, and the rest of the dose is milled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bench import CHARGE, SHORT, Bench, command, image, phase_index, state_in
from recording import Recorded

from controller.core.batch import Totals
from controller.core.commands import Command, CommandName
from controller.core.limits import Limits
from controller.core.outputs import DEAD
from controller.core.permissives import start_permissives
from controller.core.recipe import MillHold, MillPulse
from controller.core.recovery import Advice, Crashed, propose, remaining
from controller.core.roles import Role
from controller.core.signals import NAN, Signal
from controller.core.state import CommandResult
from controller.core.states import State
from controller.records.reader import RecordReader
from sim.world import ENDED, World

ROLES = frozenset({Role.OPERATOR})


def ask(run: Recorded, name: CommandName, **more: object) -> CommandResult:
    made = Command(
        id=f"{name.value}-{run.world.scans}",
        name=name,
        user="tester",
        roles=ROLES,
        proved=True,
        state_version=run.world.state.version,
        **more,  # type: ignore[arg-type]
    )
    return run.step(made).results[0]


def milling(world: World) -> bool:
    batch, state = world.state.batch, world.state
    return (
        batch is not None
        and state.state is State.RUNNING
        and isinstance(batch.phases[state.position.index], MillPulse | MillHold)
        and state.totals.dose_revolutions > 500.0
    )


@pytest.fixture
def crashed(tmp_path: Path) -> Recorded:
    run = Recorded(tmp_path)
    run.until(milling)
    run.crash()
    run.restart()
    return run


def until_known(run: Recorded) -> None:
    """Until everything that the policy must know is measured, the standstill too."""
    for _ in range(1_200):
        run.step()


def test_the_open_batch_is_closed_once_and_nothing_moves(crashed: Recorded) -> None:
    """K6: also when the process crashes again before anybody has decided."""
    found = crashed.record.crashed
    assert found is not None
    for _ in range(3):
        crashed.crash()
        crashed.restart()
        again = crashed.record.crashed
        assert again is not None
        assert again.batch_id == found.batch_id
        assert again.totals == found.totals
    reader = RecordReader(crashed.folder)
    rows = reader.rows(found.batch_id)
    ends = [row for row in rows if row.kind == "batch_ended"]
    assert [row.body["outcome"] for row in ends] == ["CRASHED"]
    assert ends[0].body["last_utc"] <= ends[0].utc
    assert reader.batch(found.batch_id)["outcome"] == "CRASHED"
    for name in (CommandName.LOAD, CommandName.START, CommandName.MANUAL, CommandName.JOG):
        result = ask(crashed, name)
        assert not result.accepted
        assert crashed.world.outputs == DEAD


def test_what_was_given_is_known_to_the_last_second(tmp_path: Path) -> None:
    run = Recorded(tmp_path)
    run.until(milling)
    for _ in range(60):
        run.step()
    given = run.world.state.totals
    rpm = run.world.state.outputs.rotor_rpm
    run.crash()
    run.restart()
    found = run.record.crashed
    assert found is not None
    missing = given.dose_revolutions - found.totals.dose_revolutions
    assert -0.01 <= missing <= 1.1 * rpm / 60.0


def test_the_continuation_mills_the_rest_and_no_more(crashed: Recorded) -> None:
    crashed.crash()
    # Until jar and powder have one temperature, as a leak test wants it.
    crashed.restart(rest_s=3_600.0)
    found = crashed.record.crashed
    assert found is not None
    assert found.recipe is not None
    until_known(crashed)
    result = ask(crashed, CommandName.CONTINUE, batch_id="B-NEXT")
    assert result.accepted, result.reasons
    batch = crashed.world.state.batch
    assert batch is not None
    assert (batch.id, batch.continues) == ("B-NEXT", found.batch_id)
    assert batch.recipe.sha256 != found.recipe.sha256
    assert crashed.world.outputs == DEAD

    def startable(world: World) -> bool:
        return all(check.ok for check in start_permissives(world.state, world.image))

    crashed.until(startable)
    assert ask(crashed, CommandName.START).accepted
    crashed.until(lambda world: world.state.state in ENDED)
    assert crashed.world.state.state is State.COMPLETE
    crashed.end()
    reader = RecordReader(crashed.folder)
    both = reader.batch(found.batch_id), reader.batch("B-NEXT")
    assert both[1]["continues"]["batch"] == found.batch_id
    assert both[0]["recovery"][0]["data"]["continuation"] == "B-NEXT"
    assert both[0]["recovery"][0]["data"]["user"] == "tester"
    ended = [item for item in both[1]["phases"] if item["kind"] == "phase_ended"]
    assert [item["data"]["type"] for item in ended[:3]] == ["leak_test", "purge", "prove_inert"]
    wanted = sum(
        phase.end_on_time_s or 0.0
        for phase in found.recipe.phases
        if isinstance(phase, MillHold | MillPulse)
    )
    given = [record["milling"]["on_time_s"] or found.totals.on_time_s for record in both]
    assert sum(given) == pytest.approx(wanted, abs=1.5)
    assert reader.verify().good


def test_a_scrapped_batch_says_why_and_the_mill_is_free_again(crashed: Recorded) -> None:
    found = crashed.record.crashed
    assert found is not None
    assert not ask(crashed, CommandName.SCRAP).accepted
    assert ask(crashed, CommandName.SCRAP, reason="two hours without cover").accepted
    assert crashed.world.state.crashed is None
    crashed.end()
    record = RecordReader(crashed.folder).batch(found.batch_id)
    assert record["disposition"]["disposition"] == "scrapped"
    assert record["recovery"][0]["data"]["reason"] == "two hours without cover"
    crashed.restart()
    assert crashed.record.crashed is None


def test_a_command_of_before_the_crash_is_known(crashed: Recorded) -> None:
    """K7"""
    assert {"load-1", "charge-1"} <= crashed.record.command_ids


def case(**changes: object) -> Crashed:
    index = phase_index(MillHold)
    base = Crashed(
        batch_id="B",
        recipe=SHORT,
        charge=CHARGE,
        phase_index=index,
        mill_index=index,
        totals=Totals(),
        last_utc="2026-01-01T00:00:00.000Z",
        gap_s=60.0,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({Signal.LID_CLOSED: 0.0}, "lid is open"),
        ({Signal.O2_PPM: 1_001.0}, "O2"),
        ({Signal.FROST_POINT_C: -20.0}, "H2O"),
        ({Signal.POWDER_PROBE_C: 65.0}, "probe"),
    ],
)
def test_powder_that_cannot_be_trusted_is_proposed_for_scrap(
    changes: dict[Signal, float], word: str
) -> None:
    found = propose(case(), image(changes), Limits())
    assert found.advice is Advice.SCRAP
    assert word in " ".join(found.reasons)


def test_the_longer_nobody_looked_the_less_is_allowed() -> None:
    assert propose(case(gap_s=7.9 * 3600.0), image(), Limits()).advice is Advice.CONTINUE
    assert propose(case(gap_s=8.1 * 3600.0), image(), Limits()).advice is Advice.SCRAP
    before = case(gap_s=8.1 * 3600.0, phase_index=0)
    assert propose(before, image(), Limits()).advice is Advice.CONTINUE


@pytest.mark.parametrize(
    "signal",
    [Signal.LID_CLOSED, Signal.STANDSTILL, Signal.O2_PPM, Signal.POWDER_PROBE_C, Signal.LID_LOCKED],
)
def test_what_is_unknown_is_looked_at_first(signal: Signal) -> None:
    found = propose(case(), image({signal: NAN}), Limits())
    assert found.advice is Advice.LOOK
    assert "UNKNOWN" in found.reasons[0]


def test_a_blade_that_turns_is_waited_for() -> None:
    assert propose(case(), image({Signal.STANDSTILL: 0.0}), Limits()).advice is Advice.LOOK
    assert propose(case(), image(), Limits(), still=False).advice is Advice.LOOK


def test_a_fault_of_the_drive_is_cleared_before_the_continuation_is_loaded() -> None:
    """A reset unloads what is loaded, so it comes first, and the page says so."""
    for code in (58.0, NAN):
        found = propose(case(), image({Signal.DRIVE_FAULT_CODE: code}), Limits())
        assert found.advice is Advice.LOOK
    (reason,) = propose(case(), image({Signal.DRIVE_FAULT_CODE: 58.0}), Limits()).reasons
    assert "fault 58" in reason
    assert "Stop, then Reset" in reason
    done = case(mill_index=phase_index(MillPulse) + 1)
    assert propose(done, image({Signal.DRIVE_FAULT_CODE: 58.0}), Limits()).advice is Advice.FINISH


def test_without_a_recipe_there_is_only_scrap() -> None:
    for crashed in (case(recipe=None), case(charge=None)):
        assert propose(crashed, image(), Limits()).advice is Advice.SCRAP


def test_what_is_left_of_a_segment_is_the_whole_less_what_was_given() -> None:
    rest = remaining(case(totals=Totals(dose_revolutions=150.0)))
    assert rest is not None
    hold = rest.phases[phase_index(MillHold)]
    assert isinstance(hold, MillHold)
    assert hold.end_revolutions == 50.0
    assert rest.phases[phase_index(MillPulse)] == SHORT.phases[phase_index(MillPulse)]


def test_segments_that_are_done_are_left_out_and_tests_are_not() -> None:
    second = phase_index(MillPulse)
    rest = remaining(case(mill_index=second, totals=Totals(dose_on_time_s=10.0)))
    assert rest is not None
    assert [phase.type for phase in rest.phases] == [
        "leak_test",
        "purge",
        "prove_inert",
        "mill_pulse",
        "cool_down",
        "safe_to_open",
    ]
    pulse = rest.phases[3]
    assert isinstance(pulse, MillPulse)
    assert pulse.end_on_time_s == 20.0


def test_a_dose_that_was_given_whole_is_not_given_again() -> None:
    found = propose(case(mill_index=phase_index(MillPulse) + 1), image(), Limits())
    assert (found.advice, found.recipe) == (Advice.FINISH, None)


def test_hours_that_were_declared_before_the_crash_are_not_declared_again() -> None:
    """The continuation would set the blade back to what it had before the batch that was cut."""
    declared = replace(CHARGE, blade_hours=10.0, hours_origin="logbook")
    idle = replace(state_in(State.IDLE), batch=None, crashed=case(charge=declared))
    bench = Bench(idle)
    bench.see(seconds=10.0)
    more = {"batch_id": "B-NEXT", "proved": True, "state_version": bench.state.version}
    result = bench.see({}, command(CommandName.CONTINUE, **more)).results[0]
    assert result.accepted, result.reasons
    batch = bench.state.batch
    assert batch is not None
    assert batch.charge == CHARGE
