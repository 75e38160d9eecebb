"""What must be so while anything may turn (I1, I3, I4, I7, I11, I12, I13)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from controller.core.recipe import Atmosphere, Purge
from controller.core.signals import Signal
from controller.core.state import ScanState
from controller.core.states import State
from sim.prove.causes import Cause, holds, trips
from sim.prove.ledger import Ledger
from sim.prove.moves import OPENERS, TRIPPED

_Say = Callable[[Ledger, str], None]

O2_START_PPM: Final = 10.0
O2_RUN_PPM: Final = 50.0
H2O_START_PPM: Final = 10.0
H2O_RUN_PPM: Final = 100.0
START_DWELL_S: Final = 60.0
GAS_LOST_S: Final = 60.0
SLOW_RPM: Final = 5.0
DWELL_SLACK_S: Final = 1.0
FOLLOW_SLACK_S: Final = 8.0
PERMIT_SLACK_S: Final = 1.0
ANSWER_SLACK_S: Final = 2.0

RUN_STATES: Final = (
    State.STARTING,
    State.RUNNING,
    State.PAUSING,
    State.RESUMING,
    State.RESTARTING,
    State.COMPLETING,
)
RUN_DOWN: Final = (State.HOLDING, State.STOPPING)
_INACTIVE: Final = (*TRIPPED, State.IDLE, State.RESETTING)

_LID_CLOSED: Final = int(Signal.LID_CLOSED)
_LID_LOCKED: Final = int(Signal.LID_LOCKED)
_ESTOP: Final = int(Signal.ESTOP_HEALTHY)
_PERMIT: Final = int(Signal.RUN_PERMIT_FEEDBACK)
_STANDSTILL: Final = int(Signal.STANDSTILL)
_DRIVE_STATE: Final = int(Signal.DRIVE_STATE)
_ROTOR: Final = int(Signal.ROTOR_RPM)
_PRESSURE: Final = int(Signal.VESSEL_PRESSURE_MBAR_G)
_FLOW: Final = int(Signal.ARGON_FLOW_SLPM)
_O2: Final = int(Signal.O2_PPM)
_H2O: Final = int(Signal.H2O_PPM)
_I13: Final = ("powder temperature", "jar temperature", "motor temperature")


class Blade:
    """Remembers the start limits, the argon that was swept, and how fast it may still turn."""

    __slots__ = (
        "_atmosphere",
        "_bad_holds",
        "_bad_trips",
        "_dwell_met_s",
        "_first_edge",
        "_gas_known_s",
        "_holds",
        "_limits",
        "_peak_rpm",
        "_swept_l",
        "_trips",
    )

    def __init__(self, k: Ledger) -> None:
        self._trips = trips(k.equipment)
        self._atmosphere: Atmosphere | None = None
        self._use(None)
        self.crashed()

    def crashed(self) -> None:
        """A new controller has to prove everything again."""
        self._dwell_met_s = -math.inf
        self._swept_l = 0.0
        self._gas_known_s = -math.inf
        self._first_edge = True
        self._peak_rpm = 0.0
        self._bad_trips = self._bad_holds = False

    def take_over(self, k: Ledger, state: ScanState) -> None:
        """Goes on from a batch that has been all right so far."""
        k.since("start limits", state.now_s - START_DWELL_S)
        self._first_edge = False
        self._swept_l = math.inf
        self._gas_known_s = self._dwell_met_s = state.now_s
        self._peak_rpm = state.watch.peak_rpm

    def _use(self, atmosphere: Atmosphere | None) -> None:
        self._atmosphere = atmosphere
        if atmosphere is None:
            self._limits = (O2_START_PPM, H2O_START_PPM)
            self._holds = holds(O2_RUN_PPM, H2O_RUN_PPM)
        else:
            self._limits = (
                min(O2_START_PPM, atmosphere.o2_start_ppm),
                min(H2O_START_PPM, atmosphere.h2o_start_ppm),
            )
            self._holds = holds(
                min(O2_RUN_PPM, atmosphere.o2_trip_ppm), min(H2O_RUN_PPM, atmosphere.h2o_trip_ppm)
            )

    def check(self, k: Ledger) -> None:
        """Judges one scan."""
        batch = k.state.batch
        atmosphere = batch.recipe.atmosphere if batch is not None else None
        if atmosphere is not self._atmosphere:
            self._use(atmosphere)
        self._remember(k)
        if self._swept_l == 0.0 and k.before.spins and k.was in RUN_STATES:
            self._without_credit(k)
        if k.accepted and OPENERS & k.accepted:
            self._first_edge = True
        if k.sent.spins:
            self._proofs(k)
            if not k.before.spins and self._first_edge and k.state.state is not State.IDLE:
                self._first_edge = False
                self._start(k)
        self._causes(k)
        self._run_down(k)
        if k.sent is not k.before or k.sent.rotor_rpm:
            self._envelope(k)

    def _remember(self, k: Ledger) -> None:
        x, now_s = k.x, k.now_s
        o2, h2o = x[_O2], x[_H2O]
        start_o2, start_h2o = self._limits
        if k.held_s("start limits", o2 <= start_o2 and h2o <= start_h2o) >= START_DWELL_S - 1e-6:
            self._dwell_met_s = now_s
        if o2 == o2 and h2o == h2o:
            self._gas_known_s = now_s
        if (
            x[_LID_CLOSED] != 1.0
            or x[_LID_LOCKED] != 1.0
            or not x[_PRESSURE] >= 0.0
            or now_s - self._gas_known_s > GAS_LOST_S
            or k.state.state is State.IDLE
        ):
            self._swept_l = 0.0
        elif x[_FLOW] > 0.0:
            self._swept_l += x[_FLOW] * min(k.dt_s, 2.0 * k.period_s) / 60.0
        if k.before.spins:
            self._peak_rpm = max(self._peak_rpm, k.before.rotor_rpm)
        elif x[_STANDSTILL] == 1.0 and x[_ROTOR] <= SLOW_RPM:
            self._peak_rpm = 0.0

    def _without_credit(self, k: Ledger) -> None:
        """I4: what ends the purge credit ends the run of the blade in the same scan."""
        k.witness["I4 lost"] += 1
        if k.sent.spins and k.state.state in RUN_STATES:
            k.breach("I4", f"turns in {k.state.state.value}, and the purge is worth nothing")

    def _proofs(self, k: Ledger) -> None:
        """I1: lid and emergency stop proven in the image of this very scan."""
        k.witness["I1"] += 1
        x = k.x
        if not (x[_LID_CLOSED] == x[_LID_LOCKED] == x[_ESTOP] == 1.0):
            k.breach(
                "I1",
                f"spins with lid closed {x[_LID_CLOSED]}, locked {x[_LID_LOCKED]},"
                f" emergency stop healthy {x[_ESTOP]}",
            )

    def _start(self, k: Ledger) -> None:
        """I3 and I4, at the first edge after a command: proven for 60 s, and swept since air."""
        k.witness["I3 start"] += 1
        if k.now_s - self._dwell_met_s > DWELL_SLACK_S:
            k.breach("I3", "the blade is set going without 60 s within the start limits")
        k.witness["I4"] += 1
        batch = k.state.batch
        purge = next((p for p in batch.phases if isinstance(p, Purge)), None) if batch else None
        if batch is None or purge is None:
            k.breach("I4", "the blade is set going without a batch")
            return
        solid_l = batch.mass_kg / batch.recipe.core.density_g_cm3
        needed_l = purge.min_volumes * (k.equipment.vessel_l - solid_l)
        if self._swept_l < 0.75 * needed_l:
            k.breach("I4", f"swept {self._swept_l:.2f} L of {needed_l:.2f} L since air")

    def _causes(self, k: Ledger) -> None:
        """I7: a trip is out in the scan of its cause. I3 and I13: a hold leads to a run-down."""
        x, spun, was = k.x, k.before.spins, k.was
        active = was not in _INACTIVE or k.manual
        if not active and not self._bad_trips and not self._bad_holds:
            return
        self._bad_trips = self._any(k, self._trips, active, spun, self._bad_trips, self._tripped)
        runs = spun and (was in RUN_STATES or k.manual)
        self._bad_holds = self._any(k, self._holds, runs, runs, self._bad_holds, self._held)
        if not (spun and active):
            k.held_s("follow", False)
            k.held_s("drive", False)
            k.held_s("permit", False)
            k.held_s("overspeed", False)
            return
        most_rpm = self._peak_rpm + max(200.0, 0.05 * self._peak_rpm)
        if k.over("overspeed", x[_ROTOR] > most_rpm, 0.3):
            self._tripped(k, "overspeed")
        ran = k.before.run
        if k.over("permit", ran and x[_PERMIT] != 1.0, PERMIT_SLACK_S):
            self._tripped(k, "run permit lost")
        if k.over("drive", ran and not x[_DRIVE_STATE] >= 3.0, ANSWER_SLACK_S):
            self._tripped(k, "drive does not run")
        asked = ran and k.before.rotor_rpm > 1000.0
        k.witness["I12"] += asked
        slow = asked and not x[_ROTOR] >= 0.5 * k.before.rotor_rpm
        late = k.over("follow", slow, FOLLOW_SLACK_S)
        if late and k.sent.spins and k.state.state in RUN_STATES:
            k.breach("I12", f"rotor at {x[_ROTOR]:.0f} of {k.before.rotor_rpm:.0f} rpm")

    def _any(
        self, k: Ledger, causes: tuple[Cause, ...], armed: bool, spun: bool, some: bool, found: _Say
    ) -> bool:
        """Looks at every cause; whether one is bad, so that its timer runs."""
        x = k.x
        bad = [c for c in causes if not c.low <= x[c.signal] <= c.high] if armed else []
        if not bad and not some:
            return False
        for cause in causes:
            is_bad = cause in bad and (spun or not cause.spinning)
            unknown = is_bad and x[cause.signal] != x[cause.signal]
            if k.over(cause.name, is_bad and not unknown, cause.confirm_s) or k.over(
                f"{cause.name} UNKNOWN", unknown, cause.unknown_s
            ):
                found(k, cause.name)
        return bool(bad)

    def _tripped(self, k: Ledger, name: str) -> None:
        k.witness["I7"] += 1
        if k.sent.spins or k.state.state not in TRIPPED:
            k.breach("I7", f"{name}: {k.state.state.value}, spins {k.sent.spins}")

    def _held(self, k: Ledger, name: str) -> None:
        if name == "cooling" and "COOLING_LOST" in k.state.hands.bypassed:
            return  # a person has seen to it, and it is judged with what is done by hand
        invariant = "I13" if name in _I13 else "I3"
        k.witness[invariant] += 1
        if k.sent.spins and k.state.state in RUN_STATES:
            k.breach(invariant, f"turns in {k.state.state.value} with {name} not within its limits")
        if k.manual and k.sent.rotor_rpm > 0.0 and not k.sent.rotor_rpm < k.before.rotor_rpm:
            k.breach(invariant, f"turns by hand with {name} not within its limits")

    def _run_down(self, k: Ledger) -> None:
        running_down = k.state.state in RUN_DOWN
        held_s = k.held_s("run-down", running_down)
        if not running_down:
            return
        k.witness["I3 run-down"] += 1
        if k.sent.rotor_rpm > k.before.rotor_rpm:
            k.breach("I3", "the set point rises in the run-down")
        if k.sent.spins and held_s > 2.0 * k.equipment.run_down_s:
            k.breach("I3", "still driven after the run-down time")

    def _envelope(self, k: Ledger) -> None:
        """I11: every set point is a number within its range, and rises no faster than the ramp."""
        k.witness["I11"] += 1
        u, equipment, batch = k.sent, k.equipment, k.state.batch
        most_rpm = equipment.manual_rpm_max
        if batch is not None:
            asked = [getattr(phase, "rotor_rpm", 0.0) for phase in batch.phases]
            most_rpm = min(max(asked), equipment.rotor_rpm_max)
        if not 0.0 <= u.rotor_rpm <= most_rpm:
            k.breach("I11", f"set point {u.rotor_rpm} of {most_rpm} rpm")
        dt_s = min(k.dt_s, 2.0 * k.period_s)
        if u.rotor_rpm - k.before.rotor_rpm > dt_s * equipment.ramp_up_max_rpm_per_s + 1e-6:
            k.breach("I11", f"set point rises from {k.before.rotor_rpm} to {u.rotor_rpm} rpm")
        if not 0.0 <= u.argon_flow_slpm <= equipment.argon_flow_max_slpm:
            k.breach("I11", f"argon set point {u.argon_flow_slpm} slpm")
        if u.run and not u.run_permit:
            k.breach("I11", "run without a run permit")
