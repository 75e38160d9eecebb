"""The newest snapshot for whoever listens: nobody is queued for, the slow ones skip."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


class Stream:
    """Lives in the door's event loop; `publish` wakes every listener."""

    def __init__(self) -> None:
        self._line = b""
        self._news = asyncio.Event()
        self._closed = False

    @property
    def line(self) -> bytes:
        """The newest snapshot, empty before the first scan."""
        return self._line

    def publish(self, line: bytes) -> None:
        """Makes `line` the newest."""
        self._line = line
        self._wake()

    def close(self) -> None:
        """Ends every listener's stream."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def lines(self) -> AsyncIterator[bytes]:
        """The newest line now (if there is one), then every newer one that the listener keeps up
        with.
        """
        if self._line:
            yield self._line
        while not self._closed:
            await self._news.wait()
            if not self._closed:
                yield self._line
