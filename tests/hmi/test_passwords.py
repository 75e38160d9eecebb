"""Which passwords are taken, how they are kept, and how fast they may be tried."""

from __future__ import annotations

import random
import statistics
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pagesite import OTHER_PASSWORD, PASSWORD, QUICK, Site, run

from controller.core.roles import Role
from controller.errors import StartError
from hmi.accounts.codes import code_hash
from hmi.accounts.passwords import MEMORY_KIB, TIME_COST, Vault, fault_of, settled
from hmi.accounts.store import AccountStore
from hmi.accounts.throttle import (
    FORGOTTEN_S,
    FREE_TRIES,
    FREE_TRIES_OF_SOURCE,
    LONGEST_WAIT_S,
    REMEMBERED,
    Throttles,
)

SINCE = "2026-01-05T08:00:00+00:00"
TAKEN = [
    PASSWORD,
    OTHER_PASSWORD,
    "correct horse battery staple",
    "x9$Lm2!pQ7rT",
    "дерево растёт у реки",
    "木は川のそばで育ちますよね、本当に",
    "a b c d e f g h j",
    "mill operator eats soup",
    "y" + "z1q8w" * 25,
]
REFUSED = [
    "",
    "short",
    "x9$Lm2!pQ7r",
    "p" + "z1q8w" * 26,
    "password1234",
    "Passw0rd!!!!",
    "qwertyuiop12",
    "123456789012",
    "987654321098",
    "aaaaaaaaaaaaaaaa",
    "abcabcabcabcabc",
    "blademill2026!",
    "operator12345",
    "Administrator1!",
    "iloveyou1234",
    "dragondragon",
    "lovelace1815!",
    "Ada Lovelace 1",
    "            1",
    "unbelievable",
]


@pytest.mark.parametrize("password", TAKEN)
def test_a_good_password_is_taken(password: str) -> None:
    assert fault_of(password, "Ada Lovelace") == ""


@pytest.mark.parametrize("password", REFUSED)
def test_a_password_that_everybody_tries_is_not(password: str) -> None:
    assert fault_of(password, "Ada Lovelace") != ""


@given(st.text(min_size=0, max_size=200), st.text(min_size=1, max_size=40))
def test_any_text_is_judged_and_nothing_short_is_taken(password: str, name: str) -> None:
    fault = fault_of(password, name)
    if len(settled(password)) < 12 or len(settled(password)) > 128:
        assert fault


@given(st.text(min_size=1, max_size=60))
def test_a_password_is_right_and_any_other_is_wrong(password: str) -> None:
    kept = QUICK.keep(password)
    assert password not in kept or len(password) < 3
    assert QUICK.check(kept, password)
    assert not QUICK.check(kept, password + "x")
    assert not QUICK.check(None, password)
    assert not QUICK.check("not a hash", password)


def test_the_same_password_is_kept_differently_each_time_and_at_the_stated_cost() -> None:
    vault = Vault()
    first, second = vault.keep(PASSWORD), vault.keep(PASSWORD)
    assert first != second
    assert first.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={TIME_COST},p=1$")
    assert not vault.is_outdated(first)


def test_a_hash_of_old_costs_is_made_anew_at_sign_in() -> None:
    async def check(it: Site) -> None:
        it.add("Ada", Role.OPERATOR)
        it.desk.store.set_password("Ada", Vault(time_cost=2, memory_kib=16).keep(PASSWORD), SINCE)
        assert (await it.sign_in()).status_code == 204
        found = it.desk.store.get("Ada")
        assert found is not None and found.password is not None
        assert not QUICK.is_outdated(found.password)
        assert (await it.sign_in()).status_code == 204

    run(check)


