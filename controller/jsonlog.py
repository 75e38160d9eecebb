"""Log lines as JSON: one object a line, with what a message carries beside its text."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON. A message that is an object itself is laid open."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; control characters are escaped, so no message makes a second one."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        body: dict[str, Any] = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "from": record.name,
            **_laid_open(record.getMessage()),
        }
        if record.exc_info:
            body["trace"] = self.formatException(record.exc_info)
        return json.dumps(body, default=str)


def _laid_open(message: str) -> dict[str, Any]:
    try:
        found = json.loads(message)
    except ValueError:
        return {"text": message}
    return found if isinstance(found, dict) else {"text": message}


def log_to_stderr(*, as_json: bool) -> None:
    """Send the process's log to stderr, for people or as JSON lines."""
    handler = logging.StreamHandler()
    people = logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s")
    handler.setFormatter(JsonLines() if as_json else people)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
