"""Frames of the STS bus: `FF FF ID LEN INST P.. SUM` in, `FF FF ID LEN ERR P.. SUM` out."""

from dataclasses import dataclass

from sim_fallback.servo_bus.frame_finder import FrameFinder

BROADCAST = 0xFE
MAX_PARAMETERS = 250  # the length byte counts two more, and 0xFF never appears in it
PING, READ, WRITE, REG_WRITE, ACTION = 0x01, 0x02, 0x03, 0x04, 0x05
RESTORE, CENTRE, SYNC_READ, SYNC_WRITE = 0x0A, 0x0B, 0x82, 0x83
_HEADER = b"\xff\xff"
_OVERHEAD = 4  # header, id and length byte: everything that the length does not count
_SHORTEST = 2  # instruction and checksum


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction frame whose checksum was right."""

    id: int
    code: int
    parameters: bytes


def checksum(body: bytes) -> int:
    """Returns the complement of the sum over id, length, instruction or error, and parameters."""
    return ~sum(body) & 0xFF


def status_frame(servo_id: int, error: int, parameters: bytes) -> bytes:
    """Returns a servo's answer."""
    body = bytes((servo_id, len(parameters) + 2, error)) + parameters
    return _HEADER + body + bytes((checksum(body),))


def instruction_frame(servo_id: int, code: int, parameters: bytes = b"") -> bytes:
    """Returns a host's instruction."""
    return status_frame(servo_id, code, parameters)


class Parser(FrameFinder[Instruction]):
    """Finds frames through noise; a wrong checksum drops one header byte."""

    def _next(self) -> Instruction | None:
        while self._seek():
            pending = self._pending
            end = _OVERHEAD + pending[3]
            if len(pending) < end:
                return None
            body, total = pending[2 : end - 1], pending[end - 1]
            if checksum(body) == total:
                self._pending = pending[end:]
                return Instruction(body[0], body[2], body[3:])
            self._pending = pending[1:]
        return None

    def _seek(self) -> bool:
        """Drops bytes up to a possible header; tells whether id and length are there and plausible."""
        while True:
            start = self._pending.find(_HEADER)
            if start < 0:
                self._pending = self._pending[-1:] if self._pending.endswith(b"\xff") else b""
                return False
            self._pending = self._pending[start:]
            if len(self._pending) < _OVERHEAD:
                return False
            if self._pending[2] != 0xFF and self._pending[3] >= _SHORTEST:
                return True
            self._pending = self._pending[1:]
