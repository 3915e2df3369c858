"""The RTP bytes that the cell itself reads and writes, against aiortc's own parser."""

import pytest
from aiortc.rtp import (
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    RtpPacket,
    unpack_header_extensions,
)
from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.rtp import RtpStamp, media_time, read_stamp, sender_report_time, with_no_playout_delay


def packet(extensions: bytes | None, profile: int = 0xBEDE, csrc: int = 0) -> bytes:
    head = bytes((0x80 | (0x10 if extensions is not None else 0) | csrc, 97)) + (5).to_bytes(2, "big")
    head += (123_456).to_bytes(4, "big") + (0xDEADBEEF).to_bytes(4, "big") + bytes(4 * csrc)
    if extensions is None:
        return head + b"payload"
    return (
        head
        + profile.to_bytes(2, "big")
        + (len(extensions) // 4).to_bytes(2, "big")
        + extensions
        + b"payload"
    )


def test_source_and_time_are_read():
    assert read_stamp(packet(None)) == RtpStamp(0xDEADBEEF, 123_456)


@pytest.mark.parametrize("data", [b"", b"\x80\x61short", bytes((0x80, 200)) + bytes(30)])
def test_rtcp_and_fragments_have_no_stamp(data):
    assert read_stamp(data) is None


@given(extension_id=st.integers(1, 14), csrc=st.integers(0, 15))
def test_the_playout_delay_is_added_and_all_else_stays(extension_id, csrc):
    before = packet(bytes((0x10, 0x30, 0, 0)), csrc=csrc)
    after = with_no_playout_delay(before, extension_id)
    parsed = RtpPacket.parse(after)
    assert parsed.payload == b"payload" and parsed.timestamp == 123_456
    block = 12 + 4 * csrc
    words = int.from_bytes(after[block + 2 : block + 4], "big")
    found = unpack_header_extensions(0xBEDE, after[block + 4 : block + 4 + 4 * words])
    assert (extension_id, b"\x00\x00\x00") in found
    assert after[block + 4 : block + 8] == bytes((0x10, 0x30, 0, 0))


@pytest.mark.parametrize(
    ("data", "extension_id"),
    [
        (packet(bytes(4)), 0),
        (packet(bytes(4)), 15),
        (packet(None), 3),
        (packet(bytes(4), profile=0x1000), 3),
    ],
)
def test_a_packet_that_cannot_carry_it_stays_as_it_was(data, extension_id):
    assert with_no_playout_delay(data, extension_id) == data


def test_a_sender_report_is_named_by_the_middle_of_its_time():
    info = RtcpSenderInfo(0x1122334455667788, 1, 2, 3)
    assert sender_report_time(bytes(RtcpSrPacket(7, info))) == 0x33445566
    report = RtcpReceiverInfo(1, 0, 0, 0, 0, 0, 0)
    assert sender_report_time(bytes(RtcpRrPacket(7, [report]))) is None
    assert sender_report_time(bytes(RtcpSrPacket(7, info))[:24]) is None


def test_media_time_counts_ninety_thousand_a_second():
    assert media_time(2_000_000_000) == 180_000
