"""The tick of Open Pectus' engine with its own demonstration unit, called by hand.

    python pectus_tick.py TICKS

Runs in an environment of its own that has `openpectus`, and needs nothing of blademill. Prints the
mean processor time of a tick in microseconds while its method waits, as a recipe mostly does.
"""

from __future__ import annotations

import logging
import sys
import time

from openpectus.engine.configuration.demo_uod import create
from openpectus.engine.engine import Engine, EngineTiming
from openpectus.engine.models import EngineCommandEnum
from openpectus.lang.exec.clock import WallClock
from openpectus.lang.exec.timer import NullTimer
from openpectus.protocol.models import Method

PERIOD_S = 0.1
METHOD = "Base: s\n" + "Wait: 100000 s\n"


def main(ticks: int) -> float:
    """Starts the method, lets it come to its wait, and times so many ticks."""
    logging.disable(logging.CRITICAL)
    uod = create()
    uod.hwl.connect()
    engine = Engine(uod, EngineTiming(WallClock(), NullTimer(), PERIOD_S, 1.0))
    engine.run()
    engine.set_method(Method.from_pcode(METHOD))
    engine.schedule_execution(EngineCommandEnum.START)
    now_s = 1_000_000.0
    for tick in range(100):
        engine.tick(now_s + tick * PERIOD_S, PERIOD_S)
    began_s = time.process_time()
    for tick in range(100, 100 + ticks):
        engine.tick(now_s + tick * PERIOD_S, PERIOD_S)
    return 1e6 * (time.process_time() - began_s) / ticks


if __name__ == "__main__":
    print(main(int(sys.argv[1])))
