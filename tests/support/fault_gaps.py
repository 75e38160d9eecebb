"""Where the controller does not react as the catalogue of faults demands: nowhere at present.

Each entry is a fault and the phases in which it falls short. The tests hold the list to be exact:
whoever closes a gap takes its entry out, and nothing new may join unseen.
"""

from __future__ import annotations

from sim.faults.model import Situation

LETTERS = dict(zip("SLPVUMRCOX", (
    Situation.START, Situation.LEAK, Situation.PURGE, Situation.PROVE, Situation.SPIN_UP,
    Situation.MILL, Situation.REST, Situation.COOL, Situation.OPEN, Situation.RELEASE,
), strict=True))  # fmt: skip

GAPS: dict[str, dict[str, str]] = {}

KNOWN = {
    (fault, LETTERS[letter])
    for entries in GAPS.values()
    for fault, letters in entries.items()
    for letter in letters
}
