"""What must be so before something is permitted: every missing item is named, none is invented."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from bench import BATCH, CHARGE, LAB, SHORT, image, state_in
from hypothesis import given
from hypothesis import strategies as st

from controller.core.alarms import Alarm
from controller.core.batch import Step
from controller.core.permissives import (
    Permissive,
    go_on_permissives,
    release_permissives,
    reset_permissives,
    spins_next,
    start_permissives,
    unlock_permissives,
)
from controller.core.recipe import CoolDown, LeakTest, MillHold, MillPulse, ProveInert, Purge
from controller.core.signals import NAN, SIGNAL_COUNT, Image, Signal
from controller.core.state import ScanState
from controller.core.states import State
from controller.core.watch import Watch

READY = state_in(State.IDLE, LeakTest, Step.BEGIN)
HELD = state_in(State.HELD, MillPulse)
DONE = state_in(State.COMPLETE, CoolDown, Step.DONE)
STILL_S = LAB.standstill_proof_s


def missing(permissives: tuple[Permissive, ...]) -> set[str]:
    return {permissive.id for permissive in permissives if not permissive.ok}


def after(seconds: float, state: ScanState, watch: Watch) -> ScanState:
    """The state `seconds` after its watch was as given."""
    return replace(state, watch=watch, now_s=seconds)


# Signal, a value that is just not good enough, what is missing then.
EQUIPMENT: list[tuple[Signal, float, str]] = [
    (Signal.LID_CLOSED, 0.0, "LID_CLOSED"),
    (Signal.LID_LOCKED, 0.0, "LID_LOCKED"),
    (Signal.ESTOP_HEALTHY, 0.0, "ESTOP_HEALTHY"),
    (Signal.MAINS_HEALTHY, 0.0, "MAINS_HEALTHY"),
    (Signal.DRIVE_FAULT_CODE, 21.0, "DRIVE_FAULT"),
    (Signal.DRIVE_STATE, 3.0, "DRIVE_STOPPED"),
    (Signal.MOTOR_C, 100.1, "MOTOR_C_MAX"),
    (Signal.VESSEL_PRESSURE_MBAR_G, 150.1, "VESSEL_PRESSURE_MBAR_G_MAX"),
    (Signal.SAMPLE_FLOW_SLPM, 0.29, "SAMPLE_FLOW_SLPM_MIN"),
    (Signal.COOLING_FLOW_LPM, 0.49, "COOLING_FLOW_LPM_MIN"),
    (Signal.ROOM_O2_PERCENT, 19.9, "ROOM_O2_PERCENT_MIN"),
    (Signal.ROOM_H2S_PPM, 1.1, "ROOM_H2S_PPM_MAX"),
]
KNOWN: list[tuple[Signal, float, str]] = [
    (Signal.AMBIENT_PRESSURE_MBAR_ABS, NAN, "AMBIENT_PRESSURE_MBAR_ABS_KNOWN"),
    (Signal.ARGON_FLOW_SLPM, NAN, "ARGON_FLOW_SLPM_KNOWN"),
]
ANALYZERS: list[tuple[Signal, float, str]] = [
    (Signal.O2_PPM, NAN, "O2_PPM_KNOWN"),
    (Signal.FROST_POINT_C, NAN, "H2O_PPM_KNOWN"),
    (Signal.H2S_PPM, NAN, "H2S_PPM_KNOWN"),
    (Signal.POWDER_PROBE_C, 35.1, "POWDER_PROBE_C_MAX"),
    (Signal.JAR_C, 35.1, "JAR_C_MAX"),
    (Signal.SUPPLY_VALVE_OPEN, 1.0, "SUPPLY_VALVE_SHUT"),
    (Signal.EXHAUST_VALVE_OPEN, 0.0, "EXHAUST_VALVE_OPEN"),
    (Signal.ARGON_SUPPLY_BAR_G, 0.1, "ARGON"),
]
ATMOSPHERE: list[tuple[Signal, float, str]] = [
    (Signal.O2_PPM, 10.1, "O2_PPM_MAX"),
    (Signal.H2O_PPM, 10.1, "H2O_PPM_MAX"),
    (Signal.H2S_PPM, 5.1, "H2S_PPM_MAX"),
    (Signal.POWDER_PROBE_C, 50.1, "POWDER_PROBE_C_MAX"),
]


def with_unknown(rows: list[tuple[Signal, float, str]]) -> list[tuple[Signal, float, str]]:
    return rows + [(signal, NAN, name) for signal, value, name in rows if value == value]


def ids(row: tuple[Signal, float, str]) -> str:
    return f"{row[0].name}={row[1]}"


def test_a_calm_plant_may_start_and_a_held_batch_may_go_on() -> None:
    assert missing(start_permissives(READY, image())) == set()
    assert missing(go_on_permissives(HELD, image())) == set()
    assert missing(unlock_permissives(DONE, image({Signal.VESSEL_PRESSURE_MBAR_G: 3.0}))) == set()
    assert missing(reset_permissives(DONE, image())) == set()


@pytest.mark.parametrize("row", with_unknown(EQUIPMENT) + KNOWN + with_unknown(ANALYZERS), ids=ids)
def test_start_names_what_is_missing(row: tuple[Signal, float, str]) -> None:
    signal, value, name = row
    lacks = missing(start_permissives(READY, image({signal: value})))
    # Without a sample flow no gas value is known either.
    without_sample = {"O2_PPM_KNOWN", "H2O_PPM_KNOWN", "H2S_PPM_KNOWN"}
    if signal is Signal.SAMPLE_FLOW_SLPM and value != value:
        assert lacks == {name} | without_sample
    elif signal is Signal.AMBIENT_PRESSURE_MBAR_ABS or (
        signal is Signal.VESSEL_PRESSURE_MBAR_G and value != value
    ):
        assert lacks == {name, "H2O_PPM_KNOWN"}
    elif signal is Signal.ARGON_SUPPLY_BAR_G:
        assert lacks == {name, "ARGON_SUPPLY_BAR_G_MIN"}
    else:
        assert lacks == {name}


@pytest.mark.parametrize("row", with_unknown(EQUIPMENT) + KNOWN + with_unknown(ATMOSPHERE), ids=ids)
def test_restart_and_resume_name_what_is_missing(row: tuple[Signal, float, str]) -> None:
    signal, value, name = row
    assert name in missing(go_on_permissives(HELD, image({signal: value})))


def test_everything_that_is_missing_is_named_at_once() -> None:
    bad = {signal: value for signal, value, _ in EQUIPMENT + KNOWN}
    assert missing(start_permissives(READY, image(bad))) >= {n for _, _, n in EQUIPMENT + KNOWN}
    assert missing(go_on_permissives(HELD, image(bad))) >= {n for _, _, n in EQUIPMENT + KNOWN}


def test_a_person_can_read_what_is_missing() -> None:
    found = {p.id: p for p in start_permissives(READY, image({Signal.ROOM_O2_PERCENT: 19.0}))}
    assert found["ROOM_O2_PERCENT_MIN"].missing == "Room O2: 19.00 %, needs at least 20 %"
    found = {p.id: p for p in start_permissives(READY, image({Signal.LID_CLOSED: NAN}))}
    assert found["LID_CLOSED"].missing == "Lid closed: UNKNOWN (bad sensor), needs yes"


def test_a_drive_that_holds_a_fault_says_what_clears_it() -> None:
    """A drive latches one whenever nobody asks it for a while. In IDLE a stop and a reset clear it;
    in a batch a stop ends the batch.
    """
    faulty = image({Signal.DRIVE_FAULT_CODE: 58.0})
    (to_start,) = (p.missing for p in start_permissives(READY, faulty) if p.id == "DRIVE_FAULT")
    assert "58, needs 0 (once standstill is proven, Stop, then Reset" in to_start
    assert "unloads" in to_start
    (to_go_on,) = (p.missing for p in go_on_permissives(HELD, faulty) if p.id == "DRIVE_FAULT")
    assert "58, needs 0 (clear it at the drive" in to_go_on


def test_start_needs_an_order() -> None:
    unloaded = replace(READY, batch=None)
    assert {"RECIPE", "CHARGE"} <= missing(start_permissives(unloaded, image()))
    uncharged = replace(READY, batch=replace(BATCH, charge=None))
    assert missing(start_permissives(uncharged, image())) == {"CHARGE"}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"cam_mass_g": 300.0, "sse_mass_g": 15.7895}, "CHARGE_MASS"),
        ({"cam_mass_g": 30.0, "sse_mass_g": 1.57895}, "CHARGE_MASS"),
        ({"sse_mass_g": 5.2}, "CHARGE_WT"),
        ({"sse_mass_g": 4.8}, "CHARGE_WT"),
        ({"emptied_and_cleaned": False}, "CHARGE_CLEAN"),
    ],
    ids=str,
)
def test_start_needs_the_charge_of_the_recipe(changes: dict[str, object], name: str) -> None:
    batch = replace(BATCH, charge=replace(CHARGE, **changes))  # type: ignore[arg-type]
    assert missing(start_permissives(replace(READY, batch=batch), image())) == {name}


def test_start_needs_standstill_for_the_proof_time() -> None:
    """I9: what turns when it should not is not started upon."""
    still = Watch(still_since_s=0.0, start_ok_since_s=0.0)
    assert missing(start_permissives(after(STILL_S - 0.1, READY, still), image())) == {"STANDSTILL"}
    assert missing(start_permissives(after(STILL_S, READY, still), image())) == set()
    never = Watch(start_ok_since_s=0.0)
    assert missing(start_permissives(after(900.0, READY, never), image())) == {"STANDSTILL"}


@pytest.mark.parametrize("phase", [MillHold, MillPulse])
def test_a_blade_that_is_next_needs_the_start_limits_for_a_minute(phase: type) -> None:
    """I3."""
    held = state_in(State.HELD, phase)
    fresh = Watch(still_since_s=-60.0, start_ok_since_s=0.0, credit=True)
    assert spins_next(held)
    assert missing(go_on_permissives(after(59.9, held, fresh), image())) == {"ATMOSPHERE_DWELL"}
    assert missing(go_on_permissives(after(60.0, held, fresh), image())) == set()
    never = Watch(still_since_s=-60.0, credit=True)
    assert missing(go_on_permissives(after(600.0, held, never), image())) == {"ATMOSPHERE_DWELL"}


@pytest.mark.parametrize("phase", [LeakTest, Purge, ProveInert, CoolDown])
def test_without_a_blade_next_no_atmosphere_is_asked_for(phase: type) -> None:
    """The purge that comes first is what makes the atmosphere."""
    held = state_in(State.HELD, phase, credit=phase is CoolDown)
    air = image({Signal.O2_PPM: math.inf, Signal.H2O_PPM: 900.0, Signal.H2S_PPM: 40.0})
    assert not spins_next(held)
    assert missing(go_on_permissives(held, air)) == set()


def test_without_purge_credit_no_blade_is_next() -> None:
    """I4: going on then means the purge."""
    assert not spins_next(state_in(State.HELD, MillPulse, credit=False))


def alarm(row_id: str, *, active: bool, acked: bool) -> Alarm:
    index = next(i for i, row in enumerate(HELD.matrix.rows) if row.id == row_id)
    return Alarm(index, 0.0, active, acked, latched=False, first_out=False, unknown=False)


@pytest.mark.parametrize(
    ("active", "acked", "lacks"),
    [
        (True, False, {"CLEARED", "ACKNOWLEDGED"}),
        (True, True, {"CLEARED"}),
        (False, False, {"ACKNOWLEDGED"}),
    ],
)
def test_going_on_needs_causes_cleared_and_seen(active: bool, acked: bool, lacks: set[str]) -> None:
    """I23: an acknowledgement alone does not clear a cause."""
    for row_id in ("ARGON_LOST", "POWDER_HOT", "MAINS_LOST"):
        held = replace(HELD, alarms=(alarm(row_id, active=active, acked=acked),))
        assert missing(go_on_permissives(held, image())) == lacks


def test_a_warning_neither_blocks_nor_needs_to_be_seen() -> None:
    held = replace(HELD, alarms=(alarm("ARGON_LOW", active=True, acked=False),))
    assert missing(go_on_permissives(held, image())) == set()


# The unlock rule, typed out: what is measured, and whether the lid may be released on it.
OPEN = {Signal.VESSEL_PRESSURE_MBAR_G: 5.0}
TURNED = Watch(still_since_s=math.inf, last_spin_s=0.0)
PROVEN = Watch(still_since_s=0.0, last_spin_s=0.0)
UNLOCK: list[tuple[str, Watch, float, dict[Signal, float], set[str]]] = [
    ("all is well", PROVEN, STILL_S, {}, set()),
    ("standstill one scan too short", PROVEN, STILL_S - 0.1, {}, {"STANDSTILL"}),
    ("pressure at 5.1 mbar", PROVEN, 9.0, {Signal.VESSEL_PRESSURE_MBAR_G: 5.1}, {"VESSEL"}),
    ("pressure UNKNOWN", PROVEN, 9.0, {Signal.VESSEL_PRESSURE_MBAR_G: NAN}, {"VESSEL"}),
    ("powder at 35.1 C", PROVEN, 9.0, {Signal.POWDER_PROBE_C: 35.1}, {"POWDER"}),
    ("powder UNKNOWN", PROVEN, 9.0, {Signal.POWDER_PROBE_C: NAN}, {"POWDER"}),
    ("H2S at 5.1 ppm", PROVEN, 9.0, {Signal.H2S_PPM: 5.1}, {"H2S"}),
    ("H2S UNKNOWN", PROVEN, 9.0, {Signal.H2S_PPM: NAN}, {"H2S"}),
    ("no sample flow", PROVEN, 9.0, {Signal.SAMPLE_FLOW_SLPM: 0.0}, {"H2S", "SAMPLE"}),
    ("it turns", TURNED, 600.0, {Signal.STANDSTILL: 0.0}, {"STANDSTILL"}),
    ("input UNKNOWN, too early", TURNED, 59.9, {Signal.STANDSTILL: NAN}, {"STANDSTILL"}),
    ("input UNKNOWN, coasted", TURNED, 60.0, {Signal.STANDSTILL: NAN}, set()),
    (
        "nothing of the drive is known, coasted",
        TURNED,
        60.0,
        {Signal.STANDSTILL: NAN, Signal.DRIVE_STATE: NAN, Signal.ROTOR_RPM: NAN},
        set(),
    ),
    (
        "input UNKNOWN, the drive says that it runs",
        TURNED,
        600.0,
        {Signal.STANDSTILL: NAN, Signal.DRIVE_STATE: 3.0},
        {"STANDSTILL"},
    ),
    (
        "input UNKNOWN, the drive says that it stops",
        TURNED,
        600.0,
        {Signal.STANDSTILL: NAN, Signal.DRIVE_STATE: 1.0, Signal.ROTOR_RPM: 3000.0},
        {"STANDSTILL"},
    ),
    (
        "input UNKNOWN, the rotor turns backwards",
        TURNED,
        600.0,
        {Signal.STANDSTILL: NAN, Signal.ROTOR_RPM: -50.0},
        {"STANDSTILL"},
    ),
    (
        "input says still, the drive does not answer, too early",
        TURNED,
        59.9,
        {Signal.STANDSTILL: 1.0, Signal.DRIVE_STATE: NAN, Signal.ROTOR_RPM: NAN},
        {"STANDSTILL"},
    ),
    (
        "input says still, the drive does not answer, coasted",
        TURNED,
        60.0,
        {Signal.STANDSTILL: 1.0, Signal.DRIVE_STATE: NAN, Signal.ROTOR_RPM: NAN},
        set(),
    ),
    (
        "input says that it turns, the drive does not answer",
        TURNED,
        600.0,
        {Signal.STANDSTILL: 0.0, Signal.DRIVE_STATE: NAN, Signal.ROTOR_RPM: NAN},
        {"STANDSTILL"},
    ),
]


@pytest.mark.parametrize(
    ("watch", "seconds", "changes", "lacks"),
    [row[1:] for row in UNLOCK],
    ids=[row[0] for row in UNLOCK],
)
def test_the_lid_is_released_only_on_proof(
    watch: Watch, seconds: float, changes: dict[Signal, float], lacks: set[str]
) -> None:
    """I2."""
    found = missing(unlock_permissives(after(seconds, DONE, watch), image(OPEN | changes)))
    assert {name.split("_")[0] for name in found} == lacks


@pytest.mark.parametrize("value", [0.0, NAN], ids=str)
def test_reset_needs_the_emergency_stop_healthy(value: float) -> None:
    """I8."""
    tripped = state_in(State.ABORTED)
    assert missing(reset_permissives(tripped, image({Signal.ESTOP_HEALTHY: value}))) == {
        "ESTOP_HEALTHY"
    }


def test_reset_needs_standstill() -> None:
    """I8."""
    tripped = after(600.0, state_in(State.ABORTED), TURNED)
    assert missing(reset_permissives(tripped, image({Signal.STANDSTILL: 0.0}))) == {"STANDSTILL"}


@pytest.mark.parametrize(
    ("active", "acked", "lacks"),
    [
        (True, False, {"CLEARED", "ACKNOWLEDGED"}),
        (True, True, {"CLEARED"}),
        (False, False, {"ACKNOWLEDGED"}),
        (False, True, set()),
    ],
)
def test_reset_needs_trips_cleared_and_seen(active: bool, acked: bool, lacks: set[str]) -> None:
    """I8: room gas or pressure that is still there keeps the trip, and its alarm."""
    for row_id in ("ROOM_H2S_DANGER", "PRESSURE_TRIP"):
        tripped = state_in(State.ABORTED)
        tripped = replace(tripped, alarms=(alarm(row_id, active=active, acked=acked),))
        assert missing(reset_permissives(tripped, image())) == lacks


def test_a_reset_does_not_wait_for_what_only_holds() -> None:
    """L3: a valve that has to be mended does not keep an ended batch from being put away."""
    stopped = state_in(State.STOPPED)
    stopped = replace(stopped, alarms=(alarm("EXHAUST_VALVE", active=True, acked=True),))
    assert missing(reset_permissives(stopped, image())) == set()


@given(
    st.lists(
        st.floats() | st.sampled_from([NAN, math.inf, -1.0, 4.0, 1e18]),
        min_size=SIGNAL_COUNT,
        max_size=SIGNAL_COUNT,
    ),
    st.sampled_from([READY, HELD, DONE]),
)
def test_any_image_gets_an_answer_in_words(values: list[float], state: ScanState) -> None:
    """A number that no device should give is refused in words; the scan goes on."""
    calm = image()
    odd = Image(values, calm.quality, calm.age_s)
    for check in (start_permissives, go_on_permissives, unlock_permissives, reset_permissives):
        for permissive in check(state, odd):
            assert permissive.missing.isprintable()


def test_the_recipe_of_these_tests_is_the_one_loaded() -> None:
    assert BATCH.recipe is SHORT


@pytest.mark.parametrize("ago_s, ok", [(0.1, False), (4.9, False), (5.1, True)])
def test_a_run_permit_that_has_just_gone_keeps_the_lid_locked(ago_s: float, ok: bool) -> None:
    """I2: nothing may have been permitted to turn during the proof time, even if nothing turned."""
    stopped = state_in(State.STOPPED)
    stopped = replace(stopped, now_s=100.0, watch=replace(stopped.watch, last_spin_s=100.0 - ago_s))
    for conditions in (unlock_permissives, release_permissives, reset_permissives):
        assert ("STANDSTILL" not in missing(conditions(stopped, image()))) is ok
