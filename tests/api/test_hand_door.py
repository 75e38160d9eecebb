"""What the door takes and shows about work by hand, bypasses and sentences for the record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bench import PLANT, Bench
from byhand import BLADE, GAS, MILL, PURGE, idle_bench, must, proven_bench

from controller.api.requests import CommandRequest, to_command
from controller.api.snapshot import Snapshots
from controller.core.commands import CommandName, Comment, Handover, Topic
from controller.core.hands import Jog
from controller.core.roles import Role
from controller.cycle import Timing
from controller.errors import InputError

TIMING = Timing(0.1, 1, 0, 0.0, 0.0, False)


def request(name: str, **args: object) -> CommandRequest:
    return CommandRequest(
        id="12345678", name=name, user="Eva", roles=[Role.MAINTENANCE], args=dict(args)
    )


def snapshot(bench: Bench) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(
        Snapshots(PLANT, 1.0).line(bench.state, bench.image, TIMING, [])
    )
    return body


def test_arguments_reach_the_command() -> None:
    jog = to_command(request("jog", argon_flow_slpm=2, exhaust_shut=True, for_s=10.0), MILL)
    assert jog.jog == Jog(argon_flow_slpm=2.0, exhaust_shut=True, for_s=10.0)
    assert to_command(request("jog"), MILL).jog == Jog()
    purge = to_command(request("purge", argon_flow_slpm=5.0, minutes=3.0), MILL)
    assert (purge.argon_flow_slpm, purge.minutes) == (5.0, 3.0)
    bypass = to_command(request("bypass", row="COOLING_LOST", minutes=5.0, reason="why"), MILL)
    assert (bypass.row, bypass.minutes, bypass.reason) == ("COOLING_LOST", 5.0, "why")
    assert to_command(request("maintenance", reason="blade"), MILL).reason == "blade"
    said = to_command(request("comment", text="calibrated", topic="calibration"), MILL)
    assert said.comment == Comment(text="calibrated", topic=Topic.CALIBRATION)
    over = to_command(request("handover", **{"from": "early", "to": "late"}), MILL)
    assert over.handover == Handover(giver="early", taker="late")


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("jog", {"rotor_rpm": float("nan")}),
        ("jog", {"rotor_rpm": -1.0}),
        ("jog", {"supply_open": 1}),
        ("jog", {"for_s": 0.0}),
        ("jog", {"for_s": 601.0}),
        ("jog", {"lid_unlock": True}),
        ("purge", {}),
        ("purge", {"argon_flow_slpm": 0.0, "minutes": 5.0}),
        ("purge", {"argon_flow_slpm": 5.0, "minutes": 61.0}),
        ("purge.end", {"minutes": 5.0}),
        ("manual", {"why": "so"}),
        ("maintenance", {}),
        ("maintenance", {"reason": " "}),
        ("bypass", {"row": "COOLING_LOST", "minutes": 5.0}),
        ("bypass", {"row": "COOLING_LOST", "minutes": "5", "reason": "why"}),
        ("bypass.end", {}),
        ("comment", {"text": "two\nlines"}),
        ("comment", {"text": "x", "topic": "weather"}),
        ("handover", {"from": "early"}),
        ("handover", {"giver": "early", "taker": "late"}),
    ],
)
def test_other_arguments_are_refused(name: str, args: dict[str, object]) -> None:
    with pytest.raises(InputError):
        to_command(request(name, **args), MILL)


def test_the_snapshot_says_who_drives_and_what_is_missing() -> None:
    bench = idle_bench()
    shown = snapshot(bench)
    assert shown["mode"] == "auto" and shown["hands"]["jog"] is None
    assert shown["commands"]["manual"]["enabled"]
    assert not shown["commands"]["jog"]["enabled"]
    must(bench, CommandName.MANUAL)
    must(bench, CommandName.JOG, jog=GAS)
    shown = snapshot(bench)
    assert (shown["mode"], shown["hands"]["user"]) == ("manual", "tester")
    assert shown["hands"]["jog"]["argon_flow_slpm"] == 3.0
    assert shown["hands"]["jog"]["left_s"] == pytest.approx(30.0)
    assert any("purge by hand" in text for text in shown["hands"]["jog_missing"]["blade"])
    assert not shown["commands"]["load"]["enabled"] and not shown["commands"]["auto"]["enabled"]
    assert shown["commands"]["stop"]["enabled"]


def test_the_snapshot_counts_the_lease_of_the_blade_down() -> None:
    bench = proven_bench()
    assert snapshot(bench)["hands"]["blade_proven"]
    must(bench, CommandName.JOG, jog=BLADE)
    bench.see(seconds=1.0)
    hands = snapshot(bench)["hands"]
    assert hands["jog"]["rotor_rpm"] == 500.0 and hands["jog"]["left_s"] == pytest.approx(1.0)
    assert hands["purge"]["swept_l"] > 5.0 and hands["rotor_rpm_max"] == 600.0


def test_the_snapshot_lists_bypasses_in_force_and_those_that_may_be() -> None:
    bench = idle_bench()
    rows = {entry["row"]: entry for entry in snapshot(bench)["bypasses"]}
    assert rows["COOLING_LOST"]["role"] == "maintenance"
    assert not any(entry["in_force"] for entry in rows.values()) and "ESTOP" not in rows
    must(bench, CommandName.BYPASS, row="COOLING_LOST", minutes=10.0, reason="meter")
    rows = {entry["row"]: entry for entry in snapshot(bench)["bypasses"]}
    assert rows["COOLING_LOST"]["in_force"] == {
        "user": "tester",
        "role": "maintenance",
        "reason": "meter",
        "left_s": 600.0,
    }
    assert rows["UNDERSPEED"]["barred_by"] == "COOLING_LOST"
    assert rows["SUPPLY_VALVE"]["barred_by"] == ""


def test_the_snapshot_offers_next_to_nothing_in_maintenance() -> None:
    bench = idle_bench()
    must(bench, CommandName.MAINTENANCE, reason="blade change")
    shown = snapshot(bench)
    assert (shown["mode"], shown["hands"]["reason"]) == ("maintenance", "blade change")
    enabled = {name for name, offer in shown["commands"].items() if offer["enabled"]}
    assert {"stop", "abort", "lid.release", "maintenance.end", "comment"} <= enabled
    moves = {"load", "charge", "start", "reset", "manual", "auto", "jog", "purge", "bypass"}
    assert not moves & enabled
    assert "blade change" in " ".join(shown["commands"]["purge"]["missing"])


def test_a_purge_by_hand_is_shown_with_what_is_left_of_it() -> None:
    bench = idle_bench()
    must(bench, CommandName.PURGE, **PURGE)
    bench.see(seconds=60.0)
    purge = snapshot(bench)["hands"]["purge"]
    assert purge["left_s"] == pytest.approx(240.0) and purge["swept_l"] == pytest.approx(10.0, 0.02)
