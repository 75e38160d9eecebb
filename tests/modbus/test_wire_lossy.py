"""A device that answers late, half, twice, never, wrongly, or ends the connection: C1 to C9."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from lossy import LossyProxy, Trouble
from simplant import PERIOD_S, Rig, armed, live_rig, wait_until

from controller.core.events import EventKind
from controller.core.health import HEALTHY
from controller.core.outputs import DEAD, Outputs
from controller.core.scan import scan
from controller.core.signals import Image, Signal
from controller.core.state import initial_state
from controller.edge.clock import monotonic_s
from controller.edge.modbus import ModbusPlant
from controller.edge.plantfile import with_addresses

pytestmark = pytest.mark.modbus

SPIN = Outputs(run=True, rotor_rpm=3000.0, run_permit=True)
# Two polls, a tick of the simulator, and a busy machine.
SLACK_S = 0.6
TROUBLES = [trouble for trouble in Trouble if trouble is not Trouble.NONE]


@asynccontextmanager
async def spoiling(device: str) -> AsyncIterator[tuple[Rig, LossyProxy]]:
    """A rig in which the replies of one device come through a proxy."""
    async with live_rig() as rig:
        at = rig.plant.plant.device(device)
        proxy = LossyProxy((at.host, at.port))
        plant = ModbusPlant(with_addresses(rig.plant.plant, {device: await proxy.start()}))
        await rig.plant.stop()
        await plant.start()
        try:
            yield replace(rig, plant=plant), proxy
        finally:
            await plant.stop()
            await proxy.stop()


def healthy(image: Image) -> bool:
    return image.health == HEALTHY


def alarms_of(rig: Rig, image: Image) -> dict[str, str]:
    """The texts of the alarms that this image raises, by row."""
    decision = scan(initial_state(rig.file.equipment), image, (), 0.1, PERIOD_S)
    raised = [e for e in decision.events if e.kind is EventKind.ALARM_RAISED]
    return {str(event.data["id"]): event.text for event in raised}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_its_signals_are_unknown_in_time_and_an_alarm_names_it(trouble: Trouble) -> None:
    """I14: the block is UNKNOWN within the device's maximum age, the rest stays as it is."""

    async def test() -> None:
        async with spoiling("di") as (rig, proxy):
            image = await rig.scan_until(healthy)
            assert image.values[Signal.LID_CLOSED] == 1.0
            proxy.trouble = trouble
            began_s = monotonic_s()
            image = await rig.scan_until(lambda i: not i.quality[Signal.LID_CLOSED].usable)
            assert monotonic_s() - began_s < rig.file.device("di").max_age_s + SLACK_S
            assert proxy.spoiled
            assert image.quality[Signal.O2_PPM].usable
            image = await rig.scan_until(lambda i: i.health.devices_lost > 0.0)
            assert "di: " in alarms_of(rig, image)["DEVICE_LOST"]
            proxy.trouble = Trouble.NONE
            await rig.scan_until(healthy)

    asyncio.run(test())


@pytest.mark.parametrize("trouble", [Trouble.OLD, Trouble.TWICE, Trouble.LATE])
def test_an_answer_to_an_older_question_is_never_believed(trouble: Trouble) -> None:
    """C9, C10: the door is open now, and the replies of a moment ago say that it is shut."""

    async def test() -> None:
        async with spoiling("di") as (rig, proxy):
            await rig.scan_until(healthy)
            proxy.trouble = trouble
            await wait_until(lambda: proxy.spoiled > 0)
            rig.mill.open_lid()
            opened_s = monotonic_s()
            seen: list[float] = []

            def long_enough(image: Image) -> bool:
                if image.quality[Signal.LID_CLOSED].usable and image.values[Signal.LID_CLOSED]:
                    seen.append(monotonic_s() - opened_s)
                return monotonic_s() - opened_s > 2.0

            await rig.scan_until(long_enough)
            assert max(seen, default=0.0) < rig.file.device("di").max_age_s + SLACK_S

    asyncio.run(test())


@pytest.mark.parametrize("trouble", [Trouble.NEVER, Trouble.LATE, Trouble.HALF])
def test_a_stop_is_not_delayed_by_a_reader_that_waits_for_another_device(trouble: Trouble) -> None:
    async def test() -> None:
        async with spoiling("ai_process") as (rig, proxy):
            await rig.scan_until(lambda i: i.values[Signal.ROTOR_RPM] > 1000.0, SPIN)
            proxy.trouble = trouble
            await wait_until(lambda: proxy.spoiled > 0)
            rig.plant.write(DEAD, not rig.heartbeat)
            assert await wait_until(lambda: not rig.mill.outputs.run) < PERIOD_S

    asyncio.run(test())


def test_a_device_whose_replies_are_all_wrong_gets_nothing_but_zeros() -> None:
    """The echo of a write that is not ours: what the device holds is not known any more."""

    async def test() -> None:
        async with spoiling("do") as (rig, proxy):
            await rig.scan_until(armed)
            await rig.scan_until(lambda i: i.values[Signal.RUN_PERMIT_FEEDBACK] == 1.0, SPIN)
            proxy.trouble = Trouble.OTHER_ID
            image = await rig.scan_until(lambda i: not armed(i), SPIN)
            assert "do: " in dict(image.details)["watchdogs_unarmed"]
            # Its own watchdog, or our zeros: within its time the permit is off.
            permit_off = await wait_until(lambda: not rig.mill.outputs.run_permit)
            assert permit_off < 1.0 + SLACK_S

    asyncio.run(test())
