"""Does an input name the picture that was on the screen? Asks the pixels of a real Chromium.

python tests/bench/seen_frame.py [--seconds 40] [--conditions clean loss ...] [--json FILE]
A camera draws its frame id into its pictures; the cell's own camera, encoder, peer and ear send them to the
play page's own modules, which name a picture with each of 60 inputs a second. Just before and just after the
naming the page reads the id from what the video element paints; the two differ when the picture changed in
between, and then both are right. Inputs that name no picture, or have no readable one, are counted apart.
The last columns compare the page's estimate of the cell's clock with the truth of one machine, in ms.
Under `composed` the browser also hands over each picture of the whole tab as it was put together for the
screen, a little later than painted: the line below says how often that was the named one or within the bound.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
from bisect import bisect_right
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from link.course import Conditions, Course, Stretch, steady
from link.relay import Relay, hidden, relayed
from playwright.async_api import Page
from video_rig.coded_camera import ID_MODULUS
from video_rig.seen_cell import Heard, SeenCell
from video_rig.seen_page import SLOW_CLOCK, clock, rig_page, shown_beside

SETTLE_S = 1.0
BLOCK_MS, FREEZE_S, HIDDEN_S, EVERY_S = 300, 0.7, 1.0, 2.0
DRIFT_PPM = 100.0
LEAST_SHARE = 0.002
SWAY_S, SWAY_NS, SWAYS = 0.08, 100_000_000, 200
ROUNDING_MS = 1.0
"""A browser's clock tells its time in steps, and the handshake reads it from outside."""

