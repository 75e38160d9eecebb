"""The tables of `blademill plant check --online`."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict

from controller.edge.loopcheck import reading_text
from controller.edge.survey import DeviceFound, SignalFound


def device_lines(devices: Sequence[DeviceFound]) -> list[str]:
    """What every device says of itself."""
    lines: list[str] = []
    for device in devices:
        state = device.trouble or f"answers in {device.round_trip_ms:.1f} ms"
        lines.append(f"{device.id}: {device.model} at {device.address} unit {device.unit}: {state}")
        for answer in device.answers:
            wanted = f", wanted {answer.wanted}" if answer.wanted else ""
            lines.append(f"  {answer.point} ({answer.ref}): {answer.found}{wanted}")
        if device.watchdog:
            lines.append(f"  watchdog: {device.watchdog}")
    return lines


def signal_lines(signals: Sequence[SignalFound]) -> list[str]:
    """One row for each signal."""
    rows = [("signal", "from", "printed", "words", "value", "quality", "age")]
    rows += [
        (
            found.signal.name.lower(),
            found.source,
            found.ref,
            " ".join(f"{word:04X}" for word in found.words) or "-",
            reading_text(found),
            found.quality.value,
            f"{found.age_s:.2f} s" if math.isfinite(found.age_s) else "never",
        )
        for found in signals
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)) for row in rows]


def online_json(devices: Sequence[DeviceFound], signals: Sequence[SignalFound]) -> str:
    """The same for programs; a value that is UNKNOWN, or above every limit, is null."""
    return json.dumps(
        {
            "devices": [asdict(device) for device in devices],
            "signals": [
                {
                    "signal": found.signal.name.lower(),
                    "source": found.source,
                    "ref": found.ref,
                    "words": list(found.words),
                    "value": _finite(found.value),
                    "unit": found.unit,
                    "quality": found.quality.value,
                    "age_s": _finite(found.age_s),
                }
                for found in signals
            ],
        },
        indent=2,
        allow_nan=False,
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
