"""What recording costs a cell and what a kill costs a recording.

make bench                                          20 s of recording, 20 turns, 50 kills
python tests/bench/recording.py --seconds 5 --turns 5 --kills 3
A recorder with two cameras of 33 pictures of 8 kB, 100 ticks and 60 inputs a second (327 messages a second;
a picture and its note are one), on an event loop that does nothing else. Processor time is of the thread
that spent it: the loop's (to hand over a state of the arm, an input or a picture), and the writer's own (to
make the messages of a tick, to encode, frame, write and sync, and its wake-ups); what it takes to look at
the clock is no part of it. A stall is how late a wake-up of the loop came, at the same time as those of a
bare loop in a process beside it, and before that of the same loop that does the same work and records
nothing. A turn's end is the whole way of the cell's own keeper: the journal and the result on the disk,
then the next lease on the disk and its episode begun. Kills come at random moments of turns of a second.
Exit code 1 when a bar is missed.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from bare_loop import PROBE_S
from ending_turns import EndingTurns
from killed_recordings import Left, kill_one
from promises import Promise, at_most, exit_code
from recording_cell import TICK_S, Load, header_maker, recorder_in, verdict

from teleop.cell.episode_maker import make_episode
from teleop.episodes.loading import open_episode

BARE = Path(__file__).with_name("bare_loop.py")
BAR_US, BAR_STALL_MS, BAR_NEXT_MS, BAR_LOST_MS = 10.0, 5.0, 100.0, 250.0


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass
class Figures:
    """Processor time in us a message, times in ms."""

    ticks_us: list[float] = field(default_factory=list)
    ticks_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    late_idle_ms: list[float] = field(default_factory=list)
    late_bare_ms: list[float] = field(default_factory=list)
    asked_ms: list[float] = field(default_factory=list)
    loop_us: float = 0.0
    writer_us: float = 0.0
    making_us: float = 0.0
    sealed_ms: list[float] = field(default_factory=list)
    next_ms: list[float] = field(default_factory=list)
    made_ms: list[float] = field(default_factory=list)
    messages: int = 0


def writer_cpu_ns() -> int:
    """Processor time that the episode's thread has used."""
    (thread,) = [one for one in threading.enumerate() if one.name == "episode"]
    assert thread.ident is not None
    return time.clock_gettime_ns(time.pthread_getcpuclockid(thread.ident))


@contextmanager
def asking(asked_ms: list[float]) -> Iterator[None]:
    """Notes how long it was from one asking of the disk to keep what it has to the next."""
    plain, last = os.fdatasync, [time.monotonic()]

    def ask(handle: int) -> None:
        asked_ms.append(1e3 * (time.monotonic() - last[0]))
        last[0] = time.monotonic()
        plain(handle)

    os.fdatasync = ask
    try:
        yield
    finally:
        os.fdatasync = plain


async def probe(late_ms: list[float]) -> None:
    """Wakes every 2 ms and notes how late."""
    while True:
        due = time.monotonic() + PROBE_S
        await asyncio.sleep(PROBE_S)
        late_ms.append(1e3 * (time.monotonic() - due))


async def load_for(load: Load, seconds: float, late_ms: list[float]) -> None:
    """A turn of this length, with a probe beside it."""
    probing = asyncio.create_task(probe(late_ms))
    begun = time.monotonic()
    for number in range(round(seconds / TICK_S)):
        load.tick(number, time.monotonic_ns())
        await asyncio.sleep(max(0.0, begun + (number + 1) * TICK_S - time.monotonic()))
    probing.cancel()


async def cost(folder: Path, seconds: float, figures: Figures) -> None:
    """One long turn, measured from inside."""
    recorder, state = recorder_in(folder)
    spent_ns = [0]

    def watch_nothing(piece: Callable[[], None]) -> None:
        """What it costs to look at the clock, which is no part of recording."""
        cpu = time.thread_time_ns()
        spent_ns[0] -= time.thread_time_ns() - cpu
        piece()

    def watch(piece: Callable[[], None]) -> None:
        wall, cpu = time.perf_counter_ns(), time.thread_time_ns()
        piece()
        used = time.thread_time_ns() - cpu
        figures.ticks_ms.append((time.perf_counter_ns() - wall) / 1e6)
        figures.ticks_us.append(used / 1e3)
        spent_ns[0] += used

    await load_for(Load(recorder, state, watch_nothing), seconds, figures.late_idle_ms)
    bare = await asyncio.create_subprocess_exec(
        sys.executable, BARE, str(seconds), stdout=asyncio.subprocess.PIPE, limit=1 << 24
    )
    assert bare.stdout is not None and await bare.stdout.readline() == b"ready\n"
    with asking(figures.asked_ms):
        recorder.begin(header_maker()(1))
        await load_for(Load(recorder, state, watch), seconds, figures.late_ms)
    writer_ns = writer_cpu_ns()
    told, _ = await bare.communicate()
    figures.late_bare_ms = json.loads(told)
    journal = await recorder.finish(verdict())
    assert journal is not None
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    made = await make_episode(journal)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert made is not None
    episode = open_episode(journal.with_suffix(".mcap"))
    numbered = (episode.observations, episode.actions, episode.inputs)
    messages = sum(len(one.t_ns) for one in numbered) + len(episode.events)
    messages += sum(len(one.frame_id) for one in episode.pictures.values())
    making_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    figures.messages = messages
    figures.loop_us, figures.writer_us = spent_ns[0] / 1e3 / messages, writer_ns / 1e3 / messages
    figures.making_us = 1e6 * making_s / messages


