"""The few bytes of RTP (RFC 3550, RFC 8285) that the cell reads and writes itself.

Pure. aiortc makes and sends the packets; the cell adds the playout-delay extension, which tells
a browser to show each picture at once, and reads time stamps to know which picture is on screen.
"""

from dataclasses import dataclass

PLAYOUT_DELAY_URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
CLOCK_RATE_HZ = 90_000
TIMESTAMP_MODULUS = 2**32
_FIXED_HEADER_BYTES = 12
_ONE_BYTE_PROFILE = b"\xbe\xde"
_EXTENSION_BIT = 0x10
_MAX_ONE_BYTE_ID = 14
_SENDER_REPORT = 200


@dataclass(frozen=True, slots=True)
class RtpStamp:
    """Who sent an RTP packet and its media time (both modulo 2**32)."""

    ssrc: int
    timestamp: int


def read_stamp(packet: bytes) -> RtpStamp | None:
    """Reads source and time stamp; None when the packet is RTCP (RFC 5761) or too short."""
    if len(packet) < _FIXED_HEADER_BYTES or 192 <= packet[1] <= 223:
        return None
    return RtpStamp(int.from_bytes(packet[8:12], "big"), int.from_bytes(packet[4:8], "big"))


def sender_report_time(packet: bytes) -> int | None:
    """The middle 32 bits of a sender report's NTP time, by which its answer names it; None for others."""
    if len(packet) < 28 or packet[1] != _SENDER_REPORT:
        return None
    return int.from_bytes(packet[10:14], "big")


def with_no_playout_delay(packet: bytes, extension_id: int) -> bytes:
    """Appends playout delay min 0, max 0 to the packet's one-byte header extensions.

    The packet comes back unchanged when it has no such block or the id needs two-byte headers.
    """
    block = _FIXED_HEADER_BYTES + 4 * (packet[0] & 0x0F)
    if not 1 <= extension_id <= _MAX_ONE_BYTE_ID or not packet[0] & _EXTENSION_BIT:
        return packet
    if packet[block : block + 2] != _ONE_BYTE_PROFILE:
        return packet
    words = int.from_bytes(packet[block + 2 : block + 4], "big")
    end = block + 4 + 4 * words
    element = bytes((extension_id << 4 | 2, 0, 0, 0))
    length = (words + 1).to_bytes(2, "big")
    return packet[: block + 2] + length + packet[block + 4 : end] + element + packet[end:]


def media_time(capture_ns: int) -> int:
    """The 90 kHz media time of a picture captured at `capture_ns` on the cell's monotonic clock."""
    return capture_ns * CLOCK_RATE_HZ // 1_000_000_000
