"""Starts a whole Armcade for a test, as a person would, and gives its addresses and process ids."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

START_TIMEOUT_S = 90.0


@dataclass
class Armcade:
    """A running `armcade play` with the facts that it wrote when it was ready."""

    process: subprocess.Popen[bytes]
    ready_file: Path
    url: str
    operator_token: str
    researcher_token: str
    home: Path
    run: Path
    cell_metrics: str
    sim_metrics: str
    pids: dict[str, int]

    @property
    def episodes(self) -> list[Path]:
        """The sealed episode files, oldest first."""
        return sorted((self.home / "episodes").glob("*.mcap"), key=lambda path: path.stat().st_mtime)

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Sends a signal to one process by its name in the table of processes."""
        os.kill(self.pids[name], number)

    def metric(self, name: str, address: str | None = None) -> float:
        """Sums one metric over its labels, as scraped now; raises KeyError when there is none."""
        with urllib.request.urlopen(address or self.cell_metrics, timeout=5) as answer:
            rows = [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
        found = [float(row.rsplit(" ", 1)[1]) for row in rows if row.split("{")[0].split(" ")[0] == name]
        if not found:
            raise KeyError(name)
        return sum(found)

    def stop(self) -> None:
        """Ends it as Ctrl-C would."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(home: Path, port: int = 0, seed: int = 1, command: Path | None = None) -> Armcade:
    """Starts it and waits until it is ready; raises AssertionError with its output otherwise."""
    home.mkdir(parents=True, exist_ok=True)
    ready, log = home / "ready.json", home / "play.log"
    ready.unlink(missing_ok=True)
    program = str(command or Path(sys.executable).parent / "armcade")
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                program,
                "play",
                "--home",
                home,
                "--seed",
                str(seed),
                "--port",
                str(port),
                "--ready-file",
                ready,
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + START_TIMEOUT_S
    while not ready.exists():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    facts = json.loads(ready.read_text())
    paths = {"home": Path(facts.pop("home")), "run": Path(facts.pop("run"))}
    return Armcade(process=process, ready_file=ready, **paths, **facts)


def wait_for(condition: Callable[[], object], timeout_s: float, what: str) -> None:
    """Polls until the condition holds; raises AssertionError that says what was waited for."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"timed out after {timeout_s} s: {what}"
        time.sleep(0.05)
