"""The fault injector: bytes in, spoilt bytes and delays out; chance is an argument."""

import math
from typing import Protocol

from sim_fallback.servo_bus.faults import Late, Noise


class Chances(Protocol):
    """Where chance comes from; `random.Random` is one."""

    def random(self) -> float:
        """A number from 0 up to 1."""
        ...

    def getrandbits(self, k: int, /) -> int:
        """A number of this many bits."""
        ...


def spoilt(data: bytes, noise: Noise, chances: Chances) -> bytes:
    """The bytes after the noise; each byte asks for chance thrice, so that one kind leaves the others be."""
    found = bytearray()
    for byte in data:
        junk, drop, flip = (chances.random() for _ in range(3))
        if junk < noise.junk:
            found.append(chances.getrandbits(8))
        if drop < noise.drop:
            continue
        found.append(byte ^ (1 << chances.getrandbits(3)) if flip < noise.flip else byte)
    return bytes(found)


def lateness_ns(late: Late, chances: Chances) -> int:
    """How much later than it should an answer comes."""
    return round(late.late_ms * 1e6) if chances.random() < late.chance else 0


def batched_ns(at_ns: int, timer_ms: float) -> int:
    """When an adapter whose latency timer ticks with this period hands over what came at `at_ns`."""
    period_ns = round(timer_ms * 1e6)
    return at_ns if period_ns == 0 else math.ceil(at_ns / period_ns) * period_ns
