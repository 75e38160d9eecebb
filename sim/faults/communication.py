"""Devices that do not answer, refuse, repeat themselves or do not take what they are told.

A device is named by what it does for the mill: the plant file says which one that is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from controller.core.signals import Quality, Signal
from sim.faults.inject import Injector
from sim.faults.model import (
    NONE,
    NOTHING,
    REFUSE,
    Fault,
    Table,
    Undo,
    Value,
    changed,
    counted,
    hold,
    later,
    table,
    trip,
    warn,
)
from sim.faults.wire import Loss, Reads
from sim.mill import Mill

WATCHDOG_S: Final = 1.0  # of the outputs' device: they fall to zero then
FLAP_S: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A device by what it does. `frozen` is for its repeating itself, None where nothing shows."""

    name: str
    label: str
    hazard: str
    signal: Signal | None
    output: str = ""
    gone: Table
    frozen: Table | None = None
    ignored: Table | None = None


_GAS_GONE: Final = table(start=REFUSE, testing=REFUSE, turning=hold(2.0), after=warn(10.0))
_STUCK: Final = table(turning=hold(65.0))
_ROOM_GONE: Final = table(start=REFUSE, batch=trip(1.0), release=warn(1.0))

ROLES: Final = (
    Role(
        name="drive",
        label="The drive",
        hazard="H2 H9",
        signal=Signal.ROTOR_RPM,
        output="run",
        gone=table(start=REFUSE, testing=REFUSE, driven=trip(0.3), rest=hold(2.0)),
        frozen=table(spin_up=trip(3.5), mill=trip(40.0), rest=trip(70.0)),
        ignored=table(spin_up=trip(1.0), mill=trip(40.0), rest=trip(70.0)),
    ),
    Role(
        name="safety_inputs",
        label="The input module of lid, lock and E-stop",
        hazard="H1 H9",
        signal=Signal.LID_CLOSED,
        gone=table(start=REFUSE, batch=trip(0.3)),
    ),
    Role(
        name="outputs",
        label="The output module of permit, valves and lock",
        hazard="H9",
        signal=None,
        output="run_permit",
        gone=table(
            start=REFUSE,
            testing=hold(WATCHDOG_S + 3.0),
            driven=trip(WATCHDOG_S + 1.0),
            rest=hold(WATCHDOG_S + 3.0),
            after=warn(WATCHDOG_S + 3.0),
        ),
        ignored=table(leak=hold(20.0), purge=REFUSE, prove=REFUSE),
    ),
    Role(
        name="argon_flow",
        label="The argon flow controller",
        hazard="H3",
        signal=Signal.ARGON_FLOW_SLPM,
        output="argon_flow_slpm",
        gone=table(
            start=REFUSE,
            testing=REFUSE,
            purge=hold(2.0),
            turning=hold(2.0),
            after=warn(10.0),
        ),
        # In the proof its set point next moves after settling and slope.
        ignored=table(leak=hold(20.0), purge=REFUSE, prove=hold(65.0)),
    ),
    Role(
        name="moisture",
        label="The moisture transmitter",
        hazard="H3",
        signal=Signal.FROST_POINT_C,
        gone=_GAS_GONE,
        frozen=_STUCK,
    ),
    Role(
        name="room_h2s",
        label="The room's H2S detector",
        hazard="H3",
        signal=Signal.ROOM_H2S_PPM,
        gone=_ROOM_GONE,
        frozen=later(changed(_ROOM_GONE, start=NONE), 5.0),
    ),
    Role(
        name="process_inputs",
        label="The analog module of gas, pressure and powder",
        hazard="H5 H10",
        signal=Signal.O2_PPM,
        gone=changed(table(start=REFUSE, batch=hold(0.5), release=REFUSE), turning=trip(0.3)),
        frozen=_STUCK,
    ),
    Role(
        name="room_inputs",
        label="The analog module of motor, room O2 and cooling",
        hazard="H6 H8",
        signal=Signal.ROOM_O2_PERCENT,
        gone=_ROOM_GONE,
    ),
)


def communication_faults() -> Iterator[Fault]:
    """Every way in which a device can fall silent, refuse, repeat itself or not listen."""
    for role in ROLES:
        yield _silent(role)
        yield _refusing(role)
        yield _exceptions(role)
        yield _flapping(role)
        if role.signal is not None:
            yield _frozen(role)
        if role.ignored is not None:
            yield _ignoring(role, role.ignored)


