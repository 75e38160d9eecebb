"""Log lines, for people or as JSON: one record, one line, whatever somebody has typed into it."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final

FORMAT: Final = "%(asctime)s %(name)s %(levelname)s %(message)s"
# They tell of each request, and there is one each second.
TALKATIVE: Final = ("httpx", "httpcore")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON. A message that is an object itself is laid open."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; control characters are escaped, and no message names its own time or level."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        body: dict[str, Any] = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "from": record.name,
        }
        body = {**body, **_laid_open(record.getMessage()), **body}
        if record.exc_info:
            body["trace"] = self.formatException(record.exc_info)
        return json.dumps(body, default=str)


class PlainLines(logging.Formatter):
    """Formats a record as one line of text; only the trace of an error has lines of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  of logging
        """The line, its control characters escaped."""
        record.message = "".join(map(_shown, record.message))
        return super().formatMessage(record)


def _shown(character: str) -> str:
    return character if character.isprintable() else ascii(character)[1:-1]


def _laid_open(message: str) -> dict[str, Any]:
    try:
        found = json.loads(message)
    except ValueError:
        return {"text": message}
    return found if isinstance(found, dict) else {"text": message}


def log_to_stderr(*, as_json: bool) -> None:
    """Send the process's log to stderr, for people or as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if as_json else PlainLines(FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
