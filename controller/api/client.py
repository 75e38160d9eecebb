"""The client of the controller's door: what other processes use to watch and to command.

One door, one address: a Unix socket, or a port of 127.0.0.1. Answers are handed on as bytes where
the caller only passes them along; the controller is the one that says what is in them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Final, Self

import httpx

from controller.api.address import DoorAddress, default_socket
from controller.errors import LinkError

__all__ = ["Answer", "ControllerClient", "DoorAddress", "Giver", "default_socket"]

CONNECT_S: Final = 1.0
ANSWER_S: Final = 2.0
RECORD_S: Final = 20.0
# The door sends a line in every scan, so a second of silence is a link that is lost.
STREAM_SILENCE_S: Final = 1.0
LINE_LIMIT: Final = 1_048_576

HINT: Final = "Look whether the controller is running, and at which socket or port."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door answered, JSON not yet read."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Giver:
    """Who gives a command, in which roles, and what was seen when: version of the state and age."""

    user: str
    roles: tuple[str, ...]
    state_version: int | None = None
    age_s: float = 0.0
    proved: bool = False


class ControllerClient:
    """One connection pool to one controller, an async context manager.

    Every method raises LinkError when the controller cannot be reached or does not answer in time.
    Nothing is tried twice: a command may have arrived although its answer did not, and it is for
    the caller to send it again under the same id.
    """

    def __init__(self, address: DoorAddress) -> None:
        self.address = address
        self._http = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(
                uds=str(address.socket) if address.socket else None,
                limits=httpx.Limits(max_connections=16, max_keepalive_connections=4),
            ),
            base_url=f"http://127.0.0.1:{address.port}" if address.port else "http://127.0.0.1",
            timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
            trust_env=False,  # a proxy of the desktop has no business between the two
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def get(self, path: str, **query: float) -> Answer:
        """The answer to a read of `/v1/{path}`: snapshot, trend, events or health."""
        with _link_errors(self.address):
            reply = await self._http.get(f"/v1/{path}", params=query)
        return Answer(reply.status_code, reply.content)

    async def read_record(self, path: str, **query: float) -> Answer:
        """The answer to a read of `/v1/{path}` that may go through a week of scans."""
        with _link_errors(self.address):
            timeout = httpx.Timeout(RECORD_S, connect=CONNECT_S)
            reply = await self._http.get(f"/v1/{path}", params=query, timeout=timeout)
        return Answer(reply.status_code, reply.content)

    async def command(
        self, command_id: str, name: str, args: dict[str, Any], giver: Giver
    ) -> Answer:
        """Send one command; the body of the answer is {"accepted", "reasons", "state"}."""
        message = {"id": command_id, "name": name, "args": args, **asdict(giver)}
        with _link_errors(self.address):
            reply = await self._http.post("/v1/commands", json=message)
        return Answer(reply.status_code, reply.content)

    async def post(self, path: str, message: dict[str, Any]) -> Answer:
        """Send something else than a command to `/v1/{path}`."""
        with _link_errors(self.address):
            reply = await self._http.post(f"/v1/{path}", json=message)
        return Answer(reply.status_code, reply.content)

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[AsyncIterator[bytes]]:
        """The snapshots as they come, one encoded line (without its end) for each scan."""
        timeout = httpx.Timeout(STREAM_SILENCE_S, connect=CONNECT_S)
        with _link_errors(self.address):
            async with self._http.stream("GET", "/v1/stream", timeout=timeout) as reply:
                if reply.status_code != httpx.codes.OK:
                    raise LinkError(
                        f"the stream was refused ({reply.status_code})",
                        where=str(self.address),
                        do=HINT,
                    )
                yield _lines(reply, str(self.address))


@contextmanager
def _link_errors(address: DoorAddress) -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, httpx.StreamError) as error:
        what = f"the controller does not answer ({type(error).__name__})"
        raise LinkError(what, where=str(address), do=HINT) from error


async def _lines(reply: httpx.Response, where: str) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in reply.aiter_raw():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
        if len(rest) > LINE_LIMIT:
            raise LinkError(f"a line is longer than {LINE_LIMIT} bytes", where=where, do=HINT)
