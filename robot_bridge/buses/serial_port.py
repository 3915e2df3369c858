"""A serial port as a file descriptor and poll: event-driven, never waiting longer than told.

pyserial only opens and configures the port, be it a device or a `socket://host:port` that carries one.
Everything that says "unplugged" (EIO, hang-up, end of file, pyserial's and termios' own errors) becomes
PortLost.
"""

import contextlib
import os
import select
import socket
import termios
import threading
import time
from pathlib import Path

import serial

_CHUNK = 4096
_WRITE_MS = 5.0
_UNHEARD_MS = 1000
_DEVICES = ("/dev/serial/by-id/*", "/dev/ttyACM*", "/dev/ttyUSB*")


class PortLost(OSError):
    """The port is not there, or not there any more."""


def candidate_ports(root: Path = Path("/")) -> tuple[str, ...]:
    """The ports that servos may be behind, each device once, by its most telling name."""
    found: dict[Path, str] = {}
    for pattern in _DEVICES:
        for path in sorted(root.glob(pattern.lstrip("/"))):
            found.setdefault(path.resolve(), str(path))
    return tuple(found.values())


class SerialPort:
    """An open port; every method raises PortLost once it is gone."""

    def __init__(self, path: str, baud: int) -> None:
        """Opens the port that this path leads to now; takes a device for this process alone."""
        try:
            self._serial = serial.serial_for_url(path, baud, timeout=0, write_timeout=0, exclusive=True)
        except (OSError, ValueError, termios.error) as error:
            raise PortLost(f"{path}: {error}") from error
        self._fd = self._serial.fileno()
        os.set_blocking(self._fd, False)
        self._device = os.isatty(self._fd)
        if self._device:
            _shorten_latency(self._serial)
        else:
            _notice_silence(self._fd)
        self._input, self._output = select.poll(), select.poll()
        self._input.register(self._fd, select.POLLIN)
        self._output.register(self._fd, select.POLLOUT)

    def flush_input(self) -> None:
        """Throws away every byte that came before now."""
        while self._input.poll(0):
            if not self._read():
                return

    def write(self, data: bytes) -> None:
        """Sends the bytes; a port that takes none for 5 ms counts as lost."""
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._fd, view) :]
            except BlockingIOError:
                if not self._output.poll(_WRITE_MS):
                    raise PortLost("the port takes no more bytes") from None
            except OSError as error:
                raise PortLost(str(error)) from error

    def read(self, until_ns: int) -> bytes:
        """What has come, waiting for the first byte until this monotonic time; empty when none came."""
        wait_ms = max(0.0, (until_ns - time.monotonic_ns()) / 1e6)
        return self._read() if self._input.poll(wait_ms) else b""

    def close(self) -> None:
        """Gives the port back."""
        with contextlib.suppress(OSError, termios.error):
            self._serial.close()

    def _read(self) -> bytes:
        """Reads after poll said that there is something: an end of file then means unplugged."""
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise PortLost(str(error)) from error
        if not data:
            raise PortLost("the port is at its end")
        return data


class Dialling:
    """A port being opened beside the loop: a name service or a far host may take its time."""

    def __init__(self, path: str, baud: int) -> None:
        """Begins to open the port."""
        self._path, self._baud = path, baud
        self._opened: SerialPort | PortLost | None = None
        self._thread = threading.Thread(target=self._dial, name="dial", daemon=True)
        self._thread.start()

    def port(self) -> SerialPort | None:
        """The port once it is open, None before; raises PortLost when it cannot be opened."""
        if self._thread.is_alive():
            return None
        if isinstance(self._opened, PortLost):
            raise self._opened
        return self._opened

    def _dial(self) -> None:
        try:
            self._opened = SerialPort(self._path, self._baud)
        except PortLost as error:
            self._opened = error


def _shorten_latency(port: serial.Serial) -> None:
    """Asks the driver not to hold bytes back; a pseudo-terminal and some adapters cannot be asked."""
    with contextlib.suppress(OSError, ValueError, NotImplementedError):
        port.set_low_latency_mode(True)


def _notice_silence(fd: int) -> None:
    """Lets the kernel end a connection whose other end has gone without a word, and send at once."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(fd)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNHEARD_MS)
