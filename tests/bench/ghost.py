"""Measures the ghost in a real Chromium whose way to the cell is a slow link, and what it costs in frames.

python tests/bench/ghost.py [--round-trips 100 200 300 400] [--bursts 50] [--frames 10] [--frozen]

A player holds random keys for a moment. Once the ghost has stopped the page tells where it is drawn; once
the arm has, where it was measured: the distance is what the player was told wrong. Beside it: how far the
arm rests from where the ghost was on the screen when the last key came up, and how far what it reported for
a sequence number was from what the page had foreseen of it. A burst in which the arm was held, as happens
when a busy machine's messages come late, says nothing of the ghost: it is counted by its reason, and
another is made. Then some seconds of driving with every frame timed, with the ghost and on a page whose
canvas draws nothing. `--frozen` lets no picture through for a while and tells what the page says and does;
`--film FOLDER` keeps pictures of the ghost on its way.
"""

import argparse
import base64
import json
import math
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from armcade_process import Armcade, start
from browser_player import BrowserPlayer, Snapshot, TurnOver, chromium
from far_browser import FarLink, far
from link.course import Conditions, Course, steady
from playwright.sync_api import Browser, CDPSession

JITTER_S = 0.003
FILMED_MS, FILMED_AFTER_MS = 300.0, 700.0
KEYS = ("KeyW", "KeyS", "KeyA", "KeyD", "KeyQ", "KeyE", "KeyR", "KeyF", "KeyZ", "KeyC")
AXES = ("x_m", "y_m", "z_m")
BURST_S = (0.08, 0.6)
FINE_SHARE = 0.2
SEED = 7
STOPPED_MESSAGES = 6  # the ghost stands when so many in a row say the same place
BEFORE_S, STILL_S, PATIENCE_S = 0.3, 0.6, 6.0
STILL_M = 0.0002
LEAST_MM = 2.0
TRIES = 10
TURN_S = 200.0  # a turn ends after 240
FROZEN_S, SWAY_S = 2.5, 0.9
HOME = {"x_m": (0.14, 0.30), "y_m": (-0.16, 0.16), "z_m": (0.04, 0.18)}
WAYS = {"x_m": ("KeyW", "KeyS"), "y_m": ("KeyA", "KeyD"), "z_m": ("KeyQ", "KeyE")}
WORDS = ".modepill__text, .modepill__limit"
FRAMES = """
  const ask = window.requestAnimationFrame.bind(window);
  window.__frames = { gaps: [], took: [], last: 0 };
  window.requestAnimationFrame = (work) => ask((at) => {
    const frames = window.__frames, begun = performance.now();
    if (frames.last > 0) frames.gaps.push(at - frames.last);
    frames.last = at;
    work(at);
    frames.took.push(performance.now() - begun);
  });
"""
LET_GO = """
  const keep = () => { window.__letGo = window.__armcade?.snapshot().drawnPose; };
  addEventListener("keyup", keep, { capture: true });
"""
BLANK = """
  for (const name of ["stroke", "fill", "drawImage", "clearRect", "strokeText", "fillText"])
    CanvasRenderingContext2D.prototype[name] = () => undefined;
"""
Rows = dict[str, list[float]]
Results = dict[str, dict[str, float]]
Pose = dict[str, float]
Invalid = str
"""Why a burst says nothing of the ghost."""


def course(round_trip_ms: float) -> Course:
    """One direction of a link of this round trip."""
    return steady(Conditions(delay_s=max(JITTER_S, round_trip_ms / 2000), jitter_s=JITTER_S))


def apart_mm(a: Pose, b: Pose) -> float:
    """How far two poses are apart."""
    return 1000 * math.dist([a[axis] for axis in AXES], [b[axis] for axis in AXES])


def keys(dice: random.Random, pose: Pose) -> set[str]:
    """One or two keys, the ones that lead back when the ghost is far from the middle."""
    found = set()
    for axis, (less, more) in WAYS.items():
        low, high = HOME[axis]
        if not low < pose[axis] < high:
            found.add(more if pose[axis] <= low else less)
    return found or set(dice.sample(KEYS, dice.choice((1, 1, 2))))


def ghost_stopped(player: BrowserPlayer) -> Snapshot | Invalid:
    """Waits until the ghost stands where the player left it."""
    seen, deadline = player.playing(), time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        later = player.playing()
        if held(later):
            return "held before the ghost stood"
        if later["ghostPose"] != seen["ghostPose"]:
            seen = later
        elif later["sentSequence"] - seen["sentSequence"] >= STOPPED_MESSAGES:
            return later
        time.sleep(0.01)
    return "the ghost did not come to stand"


def held(seen: Snapshot) -> bool:
    """Whether the arm does not do what the player says."""
    return bool(seen["following"] or seen["mode"] != "play")


