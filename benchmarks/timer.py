"""The bare timer in Python: what `timer.c` does, for computers without a compiler."""

from __future__ import annotations

import sys
import time


def main(period_s: float, count: int) -> None:
    due_s, late_s = time.monotonic(), []
    for _ in range(count):
        due_s += period_s
        while (left_s := due_s - time.monotonic()) > 0.0:
            time.sleep(left_s)
        late_s.append(-left_s)
    print("\n".join(str(int(1e9 * late)) for late in late_s))


if __name__ == "__main__":
    main(int(sys.argv[1]) / 1e6, int(sys.argv[2]))
