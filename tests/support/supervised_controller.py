"""The shipped supervisor over the controller that can be made to hang."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from controller.api.address import down_notice
from controller.supervise import Supervisor

if __name__ == "__main__":
    logging.basicConfig()
    door = Path(sys.argv[sys.argv.index("--socket") + 1])
    hanging = str(Path(__file__).parent / "hanging_controller.py")
    sys.exit(Supervisor([sys.executable, hanging, *sys.argv[1:]], down_notice(door)).run())
