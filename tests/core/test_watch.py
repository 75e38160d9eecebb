"""What must have held for a while: standstill, start limits, purge credit; and what ends it."""

from __future__ import annotations

import math

import pytest
from bench import LAB, image

from controller.core.limits import Limits
from controller.core.outputs import DEAD, Outputs
from controller.core.signals import NAN, DriveState, Signal
from controller.core.trust import NEW
from controller.core.watch import Watch, stands_still, watched

LIMITS = Limits()
DT_S = 0.1
SPIN = Outputs(run=True, rotor_rpm=3000.0, run_permit=True)
PERMIT = Outputs(run_permit=True)
CREDITED = Watch(credit=True)
BAD = [NAN, 0.0]


class Memory:
    """Feeds the watch with images and keeps the time."""

    def __init__(self, watch: Watch = CREDITED) -> None:
        self.watch = watch
        self.scans = 0

    @property
    def now_s(self) -> float:
        return self.scans * DT_S

    def see(
        self,
        changes: dict[Signal, float] | None = None,
        sent: Outputs = DEAD,
        seconds: float = DT_S,
    ) -> Watch:
        x = image(changes).values
        for _ in range(round(seconds / DT_S)):
            self.scans += 1
            self.watch = watched(self.watch, x, sent, LIMITS, self.now_s, DT_S, LAB.run_down_s, NEW)
        return self.watch

    @property
    def still(self) -> bool:
        return stands_still(self.watch, LAB, self.now_s)

    @property
    def start_ok_s(self) -> float:
        return self.now_s - self.watch.start_ok_since_s


def test_standstill_is_proven_after_the_proof_time_and_not_before() -> None:
    """I2."""
    memory = Memory()
    memory.see(seconds=DT_S + LAB.standstill_proof_s - DT_S)
    assert not memory.still
    memory.see()
    assert memory.still


@pytest.mark.parametrize(
    ("changes", "sent"),
    [
        ({Signal.STANDSTILL: 0.0}, DEAD),
        ({Signal.STANDSTILL: NAN}, DEAD),
        ({Signal.DRIVE_STATE: float(DriveState.RUNNING)}, DEAD),
        ({Signal.DRIVE_STATE: NAN}, DEAD),
        ({Signal.ROTOR_RPM: 6.0}, DEAD),
        ({Signal.ROTOR_RPM: -6.0}, DEAD),
        ({Signal.ROTOR_RPM: NAN}, DEAD),
        ({Signal.ROTOR_RPM: math.inf}, DEAD),
        ({}, SPIN),
    ],
    ids=str,
)
def test_standstill_needs_the_input_the_drive_and_no_command(
    changes: dict[Signal, float], sent: Outputs
) -> None:
    """I2: one scan without one of them, and the proof begins anew."""
    memory = Memory()
    memory.see(seconds=20.0)
    memory.see(changes, sent)
    assert not memory.still
    memory.see(seconds=LAB.standstill_proof_s)
    assert not memory.still
    memory.see()
    assert memory.still


@pytest.mark.parametrize("sent", [SPIN, PERMIT, Outputs(rotor_rpm=10.0)], ids=str)
def test_coast_time_counts_from_the_last_time_it_might_have_been_driven(sent: Outputs) -> None:
    """I2: also from the start of the controller, when nobody knows what was before."""
    memory = Memory(Watch(last_spin_s=0.0))
    memory.see(seconds=50.0)
    assert memory.watch.last_spin_s == 0.0
    memory.see(sent=sent)
    assert memory.watch.last_spin_s == memory.now_s
    memory.see(seconds=30.0)
    assert memory.now_s - memory.watch.last_spin_s == pytest.approx(30.0)


@pytest.mark.parametrize(
    "signal", [Signal.LID_CLOSED, Signal.LID_LOCKED], ids=lambda signal: signal.name
)
@pytest.mark.parametrize("value", BAD, ids=str)
def test_credit_is_lost_by_a_lid_that_is_not_proven(signal: Signal, value: float) -> None:
    """I4: in the same scan, and it does not come back by itself."""
    memory = Memory()
    assert memory.see({signal: value}).credit is False
    assert memory.see(seconds=100.0).credit is False


@pytest.mark.parametrize("value", [-0.1, -50.0, NAN, -math.inf], ids=str)
def test_credit_is_lost_below_ambient_pressure(value: float) -> None:
    """I4."""
    assert Memory().see({Signal.VESSEL_PRESSURE_MBAR_G: value}).credit is False


