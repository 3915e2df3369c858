"""Sleeps to a deadline 100 times a second and does nothing else: how late this machine wakes anybody.

python tests/bench/bare_sleeper.py SECONDS      prints the share of late wake-ups for each bound, in percent

With real-time priority above the bridge's where that may be had, so that nothing here but the machine itself
(its kernel, and under a hypervisor whoever shares the processor) can keep it waiting.
"""

import contextlib
import gc
import json
import os
import sys
import time

BOUNDS_US = (100, 200, 500, 1_000, 2_000, 5_000, 10_000)
PERIOD_NS = 10_000_000
PRIORITY = 45


def main() -> None:
    """Sleeps, counts and prints."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    gc.disable()
    ticks = int(float(sys.argv[1]) * 100)
    late = [0] * len(BOUNDS_US)
    due_ns = time.monotonic_ns()
    for _ in range(ticks):
        due_ns = max(due_ns + PERIOD_NS, time.monotonic_ns())
        time.sleep(max(0, due_ns - time.monotonic_ns()) / 1e9)
        lateness_us = (time.monotonic_ns() - due_ns) / 1e3
        late = [count + (lateness_us > bound) for count, bound in zip(late, BOUNDS_US, strict=True)]
    print(json.dumps([100.0 * count / ticks for count in late]))


if __name__ == "__main__":
    main()
