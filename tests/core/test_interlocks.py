"""Every row of the matrix, generated from the matrix itself: bounds, times, reactions, arms."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from bench import LAB
from hypothesis import given
from hypothesis import strategies as st

from controller.core.interlocks import NONE, Bands, Matrix, Violation, matrix_for
from controller.core.limits import Limits, limits_for
from controller.core.matrix import rows
from controller.core.matrix.row import Arm, Derived, Own, Priority, Reaction, Row
from controller.core.recipe import Atmosphere
from controller.core.signals import NAN, SIGNAL_COUNT

LIMITS = Limits()
ROWS = rows(LIMITS)
INDEX = {row.id: index for index, row in enumerate(ROWS)}
PERIOD_S = 0.1
EVERYTHING = int(~Arm(0))
ROW = pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
BOUNDS = [
    (row, bound, beyond)
    for row in ROWS
    for bound, beyond in (
        (row.low, math.nextafter(row.low, -math.inf)),
        (row.low, -math.inf),
        (row.high, math.nextafter(row.high, math.inf)),
        (row.high, math.inf),
    )
    if math.isfinite(bound)
]
BOUND = pytest.mark.parametrize(
    ("row", "bound", "beyond"), BOUNDS, ids=[f"{row.id}:{beyond:g}" for row, _, beyond in BOUNDS]
)


def quiet(matrix: Matrix) -> list[float]:
    """A value for every source that lies within the bands of all its rows."""
    x = [0.0] * (SIGNAL_COUNT + len(Derived) + len(Own))
    for source in {row.source for row in matrix.rows}:
        low = max(row.low + row.deadband for row in matrix.rows if row.source is source)
        high = min(row.high - row.deadband for row in matrix.rows if row.source is source)
        assert low <= high, f"no value of {source.name} satisfies all rows"
        x[source] = min(max(0.0, low), high)
    return x


CALM = quiet(Matrix(LIMITS))


class Scans:
    """Feeds one row's source with values, one scan after the other."""

    def __init__(self, row: Row, period_s: float = PERIOD_S) -> None:
        self.matrix = Matrix(LIMITS)
        self.row = row
        self.period_s = period_s
        self.scans = 0
        self.found: tuple[Violation, ...] = NONE

    def see(self, value: float, arms: int | None = None) -> Violation | None:
        """One scan; the violation of the row in it."""
        x = list(CALM)
        x[self.row.source] = value
        now_s = self.scans * self.period_s
        armed = int(self.row.armed) if arms is None else arms
        self.found = self.matrix.evaluate(x, armed, self.found, now_s, self.period_s)
        self.scans += 1
        index = INDEX[self.row.id]
        return next((v for v in self.found if v.row == index), None)

    def scans_to_confirm(self, value: float, at_most: int = 1000) -> int | None:
        """In which scan of the violation, counted from 0, it is confirmed."""
        for number in range(at_most):
            violation = self.see(value)
            assert violation is not None
            if violation.confirmed:
                return number
        return None


def due(row: Row, confirm_s: float, period_s: float) -> int:
    """The first scan that is not before the confirm time."""
    wait_s = max(confirm_s, row.confirm_scans * period_s)
    return next(n for n in range(10_000) if n * period_s >= wait_s - 1e-9)


@BOUND
def test_a_value_beyond_its_bound_is_a_violation_at_once_and_one_at_it_is_none(
    row: Row, bound: float, beyond: float
) -> None:
    assert Scans(row).see(bound) is None
    violation = Scans(row).see(beyond)
    assert violation is not None and not violation.unknown


@BOUND
@pytest.mark.parametrize("period_s", [0.1, 0.5, 1.0])
def test_a_violation_is_confirmed_in_the_very_scan(
    row: Row, bound: float, beyond: float, period_s: float
) -> None:
    """I7: not one scan before its time, and not one after."""
    assert Scans(row, period_s).scans_to_confirm(beyond) == due(row, row.confirm_s, period_s)


