"""Frames of Protocol 2.0: `FF FF FD 00 ID LEN LEN INST P.. CRC CRC`, stuffed between INST and CRC."""

from dataclasses import dataclass

from sim_fallback.servo_bus.frame_finder import FrameFinder

BROADCAST = 0xFE
STATUS = 0x55
PING, READ, WRITE, REG_WRITE, ACTION, FACTORY_RESET, REBOOT = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x08
CLEAR, BACKUP, SYNC_READ, SYNC_WRITE, FAST_SYNC_READ = 0x10, 0x20, 0x82, 0x83, 0x8A
BULK_READ, BULK_WRITE, FAST_BULK_READ = 0x92, 0x93, 0x9A
OVERHEAD = 10  # bytes of an instruction frame without parameters
MAX_LENGTH = 4096
_HEADER = b"\xff\xff\xfd\x00"
_PATTERN = b"\xff\xff\xfd"
_UNCOUNTED = 7  # header, id and the length itself
_SHORTEST = 3  # instruction and CRC


def _row(byte: int) -> int:
    crc = byte << 8
    for _ in range(8):
        crc = (crc << 1) ^ 0x8005 if crc & 0x8000 else crc << 1
    return crc & 0xFFFF


_CRC_ROWS = tuple(_row(byte) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction frame, unstuffed; `intact` tells whether its CRC was right."""

    id: int
    code: int
    parameters: bytes
    intact: bool = True


def crc16(data: bytes, crc: int = 0) -> int:
    """Returns the CRC-16 (polynomial 0x8005, start 0) of the data, going on from `crc`."""
    for byte in data:
        crc = (crc << 8 & 0xFFFF) ^ _CRC_ROWS[crc >> 8 ^ byte]
    return crc


def word(value: int) -> bytes:
    """Returns two bytes, low byte first."""
    return value.to_bytes(2, "little")


def stuffed(body: bytes) -> bytes:
    """Returns the bytes with FD put after each `FF FF FD`, so that no header can appear in them."""
    return body.replace(_PATTERN, _PATTERN + b"\xfd")


def unstuffed(body: bytes) -> bytes:
    """Returns what `stuffed` was given."""
    return body.replace(_PATTERN + b"\xfd", _PATTERN)


def instruction_frame(servo_id: int, code: int, parameters: bytes = b"") -> bytes:
    """Returns a host's instruction."""
    body = stuffed(bytes((code,)) + parameters)
    frame = _HEADER + bytes((servo_id,)) + word(len(body) + 2) + body
    return frame + word(crc16(frame))


def status_frame(servo_id: int, error: int, parameters: bytes = b"") -> bytes:
    """Returns a servo's answer."""
    return instruction_frame(servo_id, STATUS, bytes((error,)) + parameters)


def fast_status_frame(blocks: tuple[tuple[int, int, bytes], ...], announced: int) -> bytes:
    """Returns the answer that servos build together: (error, id, data) each, with a running CRC.

    `announced` is the length that the first one states: all blocks asked for, whether they come or not.
    """
    frame = _HEADER + bytes((BROADCAST,)) + word(announced) + bytes((STATUS,))
    for error, servo_id, data in blocks:
        frame += bytes((error, servo_id)) + data
        frame += word(crc16(frame))
    return frame


class Parser(FrameFinder[Instruction]):
    """Finds frames through noise, those with a wrong CRC too."""

    def _next(self) -> Instruction | None:
        if not self._seek():
            return None
        pending = self._pending
        end = _UNCOUNTED + int.from_bytes(pending[5:7], "little")
        if len(pending) < end:
            return None
        intact = crc16(pending[: end - 2]) == int.from_bytes(pending[end - 2 : end], "little")
        self._pending = pending[end if intact else len(_HEADER) :]
        body = unstuffed(pending[_UNCOUNTED : end - 2])
        return Instruction(pending[4], body[0], body[1:], intact)

    def _seek(self) -> bool:
        """Drops bytes up to a possible header; tells whether id and a plausible length are there."""
        while True:
            start = self._pending.find(_HEADER)
            if start < 0:
                self._pending = self._pending[-3:]
                return False
            self._pending = self._pending[start:]
            if len(self._pending) < _UNCOUNTED:
                return False
            if _SHORTEST <= int.from_bytes(self._pending[5:7], "little") <= MAX_LENGTH:
                return True
            self._pending = self._pending[len(_HEADER) :]