def test_the_file_of_accounts_is_its_owners_alone_and_has_no_password_or_code(
    tmp_path: Path,
) -> None:
    store = AccountStore(tmp_path / "data")
    store.add("Ada", frozenset({Role.ADMIN}), "console", "")
    store.set_code("Ada", code_hash("ABCD-EFGH"), 0.0)
    store.set_password("Ada", QUICK.keep(PASSWORD), SINCE)
    store.close()
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.path.parent.stat().st_mode & 0o777 == 0o700
    everything = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
    assert PASSWORD.encode() not in everything
    assert b"ABCD" not in everything


@pytest.mark.parametrize("damage", ["text", "newer", "folder"])
def test_a_file_that_cannot_be_used_is_said_and_left_as_it_is(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "accounts.sqlite3"
    if damage == "text":
        path.write_text("this is no database, and it is long enough to be read as one " * 20)
    elif damage == "folder":
        path.mkdir()
    else:
        store = AccountStore(tmp_path)
        store._db.execute("PRAGMA user_version = 99")
        store.close()
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StartError) as caught:
        AccountStore(tmp_path)
    assert "accounts" in caught.value.person_text
    assert (path.read_bytes() if path.is_file() else b"") == before


# How fast passwords may be tried


def test_the_first_tries_are_free_and_then_each_doubles_the_wait() -> None:
    throttles = Throttles()
    waits, now_s = [], 0.0
    for _ in range(FREE_TRIES + 8):
        now_s += throttles.wait_s("ada", "here", now_s)
        throttles.failed("ada", "here", now_s)
        waits.append(throttles.wait_s("ada", "here", now_s))
    assert waits == [0.0] * (FREE_TRIES - 1) + [1, 2, 4, 8, 16, 32, 60, 60, 60]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ada", "bob", "eve"]),
            st.sampled_from(["here", "there"]),
            st.floats(0.0, 200.0),
        ),
        max_size=120,
    )
)
def test_nobody_waits_longer_than_the_longest_wait(tries: list[tuple[str, str, float]]) -> None:
    throttles, now_s = Throttles(), 0.0
    for name, source, pause_s in tries:
        now_s += pause_s
        if throttles.wait_s(name, source, now_s) <= 0.0:
            throttles.failed(name, source, now_s)
        for other in ("ada", "bob", "eve", "mia"):
            assert 0.0 <= throttles.wait_s(other, source, now_s) <= LONGEST_WAIT_S + 1e-6


def test_one_name_that_is_tried_makes_no_other_name_wait() -> None:
    throttles = Throttles()
    for _ in range(FREE_TRIES):
        throttles.failed("ada", "here", 0.0)
    assert throttles.wait_s("ada", "there", 0.0) > 0.0
    assert throttles.wait_s("bob", "here", 0.0) == 0.0


def test_a_source_that_tries_many_names_must_wait_with_all_of_them() -> None:
    throttles = Throttles()
    for number in range(FREE_TRIES_OF_SOURCE):
        throttles.failed(f"name {number}", "here", 0.0)
    assert throttles.wait_s("another", "here", 0.0) > 0.0
    assert throttles.wait_s("another", "there", 0.0) == 0.0


def test_old_tries_and_right_ones_are_forgotten_and_memory_is_bounded() -> None:
    throttles = Throttles()
    for _ in range(50):
        throttles.failed("ada", "here", 0.0)
    throttles.failed("ada", "here", FORGOTTEN_S + 1.0)
    assert throttles.wait_s("ada", "there", FORGOTTEN_S + 1.0) == 0.0
    for _ in range(50):
        throttles.failed("bob", "there", 0.0)
    throttles.passed("bob")
    assert throttles.wait_s("bob", "elsewhere", 0.0) == 0.0
    for number in range(3 * REMEMBERED):
        throttles.failed(f"n{number}", f"s{number}", 0.0)
    assert len(throttles._kept) <= REMEMBERED


