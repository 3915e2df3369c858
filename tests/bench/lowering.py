"""Looks for ways down from random postures of every arm among random boxes, and counts what is found.

python tests/bench/lowering.py                    200 starts per arm and kind
python tests/bench/lowering.py --starts 5000      a slow job
Starts are clear of everything; `free` has no box, `boxes` has two that leave ready and rest posture clear.
Every way found is walked in steps of 5 mrad: `past` counts postures more than 2 mm past a margin.
"""

import argparse
import random
import time
from dataclasses import dataclass, field

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.clearance import STRAY_M, Surroundings
from robot_bridge.limits import Posture, blend
from robot_bridge.lowering import LONGEST_NS, SPEED_RAD_S
from robot_bridge.way_down import Search, begin, look
from robot_bridge.zones import KeepOut

ARMS = ("so100", "so101", "koch_v1_1", "omx", "omx_f", "widowx_250")
GRAIN_RAD = 0.005
TICKS = 6000


@dataclass
class Found:
    """What came of one arm's starts; times in ms of this process's CPU, ways in s at full lowering speed."""

    ways: int = 0
    starts: int = 0
    past: int = 0
    ticks: list[float] = field(default_factory=list)
    searches: list[float] = field(default_factory=list)
    walks: list[float] = field(default_factory=list)


def quantiles(values: list[float]) -> str:
    """Median, p95 and p99."""
    ordered = sorted(values) or [0.0]
    return "".join(
        f"{ordered[min(len(ordered) - 1, int(q * len(ordered)))]:>8.2f}" for q in (0.5, 0.95, 0.99)
    )


def boxes(model: ArmModel, dice: random.Random) -> tuple[KeepOut, ...]:
    """Two boxes within reach that leave the two postures of the arm's file clear."""
    while True:
        found = []
        for name in ("one", "other"):
            x, y = dice.uniform(-0.35, 0.35), dice.uniform(-0.35, 0.35)
            wide, deep, high = (dice.uniform(0.02, 0.2) for _ in range(3))
            found.append(KeepOut(name, (x, x + wide), (y, y + deep), (0.0, high + 0.1)))
        around = Surroundings(model, tuple(found), boxed=False)
        if all(min(around.rooms(posture)) >= 0.0 for posture in (model.rest_rad, model.ready_rad)):
            return tuple(found)


def start(around: Surroundings, dice: random.Random) -> Posture:
    """A posture within the soft limits that is clear of everything."""
    model = around.model
    while True:
        pairs = zip(model.lower_rad, model.upper_rad, strict=True)
        posture = tuple(dice.uniform(low, high) for low, high in pairs)
        if min(around.rooms(posture)) >= 0.0:
            return posture


def search(around: Surroundings, posture: Posture, found: Found) -> Search:
    """Looks tick by tick, as the bridge does."""
    began = time.process_time()
    state = begin(around, posture)
    for _ in range(TICKS):
        if state.over:
            break
        tick = time.process_time()
        state = look(around, state)
        found.ticks.append((time.process_time() - tick) * 1e3)
    found.searches.append((time.process_time() - began) * 1e3)
    return state


def walk(around: Surroundings, at: Posture, way: tuple[Posture, ...], found: Found) -> None:
    """Counts postures past a margin, and how long the way takes."""
    took_s = 0.0
    for posture in way:
        farthest = max(abs(b - a) for a, b in zip(at, posture, strict=True))
        count = max(1, round(farthest / GRAIN_RAD))
        for n in range(1, count + 1):
            found.past += min(around.rooms(blend(at, posture, n / count))) < -STRAY_M
        took_s += farthest / SPEED_RAD_S
        at = posture
    found.walks.append(took_s)


def main() -> int:
    """Prints a row per arm and kind; the exit code is 1 when any way goes past a margin."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--starts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(
        f"{'arm':<12}{'kind':<7}{'ways':>12}{'past':>6}"
        "  tick ms p50/p95/p99     search ms p50/p95/p99    way s p50/p95/p99"
    )
    past = 0
    for arm in ARMS:
        for kind in ("free", "boxes"):
            dice, model, found = random.Random(arguments.seed), load_arm(arm), Found()
            for _ in range(arguments.starts):
                around = Surroundings(model, boxes(model, dice) if kind == "boxes" else (), boxed=False)
                posture = start(around, dice)
                found.starts += 1
                state = search(around, posture, found)
                if state.way is not None:
                    found.ways += 1
                    walk(around, posture, state.way, found)
            shares = f"{found.ways}/{found.starts}"
            print(
                f"{arm:<12}{kind:<7}{shares:>12}{found.past:>6}{quantiles(found.ticks)}{quantiles(found.searches)}"
                f"{quantiles(found.walks)}",
                flush=True,
            )
            past += found.past
    print(f"postures past a margin: {past}; a lowering may take {LONGEST_NS / 1e9:.0f} s")
    return 1 if past else 0


if __name__ == "__main__":
    raise SystemExit(main())
