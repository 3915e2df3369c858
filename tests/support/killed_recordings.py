"""Kills a recording cell by signal 9 and judges what is left after a recovery without a person."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from recording_cell import MAX_TURNS, ROW

from teleop.episodes.container import checksum_path
from teleop.episodes.loading import open_episode
from teleop.episodes.recovery import recover, waiting

CELL = Path(__file__).with_name("recording_cell.py")
SETTLED_S = 60.0


@dataclass(frozen=True)
class Left:
    """What one kill cost: ms of the running turn, and how the turns that had ended came out of it."""

    lost_ms: float
    closed: int
    damaged: tuple[str, ...]
    recovered: int
    recovery_s: float


def kill_one(folder: Path, turn_s: float, after_s: float) -> Left:
    """Records turns of this length, kills the cell `after_s` after the first tick, recovers, looks."""
    with subprocess.Popen([sys.executable, str(CELL), str(folder), str(turn_s)]) as cell:
        while not _told(folder, 1)[0]:
            assert cell.poll() is None, "the recording cell died by itself"
            time.sleep(0.005)
        time.sleep(after_s)
        os.kill(cell.pid, signal.SIGKILL)
    begun_s, recovered = time.monotonic(), 0
    while waiting(folder / "episodes"):
        recovered += len(recover(folder / "episodes"))
        assert time.monotonic() < begun_s + SETTLED_S, waiting(folder / "episodes")
        time.sleep(0.02)
    return _judged(folder, recovered, time.monotonic() - begun_s)


def _told(folder: Path, turn: int) -> tuple[int, int, bool]:
    """Ticks, time of the last one and whether the turn was finished, as the cell told; zeros for none."""
    try:
        with (folder / "witness").open("rb") as file:
            file.seek(turn * ROW.size)
            ticks, last_ns, finished = ROW.unpack(file.read(ROW.size).ljust(ROW.size, b"\0"))
    except FileNotFoundError:
        return 0, 0, False
    return ticks, last_ns, finished


def _judged(folder: Path, recovered: int, recovery_s: float) -> Left:
    lost_ms, closed, damaged = 0.0, 0, []
    for turn in range(1, MAX_TURNS):
        ticks, last_ns, finished = _told(folder, turn)
        if not ticks:
            break
        found = sorted((folder / "episodes").glob(f"*-turn-{turn}.mcap"))
        kept = open_episode(found[0]).observations if found else None
        kept_ticks = [] if kept is None else kept.tick.tolist()
        if kept_ticks != list(range(len(kept_ticks))):
            damaged.append(f"turn {turn} has holes")
        if finished:
            closed += 1
            if len(kept_ticks) != ticks or not _whole(found[0]):
                damaged.append(f"turn {turn}: {len(kept_ticks)} of {ticks} ticks")
        elif len(kept_ticks) < ticks:
            kept_until_ns = (
                int(kept.t_ns[-1]) if kept is not None and kept_ticks else _begun_ns(last_ns, ticks)
            )
            lost_ms = (last_ns - kept_until_ns) / 1e6
    return Left(lost_ms, closed, tuple(damaged), recovered, recovery_s)


def _begun_ns(last_ns: int, ticks: int) -> int:
    return last_ns - ticks * 10_000_000


def _whole(path: Path) -> bool:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    status = open_episode(path).closing.status
    return status == "complete" and checksum_path(path).read_text().startswith(digest)
