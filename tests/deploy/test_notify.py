"""Messages to people outside the room: what is told, how often, and that Apprise delivers it."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from bench import LAB, PLANT
from click.testing import CliRunner

from controller.api.messenger import GONE_S, Kind, Message, Messenger
from controller.api.snapshot import Snapshots
from controller.cli_notify import URLS, apprise_sender, notify
from controller.core.states import State
from controller.cycle import Timing
from controller.edge.recipefile import load_recipe, resolve_recipe
from controller.errors import StartError
from sim.faults.parse import parse_fault
from sim.world import Operator, World, new_mill

REPEAT_S = 100.0
TIMING = Timing(0.1, 1, 0, 0.0, 0.0, behind=False)
Snap = dict[str, Any]


@functools.cache
def batch(*faults: str) -> list[Snap]:
    """A snapshot each second of a training batch in which `faults` happen, until it has ended."""
    recipe = load_recipe(resolve_recipe("training"), LAB)
    world, operator = World(new_mill(recipe, LAB, 1), PLANT), Operator(recipe)
    world.inject([parse_fault(fault) for fault in faults], PLANT)
    snapshots, found = Snapshots(PLANT, 1.0), []
    while world.now_s < 900.0:
        decision = world.step(() if operator.done else operator.commands(world))
        if world.scans % 10 == 0:
            line = snapshots.line(decision.state, world.image, TIMING, [])
            found.append(json.loads(line))
        if decision.state.state in (State.COMPLETE, State.ABORTED) and world.scans % 10 == 0:
            break
    return found


def told(messenger: Messenger, snapshots: list[Snap], from_s: float = 0.0) -> list[Message]:
    looks = enumerate(snapshots)
    return [message for second, snap in looks for message in messenger.look(snap, from_s + second)]


def test_a_batch_that_is_done_is_told_once() -> None:
    messenger = Messenger(REPEAT_S)
    (message,) = told(messenger, batch())
    assert message.kind is Kind.SUCCESS
    assert message.title == "Lab blade mill 0.5 L (SIMULATED): Batch complete"
    assert batch()[-1]["batch"]["id"] in message.body
    assert told(messenger, [batch()[-1]] * 500, from_s=1e3) == []


def test_a_hold_is_told_with_its_cause_and_what_to_do() -> None:
    snapshots = batch("o2_nan@320-340")
    assert "HELD" in {snap["state"] for snap in snapshots}
    first = told(Messenger(REPEAT_S), snapshots)[0]
    assert first.kind is Kind.WARNING
    assert "Batch held" in first.title
    assert "O2" in first.body


def test_a_trip_is_told_again_until_somebody_has_acknowledged() -> None:
    snapshots = batch("lid_closed_open@400")
    messenger = Messenger(REPEAT_S)
    first, *more = told(messenger, snapshots)
    assert (first.kind, more) == (Kind.FAILURE, [])
    assert "Batch tripped" in first.title
    tripped = snapshots[-1]
    again = told(messenger, [tripped] * 250, from_s=1e3)
    assert len(again) == 3  # at once, since more than 100 s have passed, and twice more
    assert all("still not acknowledged" in message.title for message in again)
    acked = {**tripped, "alarms": [{**alarm, "acked": True} for alarm in tripped["alarms"]]}
    assert told(messenger, [acked] * 500, from_s=2e3) == []


def test_a_controller_that_is_gone_is_told_until_it_is_back() -> None:
    messenger = Messenger(REPEAT_S)
    idle = batch()[0]
    assert messenger.look(idle, 0.0) == []
    assert messenger.look(None, GONE_S - 0.1) == []
    (gone,) = messenger.look(None, GONE_S)
    assert gone.kind is Kind.FAILURE
    assert "Lab blade mill" in gone.title
    assert messenger.look(None, GONE_S + REPEAT_S - 1.0) == []
    assert len(messenger.look(None, GONE_S + REPEAT_S)) == 1
    (back,) = messenger.look(idle, GONE_S + REPEAT_S + 1.0)
    assert "answers again" in back.title


@contextmanager
def mailbox() -> Iterator[tuple[str, list[Snap]]]:
    """A web server that takes what Apprise's JSON service sends, and its Apprise URL."""
    got: list[Snap] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"json://127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        server.server_close()


def test_apprise_delivers_title_body_and_kind() -> None:
    with mailbox() as (url, got):
        assert apprise_sender([url])(Message(Kind.FAILURE, "Mill: Batch tripped", "O2 high"))
    assert len(got) == 1
    assert (got[0]["title"], got[0]["message"], got[0]["type"]) == (
        "Mill: Batch tripped",
        "O2 high",
        "failure",
    )


def test_an_address_that_does_not_answer_is_no_message_sent() -> None:
    with mailbox() as (url, _):
        pass
    assert not apprise_sender([url])(Message(Kind.INFO, "t", "b"))


@pytest.mark.parametrize("urls", [[], ["not a url at all"]])
def test_without_a_good_address_it_does_not_start(urls: list[str]) -> None:
    with pytest.raises(StartError, match=URLS):
        apprise_sender(urls)


def test_the_command_sends_one_to_try() -> None:
    with mailbox() as (url, got):
        result = CliRunner().invoke(notify, ["--try"], env={URLS: url})
    assert result.exit_code == 0, result.output
    assert got[0]["title"] == "Blade mill: a test"
