"""Measures the export to LeRobotDataset v3.0: two cameras of 640x480, 30 pictures a second, GOP of 2.

python tests/bench/export.py [--episodes 4] [--seconds 20] [--noise 3] [--runs 3]
The pictures are a moving scene with a camera's noise (sigma in levels of 255). Prints frame pairs a second by
packet copy, processor time of a pair that is encoded anew (reading, joining and statistics included),
and whether 1 and 4 workers write the same bytes. Exit code 1 when a bar is missed.
"""

import argparse
import hashlib
import math
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import episode_headers
from episode_headers import JOINTS, START_NS
from promises import Promise, at_least, at_most, exit_code

from robot_bridge.wire.commands import PoseTarget
from teleop.episodes.export_lerobot import LeRobot
from teleop.episodes.exporting.contract import Report
from teleop.episodes.exporting.work import How, export_episodes
from teleop.episodes.format import (
    Action,
    Bilingual,
    Header,
    Message,
    Observation,
    Picture,
    Verdict,
)
from teleop.episodes.writer import EpisodeWriter, episode_path

WIDTH, HEIGHT, FPS, TICKS = 640, 480, 30, 100
CAMERAS = ("overview", "wrist")
SECOND = 1_000_000_000


def recorded(pictures: int, noise: float, seed: int) -> list[bytes]:
    """A moving scene with noise, as a cell's recording encoder writes it."""
    random = np.random.default_rng(seed)
    coarse = random.integers(40, 210, (24, 32)).astype(np.float32)
    scene = cv2.GaussianBlur(cv2.resize(coarse, (1280, 960), interpolation=cv2.INTER_NEAREST), (31, 31), 0)
    codec = av.VideoCodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    codec.time_base = Fraction(1, FPS)
    codec.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "crf": "23",
        "x264-params": "threads=1:sliced-threads=0:repeat-headers=1:keyint=2:min-keyint=1:scenecut=0",
    }
    found = []
    for number in range(pictures):
        x, y = int(60 + 50 * math.sin(number / 10)), int(60 + 50 * math.cos(number / 13))
        picture = np.full((HEIGHT * 3 // 2, WIDTH), 128, dtype=np.uint8)
        grey = scene[y : y + HEIGHT, x : x + WIDTH] + random.normal(0, noise, (HEIGHT, WIDTH))
        picture[:HEIGHT] = np.clip(grey, 16, 235)
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        found.append(b"".join(bytes(packet) for packet in codec.encode(frame)))
    return found


def header(number: int) -> Header:
    """The header of one synthetic turn."""
    cameras = tuple(episode_headers.calibration(name, (WIDTH, HEIGHT), 600.0) for name in CAMERAS)
    return episode_headers.header(f"ep-{number}", format_version=1, cameras=cameras)


def turn(seconds: int, pictures: dict[str, list[bytes]]) -> list[Message]:
    """All messages of a turn, in their order."""
    messages: list[Message] = []
    joints = len(JOINTS)
    for tick in range(seconds * TICKS):
        t_ns = START_NS + tick * SECOND // TICKS
        angles = tuple(math.sin(tick / TICKS * (1 + joint / 7)) for joint in range(joints))
        pose = PoseTarget(0.2, 0.0, 0.1, -1.5, 0.0, 0.5)
        still = (0.0,) * joints
        messages.append(
            Observation(t_ns, tick, "play", "none", angles, still, still, still, still, (0,) * joints, pose)
        )
        messages.append(Action(t_ns, tick, tick, "player", pose, angles, angles, (), 1.0))
    for at, camera in enumerate(CAMERAS):
        for number, annex_b in enumerate(pictures[camera]):
            capture_ns = START_NS + (3 + 4 * at) * 1_000_000 + number * SECOND // FPS
            messages.append(
                Picture(camera, number, capture_ns, capture_ns + 5_000_000, number % 2 == 0, annex_b)
            )
    return sorted(messages, key=lambda one: one.encoded_ns if isinstance(one, Picture) else one.t_ns)


def recordings(folder: Path, episodes: int, seconds: int, noise: float) -> list[Path]:
    """Writes synthetic episodes."""
    pictures = {camera: recorded(seconds * FPS, noise, at) for at, camera in enumerate(CAMERAS)}
    messages = turn(seconds, pictures)
    paths = []
    for number in range(episodes):
        writer = EpisodeWriter(episode_path(folder, f"ep-{number}"), header(number))
        for message in messages:
            while writer.waiting > 1000:
                time.sleep(0.01)
            writer.put(message)
        reason = Bilingual("All cubes in place", "全部到位")
        verdict = Verdict(START_NS + seconds * SECOND, True, reason, 900, 3, float(seconds), 4, "1")
        paths.append(writer.close(verdict).path)
    return paths


def tree(folder: Path) -> str:
    """One hash of all files and their names."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes())
    return total.hexdigest()


def measured(export: Callable[[Path], Report], folder: Path, runs: int) -> tuple[list[float], list[float]]:
    """Pairs a second by the clock on the wall, and ms of this process's time a pair, for each run."""
    rates, costs = [], []
    for run in range(runs):
        wall, own = time.perf_counter(), time.process_time()
        report = export(folder / f"run-{run}")
        rates.append(report.rows / (time.perf_counter() - wall))
        costs.append((time.process_time() - own) / report.rows * 1e3)
    return rates, costs


def told(name: str, values: list[float], unit: str) -> None:
    """Prints the median and the worst."""
    each = ", ".join(f"{value:.2f}" for value in values)
    print(f"{name}: median {statistics.median(values):.2f} {unit} (runs: {each})")


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--episodes", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--noise", type=float, default=3.0)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="armcade-bench-export-") as name:
        folder = Path(name)
        (folder / "episodes").mkdir()
        paths = recordings(folder / "episodes", asked.episodes, asked.seconds, asked.noise)
        size = sum(path.stat().st_size for path in paths) / 1e6
        print(
            f"{platform.machine()}, {asked.episodes} episodes of {asked.seconds} s, two cameras {WIDTH}x"
            f"{HEIGHT} at {FPS} a second, noise {asked.noise}, {size:.0f} MB"
        )
        copy, anew = LeRobot(FPS), LeRobot(FPS, copy=False)
        rates, _ = measured(
            lambda out: export_episodes(paths, out, copy, How(None)), folder / "all", asked.runs
        )
        told("packet copy, one worker a core", rates, "pairs/s")
        one_rates, costs = measured(
            lambda out: export_episodes(paths, out, copy), folder / "copy", asked.runs
        )
        told("packet copy, one process", one_rates, "pairs/s")
        told("packet copy, processor", costs, "ms/pair")
        _, costs = measured(lambda out: export_episodes(paths, out, anew), folder / "anew", asked.runs)
        told("encoded anew, processor", costs, "ms/pair")
        export_episodes(paths, folder / "four", anew, How(4))
        export_episodes(paths, folder / "four-copied", copy, How(4))
        same = [
            tree(folder / "anew" / "run-0") == tree(folder / "four"),
            tree(folder / "copy" / "run-0") == tree(folder / "four-copied"),
        ]
        print(f"1 and 4 workers: tree sha256 {tree(folder / 'four')[:16]}, the same bytes: {all(same)}")
    return exit_code(
        [
            at_least("packet copy, one worker a core, median", statistics.median(rates), 1_000, "pairs/s"),
            at_most("encoded anew, processor, median", statistics.median(costs), 12, "ms a pair"),
            Promise(
                "bytes for 1 and 4 workers", "the same", "the same" if all(same) else "others", all(same)
            ),
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
