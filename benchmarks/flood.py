"""Asks the page at port argv[1] for more than it can answer, on argv[2] connections, for ever."""

from __future__ import annotations

import asyncio
import sys

REQUESTS = (
    b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
    b"POST /api/command HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
    b"Content-Length: 60000\r\n\r\n" + b"[" * 60_000,
)
NEXT_S = 0.05


async def ask(port: int, number: int) -> None:
    """One connection after the other, and request after request on it."""
    request = REQUESTS[number % len(REQUESTS)] % port
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while not reader.at_eof():
                writer.write(request)
                await writer.drain()
                await reader.read(65_536)
        except OSError:
            await asyncio.sleep(NEXT_S)


async def main(port: int, connections: int) -> None:
    await asyncio.gather(*(ask(port, number) for number in range(connections)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
