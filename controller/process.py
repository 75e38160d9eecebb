"""The controller process: the one place where plant, loop and door are wired together.

Main thread: an event loop with the Modbus endpoints and the door. A second thread: the scan. The
process ends when either fails or the scan hangs, and the last thing that it does is to tell the
plant DEAD.
"""

from __future__ import annotations

import asyncio
import faulthandler
import fcntl
import gc
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn

from controller import __version__
from controller.api.app import make_app
from controller.api.inside import inside_routes
from controller.api.journal import Journal
from controller.api.library import library_routes
from controller.api.mailbox import Mailbox
from controller.api.metrics import Figures, metrics_of
from controller.api.papers import Papers
from controller.api.records import record_routes
from controller.api.scrape import make_scrape_app
from controller.api.snapshot import Snapshots
from controller.api.stream import Stream
from controller.api.wholeness import wholeness_routes
from controller.core.events import EventKind
from controller.core.signals import Image
from controller.core.state import Decision
from controller.core.states import State
from controller.cycle import PERIOD_S, Cycle
from controller.edge.clock import monotonic_s
from controller.edge.modbus import ModbusPlant
from controller.edge.notify import ALIVE, READY, STOPPING, notify
from controller.edge.plantfile import PlantFile
from controller.edge.runmark import RunMark, run_mark
from controller.errors import StartError
from controller.records.anchors import AnchorKeeper
from controller.records.reader import RecordReader
from controller.records.record import Record
from controller.records.setting import setting_of

EXIT_SCAN_FAILED: Final = 70
DOOR_GRACE_S: Final = 2
# A scan that is not done after so many looks hangs. Looks, and not seconds: a process that was
# stopped as a whole looks at nothing, and must not end because of it.
LOOK_S: Final = 0.1
HUNG_LOOKS: Final = 10
SWITCH_INTERVAL_S: Final = 0.0005
NICENESS: Final = -10

ANCHOR_END_S: Final = 2.0

log = logging.getLogger("blademill.controller")
_OVER: Final = tuple(state.value for state in (State.COMPLETE, State.STOPPED, State.ABORTED))
_TOLD: Final = (
    EventKind.TRANSITION,
    EventKind.ALARM_RAISED,
    EventKind.ALARM_CLEARED,
    EventKind.COMMAND_REFUSED,
    EventKind.PHASE_STARTED,
)


@dataclass(frozen=True, slots=True)
class Options:
    """How to run a controller. The door is at `socket`, or else at `port` of 127.0.0.1.

    `metrics_port` of 127.0.0.1 has the figures for Prometheus; 0 leaves them out.

    `data` is the folder for what must outlive the process. `anchor_to` is a file elsewhere that
    the head of the record's chain is noted in.
    """

    plant: PlantFile
    socket: Path | None
    data: Path
    port: int = 0
    speed: float = 1.0
    metrics_port: int = 0
    anchor_to: Path | None = None


def run_controller(options: Options) -> int:
    """Runs until a signal or a failure; returns the exit code.

    Raises StartError when another controller holds a lock, the door's address is taken, or a
    folder cannot be written.
    """
    if options.speed != 1.0 and not options.plant.simulated:
        raise StartError(
            "speed other than 1 is for simulated plants",
            where=options.plant.name,
            do="Leave out --speed.",
        )
    with run_mark(options.data, options.plant.id) as mark, _only_one(options):
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        # Where that is allowed: a page under load on the same computer must not delay a scan.
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
        return asyncio.run(_Controller(options, mark).run())


@contextmanager
def _only_one(options: Options) -> Iterator[None]:
    """Holds the lock beside the socket, so that two controllers never share one door."""
    if options.socket is None:
        yield
        return
    try:
        options.socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened = options.socket.with_suffix(".lock").open("w")
    except OSError as refused:
        raise StartError(
            f"the door cannot be made there ({refused.strerror})",
            where=str(options.socket),
            do="Choose another --socket, in a folder that you may write to.",
        ) from refused
    with opened as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            raise StartError(
                "another controller is running",
                where=str(options.socket),
                do="Stop it first, or choose another --socket.",
            ) from held
        options.socket.unlink(missing_ok=True)
        yield


