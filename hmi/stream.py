"""One stream from the controller, fanned out: the newest snapshot to every browser, never a queue.

The controller's line is wrapped once and the same bytes go to all. A browser that is slow misses
snapshots; one that does not read at all is let go. Silence is told: while nothing comes from the
controller, every browser gets a `link` event with the age of what it saw last, and with the reason
when the controller stays down.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any, Final

from fastapi.sse import EventSourceResponse
from starlette.types import Send

from controller.api.client import ControllerClient
from controller.errors import LinkError

HEARTBEAT_S: Final = 0.5
BROWSER_RETRY: Final = b"retry: 500\n\n"  # ms until a browser that lost its stream comes back
RECONNECT_S: Final = 0.25
STALLED_S: Final = 10.0
SAID_S: Final = 5.0
CLIENT_LIMIT: Final = 32

log = logging.getLogger("blademill.hmi")


class Hub:
    """The newest frame, and those who wait for the next."""

    def __init__(
        self,
        monotonic_s: Callable[[], float] = time.monotonic,
        why_down: Callable[[], str] = str,
    ) -> None:
        self._monotonic_s = monotonic_s
        self._why_down = why_down
        self._line = b""
        self._frame = b""
        self._frame_at_s: float | None = None
        self._count = 0
        self._news = asyncio.Event()
        self._clients = 0
        self._closing = False

    @property
    def age_s(self) -> float | None:
        """Age of the newest snapshot, None before the first."""
        return None if self._frame_at_s is None else self._monotonic_s() - self._frame_at_s

    @property
    def simulated(self) -> bool:
        """Whether the controller has said a moment ago that its plant is simulated."""
        return self.newest.get("simulated") is True

    @property
    def newest(self) -> dict[str, Any]:
        """What the controller said a moment ago; empty when it has said nothing lately."""
        age_s = self.age_s
        if age_s is None or age_s >= SAID_S:
            return {}
        said: dict[str, Any] = json.loads(self._line)
        return said

    @property
    def clients(self) -> int:
        """How many browsers are listening."""
        return self._clients

    @property
    def full(self) -> bool:
        """Whether one more browser would be too many."""
        return self._clients >= CLIENT_LIMIT

    def publish(self, line: bytes) -> None:
        """Make this snapshot (one line of JSON) the newest one.

        The same line again is no news: a door whose scan hangs repeats it to whoever comes back.
        """
        if line == self._line:
            return
        now_s = self._monotonic_s()
        self._line = line
        # The id lets the browser see how late frames reach it, against the best it has seen.
        self._frame = b"id: %.3f\ndata: %b\n\n" % (now_s, line)
        self._frame_at_s = now_s
        self._count += 1
        self._news.set()
        self._news = asyncio.Event()

    def close(self) -> None:
        """End every browser's stream, so that the server can stop. Safe in a signal handler."""
        self._closing = True

    async def frames(self, wanted: Callable[[], bool]) -> AsyncGenerator[bytes]:
        """Frames for one browser, as fast as it takes them, until `wanted` says no."""
        self._clients += 1
        seen = 0
        try:
            yield BROWSER_RETRY
            while wanted() and not self._closing:
                if self._count == seen:
                    await self._newer()
                news, seen = self._count != seen, self._count
                yield self._frame if news and self._fresh else self._silence()
        finally:
            self._clients -= 1

    @property
    def _fresh(self) -> bool:
        age_s = self.age_s
        return age_s is not None and age_s < HEARTBEAT_S

    async def _newer(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT_S):
                await self._news.wait()

    def _silence(self) -> bytes:
        data = json.dumps({"age_s": self.age_s, "down": self._why_down()})
        return f"event: link\ndata: {data}\n\n".encode()


async def follow(client: ControllerClient, hub: Hub) -> None:
    """Hold one stream from the controller into `hub`, for as long as the process lives."""
    connected = True
    while True:
        try:
            async with client.stream() as lines:
                async for line in lines:
                    if not connected:
                        log.info("the controller's stream is back")
                    connected = True
                    hub.publish(line)
        except LinkError as error:
            if connected:
                log.warning("no stream from the controller: %s", error)
            connected = False
        await asyncio.sleep(RECONNECT_S)


class FrameResponse(EventSourceResponse):
    """Server-sent events from ready frames. A browser that takes none for long is let go."""

    def __init__(self, frames: AsyncGenerator[bytes], headers: Mapping[str, str]) -> None:
        super().__init__(frames, headers=headers)
        self._frames = frames

    async def stream_response(self, send: Send) -> None:
        """Send the head and then each frame, waiting a bounded time for the browser to take it."""
        head = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(head)
        try:
            async with aclosing(self._frames) as frames:
                async for frame in frames:
                    async with asyncio.timeout(STALLED_S):
                        await send({"type": "http.response.body", "body": frame, "more_body": True})
        except TimeoutError:
            log.warning("a browser stopped reading and was let go")
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})
