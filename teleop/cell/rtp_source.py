"""Makes the RTP packets of one source (RFC 3550) with their one-byte header extensions (RFC 8285).

Pure. Every packet of a source has the same header but for five fields, so the rest is made up once.
"""

import struct
from dataclasses import dataclass

from teleop.cell.rtp import TIMESTAMP_MODULUS

SEQUENCES = 2**16
_FIXED = struct.Struct("!BBHII")
_SENDER_INFO = struct.Struct("!QIII")
_SENDER_INFO_AT = 8
_VERSION, _EXTENDED, _MARKER = 0x80, 0x10, 0x80
_ONE_BYTE = b"\xbe\xde"
_MOST_ID, _MOST_BYTES = 14, 16


@dataclass(frozen=True, slots=True)
class Extension:
    """One header extension that stays the same; an id of 0 is none, as nobody agreed on it."""

    extension_id: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Source:
    """A source's payload type and header; `before` and `after` are around the three bytes of a send time."""

    payload_type: int
    ssrc: int
    first: int
    before: bytes
    after: bytes
    timed: bool


@dataclass(frozen=True, slots=True)
class Count:
    """What a sender report says: the last packet's NTP and media time, packets and payload bytes so far."""

    ntp: int = 0
    timestamp: int = 0
    packets: int = 0
    payload_bytes: int = 0


def source(payload_type: int, ssrc: int, send_time_id: int, extensions: tuple[Extension, ...]) -> Source:
    """A source whose packets carry these extensions and, under an id that is not 0, their send time.

    Raises ValueError for an extension that needs a longer header than the one-byte kind.
    """
    elements = b"".join(_element(one.extension_id, one.value) for one in extensions if one.extension_id)
    ends = _element(send_time_id, bytes(3)) if send_time_id else b""
    if not elements and not ends:
        return Source(payload_type, ssrc, _VERSION, b"", b"", False)
    padding = bytes(-len(elements + ends) % 4)
    words = len(elements + ends + padding) // 4
    before = _ONE_BYTE + words.to_bytes(2, "big") + elements + ends[:1]
    return Source(payload_type, ssrc, _VERSION | _EXTENDED, before, padding, bool(ends))


def header(made: Source, sequence: int, timestamp: int, send_time: bytes, *, ends_picture: bool) -> bytes:
    """The header of one packet; `timestamp` is media time, `send_time` its three bytes."""
    kind = made.payload_type | _MARKER if ends_picture else made.payload_type
    fixed = _FIXED.pack(made.first, kind, sequence, timestamp, made.ssrc)
    return fixed + made.before + send_time + made.after if made.timed else fixed + made.before + made.after


def counted(count: Count, ntp: int, timestamp: int, packets: int, payload_bytes: int) -> Count:
    """Counts the packets of a picture that leave at this NTP time."""
    return Count(ntp, timestamp, count.packets + packets, count.payload_bytes + payload_bytes)


def with_sender_info(report: bytes, count: Count) -> bytes:
    """A sender report that says this, whatever it said."""
    modulus = TIMESTAMP_MODULUS
    info = _SENDER_INFO.pack(
        count.ntp, count.timestamp, count.packets % modulus, count.payload_bytes % modulus
    )
    return report[:_SENDER_INFO_AT] + info + report[_SENDER_INFO_AT + len(info) :]


def _element(extension_id: int, value: bytes) -> bytes:
    if not 1 <= extension_id <= _MOST_ID or not 1 <= len(value) <= _MOST_BYTES:
        raise ValueError(f"a one-byte header extension cannot be {extension_id} with {len(value)} bytes")
    return bytes((extension_id << 4 | len(value) - 1,)) + value
