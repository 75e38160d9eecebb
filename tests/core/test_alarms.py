"""The life of an alarm, held against the ISA-18.2 table, typed by hand (I23)."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.alarms import Alarm, AlarmState, acknowledged, released, updated
from controller.core.events import Event, EventKind
from controller.core.limits import Limits
from controller.core.matrix import rows
from controller.core.matrix.row import Reaction

ROWS = rows(Limits())
INDEX = {row.id: index for index, row in enumerate(ROWS)}
HELD = INDEX["O2_HOLD"]  # holds, so it does not latch
TRIPPED = INDEX["POWDER_HOT"]  # trips on its value and holds on UNKNOWN
OTHER = INDEX["H2S_TRIP"]

A, B, C = AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED
D, LU, LA = AlarmState.RETURNED, AlarmState.LATCHED_UNACKNOWLEDGED, AlarmState.LATCHED

# (state, what happens, state after), of an alarm that does not latch and of one that does.
PLAIN = {
    (A, "alarm"): B,
    (A, "return"): A,
    (B, "alarm"): B,
    (B, "return"): D,
    (B, "ack"): C,
    (B, "reset"): B,
    (C, "alarm"): C,
    (C, "return"): A,
    (C, "ack"): C,
    (C, "reset"): C,
    (D, "alarm"): B,
    (D, "return"): D,
    (D, "ack"): A,
    (D, "reset"): D,
}
LATCHING = {
    (A, "alarm"): B,
    (B, "return"): LU,
    (B, "ack"): C,
    (B, "alarm"): B,
    (C, "alarm"): C,
    (C, "return"): LA,
    (C, "ack"): C,
    (LU, "ack"): LA,
    (LU, "return"): LU,
    (LU, "alarm"): B,
    (LA, "ack"): LA,
    (LA, "return"): LA,
    (LA, "alarm"): B,
    (LA, "reset"): A,
    (LU, "reset"): D,  # let go, and still to be seen
}
HOW_TO_GET = {
    A: [],
    B: ["alarm"],
    C: ["alarm", "ack"],
    D: ["alarm", "return"],
    LU: ["alarm", "return"],
    LA: ["alarm", "ack", "return"],
}


class Book:
    """The alarms of a controller, and what was told about them."""

    def __init__(self) -> None:
        self.alarms: tuple[Alarm, ...] = ()
        self.events: list[Event] = []
        self.now_s = 0.0

    def scan(self, confirmed: dict[int, bool]) -> list[Event]:
        self.now_s += 0.1
        self.alarms, events = updated(
            self.alarms, dict(sorted(confirmed.items())), ROWS, self.now_s
        )
        self.events += events
        return events

    def do(self, what: str, row: int) -> None:
        if what == "alarm":
            self.scan({row: False})
        elif what == "return":
            self.scan({})
        elif what == "ack":
            self.alarms = acknowledged(self.alarms, (ROWS[row].id,), ROWS, self.now_s)
        else:
            self.alarms = released(self.alarms)

    def of(self, row: int) -> Alarm | None:
        return next((alarm for alarm in self.alarms if alarm.row == row), None)

    def state(self, row: int) -> AlarmState:
        alarm = self.of(row)
        return A if alarm is None else alarm.state


@pytest.mark.parametrize(
    ("row", "before", "what", "after"),
    [
        (row, before, what, after)
        for row, table in ((HELD, PLAIN), (TRIPPED, LATCHING))
        for (before, what), after in table.items()
    ],
    ids=lambda value: value.name if isinstance(value, AlarmState) else str(value),
)
def test_an_alarm_goes_through_its_states(
    row: int, before: AlarmState, what: str, after: AlarmState
) -> None:
    book = Book()
    for step in HOW_TO_GET[before]:
        book.do(step, row)
    assert book.state(row) is before
    book.do(what, row)
    assert book.state(row) is after


def test_acknowledging_never_clears_a_latch_and_never_makes_inactive() -> None:
    book = Book()
    book.scan({TRIPPED: False, HELD: False})
    for _ in range(3):
        book.alarms = acknowledged(book.alarms, ("*",), ROWS, book.now_s)
        assert [alarm.active for alarm in book.alarms] == [True, True]
    book.scan({})
    for _ in range(3):
        book.alarms = acknowledged(book.alarms, ("*",), ROWS, book.now_s)
        assert [(alarm.row, alarm.latched) for alarm in book.alarms] == [(TRIPPED, True)]


def test_an_acknowledgement_is_for_the_alarm_that_it_names() -> None:
    book = Book()
    book.scan({TRIPPED: False, HELD: False})
    book.alarms = acknowledged(book.alarms, ("O2_HOLD",), ROWS, book.now_s)
    assert (book.state(HELD), book.state(TRIPPED)) == (C, B)
    book.alarms = acknowledged(book.alarms, ("NOT_A_ROW",), ROWS, book.now_s)
    assert (book.state(HELD), book.state(TRIPPED)) == (C, B)


def test_the_first_of_a_trip_is_marked_until_reset() -> None:
    book = Book()
    book.scan({HELD: False})
    assert not any(alarm.first_out for alarm in book.alarms), "a hold is no first-out"
    book.scan({HELD: False, OTHER: False})
    book.scan({HELD: False, OTHER: False, TRIPPED: False})
    for what in ("ack", "return", "ack", "alarm"):
        assert [alarm.row for alarm in book.alarms if alarm.first_out] == [OTHER], what
        book.do(what, OTHER)
    book.do("return", OTHER)
    book.alarms = released(acknowledged(book.alarms, ("*",), ROWS, book.now_s))
    assert book.alarms == ()
    book.scan({TRIPPED: False})
    assert [alarm.row for alarm in book.alarms if alarm.first_out] == [TRIPPED], "a new group"


def test_of_two_in_one_scan_the_one_that_stands_first_in_the_matrix_is_first() -> None:
    book = Book()
    events = book.scan({TRIPPED: False, OTHER: False, HELD: False})
    assert [alarm.row for alarm in book.alarms if alarm.first_out] == [min(TRIPPED, OTHER)]
    assert sum(bool(event.data["first_out"]) for event in events) == 1


@pytest.mark.parametrize("acked", [False, True])
def test_an_alarm_that_grows_into_a_trip_latches_and_is_told_again(acked: bool) -> None:
    """I8, I23: UNKNOWN first holds, the value that comes back trips: the trip is latched."""
    book = Book()
    book.scan({TRIPPED: True})
    assert book.alarms[0].unknown and not book.alarms[0].latched
    if acked:
        book.alarms = acknowledged(book.alarms, ("*",), ROWS, book.now_s)
    events = book.scan({TRIPPED: False})
    assert [event.kind for event in events] == [EventKind.ALARM_RAISED]
    assert events[0].data["reaction"] == "TRIP" and events[0].data["first_out"] is True
    alarm = book.alarms[0]
    assert alarm.latched and alarm.first_out and not alarm.unknown and alarm.state is B
    assert book.scan({TRIPPED: False}) == []
    book.scan({})
    assert book.state(TRIPPED) is LU


def test_a_returned_alarm_that_comes_back_as_a_trip_latches() -> None:
    book = Book()
    book.scan({TRIPPED: True})
    book.scan({})
    assert book.state(TRIPPED) is D
    book.scan({TRIPPED: False})
    assert book.alarms[0].latched and book.alarms[0].first_out


def test_a_trip_that_becomes_unknown_stays_latched() -> None:
    book = Book()
    book.scan({TRIPPED: False})
    book.scan({TRIPPED: True})
    assert book.alarms[0].latched and book.alarms[0].first_out and book.alarms[0].unknown
    book.scan({})
    assert book.state(TRIPPED) is LU


def test_each_turn_of_an_alarm_is_told_once() -> None:
    book = Book()
    for confirmed in ({HELD: False}, {HELD: False}, {}, {}, {HELD: False}, {}):
        book.scan(confirmed)
    told = [event.kind for event in book.events]
    assert told == [EventKind.ALARM_RAISED, EventKind.ALARM_CLEARED] * 2
    assert {event.data["id"] for event in book.events} == {"O2_HOLD"}


def test_nothing_wrong_costs_nothing() -> None:
    before: tuple[Alarm, ...] = ()
    after, events = updated(before, {}, ROWS, 1.0)
    assert after is before and events == []


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["ack", "reset"]),
            st.dictionaries(st.integers(0, len(ROWS) - 1), st.booleans(), max_size=6),
        ),
        max_size=40,
    )
)
def test_whatever_happens_active_alarms_are_the_confirmed_rows(
    steps: list[str | dict[int, bool]],
) -> None:
    """I23: reaction and alarm are one; their number is bounded; one first-out at most."""
    book = Book()
    confirmed: dict[int, bool] = {}
    latched: set[int] = set()
    for step in steps:
        if isinstance(step, dict):
            confirmed = step
            book.scan(confirmed)
            latched |= {
                row
                for row, unknown in confirmed.items()
                if (ROWS[row].on_unknown if unknown else ROWS[row].reaction) is Reaction.TRIP
            }
        elif step == "ack":
            book.alarms = acknowledged(book.alarms, ("*",), ROWS, book.now_s)
        else:
            book.alarms = released(book.alarms)
            latched = set()
            book.scan(confirmed)  # the next scan finds the same image
            latched |= {alarm.row for alarm in book.alarms if alarm.latched}
        assert {alarm.row for alarm in book.alarms if alarm.active} == set(confirmed)
        assert {alarm.row for alarm in book.alarms if alarm.latched} == latched
        assert sum(alarm.first_out for alarm in book.alarms) <= 1
        assert any(alarm.first_out for alarm in book.alarms) == bool(latched)
        assert len({alarm.row for alarm in book.alarms}) == len(book.alarms)
        assert all(alarm.state is not AlarmState.NORMAL for alarm in book.alarms)


@pytest.mark.parametrize(
    ("active", "acked", "latched"), list(itertools.product([False, True], repeat=3))
)
def test_every_three_facts_have_a_name(active: bool, acked: bool, latched: bool) -> None:
    alarm = Alarm(0, 0.0, active, acked, latched, first_out=False, unknown=False)
    annunciates = alarm.state in (B, LU, D)
    assert annunciates is not acked
