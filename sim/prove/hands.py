"""What people may do by hand, and for how long (I3, I4, I9, I11, I21, I23).

Modes, leases and bypasses are kept here anew from the commands that were accepted; the numbers are
typed out, not taken from what the scan reads.
"""

from __future__ import annotations

import math
from typing import Final

from controller.core.commands import Command, CommandName
from controller.core.hands import Mode
from controller.core.matrix.row import Reaction
from controller.core.roles import Role
from controller.core.signals import Signal
from controller.core.state import ScanState
from controller.core.states import State
from sim.prove.ledger import Ledger

LEASE_S: Final = 2.0
LEASE_SCANS: Final = 20.0
RUN_DOWN_S: Final = 2.0
SWEPT_VOLUMES: Final = 10.0
START_DWELL_S: Final = 60.0
GAS_LOST_S: Final = 60.0
# Who may bypass a row, for how many minutes, and its danger. No row that trips is here.
BYPASSABLE: Final = {
    "UNDERSPEED": (Role.SUPERVISOR, 30.0, "heat"),
    "ARGON_FLOW": (Role.SUPERVISOR, 30.0, "air"),
    "SUPPLY_VALVE": (Role.SUPERVISOR, 30.0, "pressure"),
    "EXHAUST_VALVE": (Role.SUPERVISOR, 30.0, "pressure"),
    "COOLING_LOST": (Role.MAINTENANCE, 60.0, "heat"),
}
_NOBODY: Final = (None, 0.0, "")
_MODES: Final = {
    CommandName.MANUAL: Mode.MANUAL,
    CommandName.AUTO: Mode.AUTO,
    CommandName.MAINTENANCE: Mode.MAINTENANCE,
    CommandName.MAINTENANCE_END: Mode.AUTO,
}
_STOPS: Final = (CommandName.HOLD, CommandName.STOP, CommandName.ABORT)
_LID_CLOSED: Final = int(Signal.LID_CLOSED)
_LID_LOCKED: Final = int(Signal.LID_LOCKED)
_PRESSURE: Final = int(Signal.VESSEL_PRESSURE_MBAR_G)
_FLOW: Final = int(Signal.ARGON_FLOW_SLPM)
_O2: Final = int(Signal.O2_PPM)
_H2O: Final = int(Signal.H2O_PPM)