@ROW
@pytest.mark.parametrize("period_s", [0.1, 1.0])
def test_unknown_is_a_violation_of_its_own(row: Row, period_s: float) -> None:
    """I14: NaN is within no band; it has its own time."""
    scans = Scans(row, period_s)
    violation = scans.see(NAN)
    assert violation is not None and violation.unknown
    if math.isinf(row.unknown_confirm_s):
        assert scans.scans_to_confirm(NAN) is None
    else:
        # The scans that a row waits for the plant to follow are not waited for what is UNKNOWN.
        expected = due(replace(row, confirm_scans=0), row.unknown_confirm_s, period_s)
        assert Scans(row, period_s).scans_to_confirm(NAN) == expected


@ROW
def test_the_reaction_is_the_one_of_the_row(row: Row) -> None:
    """I23: of a known value, of an UNKNOWN one, and none before it is confirmed."""
    index, matrix = INDEX[row.id], Matrix(LIMITS)

    def reaction(unknown: bool, confirmed: bool) -> Reaction | None:
        return matrix.reaction((Violation(index, 0.0, unknown, confirmed),))

    assert reaction(unknown=False, confirmed=True) is row.reaction
    assert reaction(unknown=True, confirmed=True) is row.on_unknown
    assert reaction(unknown=False, confirmed=False) is None


def test_the_severest_reaction_wins() -> None:
    matrix = Matrix(LIMITS)
    all_of_them = tuple(Violation(i, 0.0, False, True) for i in range(len(ROWS)))
    assert matrix.reaction(all_of_them) is Reaction.TRIP
    without = tuple(v for v in all_of_them if ROWS[v.row].reaction is not Reaction.TRIP)
    assert matrix.reaction(without) is Reaction.STOP
    assert matrix.reaction(NONE) is None


@BOUND
def test_a_value_that_comes_back_in_time_starts_anew(row: Row, bound: float, beyond: float) -> None:
    """L5: a spike shorter than the confirm time does nothing, and spikes do not add up."""
    last = due(row, row.confirm_s, PERIOD_S)
    scans = Scans(row)
    for _ in range(3 if last else 0):
        for _ in range(last):
            violation = scans.see(beyond)
            assert violation is not None and not violation.confirmed
        assert scans.see(bound) is None


@BOUND
def test_a_confirmed_one_clears_beyond_its_deadband(row: Row, bound: float, beyond: float) -> None:
    inwards = -1.0 if bound == row.high else 1.0
    scans = Scans(row)
    scans.scans_to_confirm(beyond)
    if row.deadband == 0.0:
        assert scans.see(bound) is None
        return
    just_inside = scans.see(bound + 0.9 * inwards * row.deadband)
    assert just_inside is not None and just_inside.confirmed
    assert scans.see(bound + inwards * row.deadband) is None
    assert scans.see(bound) is None


@BOUND
def test_the_deadband_makes_no_violation_of_a_value_that_was_unknown(
    row: Row, bound: float, beyond: float
) -> None:
    """L5: a sensor that comes back with a value within its limit does not trip the mill."""
    scans = Scans(row)
    for _ in range(200):
        scans.see(NAN)
    assert scans.see(bound) is None


@ROW
def test_a_row_counts_while_one_of_its_arms_is_set(row: Row) -> None:
    for arm in Arm:
        counts = bool(row.armed & arm) or bool(row.armed & Arm.ALWAYS)
        assert (Scans(row).see(NAN, int(arm)) is not None) is counts, arm


@BOUND
def test_losing_the_value_never_clears_what_was_confirmed(
    row: Row, bound: float, beyond: float
) -> None:
    """I23: a detector that dies on high gas leaves the alarm, and argon stays shut."""
    scans = Scans(row)
    scans.scans_to_confirm(beyond)
    for _ in range(3):
        violation = scans.see(NAN)
        assert violation is not None and violation.unknown and violation.confirmed


@ROW
def test_a_row_that_is_no_longer_armed_is_forgotten(row: Row) -> None:
    scans = Scans(row)
    scans.scans_to_confirm(NAN, at_most=200)
    if not row.armed & Arm.ALWAYS:
        assert scans.see(NAN, arms=0) is None


def test_a_quiet_image_is_no_violation_whatever_is_armed() -> None:
    matrix = Matrix(LIMITS)
    assert matrix.evaluate(quiet(matrix), EVERYTHING, NONE, 0.0, PERIOD_S) is NONE


