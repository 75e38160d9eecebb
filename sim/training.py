"""Faults in a running simulator, for training: who may ask is whoever may open the socket.

One line of JSON in, one out: {"inject": "leak@5-60:0.5"}, {"heal": true}, {"list": true}. Times
are seconds of plant time from now, in the list's `faults` also: `begins_s` for one that is to come,
`ends_s` for one that does not stay. Faults of the wire itself are for dry runs: here the wire is
real.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NoReturn

from controller.edge.plantfile import PlantFile
from controller.errors import BlademillError, InputError, LinkError, StartError
from sim.faults.inject import Injector
from sim.faults.model import Planned
from sim.faults.parse import parse_fault
from sim.faults.wire import Wire
from sim.mill import Mill

LINE_LIMIT: Final = 4096
ANSWER_S: Final = 3.0

log = logging.getLogger("blademill.sim")


class _RealWire(Wire):
    """Between a real controller and the device servers there is nothing to pretend."""

    def tick(self, now_s: float) -> None:
        """The devices have watchdogs of their own."""

    def lose(self, loss: object) -> NoReturn:
        """Refused."""
        raise _not_here()

    def force(self, **outputs: Any) -> NoReturn:
        """Refused."""
        raise _not_here()

    def stop_heart(self) -> NoReturn:
        """Refused."""
        raise _not_here()


def _not_here() -> InputError:
    return InputError(
        "this fault is one of the wire or of the controller, and here both are real",
        do="Try it in a dry run: blademill dry-run RECIPE --fault NAME.",
    )


class Trainer(Injector):
    """The faults of a mill that runs in real time. Call it after every step of the plant."""

    def __init__(self, mill: Mill, plant: PlantFile, plant_time_s: Callable[[], float]) -> None:
        super().__init__(mill, plant, ())
        self.wire = _RealWire(plant, mill)
        self._plant_time_s = plant_time_s

    def __call__(self, mill: Mill) -> None:
        """Begin and end what is due. A fault that cannot act here is dropped and told."""
        del mill
        try:
            self.tick(self._plant_time_s())
        except InputError as error:
            log.warning("%s", error.person_text)

    def plan(self, text: str) -> str:
        """Plans a fault from now on; what was planned. Raises InputError when it cannot be."""
        planned = parse_fault(text)
        now_s = self._plant_time_s()
        later = replace(planned, on_s=now_s + planned.on_s, off_s=now_s + planned.off_s)
        if planned.on_s > 0.0:
            self.add(later)
        else:
            self.now_s = now_s
            self.begin(later)
        return str(planned)

    def listed(self) -> list[dict[str, Any]]:
        """Every fault that is there or is to come, times from now."""
        now_s = self._plant_time_s()
        active = [_entry(one, now_s, active=True) for one in self.active]
        return active + [_entry(one, now_s, active=False) for one in self.coming]

    def stall(self, for_s: float) -> NoReturn:
        """Refused: the controller is another process."""
        del for_s
        raise _not_here()


def _entry(planned: Planned, now_s: float, *, active: bool) -> dict[str, Any]:
    stays = math.isinf(planned.off_s)
    return planned.to_json() | {
        "active": active,
        "begins_s": None if active else max(0.0, planned.on_s - now_s),
        "ends_s": None if stays else max(0.0, planned.off_s - now_s),
    }


def default_socket() -> Path:
    """Where `blademill sim` listens for faults unless told otherwise."""
    from controller.api.address import default_socket as door

    return door().with_name("simulator.sock")


async def serve_training(trainer: Trainer, path: Path) -> asyncio.Server | None:
    """Listens at `path`; None when another simulator does. Raises StartError when it cannot."""
    if _is_taken(path):
        log.warning("faults for training go to another simulator, which listens at %s", path)
        return None
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(
            lambda reader, writer: _answer(trainer, reader, writer), path, limit=LINE_LIMIT
        )
        path.chmod(0o600)
    except OSError as error:
        raise StartError(
            f"faults cannot be taken here ({error.strerror})",
            where=str(path),
            do="Choose another --training-socket.",
        ) from error
    return server


def _is_taken(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(ANSWER_S)
        try:
            probe.connect(os.fspath(path))
        except OSError:
            return False
        return True


async def _answer(
    trainer: Trainer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        line = await asyncio.wait_for(reader.readline(), ANSWER_S)
        reply = _obeyed(trainer, line)
    except (TimeoutError, ValueError, RecursionError):
        reply = {"ok": False, "text": "one line of JSON was expected"}
    writer.write(json.dumps(reply).encode() + b"\n")
    await writer.drain()
    writer.close()


def _obeyed(trainer: Trainer, line: bytes) -> dict[str, Any]:
    request = json.loads(line)
    if not isinstance(request, dict) or len(request) != 1:
        raise ValueError(line)
    try:
        if isinstance(request.get("inject"), str):
            return {"ok": True, "text": trainer.plan(request["inject"])}
        if request.get("heal") is True:
            trainer.heal()
            return {"ok": True, "text": "all faults ended"}
        if request.get("list") is True:
            text = ", ".join(map(str, trainer.active)) or "no faults"
            return {"ok": True, "text": text, "faults": trainer.listed()}
    except BlademillError as error:
        return {"ok": False, "text": error.person_text}
    raise ValueError(line)


def ask(request: dict[str, object], path: Path) -> str:
    """Asks a running simulator; what it says. Raises what `exchange` raises."""
    return str(exchange(request, path)["text"])


def exchange(request: dict[str, object], path: Path) -> dict[str, Any]:
    """Asks a running simulator; its whole answer.

    Raises LinkError when there is none, InputError when it refuses.
    """
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(ANSWER_S)
            door.connect(os.fspath(path))
            door.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = json.loads(door.makefile("rb").readline())
    except (OSError, ValueError) as error:
        raise LinkError(
            "no simulator answers",
            where=str(path),
            do="Start one with `blademill up` or `blademill sim`.",
        ) from error
    if not answer["ok"]:
        raise InputError(str(answer["text"]))
    return answer
