"""Measures live video from the cell's sender, and from plain aiortc, to a real Chromium.

python tests/bench/video.py [--seconds 8] [--runs 1] [--senders cell aiortc] [--links loopback ocean]
Links: `loopback`; `ocean` is 100 +- 5 ms and 2 % random loss each way; `bursts` is 100 +- 15 ms with loss in
bursts; `narrow` is `ocean` behind 1.5 Mbit/s; `drop` is 25 ms behind 3 Mbit/s, which fall to 500 kbit/s from
6 s to 16 s after the first pictures and then come back (give it `--seconds 26`). They lie between namespaces
where this user may make them, else they are the relay. Latency is from capture to the frame callback;
pictures are told apart by RTP time.
"""

import argparse
import asyncio
import json
import os
import platform
import signal
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from link.course import Bursts, Conditions, Course, changing, steady
from link.direction import Direction
from link.relay import hidden, relayed
from link.tun import missing, tun_link

ROOT = Path(__file__).resolve().parents[2]
OCEAN = Conditions(delay_s=0.1, jitter_s=0.005, loss=0.02)
# The queue holds half a second of the pictures that it passes when the link is slow.
WIDE = Conditions(delay_s=0.025, jitter_s=0.002, rate_bit_s=3e6, queue_bytes=32_000)
DROP_S = (6.0, 16.0)
LINKS = {
    "loopback": None,
    "ocean": steady(OCEAN),
    "bursts": steady(Conditions(delay_s=0.1, jitter_s=0.015, bursts=Bursts(0.007, 0.35))),
    "narrow": steady(Conditions(delay_s=0.1, jitter_s=0.005, loss=0.02, rate_bit_s=1.5e6)),
    "drop": changing((0, WIDE), (DROP_S[0], replace(WIDE, rate_bit_s=5e5)), (DROP_S[1], WIDE)),
}
SENDERS = ("cell", "aiortc", "aiortc-h264")
FPS = 30
GAP_MS = 200
HEADERS_BYTES = 28
ANSWER_S = 30.0
MAX_LINE_BYTES = 1 << 26
MATCH_TICKS = 2


@dataclass(frozen=True, slots=True)
class Figures:
    """One run; latencies and gaps in ms, `cpu` in % of a core.

    `shown` are pictures by time of showing, time of capture (s, this machine's clock) and width; `told` are
    messages of the control channel by time of hearing and of sending.
    """

    latency: tuple[float, ...]
    gaps: tuple[float, ...]
    pictures_s: float
    kbit_s: float
    cpu: float
    clock_error: float
    codec: str
    nack: int
    pli: int
    shown: tuple[tuple[float, float, int], ...] = ()
    told: tuple[tuple[float, float], ...] = ()


class Process:
    """A child that speaks JSON lines."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self._child = child

    async def say(self, message: object) -> None:
        """Writes one line."""
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(message).encode() + b"\n")
        await self._child.stdin.drain()

    async def hear(self, patience_s: float) -> Any:
        """Reads one line; raises TimeoutError, or ValueError when the child ended."""
        assert self._child.stdout is not None
        async with asyncio.timeout(patience_s):
            line = await self._child.stdout.readline()
        return json.loads(line) if line.strip() != b"up" else "up"

    def end_input(self) -> None:
        """Tells the child to finish."""
        assert self._child.stdin is not None
        self._child.stdin.close()

    async def finish(self) -> None:
        """Waits for the end; a child that does not end is terminated."""
        self.end_input()
        try:
            async with asyncio.timeout(10):
                await self._child.wait()
        except TimeoutError:
            self._child.terminate()
            await self._child.wait()


@asynccontextmanager
async def process(prefix: tuple[str, ...], module: str, *arguments: str) -> AsyncIterator[Process]:
    """Runs a module of the rig until the block ends."""
    paths = os.pathsep.join((str(ROOT), str(ROOT / "tests" / "support")))
    child = await asyncio.create_subprocess_exec(
        *prefix,
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=MAX_LINE_BYTES,
        env={**os.environ, "PYTHONPATH": paths},
    )
    made = Process(child)
    try:
        yield made
    finally:
        await made.finish()


def figures(sent: dict[str, Any], shown: dict[str, Any], seconds: float) -> Figures:
    """Brings both sides' notes together."""
    captures = {pts % 2**32: capture_ns / 1e6 for pts, capture_ns in sent["captures"]}
    latency, times, pictures = [], [], []
    for now_ms, stamp, width in shown["seen"]:
        media = (stamp - sent["origin"]) % 2**32
        found = next(
            (captures[key] for tick in range(MATCH_TICKS) if (key := media + tick) in captures), None
        )
        if found is not None:
            times.append(now_ms)
            latency.append(now_ms + shown["offset_ms"] - found)
            pictures.append(((now_ms + shown["offset_ms"]) / 1000, found / 1000, width))
    before, after = shown["before"], shown["after"]
    wire_bytes = after["bytes"] - before["bytes"] + HEADERS_BYTES * (after["packets"] - before["packets"])
    gaps = [b - a for a, b in zip(times, times[1:], strict=False)]
    return Figures(
        tuple(latency),
        tuple(gap for gap in gaps if gap > GAP_MS),
        len(times) / seconds,
        8 * wire_bytes / seconds / 1000,
        100 * sent["cpu"],
        shown["error_ms"],
        after.get("codec", "?"),
        after.get("nack", 0) - before.get("nack", 0),
        after.get("pli", 0) - before.get("pli", 0),
        tuple(pictures),
        tuple(
            ((heard_ms + shown["offset_ms"]) / 1000, sent_ms / 1000) for heard_ms, sent_ms in shown["told"]
        ),
    )