@ROW
def test_a_row_tells_people_what_it_is_and_what_to_do(row: Row) -> None:
    for text in (row.text, row.cause, row.consequence, row.action):
        assert text and text[0].isupper() and text.isprintable()
    assert row.hazard in {f"H{number}" for number in range(1, 17)}
    assert row.low <= row.high and row.armed
    assert min(row.confirm_s, row.unknown_confirm_s, row.deadband) >= 0.0
    if row.reaction is Reaction.TRIP:
        assert row.priority is Priority.P1
    if math.isfinite(row.low) and math.isfinite(row.high):
        assert 2.0 * row.deadband <= row.high - row.low


def test_ids_are_unique() -> None:
    assert len(INDEX) == len(ROWS)


# What the safety texts say, typed out: (row, bound, confirm s, of a value, of UNKNOWN, by when).
SAFETY: list[tuple[str, float, float, Reaction, Reaction, float]] = [
    ("ESTOP", 1.0, 0.0, Reaction.TRIP, Reaction.TRIP, 0.0),
    ("LID_OPEN_TURNING", 1.0, 0.0, Reaction.TRIP, Reaction.TRIP, 0.0),
    ("LID_UNLOCKED_TURNING", 1.0, 0.0, Reaction.TRIP, Reaction.TRIP, 0.0),
    ("DRIVE_FAULT", 0.5, 0.0, Reaction.TRIP, Reaction.TRIP, 0.0),
    ("OVERSPEED", 0.0, 0.3, Reaction.TRIP, Reaction.TRIP, 0.3),
    ("OVERSPEED_MAX", 20_000.0, 0.0, Reaction.TRIP, Reaction.TRIP, 0.0),
    ("UNDERSPEED", 0.0, 3.0, Reaction.HOLD, Reaction.HOLD, 3.0),
    ("TORQUE_HIGH", 1_000.0, 0.5, Reaction.TRIP, Reaction.TRIP, 0.5),
    ("MOTOR_HOT", 120.0, 1.0, Reaction.TRIP, Reaction.HOLD, 2.0),
    ("OUTSIDE_DRY_RUNS", 0.0, 5.0, Reaction.WARN, Reaction.WARN, math.inf),
    ("PRESSURE_TRIP", 290.0, 0.0, Reaction.TRIP, Reaction.TRIP, 0.2),
    ("COVER_LOST", 5.0, 0.5, Reaction.HOLD, Reaction.HOLD, 0.5),
    ("O2_HIGH", 20.0, 5.0, Reaction.WARN, Reaction.WARN, 5.0),
    ("O2_HOLD", 50.0, 5.0, Reaction.HOLD, Reaction.HOLD, 0.0),
    ("O2_LOC", 20_000.0, 0.0, Reaction.TRIP, Reaction.HOLD, math.inf),
    ("H2O_HIGH", 30.0, 5.0, Reaction.WARN, Reaction.WARN, 5.0),
    ("H2O_HOLD", 100.0, 5.0, Reaction.HOLD, Reaction.HOLD, 0.0),
    ("H2S_HIGH", 10.0, 1.0, Reaction.WARN, Reaction.WARN, 5.0),
    ("H2S_TRIP", 50.0, 1.0, Reaction.TRIP, Reaction.HOLD, 0.0),
    ("POWDER_WARM", 50.0, 1.0, Reaction.WARN, Reaction.WARN, 5.0),
    ("POWDER_HOT", 60.0, 1.0, Reaction.TRIP, Reaction.HOLD, 0.5),
    ("JAR_HOT", 60.0, 1.0, Reaction.TRIP, Reaction.HOLD, 0.5),
    ("COOLING_LOST", 0.5, 5.0, Reaction.HOLD, Reaction.HOLD, 5.0),
    ("ROOM_O2_LOW", 19.5, 1.0, Reaction.WARN, Reaction.WARN, 1.0),
    ("ROOM_O2_DANGER", 18.0, 1.0, Reaction.TRIP, Reaction.TRIP, 1.0),
    ("ROOM_H2S_HIGH", 1.0, 1.0, Reaction.WARN, Reaction.WARN, 1.0),
    ("ROOM_H2S_DANGER", 5.0, 1.0, Reaction.TRIP, Reaction.TRIP, 1.0),
    ("ARGON_LOST", 3.0, 2.0, Reaction.HOLD, Reaction.HOLD, 2.0),
    ("MAINS_LOST", 1.0, 0.3, Reaction.STOP, Reaction.STOP, 0.5),
    ("CREDIT_LOST", 0.5, 0.0, Reaction.HOLD, Reaction.HOLD, 0.0),
    ("HELD_EXPIRED", 1_800.0, 0.0, Reaction.STOP, Reaction.STOP, 0.0),
    ("HOLDING_OVERDUE", 0.5, 0.0, Reaction.TRIP, Reaction.TRIP, 0.0),
    ("SCAN_GAP_TRIP", 0.5, 0.0, Reaction.TRIP, Reaction.TRIP, 0.0),
    ("CONTROLLER_RESTART", 0.5, 0.0, Reaction.WARN, Reaction.WARN, 0.0),
]


