"""The tables of a plant file, as they stand in it: bounds only, no check across tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from annotated_types import Ge, Le, Len

from controller.core.equipment import STRICT, Equipment, Name, Text
from controller.edge.profile import load_profile
from controller.edge.registers import Profile, WordOrder

HEARTBEAT: Final = "heartbeat"

Port = Annotated[int, Ge(1), Le(65_535)]
PollS = Annotated[float, Ge(0.05), Le(10.0)]
Scale = Annotated[float, Ge(1e-6), Le(1e6)]
Span = Annotated[float, Ge(-1e6), Le(1e6)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """The `[plant]` table. `heartbeat_s` is the time of the relay that watches the heartbeat."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    id: Name
    title: Text
    site: Text
    simulated: bool
    heartbeat_s: Annotated[float, Ge(0.5), Le(5.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device: its profile, where it is, how often it is read and how old its values may get.

    `watchdog_s` is the time that its own watchdog is set to; None where it has none.
    `word_order` is for devices that can be set to either; without it the order is the profile's.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    id: Name
    profile: Name
    host: Annotated[str, Len(2, 45)]
    port: Port
    unit: Annotated[int, Ge(0), Le(247)]
    poll_s: PollS
    timeout_s: Annotated[float, Ge(0.05), Le(2.0)]
    max_age_s: Annotated[float, Ge(0.2), Le(30.0)]
    watchdog_s: Annotated[float, Ge(0.3), Le(30.0)] | None = None
    word_order: WordOrder | None = None

    @property
    def order(self) -> WordOrder:
        """Which word of its 32-bit values comes first."""
        return self.word_order or self.register_map.device.word_order

    @property
    def address(self) -> str:
        """Host and port as a person writes them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def register_map(self) -> Profile:
        """The profile that `profile` names."""
        return load_profile(self.profile)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalWire:
    """Which point of which device a signal is read from.

    `span` is the measuring range of a 4-20 mA transmitter; else the signal is the point's value
    times `scale`. `invert` is for a contact that is closed while the signal is false.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    device: Name
    point: Name
    span: tuple[Span, Span] | None = None
    scale: Scale | None = None
    invert: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputWire:
    """Which point of which device an output is written to; the point gets it times `scale`."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    device: Name
    point: Name
    scale: Scale | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantDocument:
    """A plant file as it stands in its file."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    plant: Plant
    equipment: Equipment
    devices: Annotated[tuple[Device, ...], Len(1, 32)]
    signals: dict[str, SignalWire]
    outputs: dict[str, OutputWire]
