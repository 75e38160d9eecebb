"""A TCP proxy between the controller and a device that spoils what the device answers.

It stands for bad cables, gateways and devices; requests go through as they are.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from enum import Enum, unique

Address = tuple[str, int]


@unique
class Trouble(Enum):
    """What becomes of each reply."""

    NONE = "none"
    LATE = "late"  # behind the end of the controller's patience
    HALF = "half"
    DRIBBLE = "dribble"  # byte by byte, too slowly
    TWICE = "twice"
    NEVER = "never"
    OLD = "old"  # the one before
    NO_ID = "no id"  # transaction 0
    OTHER_ID = "other id"
    OTHER_UNIT = "other unit"
    OTHER_FUNCTION = "other function"
    MORE = "more"  # two registers too many, consistent in itself
    RESET = "reset"
    REFUSED = "refused"  # exception 11: the gateway does not reach the device


LATE_S = 0.6
DRIBBLE_S = 0.05


class LossyProxy:
    """One proxied device; `trouble` may be changed at any time, from any thread."""

    def __init__(self, target: Address) -> None:
        self.trouble = Trouble.NONE
        self.spoiled = 0
        self._target = target
        self._before = b""
        self._server: asyncio.Server
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> Address:
        """Listen; where."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        address: Address = self._server.sockets[0].getsockname()
        return address

    async def stop(self) -> None:
        """End all connections."""
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, near: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        try:
            far, ask = await asyncio.open_connection(*self._target)
        except OSError:
            answer.close()
            return
        there = asyncio.create_task(self._pump(near, ask))
        back = asyncio.create_task(self._replies(far, answer))
        self._tasks |= {there, back}
        await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
        for task in (there, back):
            task.cancel()
            self._tasks.discard(task)
        ask.close()
        answer.close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(4096):
            sink.write(data)

    async def _replies(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Replies of the simulator come one by one, and whole."""
        while True:
            header = await source.readexactly(6)
            frame = header + await source.readexactly(int.from_bytes(header[4:], "big"))
            before, self._before = self._before, frame
            if self.trouble is not Trouble.NONE:
                self.spoiled += 1
            if self.trouble is Trouble.RESET:
                sink.transport.abort()
                return
            if self.trouble is Trouble.LATE:
                await asyncio.sleep(LATE_S)
            if self.trouble is Trouble.DRIBBLE:
                for byte in frame:
                    sink.write(bytes((byte,)))
                    await asyncio.sleep(DRIBBLE_S)
                continue
            sink.write(spoiled(self.trouble, frame, before))


def spoiled(trouble: Trouble, frame: bytes, before: bytes) -> bytes:
    """What is sent in the place of `frame`."""
    make: dict[Trouble, Callable[[], bytes]] = {
        Trouble.HALF: lambda: frame[: len(frame) // 2],
        Trouble.TWICE: lambda: frame + frame,
        Trouble.NEVER: lambda: b"",
        Trouble.OLD: lambda: before,
        Trouble.NO_ID: lambda: b"\0\0" + frame[2:],
        Trouble.OTHER_ID: lambda: bytes((frame[0], frame[1] ^ 1)) + frame[2:],
        Trouble.OTHER_UNIT: lambda: frame[:6] + bytes((frame[6] ^ 3,)) + frame[7:],
        Trouble.OTHER_FUNCTION: lambda: frame[:7] + bytes((frame[7] ^ 7,)) + frame[8:],
        Trouble.MORE: lambda: (
            frame[:4]
            + (len(frame) - 2).to_bytes(2, "big")
            + frame[6:8]
            + bytes((frame[8] + 4,))
            + frame[9:]
            + b"\0\1\0\1"
        ),
        Trouble.REFUSED: lambda: frame[:4] + b"\0\3" + frame[6:7] + bytes((frame[7] | 0x80, 11)),
    }
    return make.get(trouble, lambda: frame)()


class ProxyThread:
    """A proxy with an event loop and a thread of its own, for tests of a whole process."""

    def __init__(self, target: Address) -> None:
        self.proxy = LossyProxy(target)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> Address:
        """Listen; where."""
        self._thread.start()
        return asyncio.run_coroutine_threadsafe(self.proxy.start(), self._loop).result(5.0)

    def stop(self) -> None:
        """End all connections, and the thread."""
        asyncio.run_coroutine_threadsafe(self.proxy.stop(), self._loop).result(5.0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5.0)
