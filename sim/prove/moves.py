"""How the controller moves: commands, transitions, latches, alarms (I8, I9, I10, I19 to I24)."""

from __future__ import annotations

import math
from typing import Final

from controller.core.commands import CommandName
from controller.core.events import Event, EventKind
from controller.core.outputs import DEAD
from controller.core.state import ScanState
from controller.core.states import State, Trigger
from sim.prove.ledger import Ledger, says
from sim.prove.state_table import TABLE

BOUND_ALARMS: Final = 512
MAX_DT_PERIODS: Final = 2.0
TRIPPED: Final = (State.ABORTING, State.ABORTED)
EPOCH: Final = (State.STARTING, State.RUNNING, State.PAUSING, State.RESUMING, State.RESTARTING)
OPENERS: Final = frozenset((CommandName.START, CommandName.RESUME, CommandName.RESTART))
STOPS: Final = (CommandName.HOLD, CommandName.STOP, CommandName.ABORT)
_STOPS: Final = (
    (CommandName.ABORT, (State.ABORTING,)),
    (CommandName.STOP, (State.STOPPING, State.ABORTING)),
)
_BY_ITSELF: Final = ("hold", "stop", "abort")
_TRIGGERS: Final = frozenset(trigger.value for trigger in Trigger)


class Moves:
    """Remembers the run epoch, the latches and what was counted."""

    __slots__ = ("_book", "_counted_s", "_epoch", "_first_out", "_latched", "fresh", "opened_s")

    def __init__(self) -> None:
        self.opened_s = -math.inf  # when a person last set the blade going
        self.crashed()

    def crashed(self) -> None:
        """A new controller: nothing is latched and nobody has asked for anything."""
        self.fresh = True
        self._epoch = False
        self._latched: frozenset[int] = frozenset()
        self._first_out: frozenset[int] = frozenset()
        self._counted_s = 0.0
        self._book: object = ()

    def take_over(self, state: ScanState) -> None:
        """Goes on from a batch that has been all right so far."""
        self.fresh = False
        self._epoch = state.state in EPOCH
        self._latched = frozenset(alarm.row for alarm in state.alarms if alarm.latched)
        self._first_out = frozenset(alarm.row for alarm in state.alarms if alarm.first_out)
        self._counted_s = state.totals.process_s + state.totals.hold_s

    def check(self, k: Ledger) -> None:
        """Judges one scan."""
        if self.fresh:
            self._boot(k)
        if k.state.state is not k.was or k.decision.events or k.commands:
            self._transitions(k)
        if k.commands:
            self._commands(k)
        self._edges(k)
        if k.was in TRIPPED:
            self._latch(k)
        if k.state.violations or k.state.alarms or self._latched:
            self._alarms(k)
        self._time(k)

    def _boot(self, k: Ledger) -> None:
        """I10: the first image of a process is the safe one."""
        self.fresh = False
        k.witness["I10"] += 1
        u = k.sent
        if u.spins or u.supply_open or u.exhaust_shut or u.lid_unlock or u.cooling_shut:
            k.breach("I10", f"the first image is {u}, not {DEAD}")

    def _transitions(self, k: Ledger) -> None:
        """I19: only rows of the table, at most one in a scan, but abort after any."""
        at = k.was
        number = 0
        for event in k.decision.events:
            if event.kind is not EventKind.TRANSITION:
                continue
            k.witness["I19"] += 1
            trigger, to = Trigger(event.data["trigger"]), State(event.data["to"])
            if State(event.data["from"]) is not at or TABLE.get((at, trigger)) is not to:
                k.breach("I19", f"no such row: {event.text}, from {at.value}")
            if number and trigger is not Trigger.ABORT:
                k.breach("I19", f"a second transition in one scan: {event.text}")
            at, number = to, number + 1
            self._reaction(k, event)
        if at is not k.state.state:
            k.breach("I19", f"{k.state.state.value} without a transition from {at.value}")

    def _reaction(self, k: Ledger, event: Event) -> None:
        """I23: what moved by itself has an active alarm to show for it."""
        trigger = str(event.data["trigger"])
        if trigger not in _BY_ITSELF or CommandName(trigger) in k.accepted:
            return
        k.witness["I23 reaction"] += 1
        if not any(alarm.active for alarm in k.state.alarms):
            k.breach("I23", f"{event.text}, without an active alarm")
        if trigger == "abort" and not any(alarm.first_out for alarm in k.state.alarms):
            k.breach("I23", f"{event.text}, without a first-out")

    def _commands(self, k: Ledger) -> None:
        """I21: each command is answered once, and only what the table knows is executed. I22."""
        k.witness["I21"] += len(k.commands)
        answers = [result.command_id for result in k.decision.results]
        if sorted(answers) != sorted(command.id for command in k.commands):
            k.breach("I21", f"{len(k.commands)} commands have {len(answers)} answers")
        for command, result in zip(k.commands, k.decision.results, strict=False):
            if command.id == result.command_id and result.accepted and not command.user:
                k.breach("I21", f"{command.name.value} without a user was accepted")
        names = {command.name for command in k.commands}
        for name, into in _STOPS:
            if name in names and (k.was, Trigger(name.value)) in TABLE:
                k.witness["I22"] += 1
                if k.state.state not in into:
                    k.breach("I22", f"{name.value} led to {k.state.state.value}")
        for name in k.accepted:
            if k.hands.busy and name in STOPS:
                continue  # there was something by hand to stop
            if name.value in _TRIGGERS and (k.was, Trigger(name.value)) not in TABLE:
                k.breach("I21", f"{name.value} was accepted in {k.was.value}")

    def _edges(self, k: Ledger) -> None:
        """I9: nothing turns again by itself."""
        state, u, before = k.state.state, k.sent, k.before
        if k.accepted and OPENERS & k.accepted:
            self._epoch, self.opened_s = True, k.now_s
        if state not in EPOCH:
            self._epoch = False
        if u is before or not u.spins or state is State.IDLE:
            return  # what turns in IDLE is judged with what is done by hand
        rises = (
            u.run > before.run
            or u.run_permit > before.run_permit
            or (u.rotor_rpm > 0.0 and not before.rotor_rpm > 0.0)
        )
        if rises:
            k.witness["I9"] += 1
            if not self._epoch or state not in (State.RUNNING, State.PAUSING):
                k.breach("I9", f"the blade is set going in {state.value} without a command")

    def _latch(self, k: Ledger) -> None:
        """I8: a trip lasts until a reset."""
        k.witness["I8"] += 1
        state = k.state.state
        reset = CommandName.RESET in k.accepted
        if state not in TRIPPED and not (reset and state is State.RESETTING):
            k.breach("I8", f"{k.was.value} became {state.value}")
        if k.sent.spins:
            k.breach("I8", f"spins in {state.value}")
        if reset and k.x[2] != 1.0:
            k.breach("I8", "a reset was accepted without a healthy emergency stop")

    def _alarms(self, k: Ledger) -> None:
        """I23: what is so has an alarm, whatever people did with it; latches last (I8)."""
        state = k.state
        book = (state.violations, state.alarms)
        if book == self._book and not k.accepted:
            return
        self._book = book
        k.witness["I23"] += 1
        confirmed = {violation.row for violation in state.violations if violation.confirmed}
        missing = confirmed - {alarm.row for alarm in state.alarms if alarm.active}
        if missing:
            names = ", ".join(says(state, row) for row in sorted(missing))
            k.breach("I23", f"a condition without an active alarm: {names}")
        if len(state.alarms) > BOUND_ALARMS:
            k.breach("I23", f"{len(state.alarms)} alarms")
        latched = frozenset(alarm.row for alarm in state.alarms if alarm.latched)
        first_out = frozenset(alarm.row for alarm in state.alarms if alarm.first_out)
        if CommandName.RESET not in k.accepted:
            if self._latched - latched:
                k.breach("I8", "a latch was let go without a reset")
            if self._first_out - first_out:
                k.breach("I23", "the first-out was lost without a reset")
            if len(first_out) > 1:
                k.breach("I23", "two first-outs")
        self._latched, self._first_out = latched, first_out

    def _time(self, k: Ledger) -> None:
        """I24: what was missed is not caught up."""
        totals = k.state.totals
        counted_s = totals.process_s + totals.hold_s
        k.witness["I24"] += k.dt_s > MAX_DT_PERIODS * k.period_s
        if counted_s - self._counted_s > MAX_DT_PERIODS * k.period_s + 1e-9:
            k.breach("I24", f"{counted_s - self._counted_s:.2f} s were counted in one scan")
        self._counted_s = counted_s
