"""`python -m benchmarks [--quick] [--out FILE] [NAME ...]`: all of them, or those named.

`pectus` fetches another engine from the network, so it must be named.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import traceback
from pathlib import Path

from benchmarks.result import Result, table

NAMES = (
    "dry_run",
    "ensemble",
    "growth",
    "native",
    "start",
    "trend",
    "verify",
    "report",
    "live_scan",
    "lateness",
    "isolation",
    "reaction",
    "scrape",
    "page",
    "week",
)


def main() -> int:
    """Prints the table; 1 when one fails or a goal is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, metavar="NAME", help=" ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="shorter, to see that they run")
    parser.add_argument("--out", type=Path, help="write the figures as JSON to this file")
    asked = parser.parse_args()
    results: list[Result] = []
    failed: list[str] = []
    for name in asked.names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            results += importlib.import_module(f"benchmarks.{name}").run(asked.quick)
        except Exception:  # the others' figures took minutes
            traceback.print_exc()
            failed.append(name)
    print(table(results))
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    if asked.out is not None:
        machine = (
            f"{platform.platform()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
        )
        body = {"machine": machine, "results": [result.to_json() for result in results]}
        asked.out.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    return 1 if failed or any(result.met is False for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
