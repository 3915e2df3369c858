"""Times of RTP and its reports, and packets sent again (RFC 3550, RFC 8285, RFC 4588). Pure."""

MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
# Least and most of 0 tell a browser to show each picture at once.
PLAYOUT_DELAY_URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
CLOCK_RATE_HZ = 90_000
TIMESTAMP_MODULUS = 2**32
FIXED_HEADER_BYTES = 12
NO_SEND_TIME = bytes(3)
NO_PLAYOUT_DELAY = bytes(3)
_ONE_BYTE_PROFILE = b"\xbe\xde"
_EXTENSION_BIT = 0x10
_SENDER_REPORT = 200
_SEND_TIME_UNITS = 2**18
_SEND_TIME_WRAPS_S = 64
_NTP_BEGINS_BEFORE_UNIX_S = 2_208_988_800
_NS = 1_000_000_000


def ntp_time(utc_ns: int) -> int:
    """The 64-bit NTP time, 32 bits of it a second's fraction."""
    seconds, rest_ns = divmod(utc_ns, _NS)
    return (seconds + _NTP_BEGINS_BEFORE_UNIX_S) << 32 | (rest_ns << 32) // _NS


def sender_report_time(packet: bytes) -> int | None:
    """The middle 32 bits of a sender report's NTP time, by which its answer names it; None for others."""
    if len(packet) < 28 or packet[1] != _SENDER_REPORT:
        return None
    return int.from_bytes(packet[10:14], "big")


def header_bytes(packet: bytes) -> int:
    """The length of a packet's header with its sources and extensions."""
    fixed = FIXED_HEADER_BYTES + 4 * (packet[0] & 0x0F)
    if not packet[0] & _EXTENSION_BIT:
        return fixed
    return fixed + 4 + 4 * int.from_bytes(packet[fixed + 2 : fixed + 4], "big")


def send_time(utc_s: float) -> bytes:
    """The 24-bit send time (6 bits of seconds, 18 of their fraction) of a packet that leaves at `utc_s`."""
    return (int(utc_s % _SEND_TIME_WRAPS_S * _SEND_TIME_UNITS) & 0xFFFFFF).to_bytes(3, "big")


def with_send_time(packet: bytes, extension_id: int, value: bytes) -> bytes:
    """Puts 3 bytes in the place of the packet's send time; a packet without one comes back unchanged."""
    block = FIXED_HEADER_BYTES + 4 * (packet[0] & 0x0F)
    if not packet[0] & _EXTENSION_BIT or packet[block : block + 2] != _ONE_BYTE_PROFILE:
        return packet
    at, end = block + 4, header_bytes(packet)
    while at < end:
        if packet[at] == 0:
            at += 1
            continue
        if packet[at] == extension_id << 4 | 2:
            return packet[: at + 1] + value + packet[at + 4 :]
        at += 2 + (packet[at] & 0x0F)
    return packet


def as_retransmission(packet: bytes, payload_type: int, ssrc: int, sequence: int) -> bytes:
    """Wraps a packet as its retransmission (RFC 4588): another source, its own number before the payload."""
    header = header_bytes(packet)
    fixed = bytes((packet[0], packet[1] & 0x80 | payload_type)) + sequence.to_bytes(2, "big")
    return fixed + packet[4:8] + ssrc.to_bytes(4, "big") + packet[12:header] + packet[2:4] + packet[header:]


def media_time(capture_ns: int) -> int:
    """The 90 kHz media time of a picture captured at `capture_ns` on the cell's monotonic clock."""
    return capture_ns * CLOCK_RATE_HZ // 1_000_000_000
