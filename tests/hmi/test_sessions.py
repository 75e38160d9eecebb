"""The one-time code, the throttle behind it, and sessions that the server can end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hmi.sessions import (
    ALPHABET,
    FREE_TRIES,
    LONGEST_WAIT_S,
    REQUEST_BURST,
    REQUESTS_PER_S,
    SESSION_LIFE_S,
    SESSION_LIMIT,
    CodeBook,
    Session,
    SessionStore,
    Throttle,
    new_code,
)


def book() -> tuple[CodeBook, list[str]]:
    shown: list[str] = []
    return CodeBook(shown.append), shown


def test_a_code_is_two_groups_of_four_unmistakable_signs() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        first, second = code.split("-")
        assert len(first) == len(second) == 4
        assert set(first + second) <= set(ALPHABET)
    assert not set("01OIL") & set(ALPHABET)


def test_a_code_works_once_and_then_another_is_shown() -> None:
    codes, shown = book()
    assert codes.redeem(shown[0], 0.0)
    assert len(shown) == 2 and shown[0] != shown[1]
    assert not codes.redeem(shown[0], 0.0)
    assert codes.redeem(shown[1], 0.0)


def test_case_blanks_and_dashes_do_not_matter_but_every_sign_does() -> None:
    codes, shown = book()
    typed = f"  {shown[0].replace('-', ' ').lower()} "
    wrong = shown[0][:-1] + next(sign for sign in ALPHABET if sign != shown[0][-1])
    assert not codes.redeem("", 0.0)
    assert not codes.redeem(wrong, 0.0)
    assert not codes.redeem("ÄÖ-☃", 0.0)
    assert codes.redeem(typed, 0.0)


def test_the_code_is_not_in_what_the_book_shows_of_itself() -> None:
    codes, shown = book()
    assert shown[0] not in repr(codes)


def test_five_wrong_codes_are_free_then_each_doubles_the_wait() -> None:
    throttle = Throttle()
    waits = []
    for _ in range(FREE_TRIES + 6):
        throttle.failed(0.0)
        waits.append(throttle.wait_s(0.0))
    assert waits == [0.0] * (FREE_TRIES - 1) + [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_a_right_code_that_comes_too_early_is_refused_and_later_taken() -> None:
    codes, shown = book()
    for _ in range(FREE_TRIES):
        codes.redeem("wrong", 0.0)
    assert not codes.redeem(shown[0], 0.5)
    assert codes.redeem(shown[0], 0.5 + LONGEST_WAIT_S)
    assert codes.throttle.wait_s(0.5 + LONGEST_WAIT_S) == 0.0


@given(st.lists(st.floats(0.0, 100.0), min_size=1, max_size=80))
def test_nobody_waits_longer_than_the_longest_wait(pauses_s: list[float]) -> None:
    throttle, now_s = Throttle(), 0.0
    for pause_s in pauses_s:
        now_s += pause_s
        throttle.failed(now_s)
        assert 0.0 <= throttle.wait_s(now_s) <= LONGEST_WAIT_S + 1e-9


def test_a_session_lasts_its_time_and_no_longer() -> None:
    store = SessionStore()
    token = store.open("Ada", "operator", 100.0)
    assert store.find(token, 100.0 + SESSION_LIFE_S - 0.1) is not None
    assert store.find(token, 100.0 + SESSION_LIFE_S) is None


def test_a_closed_session_is_gone_at_once() -> None:
    store = SessionStore()
    token = store.open("Ada", "operator", 0.0)
    store.close(token)
    assert store.find(token, 0.0) is None


def test_ids_are_long_random_and_nowhere_in_the_store() -> None:
    store = SessionStore()
    tokens = {store.open("Ada", "operator", 0.0) for _ in range(SESSION_LIMIT)}
    assert len(tokens) == SESSION_LIMIT
    assert all(len(token) >= 43 for token in tokens)  # 256 bits in base 64
    kept = repr(vars(store))
    assert not any(token in kept for token in tokens)


def test_no_id_but_a_right_one_finds_a_session() -> None:
    store = SessionStore()
    token = store.open("Ada", "operator", 0.0)
    assert [store.find(other, 0.0) for other in (None, "", "x", token[:-1], token + "A")] == [
        None
    ] * 5


def test_the_oldest_session_makes_room_for_a_new_one() -> None:
    store = SessionStore()
    tokens = [store.open("Ada", "operator", 0.0) for _ in range(SESSION_LIMIT + 1)]
    assert store.find(tokens[0], 0.0) is None
    assert all(store.find(token, 0.0) for token in tokens[1:])


def test_a_session_may_ask_so_often_and_no_oftener() -> None:
    session = Session("Ada", "operator", 1e9)
    assert sum(session.may_ask(0.0) for _ in range(1000)) == REQUEST_BURST
    assert sum(session.may_ask(1.0) for _ in range(1000)) == REQUESTS_PER_S
