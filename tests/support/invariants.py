"""What must hold after every scan, whatever fails: judged from images, outputs and plant truth.

This shares no code and no limit with the interlocks: numbers are typed out here, time is kept
here. `I1` and so on name the invariants. `[P]` in a breach marks the plant's own truth, which the
controller may not see.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from controller.core.commands import Command, CommandName
from controller.core.equipment import Equipment
from controller.core.events import Event, EventKind
from controller.core.outputs import DEAD, Outputs
from controller.core.recipe import Purge
from controller.core.signals import Image, Signal
from controller.core.state import Decision, ScanState
from controller.core.states import State, Trigger
from sim.mill import Mill
from sim.prove.state_table import TABLE

O2_START_PPM = 10.0
O2_RUN_PPM = 50.0
O2_COMBUSTION_PPM = 20_000.0
H2O_START_PPM = 10.0
H2O_RUN_PPM = 100.0
H2S_OPEN_PPM = 5.0
H2S_TRIP_PPM = 50.0
START_DWELL_S = 60.0
GAS_CONFIRM_S = 5.0
UNKNOWN_MAX_S = 2.0
PRESSURE_TRIP_MBAR = 290.0
PRESSURE_TRUTH_MBAR = 340.0
RELIEF_MBAR = 510.0
OPEN_MBAR = 5.0
OPEN_POWDER_C = 35.0
POWDER_TRIP_C = 60.0
POWDER_TRUTH_C = 70.0
MOTOR_TRIP_C = 120.0
ROOM_O2_TRIP_PERCENT = 18.0
ROOM_H2S_TRIP_PPM = 5.0
SLOW_RPM = 5.0
BOUND_ALARMS = 512

RUN_STATES = {
    State.STARTING,
    State.RUNNING,
    State.PAUSING,
    State.RESUMING,
    State.RESTARTING,
    State.COMPLETING,
}
RUN_DOWN = {State.HOLDING, State.STOPPING}
TRIPPED = {State.ABORTING, State.ABORTED}
IDLE = {State.IDLE, State.RESETTING}
EPOCH = {State.STARTING, State.RUNNING, State.PAUSING, State.RESUMING, State.RESTARTING}
OPENERS = {CommandName.START, CommandName.RESUME, CommandName.RESTART}


@dataclass(frozen=True)
class Breach:
    """One invariant that did not hold."""

    invariant: str
    t_s: float
    text: str

    def __str__(self) -> str:
        return f"{self.invariant} at {self.t_s:.1f} s: {self.text}"


@dataclass(frozen=True)
class Cause:
    """A trip as the safety texts have it: what is bad, for how long, and while what."""

    name: str
    is_bad: Callable[[Sequence[float], Outputs], bool]
    confirm_s: float
    while_: str  # "active", "spinning"


def _at(
    signal: Signal, test: Callable[[float], bool]
) -> Callable[[Sequence[float], Outputs], bool]:
    return lambda x, sent: test(x[signal])


def _not(signal: Signal, wanted: float) -> Callable[[Sequence[float], Outputs], bool]:
    return lambda x, sent: x[signal] != wanted


def _causes(rotor_max_rpm: float, torque_max_nm: float) -> tuple[Cause, ...]:
    return (
        Cause("emergency stop", _not(Signal.ESTOP_HEALTHY, 1.0), 0.0, "active"),
        Cause("lid not proven closed", _not(Signal.LID_CLOSED, 1.0), 0.0, "spinning"),
        Cause("lid not proven locked", _not(Signal.LID_LOCKED, 1.0), 0.0, "spinning"),
        Cause("drive fault", _not(Signal.DRIVE_FAULT_CODE, 0.0), 0.0, "spinning"),
        Cause(
            "rotor above maximum",
            _at(Signal.ROTOR_RPM, lambda v: not v <= 1.05 * rotor_max_rpm),
            0.3,
            "spinning",
        ),
        Cause("torque", _at(Signal.TORQUE_NM, lambda v: not v <= torque_max_nm), 0.5, "spinning"),
        Cause("motor hot", _at(Signal.MOTOR_C, lambda v: v > MOTOR_TRIP_C), 1.0, "spinning"),
        Cause(
            "pressure high",
            _at(Signal.VESSEL_PRESSURE_MBAR_G, lambda v: v > PRESSURE_TRIP_MBAR),
            0.0,
            "active",
        ),
        Cause(
            "pressure unknown",
            _at(Signal.VESSEL_PRESSURE_MBAR_G, math.isnan),
            0.2,
            "active",
        ),
        Cause(
            "O2 of combustion", _at(Signal.O2_PPM, lambda v: v > O2_COMBUSTION_PPM), 0.0, "spinning"
        ),
        Cause("H2S", _at(Signal.H2S_PPM, lambda v: v > H2S_TRIP_PPM), 1.0, "spinning"),
        Cause(
            "powder hot", _at(Signal.POWDER_PROBE_C, lambda v: v > POWDER_TRIP_C), 1.0, "spinning"
        ),
        Cause("jar hot", _at(Signal.JAR_C, lambda v: v > POWDER_TRIP_C), 1.0, "spinning"),
        Cause(
            "room O2",
            _at(Signal.ROOM_O2_PERCENT, lambda v: v < ROOM_O2_TRIP_PERCENT),
            1.0,
            "active",
        ),
        Cause("room H2S", _at(Signal.ROOM_H2S_PPM, lambda v: v > ROOM_H2S_TRIP_PPM), 1.0, "active"),
    )


class Invariants:
    """Takes one scan after the other and collects the breaches; counts true premises."""

    def __init__(self, equipment: Equipment, period_s: float = 0.1) -> None:
        self.equipment = equipment
        self.period_s = period_s
        self.breaches: list[Breach] = []
        self.witness: Counter[str] = Counter()
        self.trust_lid = True  # False while a test bridges the switches or breaks the lock
        self.trust_exhaust = True  # False while a test blocks the exhaust
        self._causes = _causes(equipment.rotor_rpm_max, equipment.torque_max_nm)
        self._since_s: dict[str, float] = {}
        self._now_s = 0.0
        self._state = State.IDLE
        self._sent = DEAD
        self._last_spin_s = 0.0
        self._dwell_met_s = -math.inf
        self._swept_l = 0.0
        self._gas_known_s = 0.0
        self._epoch = False
        self._first_edge = True
        self._peak_rpm = 0.0
        self._lid_open_scans = 0
        self._latched: set[int] = set()
        self._first_out: set[int] = set()

    def take_over(self, state: ScanState, now_s: float = 0.0) -> None:
        """Goes on from a batch under way that has been all right so far."""
        self._now_s = now_s
        self._state, self._sent = state.state, state.outputs
        self._epoch, self._first_edge = state.state in EPOCH, False
        self._last_spin_s = now_s if state.outputs.spins else -math.inf
        self._swept_l = math.inf
        self._gas_known_s = self._dwell_met_s = now_s
        self._since_s["start limits"] = -math.inf
        self._peak_rpm = state.watch.peak_rpm

    def check(
        self,
        now_s: float,
        image: Image,
        commands: Sequence[Command],
        decision: Decision,
        mill: Mill | None = None,
    ) -> None:
        """Judges one scan at process time `now_s`."""
        self._now_s = now_s
        x, u, state = image.values, decision.outputs, decision.state
        self._watch(x, state)
        self._moves(commands, decision)
        self._epochs(decision)
        if u.spins:
            self._lid(x)
            self._credit(x, u, state)
            self._run_limits(x, u, state)
        self._run_down(u, state)
        self._trips(x, u, state)
        self._pressure(x, u)
        if u.lid_unlock:
            self._unlock(x, u)
        self._envelope(u, state)
        self._alarms(decision)
        if mill is not None:
            self._truth(mill, u)
        if u.spins:
            self._last_spin_s = now_s
        self._sent = u
        self._state = state.state

    def _breach(self, invariant: str, text: str) -> None:
        self.breaches.append(Breach(invariant, self._now_s, text))

    def _held(self, name: str, is_so: bool) -> float:
        """For how long something has been so without a break; minus infinity while it is not."""
        if not is_so:
            self._since_s.pop(name, None)
            return -math.inf
        return self._now_s - self._since_s.setdefault(name, self._now_s)

    def _over(self, name: str, is_bad: bool, confirm_s: float) -> bool:
        """Whether it has been bad for the confirm time, to the scan."""
        if not is_bad:
            self._since_s.pop(name, None)
            return False
        return self._held(name, is_bad) > confirm_s - 0.5 * self.period_s

    # What it remembers of the image.

    def _watch(self, x: Sequence[float], state: ScanState) -> None:
        now_s = self._now_s
        atmosphere = state.batch.recipe.atmosphere if state.batch else None
        o2_ppm = min(O2_START_PPM, atmosphere.o2_start_ppm if atmosphere else O2_START_PPM)
        h2o_ppm = min(H2O_START_PPM, atmosphere.h2o_start_ppm if atmosphere else H2O_START_PPM)
        good = x[Signal.O2_PPM] <= o2_ppm and x[Signal.H2O_PPM] <= h2o_ppm
        if self._held("start limits", good) >= START_DWELL_S - 1e-6:
            self._dwell_met_s = now_s
        if not (math.isnan(x[Signal.O2_PPM]) or math.isnan(x[Signal.H2O_PPM])):
            self._gas_known_s = now_s
        if (
            x[Signal.LID_CLOSED] != 1.0
            or x[Signal.LID_LOCKED] != 1.0
            or not x[Signal.VESSEL_PRESSURE_MBAR_G] >= 0.0
            or now_s - self._gas_known_s > 60.0
            or state.state is State.IDLE
        ):
            self._swept_l = 0.0
        elif x[Signal.ARGON_FLOW_SLPM] > 0.0:
            self._swept_l += x[Signal.ARGON_FLOW_SLPM] * self.period_s / 60.0

    # I19 and I22: how it moved.

    def _moves(self, commands: Sequence[Command], decision: Decision) -> None:
        moves = [e for e in decision.events if e.kind is EventKind.TRANSITION]
        at = self._state
        for number, event in enumerate(moves):
            self.witness["I19"] += 1
            trigger = Trigger(event.data["trigger"])
            to = State(event.data["to"])
            if State(event.data["from"]) is not at or TABLE.get((at, trigger)) is not to:
                self._breach("I19", f"no such row: {event.text} from {at.value}")
            if number > 0 and trigger is not Trigger.ABORT:
                self._breach("I19", f"a second transition in one scan: {event.text}")
            at = to
        if at is not decision.state.state:
            self._breach("I19", f"{decision.state.state.value} without a transition event")
        names = {command.name for command in commands}
        for name, into in (
            (CommandName.STOP, {State.STOPPING, State.ABORTING}),
            (CommandName.ABORT, {State.ABORTING}),
        ):
            if name in names and (self._state, Trigger(name.value)) in TABLE:
                self.witness["I22"] += 1
                if decision.state.state not in into:
                    self._breach("I22", f"{name.value} led to {decision.state.state.value}")
        self._reactions(moves, decision)

    def _reactions(self, moves: Sequence[Event], decision: Decision) -> None:
        """I23, first half: what moved by itself has an active alarm to show for it."""
        accepted = {
            e.data["command"] for e in decision.events if e.kind is EventKind.COMMAND_ACCEPTED
        }
        for event in moves:
            trigger = str(event.data["trigger"])
            if trigger in ("hold", "stop", "abort") and trigger not in accepted:
                self.witness["I23"] += 1
                if not any(alarm.active for alarm in decision.state.alarms):
                    self._breach("I23", f"{event.text} without an active alarm")
                if trigger == "abort" and not any(a.first_out for a in decision.state.alarms):
                    self._breach("I23", f"{event.text} without a first-out")

    # I8 and I9: nothing turns again by itself.

    def _epochs(self, decision: Decision) -> None:
        u, state = decision.outputs, decision.state.state
        accepted = [
            CommandName(str(e.data["command"]))
            for e in decision.events
            if e.kind is EventKind.COMMAND_ACCEPTED
        ]
        if OPENERS.intersection(accepted):
            self._epoch, self._first_edge = True, True
        if state not in EPOCH:
            self._epoch = False
        for what, now, before in (
            ("permit", u.run_permit, self._sent.run_permit),
            ("run", u.run, self._sent.run),
            ("set point", u.rotor_rpm > 0.0, self._sent.rotor_rpm > 0.0),
        ):
            if now and not before:
                self.witness["I9"] += 1
                if not self._epoch or state not in (State.RUNNING, State.PAUSING):
                    self._breach("I9", f"{what} rose in {state.value} without a command")
        if self._state in TRIPPED:
            self.witness["I8"] += 1
            allowed = TRIPPED | ({State.RESETTING} if CommandName.RESET in accepted else set())
            if state not in allowed:
                self._breach("I8", f"{self._state.value} became {state.value}")
            if u.spins:
                self._breach("I8", f"spins in {state.value}")

    # What must be so while anything may turn.

    def _lid(self, x: Sequence[float]) -> None:
        self.witness["I1"] += 1
        for signal in (Signal.LID_CLOSED, Signal.LID_LOCKED, Signal.ESTOP_HEALTHY):
            if x[signal] != 1.0:
                self._breach("I1", f"spins with {signal.name} = {x[signal]}")

    def _credit(self, x: Sequence[float], u: Outputs, state: ScanState) -> None:
        if self._sent.spins:
            return
        # A second segment of the same uninterrupted run only needs the run limits.
        if not self._first_edge:
            return
        self._first_edge = False
        self.witness["I3"] += 1
        if self._now_s - self._dwell_met_s > 1.0:
            self._breach("I3", "the blade was permitted without 60 s within the start limits")
        self.witness["I4"] += 1
        batch = state.batch
        purge = next((p for p in batch.phases if isinstance(p, Purge)), None) if batch else None
        if batch is None or purge is None:
            self._breach("I4", "the blade was permitted without a batch")
            return
        solid_l = 1e-3 * 1000.0 * batch.mass_kg / batch.recipe.core.density_g_cm3
        needed_l = 0.9 * purge.min_volumes * (self.equipment.vessel_l - solid_l)
        if 1.05 * self._swept_l < 0.9 * needed_l:
            self._breach("I4", f"swept {self._swept_l:.2f} L of {needed_l:.2f} L since air")

    def _run_limits(self, x: Sequence[float], u: Outputs, state: ScanState) -> None:
        if state.state not in RUN_STATES or not self._sent.spins:
            return
        self.witness["I3 run"] += 1
        atmosphere = state.batch.recipe.atmosphere if state.batch else None
        o2_ppm = min(O2_RUN_PPM, atmosphere.o2_trip_ppm if atmosphere else O2_RUN_PPM)
        h2o_ppm = min(H2O_RUN_PPM, atmosphere.h2o_trip_ppm if atmosphere else H2O_RUN_PPM)
        for name, signal, limit in (
            ("O2", Signal.O2_PPM, o2_ppm),
            ("H2O", Signal.H2O_PPM, h2o_ppm),
        ):
            if self._over(f"{name} high", x[signal] > limit, GAS_CONFIRM_S):
                self._breach("I3", f"turns in {x[signal]:.0f} ppm {name}")
            if self._over(f"{name} unknown", math.isnan(x[signal]), UNKNOWN_MAX_S):
                self._breach("I3", f"turns with {name} UNKNOWN")
        for name, signal, limit in (
            ("powder", Signal.POWDER_PROBE_C, POWDER_TRIP_C),
            ("jar", Signal.JAR_C, POWDER_TRIP_C),
            ("motor", Signal.MOTOR_C, MOTOR_TRIP_C),
        ):
            self.witness["I13"] += 1
            if self._over(f"{name} high", x[signal] > limit, 1.0):
                self._breach("I13", f"turns with {name} at {x[signal]:.0f} C")
            if self._over(f"{name} unknown", math.isnan(x[signal]), UNKNOWN_MAX_S):
                self._breach("I13", f"turns with {name} temperature UNKNOWN")

    def _run_down(self, u: Outputs, state: ScanState) -> None:
        running_down = state.state in RUN_DOWN
        held_s = self._held("run-down", running_down)
        if running_down:
            self.witness["I3 run-down"] += 1
            if u.rotor_rpm > self._sent.rotor_rpm:
                self._breach("I3", "the set point rises in the run-down")
            if u.spins and held_s > 2.0 * self.equipment.run_down_s:
                self._breach("I3", "still driven after the run-down time")

    def _trips(self, x: Sequence[float], u: Outputs, state: ScanState) -> None:
        """I7: out in the same scan, and latched."""
        spun = self._sent.spins
        active = self._state not in TRIPPED | IDLE
        if spun:
            self._peak_rpm = max(self._peak_rpm, self._sent.rotor_rpm)
        elif x[Signal.STANDSTILL] == 1.0 and x[Signal.ROTOR_RPM] <= SLOW_RPM:
            self._peak_rpm = 0.0
        for cause in self._causes:
            armed = active if cause.while_ == "active" else active and spun
            if self._over(cause.name, armed and cause.is_bad(x, self._sent), cause.confirm_s):
                self._must_have_tripped(cause.name, u, state)
        too_fast_rpm = self._peak_rpm + max(200.0, 0.05 * self._peak_rpm)
        is_fast = active and spun and x[Signal.ROTOR_RPM] > too_fast_rpm
        if self._over("overspeed", is_fast, 0.3):
            self._must_have_tripped("overspeed", u, state)

    def _must_have_tripped(self, name: str, u: Outputs, state: ScanState) -> None:
        self.witness["I7"] += 1
        if u.spins or state.state not in TRIPPED:
            self._breach("I7", f"{name}: {state.state.value}, spins {u.spins}")

    # Gas and access.

    def _pressure(self, x: Sequence[float], u: Outputs) -> None:
        pressure = x[Signal.VESSEL_PRESSURE_MBAR_G]
        if u.exhaust_shut:
            self.witness["I5"] += 1
            if not pressure < PRESSURE_TRIP_MBAR:
                self._breach("I5", f"exhaust shut at {pressure} mbar")
        if pressure >= PRESSURE_TRIP_MBAR or self._over("p unknown", math.isnan(pressure), 0.2):
            self.witness["I5 high"] += 1
            if u.supply_open or u.argon_flow_slpm > 0.0 or u.exhaust_shut:
                self._breach("I5", f"argon goes in at {pressure} mbar")

    def _unlock(self, x: Sequence[float], u: Outputs) -> None:
        self.witness["I2"] += 1
        since_spin_s = self._now_s - self._last_spin_s
        if u.spins or self._sent.spins or since_spin_s < 2.0:
            self._breach("I2", f"unlocked {since_spin_s:.1f} s after it was driven")
        says_it_turns = (
            x[Signal.STANDSTILL] == 0.0
            or x[Signal.DRIVE_STATE] >= 3.0
            or abs(x[Signal.ROTOR_RPM]) > SLOW_RPM
        )
        proven = x[Signal.STANDSTILL] == 1.0 and x[Signal.DRIVE_STATE] < 3.0
        if says_it_turns or not (proven or since_spin_s >= self.equipment.coast_s):
            self._breach("I2", "unlocked without proof of standstill")
        for signal, most in (
            (Signal.VESSEL_PRESSURE_MBAR_G, OPEN_MBAR),
            (Signal.POWDER_PROBE_C, OPEN_POWDER_C),
            (Signal.H2S_PPM, H2S_OPEN_PPM),
        ):
            if not x[signal] <= most:
                self._breach("I2", f"unlocked with {signal.name} = {x[signal]}")

    def _envelope(self, u: Outputs, state: ScanState) -> None:
        self.witness["I11"] += 1
        most_rpm = 0.0
        if state.batch is not None:
            asked = [getattr(phase, "rotor_rpm", 0.0) for phase in state.batch.phases]
            most_rpm = min(max(asked), self.equipment.rotor_rpm_max)
        if not 0.0 <= u.rotor_rpm <= most_rpm:
            self._breach("I11", f"set point {u.rotor_rpm} of {most_rpm} rpm")
        rise_rpm = u.rotor_rpm - self._sent.rotor_rpm
        if rise_rpm > 2.0 * self.period_s * self.equipment.ramp_up_max_rpm_per_s + 1e-6:
            self._breach("I11", f"set point rises by {rise_rpm} rpm in one scan")
        if not 0.0 <= u.argon_flow_slpm <= self.equipment.argon_flow_max_slpm:
            self._breach("I11", f"argon set point {u.argon_flow_slpm} slpm")

    # I8 and I23: what people are told.

    def _alarms(self, decision: Decision) -> None:
        state = decision.state
        confirmed = {v.row for v in state.violations if v.confirmed}
        active = {alarm.row for alarm in state.alarms if alarm.active}
        if confirmed != active:
            ids = [state.matrix.rows[row].id for row in confirmed ^ active]
            self._breach("I23", f"condition and alarm differ: {', '.join(ids)}")
        if len(state.alarms) > BOUND_ALARMS:
            self._breach("I23", f"{len(state.alarms)} alarms")
        reset = any(
            e.kind is EventKind.COMMAND_ACCEPTED and e.data["command"] == "reset"
            for e in decision.events
        )
        latched = {alarm.row for alarm in state.alarms if alarm.latched}
        first_out = {alarm.row for alarm in state.alarms if alarm.first_out}
        if not reset:
            if self._latched - latched:
                self._breach("I8", "a latch was let go without a reset")
            if self._first_out - first_out:
                self._breach("I23", "the first-out was lost without a reset")
            if len(first_out) > 1:
                self._breach("I23", "two first-outs")
        self._latched, self._first_out = latched, first_out

    # What is so in the plant.

    def _truth(self, mill: Mill, u: Outputs) -> None:
        self._lid_open_scans = (
            0 if mill.lid_locked and mill.lid_closed else self._lid_open_scans + 1
        )
        if self.trust_lid and self._lid_open_scans > 2 and u.spins:
            self._breach("I1 [P]", "driven with the lid not locked")
        if u.lid_unlock and mill.rotor_rpm > 20.0:
            self._breach("I2 [P]", f"unlocked at {mill.rotor_rpm:.0f} rpm")
        gauge_mbar = mill.vessel.pressure_mbar - mill.ambient_mbar
        most_mbar = PRESSURE_TRUTH_MBAR if self.trust_exhaust else RELIEF_MBAR
        if gauge_mbar > most_mbar:
            self._breach("I5 [P]", f"vessel at {gauge_mbar:.0f} mbar")
        if mill.heat.powder_c > POWDER_TRUTH_C:
            self._breach("I13 [P]", f"powder at {mill.heat.powder_c:.0f} C")