@pytest.mark.parametrize(
    ("row_id", "bound", "confirm_s", "reaction", "on_unknown", "unknown_s"),
    SAFETY,
    ids=[entry[0] for entry in SAFETY],
)
def test_the_rows_say_what_the_safety_texts_say(
    row_id: str,
    bound: float,
    confirm_s: float,
    reaction: Reaction,
    on_unknown: Reaction,
    unknown_s: float,
) -> None:
    """I3, I5, I7, I12, I13: a limit, a time or a reaction that is changed is noticed here."""
    row = ROWS[INDEX[row_id]]
    assert bound in (row.low, row.high)
    assert (row.confirm_s, row.unknown_confirm_s) == (confirm_s, unknown_s)
    assert (row.reaction, row.on_unknown) == (reaction, on_unknown)


def test_a_recipe_and_a_mill_tighten_limits_and_never_loosen_them() -> None:
    strict = Atmosphere(o2_start_ppm=1.0, o2_trip_ppm=15.0, h2o_start_ppm=2.0, h2o_trip_ppm=25.0)
    loose = Atmosphere(
        o2_start_ppm=900.0, o2_trip_ppm=999.0, h2o_start_ppm=900.0, h2o_trip_ppm=999.0
    )
    plant, default = limits_for(LAB, None), Limits()
    tight = limits_for(LAB, strict)
    assert (tight.o2_start_ppm, tight.o2_hold_ppm, tight.h2o_start_ppm) == (1.0, 15.0, 2.0)
    assert (tight.h2o_hold_ppm, tight.o2_warn_ppm, tight.h2o_warn_ppm) == (25.0, 15.0, 25.0)
    assert limits_for(LAB, loose) == plant
    assert plant.rotor_trip_rpm == pytest.approx(1.05 * LAB.rotor_rpm_max)
    assert plant.torque_trip_nm == LAB.torque_max_nm
    cool = replace(LAB, powder_max_c=40.0)
    assert limits_for(cool, None).powder_trip_c == 40.0
    assert plant.powder_trip_c == default.powder_trip_c == 60.0


def test_the_rows_keep_their_places_whatever_the_limits_are() -> None:
    """I23: violations and alarms are known by their place; a load in between must not mix them."""
    atmosphere = Atmosphere(
        o2_start_ppm=1.0, o2_trip_ppm=15.0, h2o_start_ppm=2.0, h2o_trip_ppm=25.0
    )
    assert [row.id for row in matrix_for(LAB, atmosphere).rows] == [row.id for row in ROWS]


def test_no_row_that_trips_or_guards_people_can_be_bypassed() -> None:
    for row in rows(Limits()):
        if row.bypass is not None:
            assert row.reaction < Reaction.TRIP
            assert row.on_unknown < Reaction.TRIP
            assert not row.armed & Arm.ALWAYS
            assert row.hazard not in {"H1", "H2"}


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from([-math.inf, -1.0, 0.0, 1.0]),
            st.sampled_from([math.inf, 1.0, 2.0]),
        ),
        max_size=6,
    ),
    st.lists(
        st.sampled_from([math.nan, math.inf, -math.inf, -1.0, 0.0, 1.0, 1.5, 2.0]),
        min_size=4,
        max_size=4,
    ),
)
def test_the_quick_look_says_the_same_as_every_band_by_itself(
    limits: list[tuple[int, float, float]], x: list[float]
) -> None:
    """I13: also for NaN and for values without a limit on one side or both."""
    each = all(low <= x[source] <= high for source, low, high in limits)
    assert Bands(limits).hold(x) is each
