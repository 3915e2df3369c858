"""Measures what each further viewer costs the cell, and how soon one who joins late sees a picture.

python tests/bench/viewers.py [--viewers 1 8 32] [--seconds 10] [--joins 20]
One camera of 1280x720 at 30 pictures a second and 2 Mbit/s. The viewers are made of aiortc in another process
and do not decode; processor time is the sending process's alone, the encoder's thread included. What each
viewer costs is the event loop's share of that, as if all 30 pictures a second had been sent. Rate control and
the watch over every connection run as in the cell; in the last line each viewer is told of the arm and pings
as well. Those who join are a real Chromium, while somebody watches.
"""

import argparse
import asyncio
import os
import platform
import sys
import uuid
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from video import ANSWER_S, FPS, Process, process, quantile

SIZE = ("1280", "720")
SETTLE_S = 2.0
JOIN_PAUSE_S = 1.0
"""Between late joiners: those who come faster share the few keyframes that a second allows."""


async def join(host: Process, crowd: Process) -> None:
    """Lets one more watch."""
    await crowd.say("join")
    await host.say({"offer": await crowd.hear(ANSWER_S)})
    await crowd.say(await host.hear(ANSWER_S))
    await crowd.hear(ANSWER_S)


async def measured(host: Process, crowd: Process, seconds: float, talk: bool) -> tuple[Any, list[int]]:
    """What the host used, and how many pictures came to each viewer."""
    await host.say({"measure": seconds, "talk": talk})
    await crowd.say({"count": seconds, "talk": talk})
    return await host.hear(ANSWER_S + seconds), await crowd.hear(ANSWER_S + seconds)


async def count(host: Process, crowd: Process, counts: list[int], seconds: float) -> None:
    """Prints the processor's share for each number of viewers, and per viewer between the first and last."""
    print(
        f"{'viewers':>8}{'cpu %':>8}{'encoded/s':>11}{'received/s, least':>19}{'Mbit/s each':>13}"
        f"{'keyframes':>11}{'each, %':>9}"
    )
    watching, shares = 0, {}
    for wanted in sorted(counts):
        while watching < wanted:
            await join(host, crowd)
            watching += 1
        await asyncio.sleep(SETTLE_S)
        used, got = await measured(host, crowd, seconds, talk=False)
        shares[wanted] = 100 * used["cpu"]
        print(
            f"{wanted:>8}{shares[wanted]:>8.1f}{used['pictures_s']:>11.1f}{min(got) / seconds:>19.1f}"
            f"{used['bit_s'] / 1e6:>13.2f}{used['keyframes']:>11}"
            f"{100 * used['loop'] * FPS / used['pictures_s'] / wanted:>9.2f}",
            flush=True,
        )
    if len(shares) > 1:
        few, many = min(shares), max(shares)
        print(f"each further viewer: {(shares[many] - shares[few]) / (many - few):.2f} % of a core")
    used, _ = await measured(host, crowd, seconds, talk=True)
    print(f"the same {watching} told of the arm and pinging: {100 * used['cpu']:.1f} % of a core")


async def late(host: Process, joins: int) -> None:
    """Prints how long those who join wait for their first picture."""
    waited = []
    async with process((), "video_rig.joiner", str(joins)) as joiner:
        for _ in range(joins):
            await host.say({"offer": await joiner.hear(ANSWER_S)})
            await joiner.say(await host.hear(ANSWER_S))
            waited.append(await joiner.hear(ANSWER_S))
            await asyncio.sleep(JOIN_PAUSE_S)
    shown = "/".join(f"{quantile(tuple(waited), share):.0f}" for share in (0.5, 0.95, 1.0))
    print(f"\nfrom the connection being up to the first picture: median/p95/most {shown} ms of {joins} joins")


async def measure(arguments: argparse.Namespace) -> None:
    """Both, on one host."""
    ring = f"armcade-rig-{uuid.uuid4().hex[:12]}"
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}; {'x'.join(SIZE)} at {FPS} pictures a second, {arguments.bit_rate / 1e6:g} Mbit/s")
    async with AsyncExitStack() as stack:
        scene = await stack.enter_async_context(process((), "video_rig.scene", ring, *SIZE, str(FPS)))
        await scene.hear(ANSWER_S)
        host = await stack.enter_async_context(
            process((), "video_rig.host", ring, *SIZE, str(arguments.bit_rate))
        )
        async with process((), "video_rig.crowd") as crowd:
            await count(host, crowd, arguments.viewers, arguments.seconds)
        if arguments.joins:
            async with process((), "video_rig.crowd") as crowd:
                await join(host, crowd)
                await late(host, arguments.joins)


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--viewers", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--seconds", type=float, default=10.0, help="of pictures, for each number of viewers")
    parser.add_argument("--joins", type=int, default=20)
    parser.add_argument("--bit-rate", type=int, default=2_000_000)
    asyncio.run(measure(parser.parse_args()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