def phases(run: Figures, begun_s: float) -> list[str]:
    """What one saw and was told before, in and after the drop, and how soon all was well again."""
    said = []
    for name, begin, end in (("before", 0.0, DROP_S[0]), ("in", *DROP_S), ("after", DROP_S[1], 1e9)):
        at = [(now - begun_s, captured - begun_s, width) for now, captured, width in run.shown]
        ages = [
            1000 * (later[0] - one[1])
            for one, later in zip(at, at[1:], strict=False)
            if begin <= later[0] < end
        ]
        delays = [1000 * (heard - sent) for heard, sent in run.told if begin <= heard - begun_s < end]
        widths = {width for now, _, width in at if begin <= now < end}
        control = "/".join(f"{quantile(tuple(delays), share):.0f}" for share in (0.5, 0.99, 1.0))
        said.append(
            f"{name} the drop: picture on screen at most {quantile(tuple(ages), 1.0):.0f} ms old, "
            f"control p50/p99/most {control} ms, {len(ages)} pictures of widths {sorted(widths)}"
        )
    return [*said, f"all was well again {recovery(run, begun_s + DROP_S[1]):.1f} s after the drop"]


def recovery(run: Figures, from_s: float) -> float:
    """Seconds until a second of pictures begins that are all of full size, in time, and not too few."""
    usual_ms = quantile(run.latency, 0.5) + 50
    full = max((width for _, _, width in run.shown), default=0)
    for now, _, _ in run.shown:
        second = [one for one in run.shown if now <= one[0] < now + 1]
        well = all(
            width == full and 1000 * (shown - captured) <= usual_ms for shown, captured, width in second
        )
        if now >= from_s and well and len(second) >= 0.95 * FPS and run.shown[-1][0] >= now + 1:
            return now - from_s
    return float("nan")


async def run(kind: str, course: Course | None, size: str, seconds: float) -> tuple[Figures, list[str]]:
    """One run; answers its figures and what each direction of the link did."""
    ring, (width, height) = f"armcade-rig-{uuid.uuid4().hex[:12]}", size.split("x")
    near: tuple[str, ...] = ()
    far: tuple[str, ...] = ()
    ways: tuple[Direction, ...] = ()
    async with AsyncExitStack() as stack:
        if course is not None and missing() is None:
            begin = steady(course.stretches[0].conditions)
            link = await stack.enter_async_context(tun_link(begin, begin))
            near, far, ways = link.near.prefix, link.far.prefix, (link.there, link.back)
        camera = await stack.enter_async_context(
            process((), "video_rig.scene", ring, width, height, str(FPS))
        )
        await camera.hear(ANSWER_S)
        sender = await stack.enter_async_context(process(near, "video_rig.sender", kind, ring))
        receiver = await stack.enter_async_context(process(far, "video_rig.receiver", str(seconds)))
        offer = await receiver.hear(ANSWER_S)
        by_relay = course is not None and not near
        await sender.say(hidden(offer) if by_relay else offer)
        answer = await sender.hear(ANSWER_S)
        if course is not None and by_relay:
            begin = steady(course.stretches[0].conditions)
            answer, relay = await stack.enter_async_context(relayed(answer, begin, begin))
            ways = (relay.back, relay.there)
        await receiver.say(answer)
        await receiver.hear(ANSWER_S)
        begun_s = time.monotonic()
        for way in ways:
            way.change(course)
        shown = await receiver.hear(ANSWER_S + seconds)
        sender.end_input()
        sent = await sender.hear(ANSWER_S)
    found = figures(sent, shown, seconds)
    told = [beyond(found, ways[0].record.delay_ms(0.5) if ways else 0.0)]
    told += [f"link: {way.record}" for way in ways]
    return found, [*told, *phases(found, begun_s)] if course is LINKS["drop"] else told


