"""Every state of an alarm with everything that can happen to it, held against a typed table (I23).

Table and facts after IEC 62682 (ISA-18.2). Where this differs it is on the safe side: what is
latched, or what a batch may not go on without, keeps asking for its acknowledgment.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from controller.core.alarm_commands import obeyed
from controller.core.alarms import (
    Alarm,
    AlarmState,
    Hidden,
    Suppression,
    acknowledged,
    released,
    updated,
)
from controller.core.commands import Command, CommandName
from controller.core.limits import Limits
from controller.core.matrix import rows

ROWS = rows(Limits())
INDEX = {row.id: index for index, row in enumerate(ROWS)}

A, B, C = AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED
D, LU, LA = AlarmState.RETURNED, AlarmState.LATCHED_UNACKNOWLEDGED, AlarmState.LATCHED
E, F, G = AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE

# A row that only warns, one that holds, and one that trips and so latches; each with its leader.
WARNS, HOLDS, TRIPS = "O2_HIGH", "ARGON_FLOW", "DRIVE_NOT_RUNNING"
LEADER = {WARNS: "O2_HOLD", HOLDS: "ARGON_LOST", TRIPS: "ESTOP"}
EVENTS = (
    "alarm",
    "return",
    "ack",
    "reset",
    "hours pass",
    "shelve",
    "unshelve",
    "suppress",
    "release",
    "take out",
    "put back",
)

# While in sight: (state, event) -> state; what is not listed changes nothing.
SEEN = {
    (A, "alarm"): B,
    (D, "alarm"): B,
    (LU, "alarm"): B,
    (LA, "alarm"): B,
    (B, "return"): D,
    (C, "return"): A,
    (B, "ack"): C,
    (D, "ack"): A,
    (LU, "ack"): LA,
    (LU, "reset"): D,
    (LA, "reset"): A,
    (A, "shelve"): E,
    (B, "shelve"): E,
    (C, "shelve"): E,
    (D, "shelve"): E,
    (B, "suppress"): F,
    (C, "suppress"): F,
    (LU, "suppress"): F,
    (LA, "suppress"): F,
    (A, "take out"): G,
    (B, "take out"): G,
    (C, "take out"): G,
    (D, "take out"): G,
    (LU, "take out"): G,
    (LA, "take out"): G,
}
SEEN_OF_A_TRIP = {
    (B, "return"): LU,
    (C, "return"): LA,
    (C, "hours pass"): B,  # highest priority: calls again
    (C, "reset"): B,  # let go while the cause is there: trips anew
    # Priority 1 is not shelved.
    **{(state, "shelve"): state for state in (A, B, C, D)},
}
# What brings a hidden alarm back, and what takes it out of service.
BACK = {(E, "unshelve"), (E, "hours pass"), (F, "release"), (G, "put back")}
OUT = {(E, "take out"), (F, "take out")}

Case = tuple[str, Alarm]


def facts(row_id: str) -> list[Alarm]:
    """Every alarm of this row that can be."""
    found = []
    kinds = [None, *(kind for kind in Suppression if kind is not Suppression.NONE)]
    for active, acked, latched, kind in itertools.product(
        (True, False), (True, False), (True, False), kinds
    ):
        if (latched and row_id != TRIPS) or (active and not latched and row_id == TRIPS):
            continue
        over = not active and not latched
        if kind is Suppression.SUPPRESSED and over and (acked or row_id == WARNS):
            continue  # nothing is left of it to be listed
        hidden = None if kind is None else Hidden(kind, "why", "who", 0.0, until_s=28_800.0)
        if hidden is not None and kind is not Suppression.SHELVED:
            hidden = replace(hidden, until_s=float("inf"))
        row = INDEX[row_id]
        found.append(Alarm(row, 0.0, active, acked, latched, False, False, hidden=hidden))
    return found


def expected(row_id: str, before: Alarm, event: str) -> AlarmState:
    """The typed table, read for these facts."""
    state = before.state
    if state not in (E, F, G):
        table = SEEN | (SEEN_OF_A_TRIP if row_id == TRIPS else {})
        return table.get((state, event), state)
    if (state, event) in OUT:
        return G
    active = event == "alarm" or (before.active and event != "return")
    acked = (before.acked or event == "ack") and not (event == "alarm" and not before.active)
    latched = (before.latched and (event != "reset" or active)) or (row_id == TRIPS and active)
    if (state, event) not in BACK:
        gone = not active and not latched and (acked or row_id == WARNS)
        return A if state is F and gone else state
    if active:
        return B
    if latched:
        return LA if acked else LU
    return A if acked or row_id == WARNS else D


class Desk:
    """One alarm, perhaps its leader, and the condition of both."""

    def __init__(self, row_id: str, alarm: Alarm) -> None:
        self.row_id, self.row, self.now_s = row_id, alarm.row, 10.0
        self.leader = INDEX[LEADER[row_id]]
        self.alarms = () if alarm.state is A else (alarm,)
        self.confirmed = {self.row: False} if alarm.active else {}
        # The first-out of the trip is another alarm: that one is never suppressed.
        self.other = Alarm(INDEX["TORQUE_HIGH"], 0.0, False, True, True, True, False)
        if row_id == TRIPS:
            self.alarms = (self.other, *self.alarms)
        if alarm.suppression is Suppression.SUPPRESSED:
            lead = Alarm(self.leader, 0.0, True, True, False, False, False)
            lead = replace(lead, latched=row_id == TRIPS)
            self.alarms = (lead, *self.alarms)
            self.confirmed[self.leader] = False

    def scan(self, after_s: float = 0.1) -> None:
        self.now_s += after_s
        confirmed = dict(sorted(self.confirmed.items()))
        self.alarms, _ = updated(self.alarms, confirmed, ROWS, self.now_s)

    def do(self, event: str) -> None:
        if event == "alarm":
            self.confirmed[self.row] = False
        elif event == "return":
            self.confirmed.pop(self.row, None)
            self.scan()
        elif event == "ack":
            self.alarms = acknowledged(self.alarms, (self.row_id,), ROWS, self.now_s)
        elif event == "reset":
            self.alarms = released(self.alarms)
        elif event == "suppress":
            self.confirmed[self.leader] = False
        elif event == "release":
            self.confirmed.pop(self.leader, None)
            self.alarms = tuple(a for a in self.alarms if a.row != self.leader)
        elif event != "hours pass":
            self.command(event)
        self.scan(28_801.0 if event == "hours pass" else 6.0)

    def command(self, event: str) -> None:
        name = {
            "shelve": CommandName.SHELVE,
            "unshelve": CommandName.UNSHELVE,
            "take out": CommandName.OUT_OF_SERVICE,
            "put back": CommandName.IN_SERVICE,
        }[event]
        asked = Command(id="c", name=name, user="u", alarm=self.row_id, minutes=480.0, reason="r")
        self.alarms = obeyed(self.alarms, asked, ROWS, self.now_s).alarms

    @property
    def state(self) -> AlarmState:
        return next((alarm.state for alarm in self.alarms if alarm.row == self.row), A)


CASES = [
    (row_id, alarm, event)
    for row_id in (WARNS, HOLDS, TRIPS)
    for alarm in facts(row_id)
    for event in EVENTS
]


@pytest.mark.parametrize(
    ("row_id", "alarm", "event"),
    CASES,
    ids=[
        f"{r}-{a.state.name}-{'on' if a.active else 'off'}-{a.acked:d}{a.latched:d}-{e}"
        for r, a, e in CASES
    ],
)
def test_every_state_and_event_has_its_outcome(row_id: str, alarm: Alarm, event: str) -> None:
    desk = Desk(row_id, alarm)
    desk.do(event)
    assert desk.state is expected(row_id, alarm, event)


def test_the_cases_reach_every_state() -> None:
    assert {alarm.state for _, alarm, _ in CASES} == set(AlarmState)
    assert {expected(*case) for case in CASES} == set(AlarmState)


@pytest.mark.parametrize("alarm", facts(TRIPS), ids=lambda a: f"{a.state.name}-{a.acked}")
@pytest.mark.parametrize("event", [e for e in EVENTS if e != "reset"])
def test_only_a_reset_lets_go_of_a_latch(alarm: Alarm, event: str) -> None:
    """I8: neither acknowledging, nor hiding, nor time."""
    desk = Desk(TRIPS, alarm)
    desk.do(event)
    after = [item for item in desk.alarms if item.row == desk.row]
    assert not alarm.latched or after[0].latched


@pytest.mark.parametrize("row_id", [WARNS, HOLDS, TRIPS])
@pytest.mark.parametrize("event", [e for e in EVENTS if e not in ("alarm", "return")])
def test_nothing_but_the_condition_moves_the_condition(row_id: str, event: str) -> None:
    """I23: an active alarm stays active whatever a person does."""
    for alarm in facts(row_id):
        desk = Desk(row_id, alarm)
        desk.do(event)
        active = any(item.active for item in desk.alarms if item.row == desk.row)
        assert active is alarm.active


def test_the_first_of_a_trip_is_never_suppressed() -> None:
    """I23: it came first, so it followed from nothing; also when both come in one scan."""
    follower, leader = INDEX[TRIPS], INDEX[LEADER[TRIPS]]
    later, _ = updated((), {follower: False}, ROWS, 1.0)
    later, _ = updated(later, {leader: False, follower: False}, ROWS, 1.1)
    at_once, _ = updated((), {follower: False, leader: False}, ROWS, 1.0)
    for alarms in (later, at_once):
        (first,) = [alarm for alarm in alarms if alarm.first_out]
        assert (first.row, first.state) == (follower, B)


def test_what_was_suppressed_and_becomes_first_out_is_shown() -> None:
    desk = Desk(TRIPS, replace(facts(TRIPS)[0], hidden=None))
    desk.do("suppress")
    assert desk.state is F
    desk.alarms = tuple(replace(a, first_out=a.row == desk.row) for a in desk.alarms)
    desk.scan()
    assert desk.state is B


def test_acknowledging_again_does_not_put_off_the_reminder() -> None:
    alarms, _ = updated((), {INDEX[TRIPS]: False}, ROWS, 0.0)
    for at_s in (0.0, 1000.0):
        alarms = acknowledged(alarms, (TRIPS,), ROWS, at_s)
    alarms, _ = updated(alarms, {INDEX[TRIPS]: False}, ROWS, 1799.0)
    assert alarms[0].state is C
    alarms, _ = updated(alarms, {INDEX[TRIPS]: False}, ROWS, 1800.0)
    assert alarms[0].state is B
