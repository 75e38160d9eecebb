"""By hand over real Modbus: a purge, a jogged blade, and a button that nobody holds any more."""

from __future__ import annotations

import time

import pytest
from livebatch import Live, live, wait_for

pytestmark = pytest.mark.modbus

JOG_RPM = 500.0
RENEWED_EVERY_S = 0.5
LEASE_S = 2.0  # of the wall clock: 20 scans, whatever the speed of the simulation is
SLACK_S = 1.5  # the drive's ramp and its watch on the rotor, a poll, and a busy machine


def hold_button(running: Live, seconds: float) -> float:
    """Renews a jog of the blade as a page does while its button is held; its speed then."""
    until = time.monotonic() + seconds
    speed_rpm = 0.0
    while time.monotonic() < until:
        answer = running.command("jog", rotor_rpm=JOG_RPM)
        assert answer["accepted"], (answer, running.alarms())
        speed_rpm = running.mill.rotor_rpm
        time.sleep(RENEWED_EVERY_S)
    return speed_rpm


def proven(running: Live) -> bool:
    """Keeps a purge going: a value that is late on a busy machine ends it, as it should."""
    hands = running.snapshot()["hands"]
    if hands["purge"] is None:
        running.command("purge", argon_flow_slpm=10.0, minutes=20.0)
    return bool(hands["blade_proven"])


def test_a_jogged_blade_rests_when_nobody_renews_it_and_trips_as_in_a_batch() -> None:
    """I3, I7, I9: proven first, turned while it is asked for, and at rest a lease later."""
    with live() as running:
        wait_for(lambda: running.command("manual")["accepted"], 30.0)
        refused = running.command("jog", rotor_rpm=JOG_RPM)
        why = " ".join(refused["reasons"])
        assert not refused["accepted"] and "purge by hand" in why, (why, running.alarms())
        wait_for(lambda: proven(running))
        wait_for(lambda: not running.snapshot()["hands"]["jog_missing"]["blade"], 30.0)

        assert hold_button(running, 2.0 * LEASE_S) == pytest.approx(JOG_RPM, rel=0.05)
        rested_s = wait_for(lambda: not running.mill.outputs.run, 10.0)
        assert rested_s < LEASE_S + SLACK_S
        wait_for(lambda: running.mill.rotor_rpm < 1.0, 20.0)
        time.sleep(LEASE_S)
        assert not running.mill.outputs.run, "nothing turns again by itself"

        wait_for(lambda: not running.snapshot()["hands"]["jog_missing"]["blade"], 30.0)
        hold_button(running, LEASE_S)
        running.mill.press_estop()
        wait_for(lambda: running.snapshot()["state"] in ("ABORTING", "ABORTED"), 5.0)
        assert running.snapshot()["hands"]["jog"] is None
        assert not running.command("jog", rotor_rpm=JOG_RPM)["accepted"]
        over = [
            e["data"]["why"]
            for e in running.get("/v1/events?after=0")
            if e["kind"] == "jog" and not e["data"]["on"]
        ]
        assert over[0] == "nobody has renewed it" and "ESTOP" in over[1]
