"""The terminal's keyboard, key by key; a hang-up or a signal to end is a key like others."""

import contextlib
import os
import select
import signal
import sys
import termios
import tty
from types import FrameType

from robot_bridge.tools.complaint import Complaint, ToolFailed
from teleop.arm.keys import decode

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_LFLAG = 3


class Keyboard:
    """Raw keys between `with`; the terminal is as before afterwards. Ctrl-C is a key, not a signal."""

    def __init__(self) -> None:
        """Raises ToolFailed when standard input is no terminal."""
        if not sys.stdin.isatty():
            raise ToolFailed(Complaint("not_a_terminal"))
        self._fd = sys.stdin.fileno()
        self._before = termios.tcgetattr(self._fd)
        self._handlers = {number: signal.getsignal(number) for number in _ENDING}
        self._rest = b""
        self._ending = False

    def __enter__(self) -> "Keyboard":
        """Takes the terminal over."""
        tty.setcbreak(self._fd, termios.TCSANOW)
        mode = termios.tcgetattr(self._fd)
        mode[_LFLAG] &= ~termios.ISIG
        termios.tcsetattr(self._fd, termios.TCSANOW, mode)
        for number in _ENDING:
            signal.signal(number, self._end)
        return self

    def __exit__(self, *what: object) -> None:
        """Gives the terminal back."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        with contextlib.suppress(termios.error):  # a terminal that is gone
            termios.tcsetattr(self._fd, termios.TCSANOW, self._before)

    def fileno(self) -> int:
        """To wait on with select."""
        return self._fd

    def keys(self, wait_s: float) -> tuple[str, ...]:
        """The keys that come within this time; "ctrl-c" for a signal or a terminal that is gone."""
        ready, _, _ = select.select([self._fd], [], [], wait_s)
        data = self._read() if ready else b""
        names, self._rest = decode(self._rest + data, more=bool(data))
        return (*names, "ctrl-c") if self._ending else names

    def _read(self) -> bytes:
        try:
            data = os.read(self._fd, 256)
        except OSError:
            data = b""
        self._ending |= not data
        return data

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._ending = True