Handshake = tuple[float, float, float]
FILM_SLACK_MS = 1.5
"""A picture of the film is this much older or younger than it says."""
UNHEARD = Heard(False, None)
Trouble = Callable[[Page, SeenCell], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Figures:
    """One condition: inputs by how far off the named picture was, and the errors of the clock."""

    inputs: int
    exact: int
    one_off: int
    more_off: int
    bound_broken: int
    stated_sure: int
    unnamed: int
    unreadable: int
    worst_bound_frames: int
    worst_bound_ms: float
    clock_error_ms: tuple[float, ...]
    clock_bound_broken: int
    clock_bound_ms: float
    handshake_ms: float

    @property
    def judged(self) -> int:
        """Inputs of which both the name and the truth are known."""
        return self.exact + self.one_off + self.more_off


@dataclass(frozen=True, slots=True)
class Composed:
    """Inputs of which it is known which picture the tab was composed of then, by how far off the name was."""

    inputs: int
    exact: int
    one_off: int
    bound_broken: int


@dataclass(frozen=True, slots=True)
class Case:
    """The link each way, what happens every two seconds, what the browser lacks, and whether it is filmed."""

    there: Course | None = None
    back: Course | None = None
    trouble: Trouble | None = None
    script: str = ""
    filmed: bool = False


async def page_blocked(page: Page, _: SeenCell) -> None:
    """The page has much to do."""
    await page.evaluate(f"rig.block({BLOCK_MS})")


async def camera_frozen(_: Page, cell: SeenCell) -> None:
    """The camera is silent for a while."""
    cell.camera.frozen = True
    await asyncio.sleep(FREEZE_S)
    cell.camera.frozen = False


async def tab_away(page: Page, _: SeenCell) -> None:
    """The player looks at another tab for a while."""
    await shown_beside(page, HIDDEN_S)


def swaying(seed: int) -> Course:
    """A way that every 100 ms takes another time of 0 to 80 ms for all that is on it, as behind a queue.

    Under `jitter` each packet draws its own and order is kept, so that the busier way becomes the longer one.
    """
    dice = Random(seed)
    delays = [Conditions(delay_s=dice.uniform(0.0, SWAY_S)) for _ in range(SWAYS)]
    return Course(tuple(Stretch(n * SWAY_NS, one) for n, one in enumerate(delays)), SWAYS * SWAY_NS)


LOSSY = steady(Conditions(loss=0.02))
JITTERY = steady(Conditions(delay_s=0.04, jitter_s=0.04))
NEAR = steady(Conditions(delay_s=0.02, jitter_s=0.01))
FAR = steady(Conditions(delay_s=0.12, jitter_s=0.03))
CASES = {
    "clean": Case(),
    "loss": Case(LOSSY, LOSSY),
    "jitter": Case(JITTERY, JITTERY),
    "swaying": Case(swaying(1), swaying(2)),
    "blocked": Case(trouble=page_blocked),
    "frozen": Case(trouble=camera_frozen),
    "tabs": Case(trouble=tab_away),
    "callbacks": Case(trouble=page_blocked, script="delete globalThis.VideoFrame"),
    "lopsided": Case(NEAR, FAR),
    "composed": Case(filmed=True),
    "drift": Case(script=SLOW_CLOCK.format(ppm=DRIFT_PPM)),
}


def judged(inputs: list[Any], heard: dict[int, Heard]) -> dict[str, Any]:
    """Counts the inputs that arrived, by how far off each was."""
    counts = dict.fromkeys(
        ("inputs", "exact", "one_off", "more_off", "bound_broken", "stated_sure", "unnamed", "unreadable"), 0
    )
    worst_frames, worst_ns = 0, 0
    for sequence, _, before, after, _ in inputs:
        found = heard.get(sequence)
        if found is None:
            continue  # lost on its way: no cell ever heard it
        counts["inputs"] += 1
        if before is None or after is None:
            counts["unreadable"] += 1
        elif found.sighting is None:
            counts["unnamed"] += 1
        else:
            named, bound = found.sighting.picture.frame_id % ID_MODULUS, found.sighting.error_frames
            off = max(0, before - named, named - after)
            counts[("exact", "one_off")[off] if off < 2 else "more_off"] += 1
            counts["bound_broken"] += off > bound
            counts["stated_sure"] += bound == 0
            worst_frames, worst_ns = max(worst_frames, bound), max(worst_ns, found.sighting.error_ns)
    return counts | {"worst_bound_frames": worst_frames, "worst_bound_ms": worst_ns / 1e6}


def composed(inputs: list[Any], heard: dict[int, Heard], film: list[Any], offset_ms: float) -> Composed:
    """Compares names with the film of the tab, wherever it shows each picture after the other."""
    times = [at_us / 1000 - offset_ms for at_us, _ in film]
    known = exact = one_off = broken = 0
    for sequence, at, _, _, _ in inputs:
        sighting, k = heard.get(sequence, UNHEARD).sighting, bisect_right(times, at - FILM_SLACK_MS)
        if sighting is None or not 0 < k < len(film) or times[k] < at + FILM_SLACK_MS:
            continue
        shown, follows = film[k - 1][1], film[k][1]
        if shown is None or follows is None or not 0 <= follows - shown <= 1:
            continue
        behind = sighting.picture.frame_id % ID_MODULUS - shown
        known += 1
        exact += behind == 0
        one_off += abs(behind) == 1
        broken += not 0 <= behind <= sighting.error_frames
    return Composed(known, exact, one_off, broken)


def reckoned(samples: list[Any], before: Handshake, after: Handshake) -> dict[str, Any]:
    """The clock's errors against the truth, which runs straight between two handshakes."""
    (at0, offset0, error0), (at1, offset1, error1) = before, after
    slope = (offset1 - offset0) / (at1 - at0)
    errors = [offset - (offset0 + slope * (at - at0)) for at, offset, _ in samples]
    slack = max(error0, error1) + ROUNDING_MS
    broken = sum(abs(error) > bound + slack for error, (_, _, bound) in zip(errors, samples, strict=True))
    return {
        "clock_error_ms": tuple(sorted(abs(error) for error in errors)),
        "clock_bound_broken": broken,
        "clock_bound_ms": max((bound for _, _, bound in samples), default=float("nan")),
        "handshake_ms": max(error0, error1),
    }


async def run(case: Case, seconds: float, folder: Path) -> tuple[Figures, Composed | None]:
    """Watches and sends inputs for a while under one condition."""
    async with AsyncExitStack() as stack:
        cell = SeenCell()
        stack.push_async_callback(cell.close)
        page = await stack.enter_async_context(rig_page(folder, case.script))
        offer = await page.evaluate("rig.offer()")
        if case.there is None or case.back is None:
            answer = await cell.answer(offer)
        else:
            answer = await cell.answer(hidden(offer))
            answer, link = await stack.enter_async_context(relayed(answer, case.there, case.back))
            stack.callback(tell_ways, link)
        await page.evaluate("(sdp) => rig.accept(sdp)", answer)
        await page.wait_for_function("document.querySelector('video').videoWidth > 0", timeout=20_000)
        await page.evaluate("rig.start()")
        if case.filmed:
            await page.evaluate("rig.capture()")
        await asyncio.sleep(SETTLE_S)
        before, first = await clock(page), await page.evaluate("[rig.inputs.length, rig.reckoned.length]")
        await endure(case.trouble, seconds, page, cell)
        inputs = await page.evaluate(f"rig.inputs.slice({first[0]})")
        samples = await page.evaluate(f"rig.reckoned.slice({first[1]})")
        film = await page.evaluate("rig.composed")
        after = await clock(page)
        await asyncio.sleep(SETTLE_S / 2)
        filmed = composed(inputs, cell.heard, film, after[1]) if case.filmed else None
        return Figures(**judged(inputs, cell.heard), **reckoned(samples, before, after)), filmed


def tell_ways(link: Relay) -> None:
    """Prints how long each way took at the least: no clock on it can be surer than half of the difference."""
    there, back = (one.record.delay_ms(LEAST_SHARE) for one in (link.there, link.back))
    print(f"          one packet in {1 / LEAST_SHARE:.0f} took at most {there:.1f} ms there, {back:.1f} back")


async def endure(trouble: Trouble | None, seconds: float, page: Page, cell: SeenCell) -> None:
    """Lets time pass, with a trouble every two seconds."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    while loop.time() < ends:
        await asyncio.sleep(min(EVERY_S, ends - loop.time()))
        if trouble is not None:
            await trouble(page, cell)


def quantile(values: tuple[float, ...], share: float) -> float:
    """The value below which this share of the sorted values lies."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def line(name: str, found: Figures) -> str:
    """One condition in one line."""
    exact = 100 * found.exact / found.judged if found.judged else float("nan")
    sure = 100 * found.stated_sure / found.judged if found.judged else float("nan")
    errors = "/".join(f"{quantile(found.clock_error_ms, share):.1f}" for share in (0.5, 0.95, 0.99))
    return (
        f"{name:<10}{found.inputs:>7}{exact:>9.2f}{found.one_off:>6}{found.more_off:>6}{found.bound_broken:>8}"
        f"{sure:>8.0f}{found.worst_bound_frames:>7}{found.worst_bound_ms:>7.0f}{found.unnamed:>8}{found.unreadable:>7}"
        f"{errors:>16}{found.clock_bound_ms:>8.1f}{found.clock_bound_broken:>7}{found.handshake_ms:>6.1f}"
    )


async def compare(arguments: argparse.Namespace) -> dict[str, Figures]:
    """Runs each condition and prints its line."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, headless Chromium, 640x480 at 30 pictures a second, {arguments.seconds:g} s each")
    print(
        f"{'':<10}{'inputs':>7}{'exact %':>9}{'1 off':>6}{'more':>6}{'bound x':>8}{'sure %':>8}"
        f"{'bound':>7}{'ms':>7}{'unnamed':>8}{'unread':>7}{'clock 50/95/99':>16}{'bound':>8}{'x':>7}{'+-':>6}"
    )
    found = {}
    for name in arguments.conditions:
        with tempfile.TemporaryDirectory(prefix="armcade-seen-", ignore_cleanup_errors=True) as folder:
            found[name], filmed = await run(CASES[name], arguments.seconds, Path(folder))
        print(line(name, found[name]), flush=True)
        if filmed is not None and filmed.inputs:
            shares = [100 * n / filmed.inputs for n in (filmed.exact, filmed.one_off, filmed.bound_broken)]
            told = "exact {:.2f} %, 1 off {:.2f} %, outside the stated bound {:.2f} %".format(*shares)
            print(f"          of {filmed.inputs} compared with the composed tab: {told}", flush=True)
    return found


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=40.0, help="of inputs, per condition")
    parser.add_argument("--conditions", nargs="+", choices=list(CASES), default=list(CASES))
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    arguments = parser.parse_args()
    found = asyncio.run(compare(arguments))
    if arguments.json:
        arguments.json.write_text(json.dumps({name: asdict(one) for name, one in found.items()}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
