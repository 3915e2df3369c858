"""A serial port as a file descriptor and poll: event-driven, never waiting longer than told.

pyserial only opens and configures the port. Everything that says "unplugged" (EIO, hang-up, end of
file, pyserial's and termios' own errors) becomes PortLost.
"""

import os
import select
import termios
import time

import serial

_CHUNK = 4096


class PortLost(OSError):
    """The port is not there, or not there any more."""


class SerialPort:
    """An open port; every method raises PortLost once it is gone."""

    def __init__(self, path: str, baud: int) -> None:
        """Opens the port that this path leads to now; takes it for this process alone."""
        try:
            self._serial = serial.Serial(path, baud, timeout=0, write_timeout=0, exclusive=True)
        except (OSError, ValueError, termios.error) as error:
            raise PortLost(f"{path}: {error}") from error
        self._fd = self._serial.fileno()
        os.set_blocking(self._fd, False)
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)

    def flush_input(self) -> None:
        """Throws away every byte that came before now."""
        try:
            termios.tcflush(self._fd, termios.TCIFLUSH)
        except termios.error as error:
            raise PortLost(str(error)) from error
        while self._poll.poll(0):
            if not self._read():
                return

    def write(self, data: bytes) -> None:
        """Sends the bytes; a port that takes none for 5 ms counts as lost."""
        view = memoryview(data)
        give_up_ns = time.monotonic_ns() + 5_000_000
        while view:
            try:
                view = view[os.write(self._fd, view) :]
            except BlockingIOError:
                if time.monotonic_ns() > give_up_ns:
                    raise PortLost("the port takes no more bytes") from None
                time.sleep(0.0002)
            except OSError as error:
                raise PortLost(str(error)) from error

    def read(self, until_ns: int) -> bytes:
        """What has come, waiting for the first byte until this monotonic time; empty when none came."""
        wait_ms = max(0.0, (until_ns - time.monotonic_ns()) / 1e6)
        return self._read() if self._poll.poll(wait_ms) else b""

    def close(self) -> None:
        """Gives the port back."""
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
