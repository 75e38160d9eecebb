"""Whether the record is whole, asked through the door: a process of its own reads all of it.

A check takes as long as the record is large, and no scan may wait for it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import JSONResponse

VERIFY_S: Final = 600.0


def wholeness_routes(data: Path) -> APIRouter:
    """The routes that begin a check of the record in `data`, and tell what it found."""
    routes = APIRouter(prefix="/v1")
    checker = _Checker(data)

    @routes.post("/record/verify")
    async def check() -> JSONResponse:
        checker.start()
        return JSONResponse(checker.told())

    @routes.get("/record/verify")
    async def checked() -> JSONResponse:
        return JSONResponse(checker.told())

    return routes


class _Checker:
    """One check at a time, and what the last one found."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._task: asyncio.Task[None] | None = None
        self._found: dict[str, Any] | None = None

    @property
    def _running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begins a check, unless one is under way."""
        if not self._running:
            self._task = asyncio.create_task(self._run())

    def told(self) -> dict[str, Any]:
        """Whether one is under way, and the last verdict; None when there is none."""
        return {"running": self._running, "verdict": self._found}

    async def _run(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "controller", "record", "verify", "--json", "--data", str(self._data)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, said = await asyncio.wait_for(process.communicate(), VERIFY_S)
            self._found = json.loads(out)
        except TimeoutError:
            process.kill()
            self._found = _not_checked(f"it takes longer than {VERIFY_S:g} s")
        except ValueError:
            self._found = _not_checked(said.decode(errors="replace").strip()[-200:])


def _not_checked(why: str) -> dict[str, Any]:
    return {"good": None, "rows": 0, "head": "", "broken": None, "why": why}
