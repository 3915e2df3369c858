"""The RTP bytes that the cell itself reads and writes, against aiortc's own parser."""

import datetime

import pytest
from aiortc.clock import datetime_to_ntp
from aiortc.rtp import (
    HeaderExtensionsMap,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    RtpPacket,
    wrap_rtx,
)
from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.rtp import (
    as_retransmission,
    header_bytes,
    media_time,
    ntp_time,
    send_time,
    sender_report_time,
    with_send_time,
)


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


def test_the_header_ends_where_the_payload_begins():
    for csrc in (0, 3):
        for extensions in (None, bytes(4), bytes(12)):
            data = packet(extensions, csrc=csrc)
            assert data[header_bytes(data) :] == b"payload"


@given(st.integers(0, 2_000_000_000_000_000))
def test_the_time_of_sender_reports_is_what_aiortc_would_say(utc_us):
    when = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(microseconds=utc_us)
    assert abs(ntp_time(1000 * utc_us) - datetime_to_ntp(when)) <= 1


def test_a_sender_report_is_named_by_the_middle_of_its_time():
    info = RtcpSenderInfo(0x1122334455667788, 1, 2, 3)
    assert sender_report_time(bytes(RtcpSrPacket(7, info))) == 0x33445566
    report = RtcpReceiverInfo(1, 0, 0, 0, 0, 0, 0)
    assert sender_report_time(bytes(RtcpRrPacket(7, [report]))) is None
    assert sender_report_time(bytes(RtcpSrPacket(7, info))[:24]) is None


@pytest.mark.parametrize(
    ("utc_s", "value"),
    [(0.0, 0), (1.5, 3 << 17), (64.0, 0), (1e9 + 63.999_999, (1_000_000_063 % 64 << 18) + 2**18 - 1)],
)
def test_the_send_time_has_six_bits_of_seconds(utc_s, value):
    assert int.from_bytes(send_time(utc_s), "big") == value


@pytest.mark.parametrize(
    "extensions",
    [bytes((0x22, 1, 2, 3)), bytes((0x10, 65, 0x22, 1, 2, 3, 0, 0)), bytes((0, 0, 0x22, 1, 2, 3, 0, 0))],
)
def test_the_send_time_is_written_where_it_stands(extensions):
    after = with_send_time(packet(extensions, csrc=1), 2, b"\xaa\xbb\xcc")
    assert after == packet(extensions.replace(b"\x01\x02\x03", b"\xaa\xbb\xcc"), csrc=1)


@pytest.mark.parametrize(
    "data", [packet(None), packet(bytes((0x10, 65, 0, 0))), packet(bytes((0x22, 1, 2, 3)), profile=0x1000)]
)
def test_a_packet_without_a_send_time_stays_as_it_was(data):
    assert with_send_time(data, 2, b"\xaa\xbb\xcc") == data


@given(
    payload=st.binary(max_size=30),
    marker=st.integers(0, 1),
    sequence=st.integers(0, 65_535),
    mid=st.none() | st.just("0"),
)
def test_a_retransmission_is_what_aiortc_would_make_of_it(payload, marker, sequence, mid):
    first = RtpPacket(108, marker, 40_000, 7, 1, payload)
    first.extensions.mid = mid
    known = HeaderExtensionsMap()
    expected = wrap_rtx(first, 109, sequence, 2).serialize(known)
    assert as_retransmission(first.serialize(known), 109, 2, sequence) == expected


def test_media_time_counts_ninety_thousand_a_second():
    assert media_time(2_000_000_000) == 180_000
