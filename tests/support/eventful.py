"""A batch to which everything happens that a report tells: hold, alarms, comments, findings."""

from __future__ import annotations

from pathlib import Path

from recording import PLANT, Recorded

from controller.core.commands import Command, CommandName, Comment, Handover
from controller.core.findings import Disposition, Fate, Measurement, Method, Recovered
from controller.core.permissives import (
    go_on_permissives,
    release_permissives,
    reset_permissives,
    start_permissives,
)
from controller.core.recipe import Recipe
from controller.core.roles import Role
from controller.core.states import State
from sim.faults.parse import parse_fault
from sim.world import World, nominal_charge

ROLES = frozenset({Role.OPERATOR, Role.SUPERVISOR})
PUMP_OFF_S = 60.0


class _Shift:
    """Two people at the mill, one after the other."""

    def __init__(self, run: Recorded) -> None:
        self.run = run
        self._given = 0

    def give(self, name: CommandName, user: str = "Olga Marin", **more: object) -> None:
        self._given += 1
        made = Command(
            id=f"given-{self._given:04}",
            name=name,
            user=user,
            roles=ROLES,
            proved=True,
            state_version=self.run.world.state.version,
            **more,  # type: ignore[arg-type]
        )
        (result,) = self.run.step(made).results
        assert result.accepted, (name, result.reasons)

    def note(self, text: str, user: str = "Olga Marin") -> None:
        self.give(CommandName.COMMENT, user, comment=Comment(text=text))

    def until(self, *states: State) -> None:
        self.run.until(lambda world: world.state.state in states)

    def until_ready(self, checks: object) -> None:
        assert callable(checks)
        self.run.until(lambda world: all(check.ok for check in checks(world.state, world.image)))


def eventful_batch(folder: Path, recipe: Recipe | str = "training") -> str:
    """The record of such a batch in `folder`, over and reset, not signed; its id."""
    run = Recorded(folder, recipe)
    run.operator = None
    shift = _Shift(run)
    _begin(shift)
    _held_and_gone_on(shift)
    shift.until(State.COMPLETE)
    batch_id = run.batch_id
    _found_out(shift, batch_id)
    run.end()
    return batch_id


def _begin(shift: _Shift) -> None:
    run = shift.run
    shift.give(CommandName.LOAD, recipe=run.recipe, batch_id="B20260901-081500-7f3a")
    weighed = nominal_charge(run.recipe)
    told = {name: getattr(weighed, name) for name in ("cam_mass_g", "sse_mass_g")}
    charge = type(weighed)(
        **told,
        cam_lot="NCM-2609-04",
        sse_lot="LPSCL-0817",
        blade_id="K-12",
        jar_id="J-03",
        argon_lot="AR6-55410",
        balance_id="XPR-204",
        balance_stable=True,
        calibrated="balance 2026-08-28, O2 2026-08-11, H2O 2026-07-30",
        checked_by="Jan Weber",
        emptied_and_cleaned=True,
        blade_hours=14.5,
        jar_hours=0.0,
        hours_origin="logbook; the jar is new",
    )
    shift.give(CommandName.CHARGE, charge=charge)
    shift.until_ready(start_permissives)
    shift.give(CommandName.START)


def _held_and_gone_on(shift: _Shift) -> None:
    """The cooling pump stops for a minute: hold, a change of shift, and on."""
    run = shift.run
    run.until(_milling)
    on_s = run.world.now_s
    pump = parse_fault(f"coolant_pump_off@{on_s:.1f}-{on_s + PUMP_OFF_S:.1f}")
    run.world.inject((pump,), PLANT)
    shift.until(State.HELD)
    shift.note("Cooling pump off: fuse F3. Changed.")
    over = Handover(giver="Olga Marin", taker="Jan Weber", note="F3 changed, blade held")
    shift.give(CommandName.HANDOVER, "Jan Weber", handover=over)
    run.until(lambda world: world.now_s > on_s + PUMP_OFF_S + 10.0)
    shift.give(CommandName.ACK, "Jan Weber", alarm="*")
    shift.until_ready(go_on_permissives)
    shift.give(CommandName.RESTART, "Jan Weber")


def _milling(world: World) -> bool:
    return world.state.totals.dose_revolutions > 2_000.0


def _found_out(shift: _Shift, batch_id: str) -> None:
    shift.until_ready(release_permissives)
    shift.give(CommandName.LID_RELEASE, "Jan Weber")
    shift.until_ready(reset_permissives)
    shift.give(CommandName.RESET, "Jan Weber")
    shift.until(State.IDLE)
    measured = Measurement(
        batch=batch_id, thickness_nm=470.0, method=Method.FIB_SEM, n=20, sigma_nm=60.0
    )
    for name, found in (
        (CommandName.YIELD, Recovered(batch=batch_id, recovered_g=97.1)),
        (CommandName.MEASURE, measured),
        (
            CommandName.DISPOSE,
            Disposition(batch=batch_id, disposition=Fate.RELEASED, reason="within limits"),
        ),
    ):
        shift.give(name, "Sven Holm", finding=found)