@pytest.mark.parametrize(
    "changes",
    [
        {Signal.O2_PPM: NAN},
        {Signal.FROST_POINT_C: NAN},
        {Signal.SAMPLE_FLOW_SLPM: 0.0},
        {Signal.AMBIENT_PRESSURE_MBAR_ABS: NAN},
    ],
    ids=str,
)
def test_credit_is_lost_when_the_gas_is_unknown_for_a_minute(changes: dict[Signal, float]) -> None:
    """I4: one value in between begins the minute anew."""
    memory = Memory()
    memory.see()
    assert memory.see(changes, seconds=60.0).credit is True
    memory.see()
    assert memory.see(changes, seconds=60.0).credit is True
    assert memory.see(changes).credit is False


def test_credit_is_kept_through_a_dose() -> None:
    memory = Memory()
    running = {Signal.ROTOR_RPM: 3000.0, Signal.DRIVE_STATE: 3.0, Signal.STANDSTILL: 0.0}
    assert memory.see(running, SPIN, seconds=600.0).credit is True
    # Limits of a run are the rows' business: a high value alone does not undo a purge.
    assert memory.see({Signal.O2_PPM: 500.0}, seconds=600.0).credit is True


def test_credit_is_never_made_by_watching() -> None:
    """I4: only a purge and its proof give credit."""
    assert Memory(Watch()).see(seconds=600.0).credit is False


@pytest.mark.parametrize(
    "changes",
    [
        {Signal.O2_PPM: 10.1},
        {Signal.O2_PPM: math.inf},
        {Signal.O2_PPM: NAN},
        {Signal.H2O_PPM: 10.1},
        {Signal.H2O_PPM: NAN},
        {Signal.H2S_PPM: 5.1},
        {Signal.H2S_PPM: NAN},
        {Signal.SAMPLE_FLOW_SLPM: 0.1},
    ],
    ids=str,
)
def test_the_start_limits_must_hold_without_a_break(changes: dict[Signal, float]) -> None:
    """I3."""
    memory = Memory()
    memory.see(seconds=60.0)
    assert memory.start_ok_s == pytest.approx(60.0 - DT_S)
    assert memory.see(changes).start_ok_since_s == math.inf
    memory.see(seconds=5.0)
    assert memory.start_ok_s == pytest.approx(5.0 - DT_S)


def test_values_at_the_start_limits_are_within_them() -> None:
    at = {Signal.O2_PPM: 10.0, Signal.H2O_PPM: 10.0, Signal.H2S_PPM: 5.0}
    assert Memory().see(at).start_ok_since_s == DT_S


def test_the_highest_set_point_is_remembered_until_standstill() -> None:
    """I12: a rotor may be as fast as it was told, until it has stopped; then not at all."""
    turning = {Signal.ROTOR_RPM: 3000.0, Signal.DRIVE_STATE: 3.0, Signal.STANDSTILL: 0.0}
    memory = Memory()
    memory.see(turning, SPIN)
    assert memory.see(turning, Outputs(run=True, rotor_rpm=100.0)).peak_rpm == 3000.0
    assert memory.see({Signal.STANDSTILL: 0.0}).peak_rpm == 3000.0
    assert memory.see().peak_rpm == 0.0
    assert memory.see(turning).peak_rpm == 0.0, "a start that nobody asked for is too fast"


def test_a_drive_that_ignores_its_stop_is_too_fast_after_the_run_down_time() -> None:
    """I12: with the permit still given, as in the rest between two pulses."""
    turning = {Signal.ROTOR_RPM: 3000.0, Signal.DRIVE_STATE: 1.0, Signal.STANDSTILL: 0.0}
    memory = Memory()
    memory.see(turning, SPIN)
    assert memory.see(turning, PERMIT, seconds=LAB.run_down_s + 1.9).peak_rpm == 3000.0
    assert memory.see(turning, PERMIT, seconds=0.2).peak_rpm == 0.0


def test_a_speed_that_is_kept_is_no_run_down() -> None:
    """I12: a long hold at speed, then its run-down with the whole time for it."""
    turning = {Signal.ROTOR_RPM: 3000.0, Signal.DRIVE_STATE: 3.0, Signal.STANDSTILL: 0.0}
    memory = Memory()
    assert memory.see(turning, SPIN, seconds=600.0).peak_rpm == 3000.0
    slower = Outputs(run=True, rotor_rpm=1000.0, run_permit=True)
    assert memory.see(turning, slower, seconds=LAB.run_down_s).peak_rpm == 3000.0
    assert memory.see(turning, slower, seconds=3.0).peak_rpm == 1000.0


def test_the_expected_speed_follows_the_set_point_with_a_lag() -> None:
    memory = Memory()
    first = memory.see(sent=SPIN).follow_rpm
    assert 0.0 < first < 3000.0
    assert memory.see(sent=SPIN, seconds=5.0).follow_rpm == pytest.approx(3000.0, rel=1e-3)
