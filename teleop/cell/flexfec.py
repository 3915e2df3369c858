"""Parity packets as browsers read them: flexible FEC, draft-ietf-payload-flexible-fec-scheme-03.

Pure. Each parity packet is the exclusive or of some of the pictures' packets, so that any one of those
can be had from the others. It travels under a source of its own: the pictures' packets stay as they are.
"""

import re
from collections.abc import Sequence

from teleop.cell.rtp import FIXED_HEADER_BYTES

MAX_SPAN = 109
REPAIR_WINDOW_US = 10_000_000
_CODEC = "flexfec-03/90000"
_SEQUENCES = 2**16
_LAST_OF_15, _LAST_OF_31, _LAST_OF_63 = 1 << 15, 1 << 31, 1 << 63
_SECTION = re.compile(r"(?=^m=)", re.MULTILINE)
_OFFERED = re.compile(r"^a=rtpmap:(\d+) flexfec-03/90000\r?$", re.MULTILINE)
_NAME = re.compile(r"^a=ssrc:(\d+) cname:(\S+)\r?$", re.MULTILINE)


def recovery(packets: Sequence[bytes], ssrc: int) -> bytes:
    """The payload of a parity packet over RTP packets of one source, which must rise within 109 numbers.

    What changes on the way (the send time) must be zero in them, as the reader makes it. Raises
    ValueError for no packet, and for packets further apart.
    """
    if not packets:
        raise ValueError("nothing to protect")
    longest = max(len(packet) for packet in packets) - FIXED_HEADER_BYTES
    head, body = 0, 0
    for packet in packets:
        length = len(packet) - FIXED_HEADER_BYTES
        head ^= int.from_bytes(packet[:2] + length.to_bytes(2, "big") + packet[4:8], "big")
        body ^= int.from_bytes(packet[FIXED_HEADER_BYTES:], "big") << 8 * (longest - length)
    plain = bytes((head >> 56 & 0x3F,)) + (head & (1 << 56) - 1).to_bytes(7, "big")
    base = packets[0][2:4]
    first = int.from_bytes(base, "big")
    places = [(int.from_bytes(packet[2:4], "big") - first) % _SEQUENCES for packet in packets]
    sources = bytes((1, 0, 0, 0)) + ssrc.to_bytes(4, "big")
    return plain + sources + base + _mask(places) + body.to_bytes(longest, "big")


def _mask(places: Sequence[int]) -> bytes:
    """Which of the packets from the first on are protected, in 15, 46 or 109 places."""
    last = max(places)
    if last >= MAX_SPAN:
        raise ValueError(f"packets {last} apart")
    bits = sum(1 << MAX_SPAN - 1 - place for place in places)
    head = bits >> 94
    if last < 15:
        return (_LAST_OF_15 | head).to_bytes(2, "big")
    middle = bits >> 63 & _LAST_OF_31 - 1
    if last < 46:
        return head.to_bytes(2, "big") + (_LAST_OF_31 | middle).to_bytes(4, "big")
    tail = _LAST_OF_63 | bits & _LAST_OF_63 - 1
    return head.to_bytes(2, "big") + middle.to_bytes(4, "big") + tail.to_bytes(8, "big")


def offered(offer: str) -> list[int | None]:
    """For each video line of an offer the payload type under which its browser reads parity, if it does."""
    found = [_OFFERED.search(section) for section in _videos(offer)]
    return [None if one is None else int(one.group(1)) for one in found]


def with_parity(answer: str, ways: dict[int, tuple[int, int]]) -> str:
    """Adds parity to an answer: for a picture source its (payload type, source) of parity."""
    return "".join(_promised(section, ways) for section in _SECTION.split(answer))


def _promised(section: str, ways: dict[int, tuple[int, int]]) -> str:
    for ssrc, name in _NAME.findall(section):
        if (found := ways.get(int(ssrc))) is None:
            continue
        payload_type, parity = found
        heading, lines = section.split("\r\n", 1)
        return "\r\n".join(
            (
                f"{heading} {payload_type}",
                f"{lines}a=rtpmap:{payload_type} {_CODEC}",
                f"a=fmtp:{payload_type} repair-window={REPAIR_WINDOW_US}",
                f"a=ssrc-group:FEC-FR {ssrc} {parity}",
                f"a=ssrc:{parity} cname:{name}",
                "",
            )
        )
    return section


def _videos(sdp: str) -> list[str]:
    return [section for section in _SECTION.split(sdp) if section.startswith("m=video ")]