def at_rest(player: BrowserPlayer, sequence: int) -> Snapshot | Invalid:
    """Waits until the arm has done what it was told by this number, and stands."""
    stood, since = player.playing(), time.monotonic()
    deadline = since + PATIENCE_S
    while time.monotonic() < deadline:
        seen = player.playing()
        if held(seen):
            return "held before the arm was at rest"
        moved = apart_mm(seen["measuredPose"], stood["measuredPose"]) > 1000 * STILL_M
        if moved or seen["appliedSequence"] < sequence:
            stood, since = seen, time.monotonic()
        if time.monotonic() - since > STILL_S:
            return seen
        time.sleep(0.02)
    return "the arm did not come to rest"


def burst(player: BrowserPlayer, dice: random.Random) -> dict[str, float] | Invalid:
    """One burst of keys; or why it says nothing of the ghost."""
    player.steady(BEFORE_S)
    before = player.playing()
    if held(before):
        return "held as it began"
    player.hold(keys(dice, before["ghostPose"]) | ({"ShiftLeft"} if dice.random() < FINE_SHARE else set()))
    time.sleep(dice.uniform(*BURST_S))
    player.hold(set())
    shown: Pose = player.page.evaluate("() => window.__letGo")
    let_go = ghost_stopped(player)
    if isinstance(let_go, str):
        return let_go
    if apart_mm(before["ghostPose"], let_go["ghostPose"]) < LEAST_MM:
        return "the ghost hardly moved"
    rested = at_rest(player, let_go["sentSequence"])
    if isinstance(rested, str):
        return rested
    if rested["begun"] != before["begun"]:
        return "held in between"
    return {
        "drawn ghost to measured rest": apart_mm(let_go["drawnPose"], rested["measuredPose"]),
        "drawn ghost to applied rest": apart_mm(let_go["drawnPose"], rested["appliedPose"]),
        "on the screen at letting go to measured rest": apart_mm(shown, rested["measuredPose"]),
        "moved by the ghost once let go": apart_mm(let_go["ghostPose"], rested["ghostPose"]),
        "arm behind when the ghost stopped": apart_mm(let_go["drawnPose"], let_go["measuredPose"]),
    }


class Bursts:
    """Valid bursts, mm by name, over as many turns as they take; why and how often others were not valid."""

    def __init__(self, wanted: int) -> None:
        """Begins the same row of random keys each time."""
        self.wanted = wanted
        self.found: list[dict[str, float]] = []
        self.invalid = Counter[Invalid]()
        self.missed_mm: list[float] = []
        self._dice = random.Random(SEED)

    @property
    def done(self) -> bool:
        """Whether there are enough, or so few of so many tries that there never will be."""
        return len(self.found) >= self.wanted or self.invalid.total() >= TRIES * self.wanted

    def play(self, player: BrowserPlayer) -> None:
        """One turn's bursts."""
        ends = time.monotonic() + TURN_S
        try:
            while not self.done and time.monotonic() < ends:
                one = burst(player, self._dice)
                if isinstance(one, str):
                    self.invalid[one] += 1
                else:
                    self.found.append(one)
            self.missed_mm += player.page.evaluate("() => window.__armcade.missedMm()")
        except TurnOver:
            self.invalid["the turn was over"] += 1

    def rows(self) -> Rows:
        """The values by name."""
        if not self.found:
            return {}
        rows = {name: [one[name] for one in self.found] for name in self.found[0]}
        return rows | {"reported from foreseen, by number": self.missed_mm}

    def __str__(self) -> str:
        """How many, and why others were not valid."""
        reasons = ", ".join(f"{number} {reason}" for reason, number in self.invalid.most_common()) or "none"
        return f"{len(self.found)} valid bursts; not valid: {reasons}"


@contextmanager
def driving(
    armcade: Armcade,
    browser: Browser,
    link: Course,
    scripts: tuple[str, ...] = (),
    locale: str = "en-GB",
) -> Iterator[tuple[BrowserPlayer, FarLink]]:
    """A player who drives over this link, and the link."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale=locale)
    page = context.new_page()
    for script in scripts:
        page.add_init_script(script)
    with far(page, link, link) as made:
        player = BrowserPlayer(page, armcade.url, armcade.home / "pictures")
        player.open()
        player.take_turn("sort_colours", "Ghost")
        player.begin()
        yield player, made
        if "/result/" not in page.url:
            player.give_back_anyhow()
        page.wait_for_url("**/result/*", timeout=30_000)
    context.close()


def film(armcade: Armcade, browser: Browser, folder: Path) -> None:
    """Pictures of the ghost on its way, with the words of both languages.

    A screenshot stops the page for longer than silence may last; the browser's own screencast does not.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for locale in ("en-GB", "zh-CN"):
        with driving(armcade, browser, course(FILMED_MS), locale=locale) as (player, _):
            for name, held in (("right", {"KeyD", "KeyQ"}), ("left", {"KeyA", "KeyW"})):
                player.steady()
                for number, shot in enumerate(shots(player, held)[-3:]):
                    (folder / f"ghost_{locale[:2]}_{name}_{number}.png").write_bytes(shot)


