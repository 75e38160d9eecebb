"""The bench: one simulation at a time in a process of its own, the others wait in line.

A job's process runs at the lowest priority and is killed when the job is cancelled, when it takes
too long, or when this server ends. Results are in memory, bounded, and gone with the server.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, unique
from pathlib import PurePath
from typing import Any, Final
from uuid import uuid4

from controller.errors import InputError

KEPT: Final = 40
WAITING_MAX: Final = 8
NICENESS: Final = 15
LINE_MAX: Final = 16 * 1024 * 1024
LIMIT_S: Final = 1_200.0


@unique
class JobState(Enum):
    """Where a job is in its life."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER: Final = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(slots=True)
class Job:
    """One simulation that was asked for."""

    id: str
    user: str
    request: dict[str, Any]
    asked_utc: str
    state: JobState = JobState.WAITING
    progress: dict[str, Any] = field(default_factory=lambda: {"progress": 0.0})
    result: dict[str, Any] | None = None
    error: str = ""

    def summary(self) -> dict[str, Any]:
        """All but the texts of recipe and plant, and the result."""
        told = {k: v for k, v in self.request.items() if k not in ("recipe_toml", "plant_toml")}
        result = self.result or {}
        return {
            "id": self.id,
            "user": self.user,
            "asked_utc": self.asked_utc,
            "state": self.state.value,
            "error": self.error,
            **told,
            "plant": PurePath(self.request["plant"]).name,
            **self.progress,
            **({"outcome": result["outcome"]} if "outcome" in result else {}),
            **({"failed": result["failed"]} if "failed" in result else {}),
        }


class Bench:
    """Takes jobs, does them one after the other, and keeps what came of the last ones."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._line: asyncio.Queue[Job] = asyncio.Queue()
        self._process: asyncio.subprocess.Process | None = None
        self._running: Job | None = None

    @property
    def pid(self) -> int | None:
        """The process of the job that runs now."""
        return None if self._process is None else self._process.pid

    def submit(self, user: str, request: dict[str, Any]) -> Job:
        """Puts a job in line. Raises InputError when too many wait."""
        waiting = sum(job.state is JobState.WAITING for job in self._jobs.values())
        if waiting >= WAITING_MAX:
            raise InputError("too many simulations wait", do="Cancel one, or wait for them.")
        job = Job(str(uuid4()), user, request, datetime.now(UTC).isoformat(timespec="seconds"))
        self._jobs[job.id] = job
        self._forget()
        self._line.put_nowait(job)
        return job

    def _forget(self) -> None:
        over = [job.id for job in self._jobs.values() if job.state in OVER]
        for job_id in over[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[job_id]

    def find(self, job_id: str) -> Job:
        """The job of this id. Raises InputError when there is none."""
        job = self._jobs.get(job_id)
        if job is None:
            raise InputError("there is no such simulation", do="It may be too old; run it again.")
        return job

    def all(self) -> list[Job]:
        """Every job that is kept, the newest first."""
        return list(reversed(self._jobs.values()))

    def cancel(self, job_id: str) -> Job:
        """Ends a job that waits or runs; one that is over stays as it is."""
        job = self.find(job_id)
        if job.state not in OVER:
            job.state = JobState.CANCELLED
            if job is self._running:
                self._kill()
        return job

    async def work(self) -> None:
        """Does the jobs in their order; runs until it is cancelled."""
        while True:
            job = await self._line.get()
            if job.state is JobState.WAITING:
                await self._one(job)

    async def _one(self, job: Job) -> None:
        job.state, self._running = JobState.RUNNING, job
        try:
            async with asyncio.timeout(LIMIT_S):
                await self._carry_out(job)
        except TimeoutError:
            job.error = f"it took longer than {LIMIT_S / 60.0:.0f} minutes"
        finally:
            await self._ended()
            self._running = None
        if job.state is JobState.RUNNING:
            job.state = JobState.FAILED if job.result is None else JobState.DONE
            if job.state is JobState.FAILED and not job.error:
                job.error = "its process ended without a result"

    async def _carry_out(self, job: Job) -> None:
        process = self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "sim.job",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_MAX,
        )
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        assert process.stdin is not None and process.stdout is not None  # noqa: S101  as asked for
        with suppress(ConnectionError):
            process.stdin.write(json.dumps(job.request).encode())
            process.stdin.write_eof()
        async for line in process.stdout:
            self._note(job, json.loads(line))
        await process.wait()

    def _note(self, job: Job, told: dict[str, Any]) -> None:
        if "result" in told:
            job.result = told["result"]
            job.progress = {"progress": 1.0}
        elif "error" in told:
            job.error = told["error"]
        else:
            job.progress = told

    def _kill(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()

    async def _ended(self) -> None:
        """Returns when no process of ours is left."""
        self._kill()
        process, self._process = self._process, None
        if process is not None:
            await process.wait()
