"""One stream for many browsers: the newest snapshot, told silence, and nothing that piles up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from controller.api.address import down_notice, why_down
from controller.api.client import ControllerClient, DoorAddress
from controller.errors import LinkError
from hmi.stream import BROWSER_RETRY, CLIENT_LIMIT, HEARTBEAT_S, FrameResponse, Hub, follow


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def listening(hub: Hub) -> AsyncGenerator[bytes]:
    return hub.frames(lambda: True)


async def opened(frames: AsyncGenerator[bytes]) -> None:
    assert await anext(frames) == BROWSER_RETRY


def data(frame: bytes) -> Any:
    line = next(line for line in frame.decode().split("\n") if line.startswith("data: "))
    return json.loads(line.removeprefix("data: "))


def run(check: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(check(), 10.0))


def test_all_browsers_get_the_very_same_bytes() -> None:
    async def check() -> None:
        hub = Hub(Clock())
        async with aclosing(listening(hub)) as one, aclosing(listening(hub)) as other:
            await opened(one)
            await opened(other)
            hub.publish(b'{"seq":1}')
            assert await anext(one) is await anext(other)

    run(check)


def test_a_frame_carries_the_line_and_the_time_it_came() -> None:
    async def check() -> None:
        hub = Hub(Clock())
        hub.publish(b'{"seq":1}')
        async with aclosing(listening(hub)) as frames:
            await opened(frames)
            assert await anext(frames) == b'id: 100.000\ndata: {"seq":1}\n\n'

    run(check)


def test_a_slow_browser_skips_to_the_newest() -> None:
    async def check() -> None:
        hub = Hub(Clock())
        async with aclosing(listening(hub)) as frames:
            await opened(frames)
            for seq in range(500):
                hub.publish(b'{"seq":%d}' % seq)
            assert data(await anext(frames)) == {"seq": 499}
            hub.publish(b'{"seq":500}')
            assert data(await anext(frames)) == {"seq": 500}

    run(check)


def test_a_browser_that_reads_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds one of the places; a page that is looked at needs it."""
    monkeypatch.setattr("hmi.stream.STALLED_S", 0.05)

    async def check() -> None:
        hub = Hub(Clock())
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)
            if len(sent) > 2:  # head and first line still fit into the network's buffers
                await asyncio.Event().wait()

        hub.publish(b'{"seq":1}')
        async with asyncio.timeout(5.0):
            await FrameResponse(hub.frames(lambda: True), {}).stream_response(send)
        assert len(sent) == 3
        assert hub.clients == 0

    run(check)


def test_silence_is_told_within_a_second_with_its_age() -> None:
    async def check() -> None:
        clock = Clock()
        hub = Hub(clock)
        async with aclosing(listening(hub)) as frames:
            await opened(frames)
            hub.publish(b'{"seq":1}')
            await anext(frames)
            clock.now_s += 7.0
            began_s = asyncio.get_running_loop().time()
            told = await anext(frames)
            assert asyncio.get_running_loop().time() - began_s < 1.0
            assert told.startswith(b"event: link\n")
            assert data(told) == {"age_s": 7.0, "down": ""}

    run(check)


def test_silence_says_why_when_the_controller_stays_down(tmp_path: Path) -> None:
    async def check() -> None:
        door = tmp_path / "door.sock"
        hub = Hub(Clock(), lambda: why_down(door))
        async with aclosing(listening(hub)) as frames:
            await opened(frames)
            assert data(await anext(frames))["down"] == ""
            down_notice(door).write_text('{"text": "It failed again.", "utc": "now"}')
            assert data(await anext(frames))["down"] == "It failed again."

    run(check)


def test_a_browser_that_comes_late_is_not_shown_an_old_snapshot() -> None:
    async def check() -> None:
        clock = Clock()
        hub = Hub(clock)
        hub.publish(b'{"seq":1}')
        clock.now_s += HEARTBEAT_S
        async with aclosing(listening(hub)) as frames:
            await opened(frames)
            assert (await anext(frames)).startswith(b"event: link\n")

    run(check)