def shots(player: BrowserPlayer, held: set[str]) -> list[bytes]:
    """What the screen shows while these keys are held."""
    seen: list[bytes] = []
    tape: CDPSession = player.page.context.new_cdp_session(player.page)

    def keep(shot: dict[str, Any]) -> None:
        seen.append(base64.b64decode(shot["data"]))
        tape.send("Page.screencastFrameAck", {"sessionId": shot["sessionId"]})

    tape.on("Page.screencastFrame", keep)
    tape.send("Page.startScreencast", {"format": "png", "everyNthFrame": 3})
    player.hold(held)
    player.page.wait_for_timeout(FILMED_AFTER_MS)
    player.hold(set())
    tape.send("Page.stopScreencast")
    player.page.wait_for_timeout(FILMED_AFTER_MS)  # for the last answers
    tape.detach()
    return seen


def frozen(player: BrowserPlayer, link: FarLink) -> list[tuple[float, str, float, str]]:
    """Drives on while the picture stands still; answers s, mode, ghost's way in mm, words as they change."""
    player.steady()
    begun, found = time.monotonic(), []
    begin_pose = player.playing()["ghostPose"]
    link.frozen = True
    player.hold({"KeyD"})
    while time.monotonic() - begun < FROZEN_S:
        seen = player.playing()
        words = ", ".join(player.page.locator(WORDS).all_inner_texts())
        if not found or (found[-1][1], found[-1][3]) != (seen["mode"], words):
            way = apart_mm(begin_pose, seen["ghostPose"])
            found.append((time.monotonic() - begun, seen["mode"], way, words))
    player.hold(set())
    link.frozen = False
    time.sleep(1.0)
    return found


def tell_frozen(armcade: Armcade, browser: Browser, round_trip: float) -> None:
    """Prints what happens while the picture stands still."""
    with driving(armcade, browser, course(round_trip)) as (player, link):
        for seconds, mode, way, words in frozen(player, link):
            print(f"picture frozen for {seconds:4.2f} s: {mode:<5} ghost at {way:5.1f} mm  {words}")


def frames(armcade: Armcade, browser: Browser, seconds: float, scripts: tuple[str, ...]) -> Rows:
    """Times of the frames of so many seconds of driving, ms."""
    with driving(armcade, browser, course(0), (FRAMES, *scripts)) as (player, _):
        player.page.evaluate("() => { window.__frames.gaps = []; window.__frames.took = []; }")
        ends = time.monotonic() + seconds
        for side in ("KeyD", "KeyA") * 1000:
            player.hold({side})
            time.sleep(SWAY_S)
            if time.monotonic() > ends:
                break
        player.hold(set())
        found: Rows = player.page.evaluate("() => window.__frames")
        return {"gap": found["gaps"], "script": found["took"]}


def tell(results: Results, name: str, values: list[float]) -> None:
    """Prints one row and keeps it."""
    ordered = sorted(values)
    at = [ordered[min(len(ordered) - 1, int(part * len(ordered)))] for part in (0.95, 0.99)]
    row = [statistics.median(values), *at, ordered[-1]]
    results[name] = dict(zip(("median", "p95", "p99", "worst"), row, strict=True)) | {"n": len(values)}
    print(f"{name:<52}" + "".join(f"{value:9.2f}" for value in row) + f"{len(values):>7}", flush=True)


def measure(armcade: Armcade, browser: Browser, arguments: argparse.Namespace) -> Results:
    """All that was asked for."""
    results: Results = {}
    for round_trip in arguments.round_trips:
        bursts = Bursts(arguments.bursts)
        while not bursts.done:
            with driving(armcade, browser, course(round_trip), (LET_GO,)) as (player, _):
                bursts.play(player)
        print(f"{round_trip:.0f} ms: {bursts}; load {os.getloadavg()[0]:.1f}", flush=True)
        for name, values in bursts.rows().items():
            tell(results, f"{round_trip:.0f} ms: {name}, mm", values)
        if arguments.frozen:
            tell_frozen(armcade, browser, round_trip)
    if arguments.film:
        film(armcade, browser, arguments.film)
    blank: dict[str, tuple[str, ...]] = {"with the ghost": (), "canvas draws nothing": (BLANK,)}
    for name, scripts in blank.items() if arguments.frames else ():
        for part, values in frames(armcade, browser, arguments.frames, scripts).items():
            tell(results, f"frames, {name}: {part}, ms", values)
    return results


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--round-trips", type=float, nargs="*", default=[100, 200, 300, 400], help="ms")
    parser.add_argument("--bursts", type=int, default=50, help="for each round trip")
    parser.add_argument("--frames", type=float, default=10, help="seconds of timed frames; 0 for none")
    parser.add_argument("--frozen", action="store_true", help="also freeze the picture at each round trip")
    parser.add_argument("--film", type=Path, help="keep pictures of the ghost on its way in this folder")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    arguments = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="armcade-ghost-") as folder, chromium() as browser:
        armcade = start(Path(folder) / "home")
        machine = f"{platform.machine()}, {os.cpu_count()} cores, headless Chromium, 1280x720"
        print(f"{machine}, set-up {time.monotonic() - begun:.1f} s")
        print(f"{'':<52}" + "".join(f"{name:>9}" for name in ("median", "p95", "p99", "worst")) + f"{'n':>7}")
        try:
            results = measure(armcade, browser, arguments)
        finally:
            armcade.stop()
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(results, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
