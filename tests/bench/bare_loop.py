"""An event loop that does nothing but wake every 2 ms: how late this machine wakes one, at this moment.

python tests/bench/bare_loop.py SECONDS
Prints `ready`, and at the end the lateness of each wake-up, in ms, as JSON.
"""

import asyncio
import json
import sys
import time

PROBE_S = 0.002


async def lateness(seconds: float) -> list[float]:
    """Of each wake-up, in ms."""
    late_ms: list[float] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        due = time.monotonic() + PROBE_S
        await asyncio.sleep(PROBE_S)
        late_ms.append(1e3 * (time.monotonic() - due))
    return late_ms


if __name__ == "__main__":
    print("ready", flush=True)
    print(json.dumps(asyncio.run(lateness(float(sys.argv[1])))))
