"""What the record has about batches; reports, exports and overlays to take away; signatures.

GET  /api/batches                    the newest first, one line each
GET  /api/batches/{id}               the whole batch record, with `content` and `signatures`
GET  /api/batches/{id}/trend         few points that keep every peak, of a part too
GET  /api/audit                      who did what, who was refused
GET  /api/batches/{id}/report.pdf    shown by the browser; report.html is a download
GET  /api/batches/{id}/report.html
GET  /api/batches/{id}/export.zip    record, trends, report, signed manifest
GET  /api/overlay?batch=A&batch=B    a page (download); the first batch is what others compare with
POST /api/batches/{id}/signatures    {id, meaning, content_sha256, through_seq, password}

`content_sha256` and `through_seq` are `content` of the batch record (GET /api/batches/{id}) as the
person saw it; `signatures` there has those that were given. A refusal is the answer of a command:
{"accepted": false, "reasons": [...]}; a wrong password is 403. `meaning` is performed, reviewed or
released, in this order; the last two by a supervisor who had no hand in the batch.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi import Path as PathPart
from fastapi.responses import FileResponse, Response

from hmi.batches.messages import OURS, SIGNATURE, SignatureWanted
from hmi.deps import UNHURRIED, UseServices, UseSession, UseSource, admitted
from hmi.messages import json_body
from hmi.papers import passed_on, record_folder, with_password

routes: Final = APIRouter(prefix="/api", dependencies=[Depends(admitted), *UNHURRIED])
ID: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$"
BatchId = Annotated[str, PathPart(alias="id", pattern=ID)]
BatchIds = Annotated[list[Annotated[str, Query(pattern=ID)]], Query(min_length=2, max_length=6)]
LAST_S: Final = 1e9
Seconds = Annotated[float, Query(ge=0.0, le=LAST_S, allow_inf_nan=False)]
_PAGE: Final = "text/html; charset=utf-8"


@routes.get("/batches")
async def batches(services: UseServices) -> Response:
    """The recorded batches, the newest first."""
    return passed_on(await services.client.read_record("batches"))


@routes.get("/batches/{id}")
async def batch(batch_id: BatchId, services: UseServices) -> Response:
    """One batch record."""
    return passed_on(await services.client.read_record(f"batches/{batch_id}"))


@routes.get("/batches/{id}/trend")
async def trend(
    batch_id: BatchId,
    services: UseServices,
    points: Annotated[int, Query(ge=2, le=5_000)] = 1_000,
    from_s: Seconds = 0.0,
    to_s: Seconds = LAST_S,
) -> Response:
    """The trend of a batch, or a part of it, as few points that keep every peak."""
    asked = {"points": points, "from_s": from_s, "to_s": to_s}
    return passed_on(await services.client.read_record(f"batches/{batch_id}/trend", **asked))


@routes.get("/audit")
async def audit(
    services: UseServices, after: Annotated[int, Query(ge=0, le=2**53)] = 0
) -> Response:
    """The audit trail after this number."""
    return passed_on(await services.client.get("audit", after=after))


@routes.get("/batches/{id}/report.pdf")
async def report_pdf(batch_id: BatchId, services: UseServices) -> Response:
    """The report of a batch for print."""
    path = await services.press.report(await _record(services, batch_id), batch_id, "pdf")
    return FileResponse(
        path, media_type="application/pdf", filename=path.name, content_disposition_type="inline"
    )


@routes.get("/batches/{id}/report.html")
async def report_html(batch_id: BatchId, services: UseServices) -> Response:
    """The report of a batch as one page that needs nothing beside itself."""
    path = await services.press.report(await _record(services, batch_id), batch_id, "html")
    return FileResponse(path, media_type=_PAGE, filename=path.name)


@routes.get("/batches/{id}/export.zip")
async def export(batch_id: BatchId, services: UseServices) -> Response:
    """All of a batch, signed, in one file."""
    path = await services.press.export(await _record(services, batch_id), batch_id)
    return FileResponse(path, media_type="application/zip", filename=f"{batch_id}.zip")


@routes.get("/overlay")
async def overlay(batch: BatchIds, services: UseServices) -> Response:
    """Batches over one another, compared with the first."""
    path = await services.press.overlay(await _record(services, *batch), batch)
    return FileResponse(path, media_type=_PAGE, filename="overlay.html")


@routes.post("/batches/{id}/signatures")
async def sign(
    wanted: Annotated[SignatureWanted, Depends(json_body(SIGNATURE, OURS))],
    batch_id: BatchId,
    session: UseSession,
    services: UseServices,
    source: UseSource,
) -> Response:
    """Sign the record of a batch, with the password entered for this signature."""
    giver = await with_password(services, session, wanted.password, source)
    args = {
        "batch": batch_id,
        "meaning": wanted.meaning.value,
        "content_sha256": wanted.content_sha256,
        "through_seq": wanted.through_seq,
    }
    return passed_on(await services.client.command(wanted.id, "sign", args, giver))


async def _record(services: UseServices, *batch_ids: str) -> Path:
    """The folder of the record, if all of these batches are in it."""
    folder = await record_folder(services, batch_ids)
    if folder is None:
        raise HTTPException(404, "There is no batch of this name.")
    return folder
