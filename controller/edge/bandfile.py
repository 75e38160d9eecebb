"""A band as text: read strictly, every fault in one sentence, and hashed as it came."""

from __future__ import annotations

import hashlib
from typing import Final

from pydantic import TypeAdapter, ValidationError

from controller.core.band import BandDocument, RunBand, ill_formed
from controller.errors import InputError

TEXT_MAX: Final = 100_000
_ADAPTER: Final = TypeAdapter(BandDocument)
_DO: Final = "Make the band anew with this version."


def parse_band(text: str) -> RunBand:
    """The band in this JSON. Raises InputError for anything but a whole and bounded one."""
    if len(text) > TEXT_MAX:
        raise InputError(f"is longer than {TEXT_MAX} characters", where="band", do=_DO)
    try:
        document = _ADAPTER.validate_json(text)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in ("band", *first["loc"]))
        raise InputError(str(first["msg"]), where=where, do=_DO) from None
    if problem := ill_formed(document):
        raise InputError(problem, where="band", do=_DO)
    return RunBand(document, text, hashlib.sha256(text.encode()).hexdigest())


def band_text(document: BandDocument) -> str:
    """The same as text, to be handed over."""
    return _ADAPTER.dump_json(document).decode()
