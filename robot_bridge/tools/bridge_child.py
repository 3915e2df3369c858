"""A real bridge process for the time of a tool, and the cell's end of its socket."""

import contextlib
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from robot_bridge.tools.complaint import Complaint, ToolFailed
from robot_bridge.wire.commands import Command
from robot_bridge.wire.state import Upward

_MAX_UPWARD_BYTES = 65_536
_GOODBYE_S = 3.0
_BEGIN_S = 30.0
_START = """
import ctypes, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # the kernel ends the bridge, gently, when its tool dies
from robot_bridge.__main__ import main
sys.exit(main())
"""


class _Said(msgspec.Struct):
    """The part of a log line that tells of the bus."""

    bus_note: str


class BridgeChild:
    """The bridge on this port, in a process of its own; its goodbye is a controlled stop, torque stays on."""

    def __init__(self, arm: str, port: str, calibration: Path) -> None:
        """Starts the process; raises ToolFailed when it does not open its socket."""
        self._folder = tempfile.TemporaryDirectory(prefix="armcade-jog-")
        folder = Path(self._folder.name)
        self._theirs, self._errors = folder / "bridge.sock", folder / "bridge.log"
        config = folder / "cell.toml"
        config.write_text(_config(arm, port, calibration.absolute(), self._theirs), encoding="utf-8")
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, "--config", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,
            )
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Upward)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(str(folder / "tool.sock"))
        try:
            self._await_socket()
        except ToolFailed:
            self.close()
            raise

    def __enter__(self) -> "BridgeChild":
        """The running bridge."""
        return self

    def __exit__(self, *what: object) -> None:
        """Ends it."""
        self.close()

    def fileno(self) -> int:
        """To wait on with select."""
        return self._socket.fileno()

    def send(self, command: Command) -> None:
        """Sends one command; raises ToolFailed when the bridge has ended."""
        try:
            self._socket.sendto(self._encoder.encode(command), str(self._theirs))
        except BlockingIOError:
            return
        except OSError as error:
            raise self._ended() from error

    def receive(self) -> list[Upward]:
        """Every message that has come."""
        found: list[Upward] = []
        with contextlib.suppress(BlockingIOError):
            while True:
                found.append(self._decoder.decode(self._socket.recv(_MAX_UPWARD_BYTES)))
        return found

    def bus_note(self) -> str:
        """What the bridge last said of the bus in its log: which servo, which register, what to do."""
        for line in reversed(self._errors.read_bytes().splitlines()):
            with contextlib.suppress(msgspec.DecodeError):
                return msgspec.json.decode(line, type=_Said).bus_note
        return ""

    def close(self) -> None:
        """Ends the bridge: it stops the arm first, and leaves it under torque."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_GOODBYE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._socket.close()
        self._folder.cleanup()

    def _await_socket(self) -> None:
        ends_s = time.monotonic() + _BEGIN_S
        while not self._theirs.exists():
            if self._process.poll() is not None or time.monotonic() > ends_s:
                raise self._ended()
            select.select([], [], [], 0.02)

    def _ended(self) -> ToolFailed:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.2)
        said = self._errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = said[-1] if said else f"exit code {self._process.returncode}"
        ended = self._process.returncode is not None
        return ToolFailed(Complaint("bridge_ended" if ended else "bridge_silent", found=last))


def _config(arm: str, port: str, calibration: Path, socket_path: Path) -> str:
    """The cell's file that this bridge reads; strings are written as JSON, which TOML reads too."""
    values = {"arm": arm, "port": port, "calibration": str(calibration), "socket": str(socket_path)}
    rows = (f"{key} = {msgspec.json.encode(value).decode()}" for key, value in values.items())
    return "[bridge]\n" + "\n".join(rows) + "\n"
