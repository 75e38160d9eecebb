"""Chattering, flood and rates: counted right, told once, bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.alarms import Alarm, Hidden, Suppression, updated
from controller.core.alarms.log import KEPT, QUIET, TOP, AlarmLog, figures, logged
from controller.core.alarms.rules import CONSEQUENCES, OFF_DELAY_S, Consequence
from controller.core.events import Event, EventKind
from controller.core.limits import Limits
from controller.core.matrix import rows
from controller.core.matrix.row import Priority, Reaction

ROWS = rows(Limits())
BY_ID = {row.id: row for row in ROWS}
INDEX = {row.id: index for index, row in enumerate(ROWS)}
HOLDS, WARNS, TRIPS = INDEX["COVER_LOST"], INDEX["O2_HIGH"], INDEX["POWDER_HOT"]
RAISED, CLEARED = EventKind.ALARM_RAISED, EventKind.ALARM_CLEARED
CHATTERING, FLOOD = EventKind.ALARM_CHATTERING, EventKind.ALARM_FLOOD


class Log:
    """Alarms and their log, as the scan keeps them."""

    def __init__(self) -> None:
        self.alarms: tuple[Alarm, ...] = ()
        self.log: AlarmLog = QUIET
        self.told: list[Event] = []

    def scan(self, now_s: float, *active: int) -> list[EventKind]:
        confirmed = dict.fromkeys(sorted(active), False)
        self.alarms, events = updated(self.alarms, confirmed, ROWS, now_s)
        self.log, told = logged(self.log, events, now_s)
        self.told += told
        return [event.kind for event in told]

    def pulse(self, now_s: float, row: int) -> list[EventKind]:
        return self.scan(now_s, row) + self.scan(now_s + 0.1)


def test_the_third_activation_within_a_minute_is_chattering_and_is_told_once() -> None:
    log = Log()
    assert log.pulse(0.0, HOLDS) == [RAISED, CLEARED]
    assert log.pulse(20.0, HOLDS) == [RAISED, CLEARED]
    assert log.pulse(40.0, HOLDS) == [RAISED, CHATTERING]
    assert log.log.chattering == ("COVER_LOST",)
    for at_s in (41.0, 42.0, 43.0):
        assert log.pulse(at_s, HOLDS) == []
    assert log.scan(102.9) == []
    assert log.scan(103.1) == [CHATTERING]
    assert log.told[-1].data == {"id": "COVER_LOST", "on": False}
    assert not log.log.busy
    assert log.pulse(200.0, HOLDS) == [RAISED, CLEARED]


def test_activations_further_apart_are_no_chattering() -> None:
    log = Log()
    for number in range(10):
        assert log.pulse(30.1 * number, HOLDS) == [RAISED, CLEARED]


def test_a_trip_is_told_even_when_it_chatters() -> None:
    log = Log()
    for number in range(6):
        assert RAISED in log.scan(float(number), TRIPS)
        log.scan(number + 0.5)


def test_the_alarm_itself_goes_on_while_it_chatters() -> None:
    """I23: what is told is thinned out, what is listed is not."""
    log = Log()
    for number in range(6):
        log.scan(float(number), HOLDS)
        assert [alarm.active for alarm in log.alarms] == [True]
        log.scan(number + 0.5)
        assert [alarm.active for alarm in log.alarms] == [False]


def test_a_warning_that_comes_back_within_its_off_delay_was_not_away() -> None:
    log = Log()
    assert log.scan(0.0, WARNS) == [RAISED]
    assert log.scan(1.0) == []
    assert not log.alarms[0].active and log.alarms[0].standing
    assert log.scan(1.0 + OFF_DELAY_S - 0.1) == []
    assert log.scan(1.0 + OFF_DELAY_S - 0.05, WARNS) == []
    assert log.alarms[0].active
    assert log.scan(10.0) == []
    assert log.scan(10.0 + OFF_DELAY_S) == [CLEARED]
    assert len(log.log.activations) == 1


def others(count: int) -> list[int]:
    """Rows that follow from no other."""
    follows = {item.row for item in CONSEQUENCES}
    return [index for index, row in enumerate(ROWS) if row.id not in follows][:count]


def test_a_flood_begins_above_10_and_ends_below_5_in_10_min() -> None:
    log = Log()
    active: list[int] = []
    for number, row in enumerate(others(11)):
        active.append(row)
        kinds = log.scan(60.0 * number * 0.9, *active)
        assert (FLOOD in kinds) is (number == 10)
    assert log.log.flood
    # Activations 7 to 10 are the last four within ten minutes.
    over_s = 54.0 * 6 + 600.0
    assert FLOOD not in log.scan(over_s - 0.1, *active) and log.log.flood
    assert FLOOD in log.scan(over_s, *active) and not log.log.flood
    assert [event.data["count"] for event in log.told if event.kind is FLOOD] == [11, 4]


def test_hidden_alarms_are_no_flood_but_are_counted_by_row() -> None:
    log = Log()
    hidden = Hidden(Suppression.OUT_OF_SERVICE, "sensor away", "m", 0.0)
    log.alarms = tuple(
        Alarm(row, 0.0, False, True, False, False, False, hidden=hidden) for row in others(14)
    )
    log.scan(1.0, *others(14))
    found = figures(log.log, log.alarms, ROWS, 1.0)
    assert (found.flood, found.per_10_min, found.per_hour) == (False, 0, 0)
    assert (found.standing, found.unacknowledged, found.out_of_service) == (14, 0, 14)
    assert len(found.top) == TOP


def test_the_figures_of_a_small_hour() -> None:
    log = Log()
    log.pulse(0.0, HOLDS)
    log.pulse(100.0, HOLDS)
    log.scan(3000.0, WARNS)
    found = figures(log.log, log.alarms, ROWS, 3000.0)
    assert (found.per_10_min, found.per_hour) == (1, 3)
    assert found.top == (("COVER_LOST", 2), ("O2_HIGH", 1))
    assert (found.standing, found.stale, found.unacknowledged) == (1, 0, 2)
    later = figures(log.log, log.alarms, ROWS, 3000.0 + 90_000.0)
    assert (later.per_hour, later.standing, later.stale, later.top) == (0, 1, 1, ())


def test_nothing_new_costs_nothing() -> None:
    events: list[Event] = []
    log, told = logged(QUIET, events, 1.0)
    assert log is QUIET and told is events


@given(
    st.lists(
        st.tuples(st.floats(0.0, 30.0), st.sets(st.integers(0, len(ROWS) - 1), max_size=6)),
        max_size=60,
    )
)
def test_whatever_comes_the_log_is_bounded_and_counts_right(
    steps: list[tuple[float, set[int]]],
) -> None:
    log, now_s = Log(), 0.0
    for dt_s, active in steps:
        now_s += dt_s
        log.scan(now_s, *active)
        assert len(log.log.activations) <= KEPT
        for row_id in log.log.chattering:
            assert any(
                item.id == row_id and item.t_s > now_s - 60.0 for item in log.log.activations
            )
        lately = sum(item.called and item.t_s > now_s - 600.0 for item in log.log.activations)
        assert lately <= 10 or log.log.flood
        assert lately >= 5 or not log.log.flood


def test_the_log_keeps_the_newest() -> None:
    log = Log()
    for number in range(2 * KEPT):
        log.pulse(float(number), HOLDS)
    assert len(log.log.activations) == KEPT
    assert log.log.activations[-1].t_s == 2 * KEPT - 1.0


@pytest.mark.parametrize("rule", CONSEQUENCES, ids=lambda rule: rule.row)
def test_a_consequence_never_outranks_its_leaders_nor_leads_itself(rule: Consequence) -> None:
    followers = {item.row for item in CONSEQUENCES}
    for leader in rule.of:
        assert BY_ID[leader].priority.value <= BY_ID[rule.row].priority.value
        assert leader not in followers
    assert rule.row in BY_ID and rule.reason


def test_a_consequence_of_the_highest_priority_follows_a_trip() -> None:
    for rule in CONSEQUENCES:
        if BY_ID[rule.row].priority is Priority.P1:
            assert all(BY_ID[leader].reaction is Reaction.TRIP for leader in rule.of)
