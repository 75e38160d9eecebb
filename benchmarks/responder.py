"""A Modbus server that does nothing but answer: zeros to what is read, an echo to what is written.

Prints its port. The product's requests and the raw echoes beside them go to the same server.
"""

from __future__ import annotations

import asyncio
import struct
from typing import cast

HEADER = 7
BIT_READS, WORD_READS = (1, 2), (3, 4)


def answer(request: bytes) -> bytes:
    """The reply to one whole request."""
    function, address, count = struct.unpack(">BHH", request[HEADER : HEADER + 5])
    if function in BIT_READS:
        size = (count + 7) // 8
        body = bytes((function, size)) + bytes(size)
    elif function in WORD_READS:
        body = bytes((function, 2 * count)) + bytes(2 * count)
    else:
        body = struct.pack(">BHH", function, address, count)
    return request[:4] + struct.pack(">H", 1 + len(body)) + request[6:7] + body


class Responder(asyncio.Protocol):
    """One connection; requests may come in pieces."""

    def __init__(self) -> None:
        self._bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        while len(self._bytes) >= HEADER - 1:
            end = HEADER - 1 + int.from_bytes(self._bytes[4:6])
            if len(self._bytes) < end:
                return
            request, self._bytes = self._bytes[:end], self._bytes[end:]
            self._out.write(answer(request))


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Responder, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
