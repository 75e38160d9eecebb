"""The hold on the devices, in the scan: the gate, and alarms that name a device."""

from __future__ import annotations

from dataclasses import replace

from bench import LAB, PERIOD_S, image
from hypothesis import given
from hypothesis import strategies as st

from controller.core.events import EventKind
from controller.core.gate import gated
from controller.core.health import HEALTHY
from controller.core.limits import Limits
from controller.core.outputs import Outputs
from controller.core.scan import scan
from controller.core.signals import SIGNAL_COUNT
from controller.core.state import ScanState, initial_state
from controller.core.states import State

BITS = st.booleans()
WANTED = st.builds(
    Outputs,
    run=BITS,
    rotor_rpm=st.floats(0.0, 12_000.0),
    run_permit=BITS,
    argon_flow_slpm=st.floats(0.0, 10.0),
    supply_open=BITS,
    exhaust_shut=BITS,
)
WELL = [1.0] * SIGNAL_COUNT
TRIPPED = (State.ABORTING, State.ABORTED)


@given(WANTED, st.sampled_from(State))
def test_nothing_is_driven_or_filled_while_a_device_is_not_proven(
    wanted: Outputs, state: State
) -> None:
    """I10: not before every watchdog is armed and every device is the right one."""
    out = gated(
        wanted,
        WELL,
        state,
        Limits(),
        before=wanted,
        credit=True,
        unlock_ok=True,
        rotor_max_rpm=12_000.0,
        proven=False,
    )
    assert not out.spins
    if state not in TRIPPED:
        assert not out.supply_open
        assert not out.exhaust_shut
        assert out.argon_flow_slpm == 0.0


def raised(before: ScanState, lost: dict[str, str], now_s: float) -> tuple[ScanState, list[str]]:
    """One scan in which these devices are lost; the alarms of that row which it raises."""
    told = "; ".join(f"{device}: {why}" for device, why in lost.items())
    health = HEALTHY._replace(devices_lost=float(len(lost)))
    details = (("devices_lost", told),) if lost else ()
    decision = scan(before, replace(image(), health=health, details=details), (), now_s, PERIOD_S)
    texts = [
        event.text
        for event in decision.events
        if event.kind is EventKind.ALARM_RAISED and event.data["id"] == "DEVICE_LOST"
    ]
    return decision.state, texts


def test_an_alarm_names_each_device_that_is_lost_and_calls_again_for_one_more() -> None:
    text = "A device does not answer as it must"
    state, texts = raised(initial_state(LAB), {"di": "no reply"}, 0.1)
    assert texts == [f"{text}: di: no reply"]
    state, texts = raised(state, {"di": "no connection"}, 0.2)
    assert texts == []
    state, texts = raised(state, {"di": "no connection", "mfc": "no reply"}, 0.3)
    assert texts == [f"{text}: di: no connection; mfc: no reply"]
    (alarm,) = state.alarms
    assert not alarm.acked
    state, texts = raised(state, {}, 0.4)
    assert texts == []
    assert state.alarms[0].detail == "di: no connection; mfc: no reply"