def test_a_thousand_wrong_tries_and_the_person_still_gets_in() -> None:
    """In virtual time, with somebody who guesses as fast as they are let for hours."""

    async def check(it: Site) -> None:
        it.add("Ada", Role.OPERATOR)
        looked_at = 0
        for _ in range(1000):
            wrong = {"name": "Ada", "password": OTHER_PASSWORD}
            answer = await it.post("/api/session", wrong)
            assert answer.status_code in (403, 429)
            looked_at += answer.status_code == 403
            if answer.status_code == 429:
                assert 1 <= int(answer.headers["retry-after"]) <= LONGEST_WAIT_S + 1
            it.clock[0] += 10.0
        assert looked_at < 1000 * 10.0 / LONGEST_WAIT_S + 20
        assert any(one["action"] == "session.guessing" for one in it.told())
        it.clock[0] += LONGEST_WAIT_S
        assert (await it.sign_in()).status_code == 204

    run(check)


def test_a_try_that_comes_too_early_is_neither_looked_at_nor_counted() -> None:
    async def check(it: Site) -> None:
        it.add("Ada", Role.OPERATOR)
        wrong = {"name": "Ada", "password": OTHER_PASSWORD}
        for _ in range(FREE_TRIES):
            await it.post("/api/session", wrong)
        told = len(it.told())
        for _ in range(20):
            assert (await it.post("/api/session", wrong)).status_code == 429
        assert (await it.sign_in()).status_code == 429  # the right one neither
        assert len(it.told()) == told
        it.clock[0] += 1.0
        assert (await it.sign_in()).status_code == 204

    run(check)


def test_who_is_signed_in_may_stop_the_mill_while_others_guess() -> None:
    async def check(it: Site) -> None:
        await it.sign_in("Ada", Role.VIEWER)
        for _ in range(50):
            await it.post("/api/session", {"name": "Ada", "password": OTHER_PASSWORD})
        assert (await it.command("stop")).status_code == 503  # passed on: nobody is there

    run(check)


def medians_differ(first: list[float], second: list[float]) -> float:
    """By how much of the first the medians of two lists of times differ."""
    before, after = statistics.median(first), statistics.median(second)
    return abs(before - after) / before


def timings(vault: Vault, rounds: int) -> dict[str, list[float]]:
    """What failed sign-ins of four kinds cost the processor, in mixed order.

    Not what they take: other work on the machine would be told from one kind to the next.
    """
    found: dict[str, list[float]] = {"unknown": [], "wrong": [], "disabled": [], "new": []}
    names = {"unknown": "Nobody", "wrong": "Ada", "disabled": "Dora", "new": "Nina"}

    async def check(it: Site) -> None:
        it.add("Ada", Role.OPERATOR)
        it.add("Dora", Role.OPERATOR)
        it.desk.store.set_password("Ada", vault.keep(PASSWORD), SINCE)
        it.desk.store.set_password("Dora", vault.keep(PASSWORD), SINCE)
        it.desk.store.set_disabled("Dora", True)
        it.desk.store.add("Nina", frozenset({Role.OPERATOR}), "test", "")
        order = [kind for kind in found for _ in range(rounds)]
        random.Random(1).shuffle(order)
        for kind in order:
            it.clock[0] += LONGEST_WAIT_S
            body = {"name": names[kind], "password": OTHER_PASSWORD}
            began = time.process_time()
            answer = await it.post("/api/session", body)
            found[kind].append(time.process_time() - began)
            assert answer.status_code == 403

    run(check, vault=vault, within_s=300.0)
    return found


def test_an_unknown_name_costs_a_hash_too() -> None:
    """A name that is not there is answered no faster than half of one that is."""
    found = timings(Vault(time_cost=2, memory_kib=8192), 8)
    for kind in ("unknown", "disabled", "new"):
        assert min(found[kind]) > 0.5 * min(found["wrong"])


@pytest.mark.long
def test_failed_sign_ins_take_the_same_time_whatever_is_wrong() -> None:
    found = timings(Vault(), 60)
    for kind in ("unknown", "disabled", "new"):
        assert medians_differ(found["wrong"], found[kind]) < 0.1, {
            name: statistics.median(times) for name, times in found.items()
        }
