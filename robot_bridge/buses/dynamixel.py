"""Dynamixel Protocol 2.0: packets out, answers in. Pure.

Packet: FF FF FD 00 id length(2) instruction parameters crc(2), all little-endian; the length counts the
instruction, the parameters and the CRC. Where FF FF FD stands in instruction or parameters, an FD is
stuffed behind it. A status has the instruction 55 and an error byte ahead of its parameters: bit 7 alerts
to a hardware fault, the rest is what was wrong with the request. The CRC is CRC-16 with polynomial 8005.

The status of a fast sync read is one packet of all servos: error, id, data and CRC of each, the CRC over
everything before it, nothing stuffed.
"""

from array import array
from collections.abc import Mapping, Sequence
from struct import unpack_from

from robot_bridge.buses.servo_protocol import Answer, Parsed

BROADCAST = 0xFE
HEADER = b"\xff\xff\xfd\x00"
PING, READ, WRITE, REG_WRITE, ACTION, FACTORY_RESET, REBOOT, CLEAR = 1, 2, 3, 4, 5, 6, 8, 0x10
BACKUP, STATUS, SYNC_READ, SYNC_WRITE, FAST_SYNC_READ = 0x20, 0x55, 0x82, 0x83, 0x8A
BULK_READ, BULK_WRITE, FAST_BULK_READ = 0x92, 0x93, 0x9A
ALERT = 0x80
ERRORS = {
    1: "result fail",
    2: "instruction error",
    3: "CRC error",
    4: "data range error",
    5: "data length error",
    6: "data limit error",
    7: "access error",
}
_TURNS = b"DXL\x22"  # guards the clearing of counted turns against accidents
_STUFFED, _STUFFING = b"\xff\xff\xfd", b"\xff\xff\xfd\xfd"
_BLOCK_OVERHEAD = 4  # error, id, CRC


def _crc_table() -> "array[int]":
    """The CRC of every two bytes; that of a sum without carries is the sum of the CRCs."""
    table = array("H", (0,))
    value = 0x8005
    while len(table) <= 0xFFFF:
        table.extend([one ^ value for one in table])
        value = value << 1 ^ (0x18005 if value & 0x8000 else 0)
    return table


_CRC = _crc_table()


def crc(data: bytes, value: int = 0) -> int:
    """CRC-16 of these bytes, going on from `value`: polynomial 8005, most significant bit first."""
    for word in unpack_from(f">{len(data) // 2}H", data):
        value = _CRC[value ^ word]
    return (value << 8 & 0xFFFF) ^ _CRC[value >> 8 ^ data[-1]] if len(data) % 2 else value


def packet(servo_id: int, instruction: int, parameters: bytes = b"") -> bytes:
    """One packet, stuffed."""
    body = (bytes((instruction,)) + parameters).replace(_STUFFED, _STUFFING)
    head = HEADER + bytes((servo_id,)) + (len(body) + 2).to_bytes(2, "little") + body
    return head + crc(head).to_bytes(2, "little")


def ping(servo_id: int) -> bytes:
    """Asks one servo, or by broadcast every one, for its model and firmware."""
    return packet(servo_id, PING)


def read(servo_id: int, address: int, length: int) -> bytes:
    """Asks one servo for a block of registers."""
    return packet(servo_id, READ, _words(address, length))


def write(servo_id: int, address: int, data: bytes) -> bytes:
    """Writes a block of registers of one servo."""
    return packet(servo_id, WRITE, _words(address) + data)


def reboot(servo_id: int) -> bytes:
    """Restarts one servo; it answers, and comes back without torque."""
    return packet(servo_id, REBOOT)


def clear_turns(servo_id: int) -> bytes:
    """Makes one servo count its position within one turn again."""
    return packet(servo_id, CLEAR, b"\x01" + _TURNS)


def sync_read(servo_ids: Sequence[int], address: int, length: int) -> bytes:
    """Asks several servos for the same block; each answers in the order asked."""
    return packet(BROADCAST, SYNC_READ, _words(address, length) + bytes(servo_ids))


def fast_sync_read(servo_ids: Sequence[int], address: int, length: int) -> bytes:
    """Asks several servos for the same block; all answer in one packet, in the order asked."""
    return packet(BROADCAST, FAST_SYNC_READ, _words(address, length) + bytes(servo_ids))