def _bound(options: Options) -> socket.socket:
    """The door's listening socket. Raises StartError when its address is taken."""
    try:
        if options.socket is None:
            door = _bound_port(options.port)
        else:
            door = socket.socket(socket.AF_UNIX)
            door.bind(str(options.socket))
            options.socket.chmod(0o600)
        # From here on whoever sees the address is let in as soon as the door is served.
        door.listen()
    except OSError as taken:
        raise StartError(
            f"the door cannot be opened ({taken.strerror})",
            where=str(options.socket or f"127.0.0.1:{options.port}"),
            do="Stop what uses it, or choose another address.",
        ) from taken
    return door


def _scrape_socket(options: Options) -> socket.socket | None:
    """The listening socket of the figures, where they are asked for. Raises StartError."""
    if not options.metrics_port:
        return None
    try:
        return _bound_port(options.metrics_port)
    except OSError as taken:
        raise StartError(
            f"the figures cannot be served ({taken.strerror})",
            where=f"127.0.0.1:{options.metrics_port}",
            do="Stop what uses the port, or choose another --metrics-port.",
        ) from taken


def _bound_port(port: int) -> socket.socket:
    """A listening socket of 127.0.0.1. Raises OSError when the port is taken."""
    bound = socket.socket(socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Else the body of an answer waits 40 ms for the other side to acknowledge its head.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    bound.bind(("127.0.0.1", port))
    return bound


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: this process has one order of ending."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _served(servers: Sequence[tuple[_Server, socket.socket]]) -> None:
    """All the servers, until all have ended."""
    await asyncio.gather(*(server.serve(sockets=[bound]) for server, bound in servers))


class _Controller:
    def __init__(self, options: Options, mark: RunMark) -> None:
        self._options = options
        self._mark = mark
        self._ready = False
        self._plant = ModbusPlant(options.plant)
        setting = setting_of(options.plant, options.speed)
        self._record = Record(options.data, setting, PERIOD_S)
        self._journal = Journal(self._record.clerk)
        self._anchors: AnchorKeeper | None = None
        if options.anchor_to is not None:
            reader, path = RecordReader(options.data), options.anchor_to
            self._anchors = AnchorKeeper(reader, path, self._record.committed)
        self._stream = Stream()
        self._snapshots = Snapshots(options.plant, options.speed)
        self._state = State.IDLE
        self._seen: tuple[Decision, Image] | None = None
        self._loop: asyncio.AbstractEventLoop
        self._cycle: Cycle
        self._ended: asyncio.Event

    async def run(self) -> int:
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        options = self._options
        bound = _bound(options)
        scrape = _scrape_socket(options)
        self._record.start(options.plant.equipment)
        if self._anchors is not None:
            self._anchors.start()
        mailbox = Mailbox(self._loop, monotonic_s, self._record.command_ids)
        self._cycle = Cycle(
            self._plant,
            options.plant.equipment,
            mailbox,
            self._record,
            self._told,
            speed=options.speed,
            restarted=self._mark.follows_a_crash,
            crashed=self._record.crashed,
            hands=self._record.hands,
        )
        servers = [(_Server(self._door(mailbox)), bound)]
        if scrape is not None:
            servers.append((_Server(self._scrape()), scrape))
        await self._plant.start()
        door = asyncio.create_task(_served(servers))
        thread = threading.Thread(
            target=self._cycle.run, args=(self._scan_ended,), name="scan", daemon=True
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._cycle.end)
        self._mark.put()
        gc.freeze()
        thread.start()
        _say(f"controller of {options.plant.id} at {self._address()}")
        waiting = asyncio.create_task(self._ended.wait())
        hung = asyncio.create_task(self._until_hung())
        await asyncio.wait((waiting, door, hung), return_when=asyncio.FIRST_COMPLETED)
        self._cycle.end()
        await asyncio.wait((waiting, hung), return_when=asyncio.FIRST_COMPLETED)
        hung.cancel()
        return await self._end([server for server, _ in servers], door, hangs=not waiting.done())

    async def _until_hung(self) -> None:
        """Returns when the scan hangs while this loop lives on."""
        scans, looks = -1, 0
        while looks < HUNG_LOOKS:
            await asyncio.sleep(LOOK_S)
            looks = looks + 1 if scans == self._cycle.scans else 0
            scans = self._cycle.scans

    async def _end(
        self, servers: Sequence[_Server], door: asyncio.Task[None], *, hangs: bool
    ) -> int:
        """DEAD first, then everything else."""
        await self._plant.write_dead()
        notify(STOPPING)
        self._stream.close()
        for server in servers:
            server.should_exit = True
        await door
        await self._plant.stop()
        self._record.end()
        if self._anchors is not None:
            self._anchors.take()
            self._anchors.end(ANCHOR_END_S)
        if hangs:
            log.critical("the scan hangs, DEAD image written; where every thread is, follows")
            faulthandler.dump_traceback()
            return EXIT_SCAN_FAILED
        failure = self._cycle.failure
        if failure is not None:
            log.critical("the scan failed, DEAD image written", exc_info=failure)
            return EXIT_SCAN_FAILED
        self._mark.take_away()
        _say("controller ended, DEAD image written")
        return 0

    def _scrape(self) -> uvicorn.Config:
        """The server of the figures."""
        return uvicorn.Config(
            make_scrape_app(self._health, metrics_of(self._figures)),
            log_level="warning",
            access_log=False,
            lifespan="off",
            limit_concurrency=8,
            timeout_graceful_shutdown=DOOR_GRACE_S,
            server_header=False,
        )

    def _missing(self) -> list[str]:
        """What keeps the controller from being ready, in words."""
        timing, missing = self._cycle.timing(), []
        if self._seen is None:
            missing.append("no scan is done yet")
        elif self._seen[1].health.record_lost_s > 0.0:
            missing.append("the record cannot be written")
        if timing.behind:
            missing.append("scans are late")
        gone = [device.id for device in self._plant.devices() if not device.connected]
        return [*missing, *(f"{device_id} is not connected" for device_id in gone)]

    def _address(self) -> str:
        return str(self._options.socket or f"127.0.0.1:{self._options.port}")

    def _door(self, mailbox: Mailbox) -> uvicorn.Config:
        data = self._options.data
        reader = RecordReader(data)
        papers = Papers(reader, self._options.plant)
        app = make_app(
            equipment=self._options.plant.equipment,
            mailbox=mailbox,
            journal=self._journal,
            stream=self._stream,
            health=self._health,
            metrics=metrics_of(self._figures),
            papers=papers,
        )
        app.include_router(record_routes(reader))
        app.include_router(library_routes(papers, data))
        app.include_router(wholeness_routes(data))
        app.include_router(inside_routes(self._plant, data, self._cycle.scan_times.counted))
        return uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            limit_concurrency=64,
            timeout_graceful_shutdown=DOOR_GRACE_S,
            server_header=False,
        )

    def _health(self) -> dict[str, Any]:
        timing = self._cycle.timing()
        return {
            "software": __version__,
            "state": self._state.value,
            "scans": timing.count,
            "slips": timing.slips,
            "missing": self._missing(),
        }

    def _figures(self) -> Figures:
        decision, image = self._seen or (None, None)
        return Figures(
            timing=self._cycle.timing(),
            scan_s=self._cycle.scan_times.counted(),
            state=decision.state if decision else None,
            image=image,
            devices=self._plant.devices(),
            margins_s=self._plant.margins_s(),
            anchors=None if self._anchors is None else self._anchors.counted(),
        )

    def _scan_ended(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)

    def _told(self, decision: Decision, image: Image) -> None:
        """Called in the scan thread after each scan: only hands over."""
        self._state = decision.state.state
        self._seen = (decision, image)
        self._loop.call_soon_threadsafe(self._publish, decision, image)

    def _publish(self, decision: Decision, image: Image) -> None:
        notify(ALIVE if self._ready else READY)
        self._ready = True
        for entry in self._journal.note(decision, image):
            if self._anchors is not None and entry.event.data.get("to") in _OVER:
                self._anchors.take()
            if entry.event.kind in _TOLD:
                _say(entry.event.text, seq=entry.seq, kind=entry.event.kind.value)
        line = self._snapshots.line(
            decision.state, image, self._cycle.timing(), self._plant.devices()
        )
        self._stream.publish(line)


def _say(text: str, **more: Any) -> None:
    log.info(json.dumps({"text": text, **more}))
