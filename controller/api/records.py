"""What the door gives out of the record: batches, their trends, the audit trail.

GET /v1/batches              the newest first, one line each
GET /v1/batches/{id}         the whole batch record
GET /v1/batches/{id}/trend   few points that keep every peak, of a part too
GET /v1/wear                 hours of every blade and jar that was charged
GET /v1/audit                who did what, who was refused

Each is read in a worker thread by a connection of its own, which can write nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse

from controller.errors import RecordError
from controller.records.reader import DRAWN, POINTS_MAX, RecordReader
from controller.records.trendfile import COLUMNS

NOT_FOUND: Final = 404
POINTS: Final = 1_000
LAST_S: Final = 1e9

BatchId = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
Points = Annotated[int, Query(ge=2, le=POINTS_MAX)]
Seconds = Annotated[float, Query(ge=0.0, le=LAST_S, allow_inf_nan=False)]
Columns = Annotated[str, Query(max_length=1_000, pattern=r"^[a-z0-9_,]*$")]


def record_routes(reader: RecordReader) -> APIRouter:
    """The routes over one record."""
    import pyarrow.parquet  # noqa: F401  loading it with the first archive would make a scan late

    routes = APIRouter(prefix="/v1")

    @routes.get("/batches")
    def batches() -> JSONResponse:
        return _found(reader.batches)

    @routes.get("/batches/{id}")
    def batch(id: BatchId) -> JSONResponse:
        return _found(lambda: reader.batch(id))

    @routes.get("/batches/{id}/trend")
    def trend(
        id: BatchId,
        points: Points = POINTS,
        columns: Columns = "",
        from_s: Seconds = 0.0,
        to_s: Seconds = LAST_S,
    ) -> JSONResponse:
        names = [name for name in columns.split(",") if name in COLUMNS]
        span = None if (from_s, to_s) == (0.0, LAST_S) else (from_s, to_s)
        return _found(lambda: reader.trend(id, points, names or DRAWN, span))

    @routes.get("/wear")
    def wear() -> JSONResponse:
        return _found(reader.worn)

    @routes.get("/audit")
    def audit(after: Annotated[int, Query(ge=0, le=2**53)] = 0) -> JSONResponse:
        return _found(lambda: reader.audit(after))

    return routes


def _found(read: Callable[[], Any]) -> JSONResponse:
    try:
        return JSONResponse(finite(read()))
    except RecordError as error:
        refused = {"accepted": False, "reasons": [error.person_text]}
        return JSONResponse(refused, status_code=NOT_FOUND)


def finite(value: Any) -> Any:
    """NaN and infinity have no place in JSON: null."""
    if isinstance(value, float):
        return value if value - value == 0.0 else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