def test_the_same_line_again_is_no_news() -> None:
    clock = Clock()
    hub = Hub(clock)
    hub.publish(b'{"seq":1}')
    clock.now_s += 3.0
    hub.publish(b'{"seq":1}')
    assert hub.age_s == 3.0


def test_listeners_are_counted_and_forgotten_when_they_go() -> None:
    async def check() -> None:
        hub = Hub(Clock())
        listeners = [listening(hub) for _ in range(CLIENT_LIMIT)]
        for frames in listeners:
            await opened(frames)
        assert hub.clients == CLIENT_LIMIT and hub.full
        await listeners[0].aclose()
        assert not hub.full
        for frames in listeners:
            await frames.aclose()
        assert hub.clients == 0

    run(check)


@pytest.mark.parametrize("ending", ["session", "server"])
def test_a_stream_ends_with_its_session_and_with_the_server(ending: str) -> None:
    async def check() -> None:
        hub = Hub(Clock())
        wanted = True
        async with aclosing(hub.frames(lambda: wanted)) as frames:
            await opened(frames)
            hub.publish(b'{"seq":1}')
            await anext(frames)
            if ending == "session":
                wanted = False
            else:
                hub.close()
            with pytest.raises(StopAsyncIteration):
                await anext(frames)

    run(check)


class Door:
    """Replays recorded lines to whoever asks, then falls silent or hangs up."""

    def __init__(self, lines: list[bytes], *, hang_up: bool) -> None:
        self._lines = lines
        self._hang_up = hang_up
        self.visits = 0

    async def __aenter__(self) -> DoorAddress:
        self._server = await asyncio.start_server(self._visited, "127.0.0.1", 0)
        return DoorAddress(port=self._server.sockets[0].getsockname()[1])

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for line in self._lines:
            writer.write(b"%x\r\n%b\r\n" % (len(line), line))
        await writer.drain()
        if not self._hang_up:
            await reader.read()  # until the client leaves
        writer.close()


async def received(client: ControllerClient) -> list[bytes]:
    lines: list[bytes] = []
    with pytest.raises(LinkError):
        async with client.stream() as stream:
            async for line in stream:
                lines.append(line)
    return lines


def test_the_client_cuts_the_stream_into_lines_however_it_arrives() -> None:
    async def check() -> None:
        pieces = [b'{"seq"', b':1}\n{"seq":2}\n{"s', b'eq":3}\n']
        async with Door(pieces, hang_up=False) as address, ControllerClient(address) as client:
            assert await received(client) == [b'{"seq":1}', b'{"seq":2}', b'{"seq":3}']

    run(check)


def test_a_line_without_an_end_is_not_kept_for_ever() -> None:
    async def check() -> None:
        pieces = [b"x" * 600_000] * 2
        async with Door(pieces, hang_up=False) as address, ControllerClient(address) as client:
            assert await received(client) == []

    run(check)


def test_a_silent_controller_is_left_and_asked_again() -> None:
    async def check() -> None:
        hub, door = Hub(), Door([b'{"seq":1}\n'], hang_up=False)
        async with door as address, ControllerClient(address) as client:
            following = asyncio.create_task(follow(client, hub))
            async with aclosing(listening(hub)) as frames:
                async for _ in frames:
                    if door.visits == 2:
                        break
            following.cancel()
        assert hub.age_s is not None and hub.age_s > 1.0

    run(check)


@pytest.mark.parametrize("path", ["snapshot", "trend", "events", "health"])
def test_a_controller_that_is_not_there_is_a_link_error(path: str) -> None:
    async def check() -> None:
        async with Door([], hang_up=True) as address:
            pass
        async with ControllerClient(address) as client:
            with pytest.raises(LinkError) as caught:
                await client.get(path)
        assert str(address) in str(caught.value)

    run(check)
