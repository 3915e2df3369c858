"""Feetech STS/SMS protocol: frames out, answers in. Pure; the register names are the maker's.

Frame: FF FF id length instruction parameters checksum, 16-bit values little-endian, negative ones with a
sign bit of their own per register. An answer carries the servo's fault bits where a request has its
instruction. The checksum is eight bits: one damaged frame in 256 passes, so values need a second gate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from robot_bridge.wire.state import Cause

BROADCAST = 0xFE
HEADER = b"\xff\xff"
PING, READ, WRITE, SYNC_READ, SYNC_WRITE = 0x01, 0x02, 0x03, 0x82, 0x83

MODEL, LIMITS, HOMING_OFFSET, MODE = 3, 9, 31, 33
TORQUE, ACCELERATION, GOAL, GOAL_SPEED, TORQUE_LIMIT, LOCK = 40, 41, 42, 46, 48, 55
PRESENT, PRESENT_END = 56, 71
_FAULTS: tuple[tuple[int, Cause], ...] = (
    (0b0000_0001, "voltage"),
    (0b0000_0100, "overheat"),
    (0b0010_1010, "overload"),  # encoder, overcurrent, overload
)
POSITION_SIGN, SPEED_SIGN, LOAD_SIGN, OFFSET_SIGN = 15, 15, 10, 11


@dataclass(frozen=True, slots=True)
class Answer:
    """One status frame: the servo's fault bits and the bytes it was asked for."""

    servo_id: int
    status: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Parsed:
    """Answers found, bytes that may still become one, and how many bytes were junk."""

    answers: tuple[Answer, ...]
    rest: bytes
    junk: int


@dataclass(frozen=True, slots=True)
class Present:
    """Registers 56..70 decoded: steps, steps/s, signed duty, volts, degrees Celsius, fault bits."""

    position_steps: int
    velocity_steps_s: int
    load: float
    voltage_v: float
    temperature_c: float
    status: int


def checksum(body: bytes) -> int:
    """Checksum over id, length, instruction and parameters."""
    return ~sum(body) & 0xFF


def frame(servo_id: int, instruction: int, parameters: bytes = b"") -> bytes:
    """One instruction frame."""
    body = bytes((servo_id, len(parameters) + 2, instruction)) + parameters
    return HEADER + body + bytes((checksum(body),))


def ping(servo_id: int) -> bytes:
    """Asks one servo whether it is there."""
    return frame(servo_id, PING)


def read(servo_id: int, address: int, length: int) -> bytes:
    """Asks one servo for a block of registers."""
    return frame(servo_id, READ, bytes((address, length)))


def write(servo_id: int, address: int, data: bytes) -> bytes:
    """Writes a block of registers of one servo; it answers with an empty status."""
    return frame(servo_id, WRITE, bytes((address,)) + data)


def sync_read(servo_ids: Sequence[int], address: int, length: int) -> bytes:
    """Asks several servos for the same block; each answers in the order asked."""
    return frame(BROADCAST, SYNC_READ, bytes((address, length, *servo_ids)))


def sync_write(address: int, blocks: Mapping[int, bytes]) -> bytes:
    """Writes the same block of several servos, each its own bytes; none answers. Raises ValueError."""
    lengths = {len(data) for data in blocks.values()}
    if len(lengths) != 1:
        raise ValueError("a sync write needs blocks of one length")
    parts = b"".join(bytes((servo_id,)) + data for servo_id, data in blocks.items())
    return frame(BROADCAST, SYNC_WRITE, bytes((address, lengths.pop())) + parts)


def parse(buffer: bytes, expected: Mapping[int, int]) -> Parsed:
    """Splits received bytes into answers of the servos asked, each with the data length asked of it.

    Anything else, whole frames included, is junk and is skipped byte by byte, so that a false header
    never hides the answer behind it.
    """
    answers: list[Answer] = []
    junk = at = 0
    while (header := buffer.find(HEADER, at)) >= 0:
        junk += header - at
        at = header
        if len(buffer) - at < 4:
            break
        length = expected.get(buffer[at + 2])
        if length is None or buffer[at + 3] != length + 2:
            at, junk = at + 1, junk + 1
            continue
        end = at + 6 + length
        if len(buffer) < end:
            break
        if checksum(buffer[at + 2 : end - 1]) != buffer[end - 1]:
            at, junk = at + 1, junk + 1
            continue
        answers.append(Answer(buffer[at + 2], buffer[at + 4], buffer[at + 5 : end - 1]))
        at = end
    else:
        kept = 1 if buffer[at:].endswith(HEADER[:1]) else 0
        junk += len(buffer) - at - kept
        at = len(buffer) - kept
    return Parsed(tuple(answers), buffer[at:], junk)


def signed(value: int, sign_bit: int) -> int:
    """Decodes a sign-and-magnitude register."""
    magnitude = value & ((1 << sign_bit) - 1)
    return -magnitude if value >> sign_bit & 1 else magnitude


def unsigned(value: int, sign_bit: int) -> int:
    """Encodes a sign-and-magnitude register; raises ValueError when the magnitude does not fit."""
    if abs(value) >= 1 << sign_bit:
        raise ValueError(f"{value} does not fit in {sign_bit} bits")
    return (1 << sign_bit) | -value if value < 0 else value


def word(data: bytes, at: int) -> int:
    """The 16-bit register at this place in a block."""
    return data[at] | data[at + 1] << 8


def words(*values: int) -> bytes:
    """16-bit registers as bytes; raises OverflowError for a value that does not fit."""
    return b"".join(value.to_bytes(2, "little") for value in values)


def present(answer: Answer, start: int) -> Present:
    """Decodes the present-state registers from an answer whose block begins at `start` and ends at 70."""
    data = answer.data[PRESENT - start :]
    return Present(
        position_steps=signed(word(data, 0), POSITION_SIGN),
        velocity_steps_s=signed(word(data, 2), SPEED_SIGN),
        load=max(-1.0, min(1.0, signed(word(data, 4), LOAD_SIGN) / 1000.0)),
        voltage_v=data[6] / 10.0,
        temperature_c=float(data[7]),
        status=answer.status | data[9],
    )


def trouble(status: int) -> Cause:
    """What the fault bits of register 65 say is wrong."""
    for mask, cause in _FAULTS:
        if status & mask:
            return cause
    return "none"


def goal_block(acceleration: int, goal_steps: int, speed: int) -> bytes:
    """Registers 41..47: acceleration (100 steps/s2), goal, no goal time, speed (steps/s)."""
    return bytes((acceleration,)) + words(unsigned(goal_steps, POSITION_SIGN), 0, speed)
