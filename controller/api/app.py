"""The door: what other processes may see and ask. It decides nothing and touches no output."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse

from controller.api.audit import AuditRequest, Taken, audit_event
from controller.api.journal import Journal
from controller.api.mailbox import Mailbox
from controller.api.papers import IN_TURN, JUDGED, Papers
from controller.api.requests import CommandRequest, to_command
from controller.api.stream import Stream
from controller.core.commands import Command
from controller.core.equipment import Equipment
from controller.errors import BlademillError, FileFaults, InputError

ANSWER_S: Final = 2.0
AUDIT_S: Final = 1.0
NO_RECORD: Final = "the record is not written at present"
EVENTS_SENT: Final = 500
BODY_LIMIT: Final = 128 * 1024


def make_app(
    *,
    equipment: Equipment,
    mailbox: Mailbox,
    journal: Journal,
    stream: Stream,
    health: Callable[[], dict[str, Any]],
    metrics: Callable[[], bytes],
    papers: Papers,
) -> FastAPI:
    """The door's application."""
    app = FastAPI(title="blademill controller", docs_url=None, redoc_url=None, openapi_url=None)
    _add_errors(app)
    taken = Taken()

    @app.get("/v1/snapshot")
    async def snapshot() -> Response:
        status = 200 if stream.line else 503
        return Response(stream.line, status_code=status, media_type="application/json")

    @app.get("/v1/stream")
    async def follow() -> StreamingResponse:
        return StreamingResponse(stream.lines(), media_type="application/x-ndjson")

    @app.post("/v1/commands")
    async def command(request: CommandRequest) -> JSONResponse:
        wanted = to_command(request, equipment)
        if wanted.name in IN_TURN:
            async with papers.turn:
                return await in_turn(wanted)
        if wanted.name in JUDGED:
            wanted = await asyncio.to_thread(papers.judged, wanted)
        return await asked(wanted)

    async def in_turn(wanted: Command) -> JSONResponse:
        # Judged by all that has happened, and told when it is itself on disk.
        if not await asyncio.to_thread(journal.committed, AUDIT_S):
            return _refused(503, NO_RECORD)
        answer = await asked(await asyncio.to_thread(papers.judged, wanted))
        if not await asyncio.to_thread(journal.committed, AUDIT_S):
            return _refused(503, NO_RECORD)
        return answer

    async def asked(wanted: Command) -> JSONResponse:
        future = mailbox.submit(wanted)
        try:
            result = await asyncio.wait_for(asyncio.shield(future), ANSWER_S)
        except TimeoutError:
            return _refused(503, "the scan did not answer: the controller may be hung")
        return JSONResponse(
            {
                "accepted": result.accepted,
                "reasons": list(result.reasons),
                "state": result.state.value,
            }
        )

    @app.post("/v1/audit")
    async def audit(request: AuditRequest) -> JSONResponse:
        if taken.is_new(request.id):
            journal.add(audit_event(request, journal.now_s))
        # The sender forgets the entry when it is told that it is taken.
        if not await asyncio.to_thread(journal.committed, AUDIT_S):
            return _refused(503, NO_RECORD)
        return JSONResponse({"taken": True})

    @app.get("/v1/trend")
    async def trend(
        since_s: Annotated[float, Query(ge=0.0, le=1e9, allow_inf_nan=False)] = 0.0,
    ) -> JSONResponse:
        return JSONResponse(journal.trend(since_s))

    @app.get("/v1/events")
    async def events(after: Annotated[int, Query(ge=0, le=2**53)] = 0) -> JSONResponse:
        return JSONResponse(journal.events_after(after, EVENTS_SENT))

    # Written out in a worker thread: a trace is long, and the event loop has devices to poll.
    @app.get("/v1/traces")
    def traces() -> JSONResponse:
        return JSONResponse([trace.summary() for trace in journal.traces.all()])

    @app.get("/v1/traces/{n}")
    def trace(n: Annotated[int, Path(ge=1, le=2**53)]) -> JSONResponse:
        found = journal.traces.of(n)
        if found is None:
            return _refused(404, f"there is no trace {n}")
        return JSONResponse(found.to_json())

    @app.get("/v1/health")
    async def healthy() -> JSONResponse:
        return JSONResponse(health())

    @app.get("/metrics")
    async def figures() -> Response:
        return Response(metrics(), media_type="text/plain; version=0.0.4")

    return app


def _refused(status: int, reason: str, **more: Any) -> JSONResponse:
    return JSONResponse({"accepted": False, "reasons": [reason], **more}, status_code=status)


def _add_errors(app: FastAPI) -> None:
    """Every refusal has the shape of a refused command and never echoes what was sent."""

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        if isinstance(error, RequestValidationError):
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            return _refused(422, f"{where}: {first['msg']}")
        return _refused(422, "invalid request")

    async def refused(_: Request, error: Exception) -> JSONResponse:
        if isinstance(error, FileFaults):
            return JSONResponse({"accepted": False, "reasons": error.lines()}, status_code=422)
        if isinstance(error, InputError):
            return _refused(422, error.person_text)
        text = error.person_text if isinstance(error, BlademillError) else "internal error"
        return _refused(500, text)

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(BlademillError, refused)
    app.add_exception_handler(Exception, refused)