def beyond(run: Figures, way_ms: float) -> str:
    """How much longer than the way itself one waited, and the longest that one saw nothing new."""
    times = [now for now, _, _ in run.shown]
    longest_s = max((later - now for now, later in zip(times, times[1:], strict=False)), default=float("nan"))
    more = " and ".join(
        f"{quantile(run.latency, share) - way_ms:+.0f} ms ({name})"
        for name, share in (("median", 0.5), ("p99", 0.99))
    )
    return (
        f"beyond the way of {way_ms:.1f} ms: {more}; {len(run.gaps)} gaps over {GAP_MS} ms, "
        f"the longest {1000 * longest_s:.0f} ms"
    )


def described(course: Course) -> str:
    """What is unusual about a steady link."""
    there = course.stretches[0].conditions
    usual = Conditions(delay_s=there.delay_s)
    told = [f"{f.name} {getattr(there, f.name)}" for f in fields(there)]
    return ", ".join(
        one
        for one, f in zip(told, fields(there), strict=True)
        if f.name == "delay_s" or getattr(there, f.name) != getattr(usual, f.name)
    )


def quantile(values: tuple[float, ...], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def line(name: str, runs: list[Figures]) -> str:
    """The medians of some runs in one line."""

    def middle(values: list[float]) -> float:
        return statistics.median(values)

    latency = "/".join(f"{middle([quantile(r.latency, s) for r in runs]):.0f}" for s in (0.5, 0.95, 0.99))
    gaps = f"{middle([len(r.gaps) for r in runs]):.0f} ({middle([sum(r.gaps) / 1000 for r in runs]):.1f} s)"
    return (
        f"{name:<14}{runs[0].codec:<12}{latency:>14}{middle([r.pictures_s for r in runs]):>10.1f}"
        f"{gaps:>14}{middle([r.kbit_s for r in runs]):>9.0f}{middle([r.cpu for r in runs]):>7.0f}"
        f"{middle([r.nack for r in runs]):>7.0f}{middle([r.pli for r in runs]):>5.0f}"
        f"{max(r.clock_error for r in runs):>8.1f}"
    )


async def compare(arguments: argparse.Namespace) -> None:
    """Prints a table for each link; a request to end tears everything down."""
    myself = asyncio.current_task()
    assert myself is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, myself.cancel)
    why_not = missing()
    way = "TUN devices between two namespaces" if why_not is None else f"UDP relay, for {why_not}"
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, headless Chromium,")
    print(f"{arguments.size} at {FPS} pictures a second, medians of {arguments.runs} x {arguments.seconds} s")
    for name in arguments.links:
        course = LINKS[name]
        print(f"\n{name}: {'no link' if course is None else f'{described(course)} each way; {way}'}")
        print(
            f"{'sender':<14}{'codec':<12}{'p50/p95/p99 ms':>14}{'pictures':>10}{'gaps > 200':>14}"
            f"{'kbit/s':>9}{'cpu %':>7}{'nack':>7}{'pli':>5}{'+- ms':>8}"
        )
        done: dict[str, list[tuple[Figures, list[str]]]] = {kind: [] for kind in arguments.senders}
        # In turn, so that each has the same neighbours on the machine.
        for _ in range(arguments.runs):
            for kind in arguments.senders:
                done[kind].append(await run(kind, course, arguments.size, arguments.seconds))
        for kind, runs in done.items():
            print(line(kind, [one for one, _ in runs]), flush=True)
            for number, (_, notes) in enumerate(runs, 1):
                for said in notes:
                    print(f"    run {number}: {said}")


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=8.0, help="of pictures, per run")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--senders", nargs="+", choices=SENDERS, default=["cell", "aiortc"])
    parser.add_argument("--links", nargs="+", choices=list(LINKS), default=["loopback", "ocean"])
    parser.add_argument("--size", default="1280x720")
    asyncio.run(compare(parser.parse_args()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
