"""What the door takes and shows about alarms."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bench import LAB, PLANT, TURNING, Bench, command, state_in

from controller.api.requests import CommandRequest, to_command
from controller.api.snapshot import Snapshots
from controller.core.batch import Step
from controller.core.commands import CommandName
from controller.core.recipe import MillPulse
from controller.core.roles import Role
from controller.core.signals import Signal
from controller.core.states import State
from controller.cycle import Timing
from controller.errors import InputError

TIMING = Timing(0.1, 1, 0, 0.0, 0.0, False)
TURNS = state_in(State.RUNNING, MillPulse, Step.ON, outputs=TURNING)


def request(name: str, role: Role = Role.OPERATOR, **args: object) -> CommandRequest:
    return CommandRequest(id="12345678", name=name, user="Eva", roles=[role], args=dict(args))


def snapshot(run: Bench) -> dict[str, Any]:
    line = Snapshots(PLANT, 1.0).line(run.state, run.image, TIMING, [])
    body: dict[str, Any] = json.loads(line)
    return body


def test_an_acknowledgment_names_one_alarm_some_or_all() -> None:
    assert to_command(request("ack"), LAB).alarms == ("*",)
    assert to_command(request("ack", alarm="O2_HIGH"), LAB).alarms == ("O2_HIGH",)
    both = to_command(request("ack", alarm=["O2_HIGH", "H2O_HIGH"]), LAB)
    assert both.alarms == ("O2_HIGH", "H2O_HIGH")


def test_arguments_and_role_reach_the_command() -> None:
    shelve = request("shelve", alarm="O2_HIGH", minutes=30, reason="sensor is being changed")
    found = to_command(shelve, LAB)
    assert (found.name, found.alarm, found.minutes) == (CommandName.SHELVE, "O2_HIGH", 30.0)
    assert (found.reason, found.one_shot, found.user) == ("sensor is being changed", False, "Eva")
    out = request("out_of_service", Role.MAINTENANCE, alarm="O2_HIGH", reason="cell is worn")
    assert to_command(out, LAB).roles == {Role.MAINTENANCE}


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("ack", {"alarm": []}),
        ("ack", {"alarm": ["O2_HIGH"] * 101}),
        ("ack", {"alarm": 5}),
        ("shelve", {"alarm": "O2_HIGH", "minutes": 30}),
        ("shelve", {"alarm": "O2_HIGH", "reason": "why"}),
        ("shelve", {"alarm": "O2_HIGH", "minutes": 0, "reason": "why"}),
        ("shelve", {"alarm": "O2_HIGH", "minutes": 481, "reason": "why"}),
        ("shelve", {"alarm": "O2_HIGH", "minutes": float("nan"), "reason": "why"}),
        ("shelve", {"alarm": "O2_HIGH", "minutes": "30", "reason": "why"}),
        ("shelve", {"alarm": "O2_HIGH", "minutes": 30, "reason": "   "}),
        ("shelve", {"alarm": "O2_HIGH", "minutes": 30, "reason": "two\nlines"}),
        ("shelve", {"alarm": "O2_HIGH", "minutes": 30, "reason": "x" * 201}),
        ("shelve", {"alarm": "O2_HIGH", "minutes": 30, "reason": "why", "for_ever": True}),
        ("unshelve", {}),
        ("unshelve", {"alarm": "O2_HIGH", "reason": "why"}),
        ("out_of_service", {"alarm": "O2_HIGH"}),
        ("in_service", {}),
    ],
)
def test_other_arguments_are_refused(name: str, args: dict[str, object]) -> None:
    with pytest.raises(InputError):
        to_command(request(name, **args), LAB)


def test_a_snapshot_shows_who_hid_what_and_why_and_until_when() -> None:
    run = Bench(TURNS)
    run.see({Signal.O2_PPM: 45.0}, seconds=6.0)
    (alarm,) = snapshot(run)["alarms"]
    assert (alarm["suppression"], alarm["until_s"], alarm["reason"]) == ("none", None, "")
    assert alarm["chattering"] is False and alarm["state"] == "unacknowledged"
    shelve = command(CommandName.SHELVE, alarm="O2_HIGH", minutes=10.0, reason="known")
    run.see({Signal.O2_PPM: 45.0}, shelve)
    body = snapshot(run)
    (alarm,) = body["alarms"]
    assert (alarm["suppression"], alarm["state"]) == ("shelved", "shelved")
    assert alarm["until_s"] == pytest.approx(run.now_s + 600.0)
    assert (alarm["reason"], alarm["hidden_by"]) == ("known", "tester")
    figures = body["alarm_figures"]
    assert (figures["shelved"], figures["standing"], figures["per_hour"]) == (1, 1, 1)
    assert figures["top"] == [{"id": "O2_HIGH", "count": 1}]
    assert body["commands"]["unshelve"] == {
        "enabled": True,
        "missing": [],
        "roles": ["operator", "supervisor"],
        "proof": False,
        "not_by": "",
    }
    assert body["commands"]["in_service"]["enabled"] is False


def test_a_snapshot_marks_a_chattering_alarm() -> None:
    run = Bench(TURNS)
    for _ in range(3):
        run.see({Signal.O2_PPM: 45.0}, seconds=6.0)
        run.see(seconds=6.0)
    body = snapshot(run)
    assert [alarm["chattering"] for alarm in body["alarms"]] == [True]
    assert body["alarm_figures"]["chattering"] == ["O2_HIGH"]
