"""What a test proves from outside: the emulated servos' goals over time, and what an episode file holds."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from mcap.reader import make_reader


def truth(run: Path) -> dict[str, Any]:
    """The simulator's true poses and servo goals; only tests may ask."""
    command = [sys.executable, "-m", "sim_fallback", "truth", "--socket", str(run / "sim.sock")]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def rows(path: Path, topic: str) -> list[dict[str, Any]]:
    """All JSON messages of one topic, read by the stock reader."""
    with path.open("rb") as stream:
        return [json.loads(m.data) for _, _, m in make_reader(stream).iter_messages(topics=[topic])]


def wait_for_file(folder: Path, count: int, timeout_s: float = 20.0) -> list[Path]:
    """Waits for sealed episode files."""
    deadline = time.monotonic() + timeout_s
    while len(found := sorted(folder.glob("*.mcap"))) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} episodes after {timeout_s} s"
        time.sleep(0.1)
    return found
