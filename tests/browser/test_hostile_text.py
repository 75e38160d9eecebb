"""Texts that a careless page would run: typed into every field, stored wherever a person may write,
put into the address. They are refused or shown as text; nothing of them ever runs.

`make test` takes a few of the two hundred for each place, `make test-long` all of them.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from millpage import CHARGE, PASSWORD, MillPage, mill_page, watched_page
from playwright.sync_api import Browser, BrowserContext, Page, expect
from recording import record_of_run
from xss import CORPUS, TRACE

from controller.packaged import packaged_file
from sim.training import ask

pytestmark = [pytest.mark.browser, pytest.mark.timeout(3600)]

EARLIER = "DRY-RUN"  # what a batch in virtual time is called
FEW = CORPUS[::29]
TEXTS = pytest.mark.parametrize(
    "texts",
    [pytest.param(FEW, id="few"), pytest.param(CORPUS, id="all", marks=pytest.mark.long)],
)
NAME_MAX = 60
VIEWS = (
    ("run",),
    *(("run", name) for name in ("far", "alarms", "events")),
    ("run", "alarms", "history"),
    *(("recipes", *rest) for rest in ((), ("library",), ("write",))),
    *(("recipes", name) for name in ("runs", "matrix", "compare")),
    ("system",),
    *(
        ("system", name)
        for name in ("manual", "bypasses", "machine", "audit", "training", "people")
    ),
    ("batches",),
    ("batches", EARLIER),
)
# What is pressed in a view, and which field is there then.
OPENS: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {
    ("run", "events"): (("Handover", "taker"),),
    ("recipes",): (("Edit a copy", "target_nm"),),
    ("system", "bypasses"): (("Bypass: ", "bypass_reason"),),
    ("system", "people"): (("Set up", "totp"),),
    ("batches", EARLIER): (
        ("Enter a measured thickness", "thickness_nm"),
        ("Enter the recovered mass", "recovered_g"),
        ("Decide on this batch", "reason"),
        ("Write a comment", "text"),
        ("Sign: I performed this batch", "password"),
    ),
}
# Fields by their names, that the views above must have shown among others.
KNOWN = frozenset(
    {
        "argon_lot",
        "balance_id",
        "blade_hours",
        "blade_id",
        "bypass_minutes",
        "bypass_reason",
        "calibrated",
        "cam_lot",
        "cam_mass_g",
        "checked_by",
        "fault_end",
        "fault_filter",
        "fault_off",
        "fault_on",
        "fault_onset",
        "fault_search",
        "file_name",
        "find",
        "hours_origin",
        "jar_hours",
        "jar_id",
        "jog_flow",
        "jog_rpm",
        "lockout_reason",
        "n",
        "name",
        "new",
        "note",
        "old",
        "password",
        "purge_flow",
        "purge_minutes",
        "reason",
        "recovered_g",
        "seed",
        "sigma_nm",
        "sse_lot",
        "sse_mass_g",
        "taker",
        "target_nm",
        "text",
        "thickness_nm",
        "toml",
        "totp",
    }
)
# Fields that are named in the sources and stand in none of those views: before the sign-in, which
# has a test of its own; after a crash; where a fault takes a value; above a fault matrix.
ELSEWHERE = frozenset({"code", "scrap-reason", "fault_value", "find_fault"})
SOURCES = Path(__file__).parents[2] / "hmi/web/src"
TAG = re.compile(r"<(?:Field|TextField|Entry|Line|input|textarea)\b(.*?)/>", re.DOTALL)

# Sets each field that is not `done` as a typist would, and lets the page draw; their names.
TYPE_ALL = """
async ([texts, done]) => {
  for (const it of document.querySelectorAll('main details')) it.open = true;
  await new Promise(drawn => requestAnimationFrame(drawn));
  const named = it => it.name || it.id || it.outerHTML.slice(0, 80);
  const fields = [...document.querySelectorAll('input, textarea')].filter(it =>
    it.checkVisibility() && !it.disabled && !it.readOnly
    && !['checkbox', 'radio', 'file'].includes(it.type) && !done.includes(named(it)));
  for (const it of fields) {
    const kind = it.tagName === 'INPUT' ? HTMLInputElement : HTMLTextAreaElement;
    const set = Object.getOwnPropertyDescriptor(kind.prototype, 'value').set;
    const before = it.value;
    for (const text of [...texts, before]) {
      set.call(it, text);
      for (const name of ['input', 'change']) it.dispatchEvent(new Event(name, {bubbles: true}));
      await new Promise(drawn => requestAnimationFrame(drawn));
    }
  }
  return fields.map(named);
}
"""
# Commands one after the other, as fast as the server lets a person; what came of each.
GIVE_ALL = """
async bodies => {
  const hex = () => Math.floor(Math.random() * 16).toString(16);
  const id = () => 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, hex);
  const wait = () => new Promise(done => setTimeout(done, 100));
  const stream = new EventSource('/api/stream');
  let seen = null;
  stream.onmessage = event => {
    const { state_version } = JSON.parse(event.data);
    seen = { state_version, seen_s: Number(event.lastEventId) };
  };
  while (!seen) await wait();
  const results = [];
  for (const body of bodies) {
    for (;;) {
      const answer = await fetch('/api/command', {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({...body, ...seen, id: id()}),
      });
      const said = await answer.json();
      const late = said.reasons?.some(it => it.includes('has changed since you saw it'));
      if (answer.status === 429 || late) {
        await wait();
        continue;
      }
      results.push(said.accepted ? 'accepted' : JSON.stringify(said));
      break;
    }
  }
  stream.close();
  return results;
}
"""
# What a text would have left behind, and what only a text would have brought in.
LEFT = """
() => [
  ...(window.__ran === undefined ? [] : ['ran']),
  ...[...document.querySelectorAll('img, iframe, object, base, video, math, [onload], [onerror]')]
    .map(it => it.outerHTML.slice(0, 100)),
]
"""


@pytest.fixture(scope="module")
def mill(chromium_browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MillPage]:
    record = tmp_path_factory.mktemp("record")
    record_of_run(record)
    with mill_page(chromium_browser, tmp_path_factory.mktemp("mill"), 10.0, record) as mill:
        yield mill


@pytest.fixture(scope="module")
def person(mill: MillPage) -> BrowserContext:
    roles = ("operator", "supervisor", "author", "maintenance", "admin")
    person = mill.person(mill.administrator(), "Ada Lovelace", *roles)
    mill.post(person, "proof", {"password": PASSWORD})
    return person


@pytest.fixture
def page(mill: MillPage, person: BrowserContext) -> Iterator[Page]:
    with watched_page(mill, person) as page:
        page.goto(mill.url)
        expect(page.locator("[data-state]:not([data-state=''])").first).to_be_visible()
        yield page


@pytest.fixture(scope="module")
def loaded(mill: MillPage) -> None:
    """A recipe that may be charged."""
    recipe = Path(mill.processes.setup.recipe)
    mill.give("load", recipe_toml=recipe.read_text(encoding="utf-8"), name=recipe.name)


@pytest.fixture(scope="module")
def alarmed(mill: MillPage) -> None:
    """A batch under way, with an alarm that may be shelved."""
    mill.give("charge", **CHARGE)
    mill.give("start")
    ask({"inject": "room_o2_wrong@0:18.5"}, mill.training)


def go(page: Page, *view: str) -> None:
    page.evaluate("hash => { location.hash = hash }", "/".join(("#", *view)))
    expect(page.locator(f".main-{view[0]} .panel").first).to_be_visible()


def nothing_ran(page: Page, where: object) -> None:
    assert page.evaluate(LEFT) == [], where


@TEXTS
@pytest.mark.usefixtures("loaded")
def test_hostile_text_typed_into_every_field_is_never_run(page: Page, texts: Sequence[str]) -> None:
    found: set[str] = set()
    for view in VIEWS:
        go(page, *view)
        here: list[str] = page.evaluate(TYPE_ALL, [texts, []])
        for button, field in OPENS.get(view, ()):
            page.locator(f"main button:has-text('{button}')").first.click(timeout=20_000)
            expect(page.locator(f"main [name={field}]").first).to_be_visible()
            here += page.evaluate(TYPE_ALL, [texts, here])
        nothing_ran(page, view)
        found |= set(here)
    assert found >= KNOWN, KNOWN - found


def test_a_new_field_must_be_made_known_here() -> None:
    named = {
        name[1]
        for path in SOURCES.rglob("*.tsx")
        for tag in TAG.findall(path.read_text(encoding="utf-8"))
        if not re.search(r'type="(checkbox|radio|file)"', tag)
        if (name := re.search(r'\bname="([^"]+)"', tag))
    }
    assert named >= ELSEWHERE, "the sources are read, and these are still in them"
    assert named <= KNOWN | ELSEWHERE


@TEXTS
def test_hostile_text_typed_before_the_sign_in_is_never_run(
    mill: MillPage, texts: Sequence[str]
) -> None:
    context = mill.browser.new_context()
    with watched_page(mill, context) as page:
        page.goto(mill.url)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert set(page.evaluate(TYPE_ALL, [texts, []])) == {"name", "password", "totp"}
        page.locator("input[name=name]").fill(texts[0])
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("alert")).not_to_be_empty()
        nothing_ran(page, "sign-in")
        page.get_by_role("button", name="I have a one-time code").click()
        fields = {"name", "code", "password", "totp"}
        assert set(page.evaluate(TYPE_ALL, [texts, []])) == fields
        nothing_ran(page, "one-time code")
    context.close()


def recipe_titled(title: str) -> str:
    """BM-05 with another title, note and author."""
    text = packaged_file("recipes", "bm-05.toml").read_text()
    old = 'title = "5 wt% Li6PS5Cl on 13 um NMC811, pulsed"'
    assert old in text
    return text.replace(old, f"title = {json.dumps(title)}").replace("BM-05", "HOSTILE")


def give(page: Page, commands: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
    """What came of each of these commands."""
    found: list[str] = page.evaluate(
        GIVE_ALL, [{"name": name, "args": args} for name, args in commands]
    )
    return found


def sent(mill: MillPage, person: BrowserContext, path: str, bodies: Sequence[Any]) -> set[int]:
    """The answers to these requests, as fast as the server lets a person."""
    headers = {"Origin": mill.url.rstrip("/"), "Content-Type": "application/json"}
    found = set()
    for body in bodies:
        while True:
            answer = person.request.post(f"{mill.url}api/{path}", data=body, headers=headers)
            if answer.status != 429:
                break
            time.sleep(0.1)
        found.add(answer.status)
    return found


@TEXTS
@pytest.mark.usefixtures("loaded")
def test_hostile_text_in_the_papers_of_a_charge_is_shown_and_never_run(
    page: Page, texts: Sequence[str]
) -> None:
    fields = ("cam_lot", "sse_lot", "blade_id", "jar_id", "argon_lot", "balance_id")
    short = [text[:NAME_MAX] for text in texts]
    turned = (dict(zip(fields, short[i:] + short[:i], strict=False)) for i in range(len(short)))
    assert set(give(page, [("charge", CHARGE | lots) for lots in turned])) == {"accepted"}
    go(page, "run", "events")
    nothing_ran(page, "events")
    for text in texts[::10]:
        page.get_by_role("button", name="Change charge").click()
        page.locator("input[name=emptied_and_cleaned]").check()
        page.locator("input[name=checked_by]").fill("Bob")
        page.locator("input[name=cam_lot]").fill(text[:NAME_MAX])
        page.get_by_role("button", name="Confirm charge").click()
        expect(page.locator(".charged")).to_contain_text(text[:NAME_MAX], timeout=10_000)
    nothing_ran(page, "charge")


@TEXTS
@pytest.mark.usefixtures("loaded", "alarmed")
def test_hostile_text_that_is_stored_is_shown_and_never_run(
    page: Page, mill: MillPage, person: BrowserContext, texts: Sequence[str]
) -> None:
    go(page, "run", "alarms")
    row = page.locator(".alarm-list .alarm").filter(has_text="Room O2")
    row.get_by_role("button", name="Shelve").click(timeout=20_000)
    assert page.evaluate(TYPE_ALL, [texts, []])
    # Stored, each where a person writes it.
    batch = {"batch": EARLIER, "disposition": "quarantined"}
    alarm, row = {"alarm": "ROOM_O2_LOW"}, {"row": "COOLING_LOST"}
    told: list[tuple[str, dict[str, Any]]] = []
    for text in texts:
        told += [
            ("comment", {"topic": "note", "text": text}),
            ("handover", {"from": "Ada Lovelace", "to": "Bob", "note": text}),
            ("dispose", batch | {"reason": text}),
            ("shelve", alarm | {"minutes": 5.0, "reason": text}),
            ("unshelve", alarm),
            ("bypass", row | {"minutes": 5.0, "reason": text}),
            ("bypass.end", row),
        ]
    assert set(give(page, told)) == {"accepted"}
    drafts = [{"toml": recipe_titled(text), "name": "recipe"} for text in texts]
    assert sent(mill, person, "library", drafts) <= {200, 201, 409, 422}
    # Refused.
    people = [{"name": text, "roles": ["viewer"]} for text in texts]
    assert sent(mill, person, "users", people) == {422}
    faults = [{"fault": text} for text in texts]
    assert sent(mill, person, "training/faults", faults) == {422}

    last = texts[-1]
    for view in VIEWS:
        go(page, *view)
        page.wait_for_timeout(100)
        nothing_ran(page, view)
    go(page, "run", "events")
    expect(page.locator(".events").get_by_text(last, exact=False).first).to_be_visible()
    go(page, "batches", EARLIER)
    expect(page.locator(".page-batch").get_by_text(last, exact=False).first).to_be_visible()

    # The report without the product's own protection around it.
    report = page.request.get(f"{mill.url}api/batches/{EARLIER}/report.html", timeout=60_000)
    assert report.ok and last.replace("&", "&amp;").replace("<", "&lt;")[:8] in report.text()
    bare = page.context.new_page()
    bare.set_content(report.text())
    nothing_ran(bare, "report")
    bare.close()


@TEXTS
def test_hostile_text_in_the_address_is_never_run(
    mill: MillPage, person: BrowserContext, texts: Sequence[str]
) -> None:
    with watched_page(mill, person, may_be_refused=True) as page:
        page.goto(mill.url)
        for name in ("batches", "recipes", "system", "run"):
            for text in texts:
                page.evaluate("hash => { location.hash = hash }", f"#/{name}/{text}")
                page.evaluate("() => new Promise(drawn => requestAnimationFrame(drawn))")
            nothing_ran(page, name)


def test_the_texts_would_leave_a_trace(page: Page) -> None:
    """Set as markup, as no page of ours does it, the first ones do run."""
    bare = page.context.new_page()
    bare.set_content(f"<img src=x onerror={TRACE}>")
    bare.wait_for_function("window.__ran === 1")
    assert bare.evaluate(LEFT) != []
    bare.close()
