"""The hub's two clocks, passed in so that tests can set them."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clocks:
    """`now_ns` never goes back and is for durations; `utc_ns` is for records."""

    now_ns: Callable[[], int] = time.monotonic_ns
    utc_ns: Callable[[], int] = time.time_ns
