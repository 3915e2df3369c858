"""Compares ways to play out what a player sends: the newest wins, buffers, and moving on by the velocity.

python tests/bench/playout.py [--seconds 30] [--seeds 1] [--jobs 2]
Simulated time: a ghost's way, 60 messages a second, a link of 50 ms and more, the bridge's controller with
ideal servos. What is told: `late` is how much later the tool passes the ghost's way than over a link without
jitter and loss; `error` is how far the tool is from where it would be over that link; `shape` how far it is
off the ghost's way at its own delay; `jerk` of the joints; `hurry` the share of the time in which the tool is
faster than any ghost; `limited` the share of the ticks in which a limit acts; `past` how far the tool goes
past a place where the ghost comes to rest; `holds` how often the bridge stops the arm for silence.
"""

import argparse
import os
import platform
import statistics
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from ghost_path import SPEED_M_S, Place, Said, ghost_path, places_of
from link import law
from link.course import Conditions, steady
from lone_controller import EPOCH, GENERATION, PERIOD_NS, LoneController
from playouts import Adaptive, Ahead, Buffered, Newest, Playout

from robot_bridge.arms import load_arm
from robot_bridge.wire.commands import Command, Enable, PoseTarget, Setpoint
from teleop.cell.playout import SILENCE_NS

MS = 1_000_000
WAY_S = 0.05
PACKET_BYTES = 300
HURRY = 1.1
AFTER_NS = 700 * MS
BEGUN_TICKS = 150
WAYS: dict[str, Callable[[], Playout]] = {
    "newest wins": Newest,
    "buffer 17 ms": lambda: Buffered(17 * MS),
    "buffer 40 ms": lambda: Buffered(40 * MS),
    "buffer 80 ms": lambda: Buffered(80 * MS),
    "buffer adaptive p80": lambda: Adaptive(0.80),
    "buffer adaptive p95": lambda: Adaptive(0.95),
    "velocity, lateness": lambda: Ahead(17 * MS, ages=False),
    "velocity, 17 ms": lambda: Ahead(17 * MS),
    "velocity, 40 ms": lambda: Ahead(40 * MS),
    "velocity, 120 ms": lambda: Ahead(120 * MS),
}
# Jitter as in tests/support/link/course.py: a message takes up to twice this longer. Milliseconds, loss.
LINKS = ((0, 0.0), (0, 0.05), (5, 0.02), (15, 0.02), (30, 0.02), (30, 0.05), (60, 0.0), (60, 0.05))
Job = tuple[str, tuple[int, float], int, float]
Track = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figures:
    """One run; ms, mm, rad/s3, %, and holds a minute."""

    late: float
    error: float
    error_p95: float
    shape: float
    jerk: float
    hurry: float
    limited: float
    past: float
    past_worst: float
    holds: float


@dataclass(frozen=True, slots=True)
class Drive:
    """What the arm did: tool points and joints' accelerations at each tick from `from_ns` on."""

    tool: Track
    accelerations: Track
    limited: int
    holds: int


def arrivals(said: tuple[Said, ...], link: tuple[int, float], seed: int) -> Iterator[tuple[int, Said]]:
    """When which message comes out, in that order."""
    jitter_s = link[0] / 1e3
    course = steady(Conditions(delay_s=WAY_S + jitter_s, jitter_s=jitter_s, loss=link[1]))
    state = law.begin(course, seed, 0)
    for one in said:
        state, fate = law.step(state, PACKET_BYTES, one.sent_ns)
        yield from ((out_ns, one) for out_ns in fate.out_ns)


def drive(playout: Playout, said: tuple[Said, ...], link: tuple[int, float], seed: int) -> Drive:
    """Plays the whole way; a bridge that holds is enabled again by the next message."""
    arm = standing_at(said[0].pose)
    begun_ns, come = arm.now_ns, list(arrivals(said, link, seed))[::-1]
    tool, accelerations, limited, holds, heard_ns = [], [], 0, 0, 0
    for number in range(1, (said[-1].sent_ns + AFTER_NS) // PERIOD_NS):
        now_ns, commands = number * PERIOD_NS, list[Command]()
        while come and come[-1][0] <= now_ns:
            heard_ns, one = come.pop()
            playout.hear(one, heard_ns)
        if now_ns - heard_ns < SILENCE_NS:
            if arm.told.mode == "hold":
                holds += number > BEGUN_TICKS
                commands.append(Enable(1, EPOCH, GENERATION))
            ends_ns = begun_ns + heard_ns + SILENCE_NS
            target = playout.target(now_ns) or said[0].pose
            commands.append(Setpoint(1, EPOCH, GENERATION, BEGUN_TICKS + number, ends_ns, target))
        pose = arm.tick(*commands).applied_pose
        tool.append((pose.x_m, pose.y_m, pose.z_m))
        accelerations.append(arm.motion.accelerations_rad_s2[:-1])
        limited += bool(arm.told.limits)
    return Drive(np.array(tool), np.array(accelerations), limited, holds)


def standing_at(pose: PoseTarget) -> LoneController:
    """An arm in play that has come to rest there."""
    arm = LoneController(load_arm("so101"))
    for number in range(BEGUN_TICKS):
        arm.tick(Setpoint(1, EPOCH, GENERATION, number, arm.now_ns + SILENCE_NS, pose))
    return arm


def shifted(said: tuple[Said, ...], ticks: int, by_ns: float) -> Track:
    """The ghost's tool points at each tick, so much later."""
    at = np.arange(1, ticks + 1) * PERIOD_NS - by_ns
    sent, places = [one.sent_ns for one in said], np.array(places_of(said))
    return np.stack([np.interp(at, sent, places[:, axis]) for axis in range(3)], axis=1)


def apart_mm(a: Track, b: Track) -> NDArray[np.float64]:
    """The distance at each tick."""
    return 1e3 * np.linalg.norm(a - b, axis=1)


def rms(values: NDArray[np.float64]) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(values**2)))


