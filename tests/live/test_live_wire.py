"""A bad wire in the middle of a batch: what the shipped controller does at the drive, and says."""

from __future__ import annotations

import pytest
from livebatch import Live, live, wait_for
from lossy import ProxyThread, Trouble

pytestmark = pytest.mark.modbus

MAX_AGE_S = 0.5
# A scan and two ticks of the plant server, on a machine with other work.
SLACK_S = 0.6
TROUBLES = [trouble for trouble in Trouble if trouble is not Trouble.NONE]


def trips_at_the_drive(trouble: Trouble, device: str) -> None:
    """While milling, the replies of `device` are spoiled: the drive is off, the alarm names it."""
    proxies: list[ProxyThread] = []

    def proxied(running: Live) -> None:
        proxy = ProxyThread(running.sim.addresses[device])
        running.sim.addresses[device] = proxy.start()
        proxies.append(proxy)

    with live(before=proxied) as running:
        running.start_batch()
        running.until_milling()
        proxies[0].proxy.trouble = trouble
        took_s = wait_for(lambda: not running.mill.drive.permit, 5.0)
        assert took_s < MAX_AGE_S + SLACK_S
        assert running.mill.lid_locked
        wait_for(lambda: running.snapshot()["state"] in ("ABORTING", "ABORTED"), 5.0)
        wait_for(lambda: names(running, device), 5.0)
        proxies[0].proxy.trouble = Trouble.NONE
        wait_for(lambda: running.snapshot()["state"] == "ABORTED", 30.0)
        assert not running.mill.drive.permit, "it came back by itself"
    proxies[0].stop()


def names(running: Live, device: str) -> bool:
    """Whether an alarm says which device it is."""
    texts = {alarm["id"]: alarm["text"] for alarm in running.snapshot()["alarms"]}
    return f"{device}: " in texts.get("DEVICE_LOST", "")


def test_wrong_ids_in_a_batch_take_the_drive_off_and_the_alarm_names_the_device() -> None:
    trips_at_the_drive(Trouble.OTHER_ID, "di")


@pytest.mark.long
@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_bad_wire_in_a_batch_takes_the_drive_off(trouble: Trouble) -> None:
    """C1 to C9 on the contacts of lid, lock and emergency stop."""
    trips_at_the_drive(trouble, "di")
