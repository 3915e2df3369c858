"""What is sent besides the pictures' packets so that a lost one need not be asked for.

Pure. After each picture go either parity packets over the last four pictures, where the browser reads
them, or copies of the pictures before. So nothing waits in a queue, a burst of losses is answered after it
has passed, and what belongs to a picture older than 200 ms is never sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from teleop.cell.flexfec import MAX_SPAN, recovery
from teleop.cell.redundancy import Plan
from teleop.cell.rtp import (
    CLOCK_RATE_HZ,
    FIXED_HEADER_BYTES,
    NO_SEND_TIME,
    TIMESTAMP_MODULUS,
    as_retransmission,
    with_send_time,
)

PICTURES = 4
MAX_PACKETS = 40
FEW, MORE_FOR_FEW = 4, 1.0
MAX_AGE_TICKS = CLOCK_RATE_HZ // 5
_SEQUENCES = 2**16
_VERSION_AND_EXTENSION = 0x90


@dataclass(frozen=True, slots=True)
class Ways:
    """How one viewer can be helped: payload types and sources, None where his browser does not take it."""

    ssrc: int
    retransmission: tuple[int, int] | None = None
    parity: tuple[int, int] | None = None
    send_time_id: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """The last pictures' packets, the newest last, and how far the numbers of the repairs are."""

    pictures: tuple[tuple[bytes, ...], ...] = ()
    unfinished: tuple[bytes, ...] = ()
    owed: float = 0.0
    retransmissions: int = 0
    parities: int = 0


def after(
    sent: Sent, packet: bytes, plan: Plan, ways: Ways, send_time: bytes, *, ends_picture: bool
) -> tuple[Sent, tuple[bytes, ...]]:
    """Notes a picture's packet that was just sent and answers what must follow it at once."""
    packets = (*sent.unfinished, with_send_time(packet, ways.send_time_id, NO_SEND_TIME))
    if not ends_picture and len(packets) < MAX_PACKETS:
        return replace(sent, unfinished=packets), ()
    sent = replace(sent, pictures=_recent((*sent.pictures, packets)), unfinished=())
    if ways.parity is not None:
        return _parities(sent, plan, ways, ways.parity, send_time)
    if ways.retransmission is not None:
        return _copies(sent, plan, ways, ways.retransmission, send_time)
    return sent, ()


def nothing(sent: Sent) -> Sent:
    """Notes that a packet was sent which nothing follows: what repairs cover begins anew after that."""
    return replace(sent, pictures=(), unfinished=()) if sent.pictures or sent.unfinished else sent


def again(sent: Sent, packet: bytes, ways: Ways, send_time: bytes) -> tuple[Sent, bytes]:
    """Makes what is sent again of a lost packet, under a source of its own where the browser takes that."""
    timed = with_send_time(packet, ways.send_time_id, send_time)
    if ways.retransmission is None:
        return sent, timed
    made = as_retransmission(timed, *ways.retransmission, sent.retransmissions)
    return replace(sent, retransmissions=(sent.retransmissions + 1) % _SEQUENCES), made


def rows(sizes: tuple[int, ...], count: int) -> tuple[tuple[int, ...], ...]:
    """Which packets each of `count` parity packets covers, counted from the first of the pictures' packets.

    `sizes` are the pictures' packets, the newest last. Each packet is in one row of each of four pictures,
    and two that share a row once share none after that.
    """
    found: list[list[int]] = [[] for _ in range(count)]
    start = 0
    for age, size in zip(range(len(sizes) - 1, -1, -1), sizes, strict=True):
        for index in range(size):
            found[(index + age * (size + index // count)) % count].append(start + index)
        start += size
    return tuple(tuple(row) for row in found if row)


def counted(packets: int) -> float:
    """For how many packets a picture counts: one of few needs more, as few parities protect unevenly."""
    return packets + MORE_FOR_FEW if packets < FEW else packets


def _recent(pictures: tuple[tuple[bytes, ...], ...]) -> tuple[tuple[bytes, ...], ...]:
    """The last pictures, as many as one parity packet can cover."""
    newest = int.from_bytes(pictures[-1][0][4:8], "big")
    kept: list[tuple[bytes, ...]] = []
    for picture in reversed(pictures[-PICTURES:]):
        age = (newest - int.from_bytes(picture[0][4:8], "big")) % TIMESTAMP_MODULUS
        if age > MAX_AGE_TICKS or sum(map(len, kept)) + len(picture) > MAX_SPAN:
            break
        kept.append(picture)
    return tuple(reversed(kept))


def _parities(
    sent: Sent, plan: Plan, ways: Ways, parity: tuple[int, int], send_time: bytes
) -> tuple[Sent, tuple[bytes, ...]]:
    owed = sent.owed + plan.parity * counted(len(sent.pictures[-1]))
    count = int(owed)
    packets = tuple(packet for picture in sent.pictures for packet in picture)
    covers = rows(tuple(map(len, sent.pictures)), count) if count else ()
    made = tuple(
        _parity_header(parity, (sent.parities + number) % _SEQUENCES, packets[-1], ways, send_time)
        + recovery([packets[index] for index in row], ways.ssrc)
        for number, row in enumerate(covers)
    )
    parities = (sent.parities + len(made)) % _SEQUENCES
    return replace(sent, owed=owed - count, parities=parities), made


def _parity_header(
    parity: tuple[int, int], number: int, newest: bytes, ways: Ways, send_time: bytes
) -> bytes:
    payload_type, ssrc = parity
    fixed = bytes((_VERSION_AND_EXTENSION, payload_type)) + number.to_bytes(2, "big") + newest[4:8]
    extension = bytes((0xBE, 0xDE, 0, 1, ways.send_time_id << 4 | 2)) + send_time
    header = fixed + ssrc.to_bytes(4, "big") + extension
    return header if ways.send_time_id else bytes((0x80,)) + header[1:FIXED_HEADER_BYTES]


def _copies(
    sent: Sent, plan: Plan, ways: Ways, retransmission: tuple[int, int], send_time: bytes
) -> tuple[Sent, tuple[bytes, ...]]:
    made = tuple(
        as_retransmission(
            with_send_time(packet, ways.send_time_id, send_time),
            *retransmission,
            (sent.retransmissions + number) % _SEQUENCES,
        )
        for number, packet in enumerate(_before(sent, plan.copies))
    )
    numbers = (sent.retransmissions + len(made)) % _SEQUENCES
    return replace(sent, retransmissions=numbers), made


def _before(sent: Sent, pictures: int) -> Iterator[bytes]:
    """The packets of so many pictures before the newest."""
    earlier = sent.pictures[:-1]
    for picture in earlier[max(0, len(earlier) - pictures) :]:
        yield from picture