def behind_ns(said: tuple[Said, ...], tool: Track) -> int:
    """The delay at which the tool is nearest to the ghost's way."""
    return min(range(0, 500 * MS, MS), key=lambda by_ns: rms(apart_mm(tool, shifted(said, len(tool), by_ns))))


@cache
def ideal(seed: int, seconds: float) -> tuple[int, Track]:
    """The delay and the tool points of the newest-wins arm over a link without jitter and loss."""
    said = ghost_path(seed, seconds)
    tool = drive(Newest(), said, (0, 0.0), seed).tool
    return behind_ns(said, tool), tool


def pasts_mm(said: tuple[Said, ...], tool: Track, delay_ns: int) -> Iterator[float]:
    """How far the tool goes past each place where the ghost comes to rest."""
    places = places_of(said)
    stops = [i for i in range(2, len(said)) if places[i] == places[i - 1] != places[i - 2]]
    for stop in stops:
        begun = next((i for i in range(stop, len(said)) if places[i] != places[stop]), len(said)) - stop
        from_tick = int((said[stop].sent_ns + WAY_S * 1e9) // PERIOD_NS)
        to_tick = from_tick + int(begun / 60 * 100)
        yield past_mm(tool[from_tick:to_tick], places[stop], places[stop - 2])


def past_mm(tool: Track, rest: Place, before: Place) -> float:
    """How far beyond `rest` the tool goes, seen in the direction of the ghost's last step."""
    way = np.array(rest) - np.array(before)
    beyond = (tool - np.array(rest)) @ (way / np.linalg.norm(way))
    return max(0.0, 1e3 * float(beyond.max(initial=0.0)))


def run(job: Job) -> Figures:
    """One way of playout over one link."""
    name, link, seed, seconds = job
    said = ghost_path(seed, seconds)
    delay_ns, best = ideal(seed, seconds)
    done = drive(WAYS[name](), said, link, seed)
    own_ns = behind_ns(said, done.tool)
    error = apart_mm(done.tool, best)
    speeds = np.linalg.norm(np.diff(done.tool, axis=0), axis=1) / (PERIOD_NS / 1e9)
    jerks = np.diff(done.accelerations, axis=0) / (PERIOD_NS / 1e9)
    pasts = list(pasts_mm(said, done.tool, own_ns))
    return Figures(
        (own_ns - delay_ns) / MS,
        rms(error),
        float(np.quantile(error, 0.95)),
        rms(apart_mm(done.tool, shifted(said, len(done.tool), own_ns))),
        rms(jerks),
        100.0 * float(np.mean(speeds > HURRY * SPEED_M_S)),
        100.0 * done.limited / len(done.tool),
        statistics.mean(pasts),
        max(pasts),
        done.holds * 60.0 / seconds,
    )


def row(name: str, runs: list[Figures]) -> str:
    """Medians of the seeds."""
    middle = [statistics.median(getattr(one, field.name) for one in runs) for field in fields(Figures)]
    return f"{name:<21}" + "".join(f"{value:>11.{d}f}" for value, d in zip(middle, DIGITS, strict=True))


DIGITS = (0, 1, 1, 2, 0, 1, 1, 2, 2, 1)
HEADS = (
    *("late ms", "error mm", "p95 mm", "shape mm", "jerk", "hurry %", "limited %"),
    *("past mm", "worst mm", "holds/min"),
)


def main() -> int:
    """Prints a table for each link."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="of play, per run")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="worker processes")
    chosen = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, simulated time,")
    print(
        f"{chosen.seconds:.0f} s of play, medians of {chosen.seeds}, a link of {WAY_S * 1e3:.0f} ms and more"
    )
    jobs = [
        (name, link, seed, chosen.seconds)
        for link in LINKS
        for name in WAYS
        for seed in range(1, chosen.seeds + 1)
    ]
    with ProcessPoolExecutor(chosen.jobs) as pool:
        done = pool.map(run, jobs)
        for link in LINKS:
            print(f"\nup to {2 * link[0]} ms of jitter, {100 * link[1]:.0f} % loss")
            print(f"{'':<21}" + "".join(f"{head:>11}" for head in HEADS))
            for name in WAYS:
                print(row(name, [next(done) for _ in range(chosen.seeds)]), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
