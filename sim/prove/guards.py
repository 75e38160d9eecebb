"""The guards that are taken out or weakened, each by a name."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from controller import sending
from controller.core import (
    alarm_commands,
    by_hand,
    commanding,
    derived,
    hand_commands,
    images,
    permissives,
    phases,
    procedure,
    scan,
)
from controller.core import gate as last_gate
from controller.core.commanding import Mind
from controller.core.commands import Command, CommandName
from controller.core.equipment import Equipment
from controller.core.events import Event, EventKind
from controller.core.interlocks import Matrix, Violation
from controller.core.matrix.permits import Need
from controller.core.matrix.row import BY_SUPERVISOR, Reaction, Row
from controller.core.outputs import Outputs
from controller.core.signals import Image
from controller.core.states import State, Trigger
from controller.core.watch import Watch
from controller.records import clerk, row
from controller.records.clerk import Clerk
from controller.records.reader import RecordReader
from controller.records.row import NO_HASH
from sim.faults import wire
from sim.prove.patches import Patch, both, instead, not_needed, removed, rows, slower
from sim.prove.plan import CRASH

_STOPS: Final = (CommandName.STOP, CommandName.ABORT, CommandName.HOLD)


def _always(value: Any) -> Callable[[Any], Any]:
    return lambda old: lambda *args, **more: value


def _known_only(old: Callable[..., tuple[Violation, ...]]) -> Callable[..., tuple[Violation, ...]]:
    """UNKNOWN is as good as any value."""
    return lambda *args: tuple(found for found in old(*args) if not found.unknown)


def _ageless(old: Callable[..., Image]) -> Callable[..., Image]:
    return lambda values, *more: old(values, *more[:2])


def _last_known(old: Callable[..., Image]) -> Callable[..., Image]:
    """What does not come keeps its last value."""

    def keeps(values: Sequence[float], *more: Any) -> Image:
        image = old(values, *more)
        kept = [was if now != now else now for now, was in zip(image.values, values, strict=True)]
        return Image(kept, image.quality, image.age_s)

    return keeps


def _credit_stays(old: Callable[..., Watch]) -> Callable[..., Watch]:
    def kept(before: Watch, *args: Any) -> Watch:
        return replace(old(before, *args), credit=before.credit)

    return kept


def _still_at_once(old: Callable[..., bool]) -> Callable[..., bool]:
    def still(watch: Watch, equipment: Equipment, now_s: float) -> bool:
        return watch.still_since_s <= now_s

    return still


def _stops_wait(old: Callable[..., None]) -> Callable[..., None]:
    """With other commands in the scan, a stop is not looked at before them."""

    def obey(mind: Mind, commands: tuple[Command, ...], reaction: Trigger | None) -> None:
        first = tuple(command for command in commands if command.name not in _STOPS)
        old(mind, first or commands, reaction)
        for command in commands:
            if first and command.name in _STOPS:
                mind.answer(command, ("later",))

    return obey


def _restarts_by_itself(old: Callable[..., None]) -> Callable[..., None]:
    """A held batch goes on as soon as the cause is gone."""

    def work(mind: Mind, image: Image) -> Any:
        state = mind.state
        if state.state is State.HELD and not state.violations:
            mind.fire(Trigger.RESTART, "the cause is gone")
        return old(mind, image)

    return work


def _leaves_aborted(old: Callable[..., Any]) -> Callable[..., Any]:
    """A trip is over as soon as its cause is gone."""

    def work(mind: Mind, image: Image) -> Any:
        if mind.state.state is State.ABORTED and not mind.state.violations:
            mind.fire(Trigger.RESET, "the cause is gone")
        return old(mind, image)

    return work


def _twice(old: Callable[..., bool]) -> Callable[..., bool]:
    """Any number of moves in one scan."""

    def fire(mind: Mind, trigger: Trigger, cause: str) -> bool:
        done = old(mind, trigger, cause)
        mind.moved = False
        return done

    return fire


def _same_ramp(old: Callable[..., float]) -> Callable[..., float]:
    return lambda state, demand, dt_s: float(demand.rotor_rpm)


def _passes(old: Callable[..., Outputs]) -> Callable[..., Outputs]:
    return lambda out, *args: out


def _dropped(old: Callable[..., Any]) -> Callable[..., Any]:
    """What is acknowledged is gone."""

    def acknowledged(alarms: Any, *args: Any) -> Any:
        after = old(alarms, *args)
        return tuple(alarm for alarm in after if not alarm.acked)

    return acknowledged


def _let_go(old: Callable[..., Any]) -> Callable[..., Any]:
    """An acknowledgment lets the latch go."""

    def acknowledged(alarms: Any, *args: Any) -> Any:
        return tuple(replace(alarm, latched=False) for alarm in old(alarms, *args))

    return acknowledged


def _only_warns(old: Callable[..., Reaction | None]) -> Callable[..., Reaction | None]:
    """A trip is no more than a hold."""

    def reaction(matrix: Matrix, violations: tuple[Violation, ...]) -> Reaction | None:
        found = old(matrix, violations)
        return None if found is None else min(found, Reaction.HOLD)

    return reaction


def _all_at_once(old: Callable[..., Outputs]) -> Callable[..., Outputs]:
    """Nothing waits for the record."""
    return lambda sent, wanted, state: wanted


def _without_moves(old: Callable[..., None]) -> Callable[..., None]:
    """The record is not told of a change of the state."""

    def offer(clerk: Clerk, events: list[Event], batch_id: str) -> None:
        old(clerk, [event for event in events if event.kind is not EventKind.TRANSITION], batch_id)

    return offer


def _loose_rows(old: Callable[..., bytes]) -> Callable[..., bytes]:
    """A row does not hold on to the one before it."""
    return lambda *fields: old(*fields[:-1], NO_HASH)


def _everything(old: Any) -> Any:
    return property(lambda row: True)


def _own_group(old: Any) -> Any:
    return property(lambda row: row.id)


_STILL: Final = (derived, images, permissives, phases, procedure)


class Mutant(NamedTuple):
    """A patch, and the beginnings of the names of faults that put its guard to the test: seeds
    with one of them are run first. `by_hand`: those in which people drive by hand are.
    """

    patch: Patch
    tried_by: tuple[str, ...] = ()
    by_hand: bool = False


_ROWS: Final = {
    "ESTOP": ("estop_",),
    "LID_OPEN_TURNING": ("lid_closed_",),
    "LID_UNLOCKED_TURNING": ("lid_locked_",),
    "DRIVE_FAULT": ("drive_trips_", "drive_fault_code_"),
    "RUN_PERMIT_LOST": ("run_permit_", "heartbeat_", "overspeed_guard"),
    "TORQUE_HIGH": ("torque_", "blade_jammed"),
    "MOTOR_HOT": ("motor_",),
    "PRESSURE_TRIP": ("pressure_", "exhaust_"),
    "O2_HOLD": ("o2_", "air_enters", "argon_impure"),
    "O2_LOC": ("o2_over", "air_enters"),
    "H2O_HOLD": ("moisture_", "argon_wet"),
    "H2S_TRIP": ("h2s_",),
    "POWDER_HOT": ("powder_",),
    "JAR_HOT": ("jar_",),
    "COOLING_LOST": ("cooling_", "coolant_"),
    "MAINS_LOST": ("mains_",),
    "FOREIGN_WRITE": ("second_master_",),
    "RECORD_LOST_HOLD": ("record_lost",),
    "SCAN_GAP_TRIP": ("scan_",),
    "ROOM_O2_DANGER": ("room_o2_", "room_argon_"),
    "ROOM_H2S_DANGER": ("room_h2s_",),
}
_SLOW: Final = (
    "O2_HOLD",
    "H2O_HOLD",
    "H2S_TRIP",
    "POWDER_HOT",
    "MOTOR_HOT",
    "TORQUE_HIGH",
    "PRESSURE_TRIP",
    "DRIVE_FAULT",
    "ESTOP",
)
_LOST: Final = ("comm_", "o2_stale", "o2_bad", "moisture_bad", "pressure_stale")

_HANDS: Final[dict[str, Patch]] = {
    "a jog lasts a minute": instead(hand_commands, name="jog_lease_s", made=_always(60.0)),
    "a jog needs nothing": instead(hand_commands, name="blade_permissives", made=_always(())),
    "no row counts by hand": instead(derived, name="_arms_by_hand", made=_always(0)),
    "a jog does not end": instead(commanding, name="let_go", made=_always(False)),
    "a lockout moves": both(
        instead(last_gate, name="_without_energy", made=_passes),
        instead(commanding, name="mode_refusals", made=_always(())),
        instead(hand_commands, name="_in_mode", made=_always(())),
        instead(hand_commands, name="_locked_out", made=_always(())),
    ),
    "bypasses do not end": instead(by_hand, name="end_expired", made=_always(None)),
    "two bypasses for one danger": instead(Row, name="group", made=_own_group),
    "trips can be bypassed": both(
        instead(Row, name="may_be_bypassed", made=_everything),
        rows(lambda row: replace(row, bypass=BY_SUPERVISOR)),
    ),
}

_PAPERS: Final[dict[str, Patch]] = {
    "sends before it is recorded": instead(sending, name="until_recorded", made=_all_at_once),
    "moves are not recorded": instead(Clerk, name="_offer", made=_without_moves),
    "rows are not chained": instead(row, name="row_hash", made=_loose_rows),
    "an abort does not end a batch": instead(
        clerk, name="_ENDED", made=lambda old: old - {State.ABORTED.value}
    ),
    "a crash leaves its batch open": instead(
        RecordReader, name="undecided_batches", made=_always([])
    ),
}

_OTHERS: Final[dict[str, Patch]] = {
    "argon may run out": removed("ARGON_LOST", "ARGON_FLOW"),
    "no overspeed rows": removed("OVERSPEED", "OVERSPEED_MAX"),
    "trips only hold": instead(Matrix, name="reaction", made=_only_warns),
    "UNKNOWN is good": instead(Matrix, name="evaluate", made=_known_only),
    "UNKNOWN only warns": rows(lambda row: replace(row, on_unknown=Reaction.WARN)),
    "no value is too old": instead(wire, name="assemble", made=_ageless),
    "last known values": instead(wire, name="assemble", made=_last_known),
    "gate lets the blade through": both(
        instead(last_gate, name="_blade", made=_passes),
        removed("LID_OPEN_TURNING", "LID_UNLOCKED_TURNING"),
    ),
    "trip lets argon in": rows(lambda row: replace(row, shuts_argon=False)),
    "stands still always": instead(*_STILL, name="stands_still", made=_always(True)),
    "standstill proof of 0 s": instead(*_STILL, name="stands_still", made=_still_at_once),
    "unlocks under pressure": not_needed(Need.UNLOCK, "VESSEL_PRESSURE_MBAR_G_MAX"),
    "unlocks hot": not_needed(Need.RELEASE | Need.UNLOCK, "POWDER_PROBE_C_MAX"),
    "unlocks with H2S": not_needed(Need.RELEASE | Need.UNLOCK, "H2S_PPM_MAX"),
    "restarts without the dwell": not_needed(
        Need.EDGE, "ATMOSPHERE_DWELL", "O2_PPM_MAX", "H2O_PPM_MAX"
    ),
    "resets with the emergency stop in": not_needed(Need.RESET, "ESTOP_HEALTHY", "CLEARED"),
    "purge credit stays": instead(scan, name="watched", made=_credit_stays),
    "restarts by itself": instead(scan, name="_work", made=_restarts_by_itself),
    "leaves a trip by itself": instead(scan, name="_work", made=_leaves_aborted),
    "an acknowledgment lets go": instead(alarm_commands, name="acknowledged", made=_let_go),
    "an acknowledgment clears": instead(alarm_commands, name="acknowledged", made=_dropped),
    "a stop waits its turn": instead(scan, name="obey", made=_stops_wait),
    "two moves in one scan": instead(Mind, name="fire", made=_twice),
    "no ramp": instead(images, name="_ramped", made=_same_ramp),
    "time is caught up": instead(scan, name="MAX_DT_PERIODS", made=lambda old: math.inf),
}

_TRIED_BY: Final = {
    "argon may run out": ("argon_supply_", "argon_empty"),
    "no overspeed rows": ("rotor_", "drive_runs_away"),
    "no value is too old": _LOST,
    "last known values": _LOST,
    "gate lets the blade through": ("lid_", "lock_"),
    "trip lets argon in": ("room_",),
    "unlocks hot": ("powder_",),
    "unlocks with H2S": ("h2s_",),
    "restarts without the dwell": ("o2_", "moisture_"),
    "resets with the emergency stop in": ("estop_",),
    "purge credit stays": ("pressure_", "lid_"),
    "time is caught up": ("scan_",),
    "an abort does not end a batch": ("estop_", CRASH),
    "a crash leaves its batch open": (CRASH,),
}

MUTANTS: Final[dict[str, Mutant]] = {
    **{f"no row {row}": Mutant(removed(row), faults) for row, faults in _ROWS.items()},
    **{f"slow row {row}": Mutant(slower(row), _ROWS[row]) for row in _SLOW},
    **{name: Mutant(patch, by_hand=True) for name, patch in _HANDS.items()},
    **{name: Mutant(patch, _TRIED_BY.get(name, ())) for name, patch in (_OTHERS | _PAPERS).items()},
}