def _device(site: Injector, role: Role) -> str:
    if role.signal is not None:
        return site.wire.device_of(role.signal)
    return site.wire.device_of_output(role.output)


def _ages(role: Role) -> tuple[Signal, ...]:
    return () if role.signal is None else (role.signal,)


def _silent(role: Role) -> Fault:
    def begin(site: Injector, value: float) -> Undo:
        device = _device(site, role)
        return site.wire.lose(
            Loss(
                signals=site.wire.signals_of(device),
                reads=Reads.OLD,
                device=device,
                deaf=True,
                unheard=True,
            )
        )

    return Fault(
        name=f"comm_{role.name}_silent",
        catalogue="C1 C8",
        hazard=role.hazard,
        text=f"{role.label} does not answer: cable, switch or supply.",
        begin=begin,
        expected=role.gone,
        ages=_ages(role),
    )


def _refusing(role: Role) -> Fault:
    def begin(site: Injector, value: float) -> Undo:
        device = _device(site, role)
        return site.wire.lose(
            Loss(
                signals=site.wire.signals_of(device),
                reads=Reads.BAD,
                device=device,
                deaf=True,
                unheard=True,
            )
        )

    return Fault(
        name=f"comm_{role.name}_reset",
        catalogue="C7",
        hazard=role.hazard,
        text=f"{role.label} closes every connection.",
        begin=begin,
        expected=role.gone,
    )


def _exceptions(role: Role) -> Fault:
    def begin(site: Injector, value: float) -> Undo:
        device = _device(site, role)
        return site.wire.lose(
            Loss(
                signals=site.wire.signals_of(device),
                reads=Reads.BAD,
                device=device,
                deaf=True,
            )
        )

    expected = role.gone
    if role.signal is None:
        # Requests still re-arm its watchdog: outputs stay as they were until one has to change.
        expected = changed(role.ignored or NOTHING, start=REFUSE)
    return Fault(
        name=f"comm_{role.name}_exceptions",
        catalogue="C5",
        hazard=role.hazard,
        text=f"{role.label} answers every request with an exception; its watchdog is re-armed.",
        begin=begin,
        expected=expected,
    )


def _flapping(role: Role) -> Fault:
    def begin(site: Injector, value: float) -> Undo:
        device = _device(site, role)
        loss = Loss(
            signals=site.wire.signals_of(device),
            reads=Reads.BAD,
            device=device,
            deaf=True,
            unheard=True,
        )
        since_s = site.now_s
        undos: list[Undo] = []

        def flap(mill: Mill, dt_s: float) -> None:
            gone = math.fmod(site.now_s - since_s, 2.0 * value) < value
            if gone and not undos:
                undos.append(site.wire.lose(loss))
            elif not gone and undos:
                undos.pop()()

        undo_ticker = site.every(flap)

        def undo() -> None:
            undo_ticker()
            while undos:
                undos.pop()()

        return undo

    return Fault(
        name=f"comm_{role.name}_flaps",
        catalogue="C15",
        hazard=role.hazard,
        text=f"{role.label} is lost and found again, VALUE each.",
        begin=begin,
        expected=counted(role.gone, FLAP_S) if role.signal is not None else NOTHING,
        value=Value("s", 0.5, 0.1, 60.0),
    )


def _frozen(role: Role) -> Fault:
    def begin(site: Injector, value: float) -> Undo:
        device = _device(site, role)
        limits = [
            (rule.change_within_s, rule.otherwise)
            for rule in site.wire.plant.device(device).register_map.rules
            if rule.change_within_s is not None
        ]
        limit_s, quality = min(limits, default=(math.inf, Quality.STALE), key=lambda one: one[0])
        return site.wire.lose(
            Loss(
                signals=site.wire.signals_of(device),
                reads=Reads.FROZEN,
                quality=quality,
                frozen_limit_s=limit_s,
            )
        )

    return Fault(
        name=f"comm_{role.name}_frozen",
        catalogue="C13",
        hazard=role.hazard,
        text=f"{role.label}: a gateway goes on answering with what it read last.",
        begin=begin,
        expected=role.frozen or NOTHING,
    )


def _ignoring(role: Role, expected: Table) -> Fault:
    def begin(site: Injector, value: float) -> Undo:
        device = site.wire.device_of_output(role.output)
        return site.wire.lose(Loss(device=device, deaf=True))

    return Fault(
        name=f"comm_{role.name}_ignores",
        catalogue="C14",
        hazard=role.hazard,
        text=f"{role.label} accepts every write and does nothing about it.",
        begin=begin,
        expected=expected,
    )
