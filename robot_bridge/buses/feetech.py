"""Feetech STS/SMS protocol: frames out, answers in. Pure.

Frame: FF FF id length instruction parameters checksum, 16-bit values little-endian, negative ones with a
sign bit of their own per register. An answer carries the servo's fault bits where a request has its
instruction. The checksum is eight bits: one damaged frame in 256 passes, so values need a second gate.
"""

from collections.abc import Mapping, Sequence

from robot_bridge.buses.servo_protocol import Answer, Parsed

BROADCAST = 0xFE
HEADER = b"\xff\xff"
PING, READ, WRITE, SYNC_READ, SYNC_WRITE = 0x01, 0x02, 0x03, 0x82, 0x83


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
        data = buffer[at + 5 : end - 1]
        answers.append(Answer(buffer[at + 2], buffer[at + 4], data, len(buffer) - end))
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
