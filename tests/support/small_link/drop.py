"""A link of 3 Mbit/s that falls to 500 kbit/s and comes back, and what its player sees.

python tests/support/small_link/drop.py [SEED ...]    prints each run; with one seed also what happened when
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[3])]

from link.course import Conditions, changing

from small_link.browser import Browser, Shown
from small_link.cell import PERIOD_NS, Cell
from small_link.clock import MS, Clock, Way

WIDE = Conditions(delay_s=0.025, jitter_s=0.002, rate_bit_s=3e6, queue_bytes=32_000)
DROP_S = (8.0, 18.0)
ENDS_S = 27.0
COURSE = changing((0, WIDE), (DROP_S[0], replace(WIDE, rate_bit_s=5e5)), (DROP_S[1], WIDE))
SETTLED_S = 3.0
IN_TIME_S, ENOUGH = 0.05, 28


@dataclass(frozen=True, slots=True)
class Seen:
    """The oldest picture on screen in and after the drop and the slowest control message, in s.

    `recovery_s` is until a second begins whose pictures are all full, in time and not too few.
    """

    oldest_s: float
    oldest_after_s: float
    slowest_s: float
    recovery_s: float
    pictures_s: float
    bits: dict[str, int]


def run(seed: int, say: Callable[[str], None] | None = None) -> Seen:
    """One drop."""
    clock, random = Clock(), Random(seed)

    def note(text: str) -> None:
        if say is not None and DROP_S[0] - 0.1 < clock.now_ns / 1e9 < DROP_S[0] + 2:
            say(f"{clock.now_ns / 1e9:8.3f} s, queue {cell.there.queue_ms:4.0f} ms: {text}")

    there, back = Way(clock, COURSE, seed), Way(clock, COURSE, seed + 1)
    cell, browser = Cell(clock, random, there, note), Browser(clock, random, back)
    there.deliver, back.deliver = browser.take, cell.take
    clock.at(random.randrange(PERIOD_NS), cell.capture)
    clock.at(random.randrange(20 * MS), cell.look)
    clock.at(100 * MS, cell.report)
    clock.at(600 * MS, browser.report)
    clock.run(round(ENDS_S * 1e9))
    return _seen(browser, cell)


def _seen(browser: Browser, cell: Cell) -> Seen:
    shown = browser.shown
    ages = [(later.at_s, later.at_s - one.captured_s) for one, later in zip(shown, shown[1:], strict=False)]
    before = [one for one in shown if SETTLED_S <= one.at_s < DROP_S[0]]
    return Seen(
        max(age for at_s, age in ages if DROP_S[0] <= at_s < DROP_S[1]),
        max(age for at_s, age in ages if at_s >= DROP_S[1]),
        max(heard_s - sent_s for heard_s, sent_s in browser.told),
        _recovery_s(shown),
        len(before) / (DROP_S[0] - SETTLED_S),
        cell.bits,
    )


def _recovery_s(shown: list[Shown]) -> float:
    usual_s = sorted(one.at_s - one.captured_s for one in shown)[len(shown) // 2] + IN_TIME_S
    full = max(one.width for one in shown)
    for begins in shown:
        second = [one for one in shown if begins.at_s <= one.at_s < begins.at_s + 1]
        well = all(one.width == full and one.at_s - one.captured_s <= usual_s for one in second)
        if begins.at_s >= DROP_S[1] and well and len(second) >= ENOUGH and shown[-1].at_s > begins.at_s + 1:
            return begins.at_s - DROP_S[1]
    return float("inf")


def main(seeds: list[int]) -> None:
    """Prints what was seen."""
    for seed in seeds:
        seen = run(seed, print if len(seeds) == 1 else None)
        kinds = ", ".join(f"{kind} {bits / 1e6:.1f} Mbit" for kind, bits in sorted(seen.bits.items()))
        print(
            f"seed {seed}: oldest {1000 * seen.oldest_s:.0f} ms, after {1000 * seen.oldest_after_s:.0f} ms, "
            f"control {1000 * seen.slowest_s:.0f} ms, well after {seen.recovery_s:.1f} s, "
            f"before it {seen.pictures_s:.1f} pictures a second; {kinds}",
            flush=True,
        )


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or list(range(20)))
