"""Reads what an RTP packet's fixed header says, for tests and benchmarks that listen in."""

from dataclasses import dataclass

from teleop.cell.rtp import FIXED_HEADER_BYTES


@dataclass(frozen=True, slots=True)
class RtpStamp:
    """Who sent an RTP packet, its media time (both modulo 2**32), and its place in its picture."""

    ssrc: int
    timestamp: int
    sequence: int
    ends_picture: bool


def read_stamp(packet: bytes) -> RtpStamp | None:
    """Reads what the fixed header says; None when the packet is RTCP (RFC 5761) or too short."""
    if len(packet) < FIXED_HEADER_BYTES or 192 <= packet[1] <= 223:
        return None
    return RtpStamp(
        int.from_bytes(packet[8:12], "big"),
        int.from_bytes(packet[4:8], "big"),
        int.from_bytes(packet[2:4], "big"),
        bool(packet[1] & 0x80),
    )