async def turn_after_turn(folder: Path, count: int, figures: Figures) -> None:
    """Short turns without a pause; the episode of each is made while the next is played."""
    recorder, state = recorder_in(folder)
    load, cell = Load(recorder, state, lambda piece: piece()), EndingTurns(folder, recorder)
    await cell.begin(1)
    for turn in range(1, count + 1):
        await load_for(load, 2.0, [])
        ended = time.monotonic()
        figures.sealed_ms.append(await cell.end())
        await cell.begin(turn + 1)
        figures.next_ms.append(1e3 * (time.monotonic() - ended))
    await cell.end()
    await cell.close()
    figures.made_ms = cell.made_ms


def kills(folder: Path, count: int) -> list[Left]:
    """Kills at random moments of the first turns."""
    chance = random.Random(5)
    left: list[Left] = []
    for number in range(count):
        (folder / str(number)).mkdir()
        left.append(kill_one(folder / str(number), 1.0, chance.uniform(0.2, 3.2)))
    return left


def row(name: str, values: list[float]) -> None:
    """Median and tail of a row."""
    marks = "".join(f"{quantile(values, share):10.3f}" for share in (0.5, 0.95, 0.99, 0.999, 1.0))
    print(f"{name:<46}{marks}{len(values):>8}")


def told(figures: Figures, left: list[Left]) -> list[Promise]:
    """Prints, and sets the figures beside what is promised."""
    both_us = figures.loop_us + figures.writer_us
    print(f"{both_us:.1f} us of processor a message ({figures.messages} messages):")
    print(f"    {figures.loop_us:.1f} to hand it over, on the event loop")
    print(f"    {figures.writer_us:.1f} to make, encode and keep it, in the writer's thread")
    print(f"{figures.making_us:.1f} us a message to make the episode, in a process that gives way")
    print(f"{'':<46}{'median':>10}{'p95':>10}{'p99':>10}{'p99.9':>10}{'most':>10}{'n':>8}")
    row("handing over a tick of 2 to 5 messages, us", figures.ticks_us)
    row("the same by the clock on the wall, ms", figures.ticks_ms)
    row("loop woke late, recording, ms", figures.late_ms)
    row("a bare loop beside it, ms", figures.late_bare_ms)
    row("the loop before, not recording, ms", figures.late_idle_ms)
    row("from one asking of the disk to the next, ms", figures.asked_ms)
    row("end of turn to recording and result kept, ms", figures.sealed_ms)
    row("end of turn to next turn begun, ms", figures.next_ms)
    row("end of turn to its episode made, ms", figures.made_ms)
    tick_ms = quantile(figures.ticks_us, 0.999) / 1e3
    later_ms = quantile(figures.late_ms, 0.999) - quantile(figures.late_bare_ms, 0.999)
    promised = [
        at_most("processor a message", both_us, BAR_US, "us"),
        at_most("loop later than the bare one beside it, p99.9", later_ms, BAR_STALL_MS, "ms"),
        at_most("handing over a tick, processor, p99.9", tick_ms, BAR_STALL_MS, "ms"),
        at_most("from one asking of the disk to the next, most", max(figures.asked_ms), BAR_LOST_MS, "ms"),
        at_most("end of turn to next turn begun, p95", quantile(figures.next_ms, 0.95), BAR_NEXT_MS, "ms"),
    ]
    return promised + (of_kills(left) if left else [])


def of_kills(left: list[Left]) -> list[Promise]:
    """What the kills cost."""
    lost = [one.lost_ms for one in left]
    row("lost of the running turn by kill -9, ms", lost)
    row("recovery, s", [one.recovery_s for one in left])
    damaged = [said for one in left for said in one.damaged]
    closed, recovered = sum(one.closed for one in left), sum(one.recovered for one in left)
    print(f"{len(left)} kills: {closed} ended turns, damaged: {len(damaged)} {damaged or ''}")
    print(f"    {recovered} recovered")
    return [
        at_most(f"lost by a kill, most of {len(left)}", max(lost), BAR_LOST_MS, "ms"),
        at_most("ended turns damaged by a kill", len(damaged), 0, "episodes"),
    ]


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to record")
    parser.add_argument("--turns", type=int, default=20, help="how many turns in a row")
    parser.add_argument("--kills", type=int, default=50, help="how many kills")
    arguments = parser.parse_args()
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="armcade-recording-") as name:
        folders = [Path(name) / part for part in ("cost", "turns", "kills")]
        for folder in folders:
            folder.mkdir()
        asyncio.run(cost(folders[0], arguments.seconds, figures))
        asyncio.run(turn_after_turn(folders[1], arguments.turns, figures))
        left = kills(folders[2], arguments.kills)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()},")
    print(f"{arguments.seconds:.0f} s of recording, {arguments.turns} turns, load {os.getloadavg()[0]:.1f}")
    return exit_code(told(figures, left))


if __name__ == "__main__":
    raise SystemExit(main())
