"""Drives a command in a pseudo-terminal as a person does: reads the screen, presses keys."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Mapping, Sequence

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]")


class Terminal:
    """A running command; `screen` is everything it has written, without colours and cursor moves."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], size: tuple[int, int] = (40, 110)
    ) -> None:
        """Starts the command in a terminal of this size (rows, columns)."""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], list(command), dict(env))
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self._raw = b""
        self._seen = 0
        self._done = False
        self._wake = os.eventfd(0)
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    @property
    def screen(self) -> str:
        """Everything so far."""
        return _ESCAPES.sub("", self.raw)

    @property
    def raw(self) -> str:
        """Everything so far, with escape sequences."""
        return self._raw.decode(errors="replace")

    def expect(self, text: str, seconds: float = 30.0) -> str:
        """Waits until this text comes after what was expected before; what came up to it."""
        ends_s = time.monotonic() + seconds
        while (at := self.screen.find(text, self._seen)) < 0:
            assert self._reader.is_alive(), f"ended without {text!r}: {self.screen[-3000:]}"
            assert time.monotonic() < ends_s, f"no {text!r} in: {self.screen[-3000:]}"
            time.sleep(0.03)
        found = self.screen[self._seen : at + len(text)]
        self._seen = at + len(text)
        return found

    def forget(self) -> None:
        """Takes everything so far as seen."""
        self._seen = len(self.screen)

    def press(self, keys: str) -> None:
        """Presses keys."""
        os.write(self._fd, keys.encode())

    def hold(self, keys: str, seconds: float) -> None:
        """Holds a key as a terminal repeats it, 30 times a second."""
        ends_s = time.monotonic() + seconds
        while time.monotonic() < ends_s:
            self.press(keys)
            time.sleep(0.033)

    def wait(self, seconds: float = 30.0) -> int:
        """Waits for the end; the exit code."""
        ends_s = time.monotonic() + seconds
        while True:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self._done = True
                self._reader.join(5.0)
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < ends_s, f"still running: {self.screen[-2000:]}"
            time.sleep(0.03)

    def hang_up(self) -> None:
        """Closes the terminal, as a lost ssh connection does."""
        os.eventfd_write(self._wake, 1)
        self._reader.join()
        os.close(self._fd)
        self._fd = -1

    def close(self) -> None:
        """Ends a command that still runs."""
        if not self._done:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.eventfd_write(self._wake, 1)
        self._reader.join()
        os.close(self._wake)
        if self._fd >= 0:
            os.close(self._fd)

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._fd, self._wake], [], [])
            if self._wake in ready:
                return
            try:
                data = os.read(self._fd, 65536)
            except OSError:
                return
            if not data:
                return
            self._raw += data