class ByHand:
    """Remembers who set which mode, until when the button counts, and what is bypassed."""

    __slots__ = (
        "_bypassed",
        "_dwell_met_s",
        "_gas_known_s",
        "_held_until_s",
        "_matrix",
        "_mode",
        "_reactions",
        "_swept_l",
    )

    def __init__(self) -> None:
        self._reactions: dict[str, tuple[Reaction, Reaction]] = {}
        self._mode: Mode | None = Mode.AUTO
        self.crashed(recorded=True)

    def crashed(self, recorded: bool) -> None:
        """A new controller: nothing bypassed, nobody holds a button, a lock-out as it was.

        What was not on disk nobody can know.
        """
        if not recorded:
            self._mode = None
        elif self._mode is not Mode.MAINTENANCE:
            self._mode = Mode.AUTO
        self._bypassed: dict[str, float] = {}
        self._held_until_s = self._dwell_met_s = self._gas_known_s = -math.inf
        self._swept_l = 0.0
        self._matrix: object = None

    def take_over(self, k: Ledger, state: ScanState) -> None:
        """Goes on from a mill that has been swept by hand and is all right so far."""
        k.since("by hand start limits", state.now_s - START_DWELL_S)
        self._mode = state.mode
        self._swept_l = math.inf
        self._dwell_met_s = self._gas_known_s = state.now_s

    def check(self, k: Ledger) -> None:
        """Judges one scan."""
        if k.commands:
            self._take(k)
        self._remember(k)
        if self._mode is None:
            self._mode = k.state.mode
        if k.state.mode is not self._mode:
            k.breach("I21", f"{k.state.mode.value} without a command, not {self._mode.value}")
        if k.state.mode is Mode.MAINTENANCE:
            self._locked_out(k)
        if k.sent.spins and k.state.state is State.IDLE:
            self._turns(k)
        if self._bypassed or k.state.matrix is not self._matrix:
            self._rows(k)

    def _take(self, k: Ledger) -> None:
        accepted = {result.command_id for result in k.decision.results if result.accepted}
        for command in k.commands:
            if command.id in accepted:
                self._accepted(k, command)

    def _accepted(self, k: Ledger, command: Command) -> None:
        name = command.name
        if name in _STOPS:
            self._held_until_s = min(self._held_until_s, k.now_s)
        elif name is CommandName.JOG and command.jog is not None:
            lease_s = max(LEASE_S, LEASE_SCANS * k.period_s)
            turns = command.jog.rotor_rpm > 0.0
            self._held_until_s = k.now_s + lease_s if turns else min(self._held_until_s, k.now_s)
        elif name is CommandName.BYPASS:
            self._bypass(k, command)
        elif name is CommandName.BYPASS_END:
            self._bypassed.pop(command.row, None)
        elif name in _MODES:
            if name in (CommandName.MAINTENANCE, CommandName.MAINTENANCE_END):
                k.witness["I21 maintenance"] += 1
                if Role.MAINTENANCE not in command.roles:
                    k.breach("I21", f"{name.value} without the role maintenance")
            self._mode = _MODES[name]

    def _bypass(self, k: Ledger, command: Command) -> None:
        k.witness["I21 bypass"] += 1
        role, max_min, danger = BYPASSABLE.get(command.row, _NOBODY)
        if role not in command.roles or not command.minutes <= max_min or not command.reason:
            k.breach("I21", f"{command.row} bypassed for {command.minutes} min")
        if any(BYPASSABLE.get(row, _NOBODY)[2] == danger for row in self._bypassed):
            k.breach("I21", f"{command.row} bypassed beside {', '.join(self._bypassed)}")
        self._bypassed[command.row] = k.now_s + 60.0 * command.minutes

    def _remember(self, k: Ledger) -> None:
        """The argon swept and the start limits held, for a blade that is turned by hand."""
        x = k.x
        o2, h2o = x[_O2], x[_H2O]
        limits = k.held_s("by hand start limits", o2 <= 10.0 and h2o <= 10.0)
        if limits >= START_DWELL_S - 1e-6:
            self._dwell_met_s = k.now_s
        if o2 == o2 and h2o == h2o:
            self._gas_known_s = k.now_s
        shut = x[_LID_CLOSED] == 1.0 and x[_LID_LOCKED] == 1.0 and x[_PRESSURE] >= 0.0
        if not shut or k.now_s - self._gas_known_s > GAS_LOST_S or k.state.batch is not None:
            self._swept_l = 0.0
        elif x[_FLOW] > 0.0:
            self._swept_l += x[_FLOW] * min(k.dt_s, 2.0 * k.period_s) / 60.0

    def _locked_out(self, k: Ledger) -> None:
        """I9: nothing is moved in MAINTENANCE but the lid."""
        k.witness["I9 locked out"] += 1
        u = k.sent
        if u.spins or u.supply_open or u.argon_flow_slpm or u.exhaust_shut or u.cooling_shut:
            k.breach("I9", f"moved in MAINTENANCE: {u}")

    def _turns(self, k: Ledger) -> None:
        """I9, I11: by hand, slowly, while somebody holds the button and for a run-down after it."""
        k.witness["I9 by hand"] += 1
        if k.state.mode is not Mode.MANUAL or k.state.batch is not None:
            k.breach("I9", f"turns in IDLE, {k.state.mode.value}")
        late_s = k.now_s - self._held_until_s
        if late_s > RUN_DOWN_S:
            k.breach("I9", f"turns {late_s:.1f} s after the button was let go")
        if k.sent.rotor_rpm > k.before.rotor_rpm and late_s > 0.0:
            k.breach("I9", "gets faster by hand while nobody holds the button")
        if k.before.spins:
            return
        if late_s > 0.0:
            k.breach("I9", "set going by hand without a command")
        if k.now_s - self._dwell_met_s > 1.0:
            k.breach("I3", "set going by hand without 60 s within the start limits")
        if self._swept_l < 0.9 * SWEPT_VOLUMES * k.equipment.vessel_l:
            k.breach("I4", f"set going by hand after {self._swept_l:.2f} L since air")

    def _rows(self, k: Ledger) -> None:
        """I23, H16: what a bypass weakens, and until when; a trip is never among it."""
        if k.state.matrix is not self._matrix:
            self._matrix = k.state.matrix
            for row in k.state.matrix.rows:
                effect = (row.reaction, row.on_unknown)
                if effect == self._reactions.setdefault(row.id, effect):
                    continue
                k.witness["I23 bypass"] += 1
                if row.id not in self._bypassed or row.id not in BYPASSABLE:
                    k.breach("I23", f"{row.id} is weakened to {effect[0].name}")
        for row_id, until_s in tuple(self._bypassed.items()):
            if k.now_s > until_s + k.period_s:
                del self._bypassed[row_id]
                if row_id in k.state.hands.bypassed:
                    k.breach("I23", f"{row_id} is bypassed beyond its end")