def sync_write(address: int, blocks: Mapping[int, bytes]) -> bytes:
    """Writes the same block of several servos, each its own bytes; none answers. Raises ValueError."""
    lengths = {len(data) for data in blocks.values()}
    if len(lengths) != 1:
        raise ValueError("a sync write needs blocks of one length")
    parts = b"".join(bytes((servo_id,)) + data for servo_id, data in blocks.items())
    return packet(BROADCAST, SYNC_WRITE, _words(address, lengths.pop()) + parts)


def parse(buffer: bytes, expected: Mapping[int, int]) -> Parsed:
    """Splits received bytes into answers of the servos asked, each with the data length asked of it.

    Anything else, whole packets and refusals included, is junk and is skipped byte by byte, so that a false
    header never hides the answer behind it.
    """
    answers: list[Answer] = []
    junk = at = 0
    while (header := buffer.find(HEADER, at)) >= 0:
        junk += header - at
        at = header
        end = _end(buffer, at, expected)
        if end is None:
            break
        answer = _answer(buffer, at, end, expected) if end else None
        if answer is None:
            at, junk = at + 1, junk + 1
            continue
        answers.append(answer)
        at = end
    else:
        kept = next(n for n in (3, 2, 1, 0) if buffer[at:].endswith(HEADER[:n]))
        junk += len(buffer) - at - kept
        at = len(buffer) - kept
    return Parsed(tuple(answers), buffer[at:], junk)


def parse_fast(buffer: bytes, servo_ids: Sequence[int], length: int) -> Parsed:
    """Splits the one packet of a fast sync read, every whole block as soon as it is there.

    A damaged block ends the packet: the CRC of every later one covers it too.
    """
    size = _BLOCK_OVERHEAD + length
    head = HEADER + bytes((BROADCAST,)) + (1 + len(servo_ids) * size).to_bytes(2, "little") + bytes((STATUS,))
    start = buffer.find(head)
    if start < 0:
        kept = next(n for n in range(len(head) - 1, -1, -1) if buffer.endswith(head[:n]))
        return Parsed((), buffer[len(buffer) - kept :], len(buffer) - kept)
    answers: list[Answer] = []
    at, summed, value = start + len(head), start, 0
    for servo_id in servo_ids:
        end = at + size
        if len(buffer) < end or buffer[at + 1] != servo_id:
            break
        value, summed = crc(buffer[summed : end - 2], value), end - 2
        if value != number(buffer, end - 2, 2):
            break
        answers.append(Answer(servo_id, buffer[at], buffer[at + 2 : end - 2], len(buffer) - end))
        at = end
    whole = len(buffer) >= start + len(head) + len(servo_ids) * size
    return Parsed(
        tuple(answers), b"" if whole else buffer[start:], start + (len(buffer) - at if whole else 0)
    )


def signed(data: bytes, at: int, size: int) -> int:
    """The two's complement register of this size at this place in a block."""
    return int.from_bytes(data[at : at + size], "little", signed=True)


def number(data: bytes, at: int, size: int) -> int:
    """The unsigned register of this size at this place in a block."""
    return int.from_bytes(data[at : at + size], "little")


def _words(*values: int) -> bytes:
    return b"".join(value.to_bytes(2, "little") for value in values)


def _end(buffer: bytes, at: int, expected: Mapping[int, int]) -> int | None:
    """Where the packet at this header ends; 0 for one that nobody asked for, None while it is not whole."""
    if len(buffer) < at + 7:
        return None
    wanted = expected.get(buffer[at + 4])
    body = buffer[at + 5] | buffer[at + 6] << 8
    if wanted is None or not wanted + 4 <= body <= wanted + 4 + (wanted + 2) // 3:
        return 0
    end = at + 7 + body
    return end if len(buffer) >= end else None


def _answer(buffer: bytes, at: int, end: int, expected: Mapping[int, int]) -> Answer | None:
    if buffer[at + 7] != STATUS or not _sound(buffer, at, end):
        return None
    body = buffer[at + 7 : end - 2].replace(_STUFFING, _STUFFED)
    refused = body[1] & ~ALERT
    if refused or len(body) - 2 != expected[buffer[at + 4]]:
        return None
    return Answer(buffer[at + 4], body[1], body[2:], len(buffer) - end)


def _sound(buffer: bytes, start: int, end: int) -> bool:
    return crc(buffer[start : end - 2]) == number(buffer, end - 2, 2)
