"""Starts the processes of one table, keeps them running, and stops them together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_WAIT_S = 5.0
RESTART_WAIT_S = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """One process: what it is called and how it is started (arguments after the interpreter)."""

    name: str
    arguments: tuple[str, ...]


@dataclass(slots=True)
class Running:
    """A started process with its log, and when it may be started again after it died."""

    row: Row
    process: subprocess.Popen[bytes]
    restarts: int = 0
    retry_at: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Owns the running processes; a bridge that died comes back latched, so a restart moves nothing."""

    logs: Path
    say: Callable[[str], None]
    running: dict[str, Running] = field(default_factory=dict)

    def start(self, rows: Sequence[Row]) -> None:
        """Starts every row; raises OSError when the interpreter cannot be started."""
        for row in rows:
            self.running[row.name] = Running(row, self._spawn(row))

    def pid(self, name: str) -> int:
        """The process id of a row."""
        return self.running[name].process.pid

    def watch(self) -> None:
        """Starts dead processes again, one try a second each, and says so."""
        now = time.monotonic()
        for name, entry in self.running.items():
            code = entry.process.poll()
            if code is None or now < entry.retry_at:
                continue
            entry.restarts += 1
            entry.retry_at = now + RESTART_WAIT_S
            self.say(f"{name} ended ({code}); starting it again. Its log: {self.logs / name}.log")
            entry.process = self._spawn(entry.row)

    def stop(self) -> None:
        """Asks every process to end, cell and hub first, and kills what does not within 5 s."""
        entries = list(self.running.values())[::-1]
        for entry in entries:
            if entry.process.poll() is None:
                entry.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_WAIT_S
        for entry in entries:
            try:
                entry.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                entry.process.kill()
                entry.process.wait()

    def tail(self, name: str, lines: int = 15) -> str:
        """The last lines of a process's log, for a message that says what went wrong."""
        text = (self.logs / f"{name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _spawn(self, row: Row) -> subprocess.Popen[bytes]:
        with (self.logs / f"{row.name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *row.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
