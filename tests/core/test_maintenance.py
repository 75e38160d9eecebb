"""MAINTENANCE: nothing that moves, until the role that set it ends it."""

from __future__ import annotations

import pytest
from bench import SHORT, Bench, command, kinds, load, state_in
from byhand import BLADE, GAS, PURGE, idle_bench, must, order, proven_bench

from controller.core.commands import Charge, Command, CommandName, Comment, Handover
from controller.core.findings import Recovered
from controller.core.hands import NOBODY, Mode
from controller.core.outputs import DEAD, Outputs
from controller.core.papers import Evidence, Meaning, Paper, Signature
from controller.core.recipe import MillHold
from controller.core.roles import Role
from controller.core.signals import Signal
from controller.core.states import State

REASON = "blade change"
ACCEPTED = {
    CommandName.STOP,
    CommandName.ABORT,
    CommandName.LID_RELEASE,
    CommandName.MAINTENANCE_END,
    CommandName.SHELVE,
    CommandName.OUT_OF_SERVICE,
    CommandName.HANDOVER,
    CommandName.COMMENT,
    CommandName.MEASURE,
    CommandName.YIELD,
    CommandName.DISPOSE,
    CommandName.ACK,
    CommandName.SIGN,
    CommandName.RECIPE_SAVE,
    CommandName.RECIPE_SUBMIT,
    CommandName.RECIPE_APPROVE,
    CommandName.RECIPE_REJECT,
    CommandName.RECIPE_RETIRE,
}
SHA256 = "0" * 64
EVIDENCE = Evidence(
    recipe_sha256=SHA256,
    plant_sha256=SHA256,
    software="0",
    seed=1,
    outcome="COMPLETE",
    log_sha256=SHA256,
    fault_cases=1,
    fault_failed=0,
    fault_matrix_sha256=SHA256,
)


def locked_bench() -> Bench:
    bench = idle_bench()
    must(bench, CommandName.MAINTENANCE, reason=REASON)
    return bench


def fitting(name: CommandName) -> Command:
    """The command with all that it could need."""
    if name is CommandName.LOAD:
        return load()
    return command(
        name,
        charge=Charge(
            cam_mass_g=95.0,
            sse_mass_g=5.0,
            cam_lot="C",
            sse_lot="S",
            blade_id="B",
            emptied_and_cleaned=True,
        ),
        jog=GAS if name is CommandName.JOG else None,
        row="COOLING_LOST",
        alarm="O2_HIGH" if name is not CommandName.ACK else "*",
        argon_flow_slpm=5.0,
        minutes=5.0,
        reason="because",
        comment=Comment(text="calibrated"),
        finding=Recovered(batch="B1", recovered_g=95.0),
        handover=Handover(giver="tester", taker="b"),
        recipe=SHORT if name is CommandName.RECIPE_SAVE else None,
        signature=Signature(
            batch="B1", meaning=Meaning.PERFORMED, content_sha256=SHA256, through_seq=1
        ),
        paper=Paper(id="R", version=1, sha256=SHA256, reason="because", evidence=EVIDENCE),
    )


@pytest.mark.parametrize("name", CommandName, ids=lambda name: name.value)
def test_what_is_carried_out_in_maintenance(name: CommandName) -> None:
    bench = locked_bench()
    (result,) = bench.see({}, fitting(name)).results
    assert result.accepted is (name in ACCEPTED), result.reasons
    if not result.accepted and name not in (
        CommandName.HOLD,
        CommandName.UNSHELVE,
        CommandName.IN_SERVICE,
    ):
        said = " ".join(result.reasons)
        assert "MAINTENANCE" in said or "the state is IDLE" in said, said
    bench.see(seconds=2.0)
    assert not bench.outputs.spins and not bench.outputs.supply_open


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
@pytest.mark.parametrize("name", ["maintenance", "maintenance.end"])
def test_only_the_role_maintenance_begins_and_ends_it(name: str, role: Role) -> None:
    """I21."""
    bench = idle_bench() if name == "maintenance" else locked_bench()
    result = order(bench, CommandName(name), reason=REASON, roles=frozenset({role}))
    assert result.accepted is (role is Role.MAINTENANCE), result.reasons


@pytest.mark.parametrize("state", State)
def test_it_begins_in_idle_alone(state: State) -> None:
    bench = Bench(state_in(state, MillHold))
    bench.see()
    result = order(bench, CommandName.MAINTENANCE, reason=REASON)
    assert not result.accepted, "a recipe is still loaded"
    if state is State.IDLE:
        assert "unloaded recipe" in result.reasons[0]


def test_it_needs_standstill_a_reason_and_hands_off() -> None:
    bench = idle_bench()
    assert not order(bench, CommandName.MAINTENANCE, {Signal.STANDSTILL: 0.0}, reason="x").accepted
    bench.see(seconds=6.0)
    assert not order(bench, CommandName.MAINTENANCE, reason=" ").accepted
    must(bench, CommandName.PURGE, **PURGE)
    result = order(bench, CommandName.MAINTENANCE, reason=REASON)
    assert not result.accepted and "purge by tester" in result.reasons[0]
    must(bench, CommandName.PURGE_END)
    must(bench, CommandName.MAINTENANCE, reason=REASON)


def test_a_jogged_blade_cannot_be_locked_out_in_a_turn() -> None:
    bench = proven_bench()
    must(bench, CommandName.JOG, jog=BLADE)
    assert not order(bench, CommandName.MAINTENANCE, reason=REASON).accepted


def test_it_is_shown_and_stays_until_a_person_ends_it() -> None:
    bench = locked_bench()
    bench.see(seconds=3600.0)
    hands = bench.state.hands
    assert (hands.mode, hands.user, hands.reason) == (Mode.MAINTENANCE, "tester", REASON)
    must(bench, CommandName.MAINTENANCE_END)
    assert bench.state.hands is NOBODY
    begun, over = kinds(bench.events, "mode_changed")
    assert (begun.data["reason"], over.data["from"]) == (REASON, "maintenance")


def test_an_abort_in_maintenance_moves_nothing_and_does_not_end_it() -> None:
    bench = locked_bench()
    must(bench, CommandName.ABORT)
    bench.see(seconds=70.0)
    assert bench.state.state is State.ABORTED and bench.state.mode is Mode.MAINTENANCE
    assert bench.outputs == DEAD
    must(bench, CommandName.MAINTENANCE_END)
    assert bench.state.mode is Mode.AUTO


def test_the_lid_is_released_with_all_its_conditions_and_nothing_else_moves() -> None:
    """I2: a blade cannot be changed behind a lid that stays locked."""
    bench = locked_bench()
    assert not order(bench, CommandName.LID_RELEASE, {Signal.H2S_PPM: 8.0}).accepted
    assert not order(bench, CommandName.LID_RELEASE, {Signal.STANDSTILL: 0.0}).accepted
    bench.see(seconds=6.0)
    must(bench, CommandName.LID_RELEASE)
    bench.see({Signal.VESSEL_PRESSURE_MBAR_G: 1.0})
    assert bench.outputs == Outputs(vent_open=True, lid_unlock=True)
