"""How fast and how punctual the live system is, each figure beside an anchor of the same run.

What starts a mill with its page for the browser tests starts it here too.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
