"""The packets of a source, against aiortc's own parser and maker."""

import pytest
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import (
    HeaderExtensionsMap,
    RtcpSenderInfo,
    RtcpSrPacket,
    RtpPacket,
    unpack_header_extensions,
)
from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.rtp import MID_URI, SEND_TIME_URI, header_bytes
from teleop.cell.rtp_source import Count, Extension, counted, header, source, with_sender_info

LEFT = b"\x12\x34\x56"


@given(
    payload_type=st.integers(96, 127),
    ssrc=st.integers(0, 2**32 - 1),
    sequence=st.integers(0, 2**16 - 1),
    timestamp=st.integers(0, 2**32 - 1),
    ends=st.booleans(),
    mid=st.text(st.characters(codec="ascii"), min_size=1, max_size=16),
)
def test_a_packet_is_what_aiortc_would_make(payload_type, ssrc, sequence, timestamp, ends, mid):
    theirs = RtpPacket(payload_type, int(ends), sequence, timestamp, ssrc, b"payload")
    theirs.extensions.mid, theirs.extensions.abs_send_time = mid, int.from_bytes(LEFT, "big")
    known = HeaderExtensionsMap()
    known.configure(
        RTCRtpParameters(
            headerExtensions=[
                RTCRtpHeaderExtensionParameters(1, MID_URI),
                RTCRtpHeaderExtensionParameters(2, SEND_TIME_URI),
            ]
        )
    )
    made = source(payload_type, ssrc, 2, (Extension(1, mid.encode()),))
    assert header(made, sequence, timestamp, LEFT, ends_picture=ends) + b"payload" == theirs.serialize(known)


@given(
    st.lists(st.tuples(st.integers(0, 14), st.binary(min_size=1, max_size=16)), max_size=4),
    st.integers(0, 14),
)
def test_all_that_was_agreed_on_is_in_the_header(extensions, send_time_id):
    made = source(97, 1, send_time_id, tuple(Extension(*one) for one in extensions))
    packet = header(made, 7, 8, LEFT, ends_picture=False) + b"payload"
    assert packet[header_bytes(packet) :] == b"payload"
    wanted = [one for one in extensions if one[0]] + ([(send_time_id, LEFT)] if send_time_id else [])
    assert bool(packet[0] & 0x10) == bool(wanted)
    if wanted:
        assert unpack_header_extensions(0xBEDE, packet[16 : header_bytes(packet)]) == wanted


@pytest.mark.parametrize("extension", [Extension(15, b"x"), Extension(3, b""), Extension(3, bytes(17))])
def test_what_needs_a_longer_header_is_refused(extension):
    with pytest.raises(ValueError, match="one-byte"):
        source(97, 1, 0, (extension,))


def test_a_report_says_what_was_sent():
    count = counted(counted(Count(), 1, 2, 3, 4), 1 << 40, 2**32 - 1, 2**32, 10)
    report = bytes(RtcpSrPacket(7, RtcpSenderInfo(0, 0, 0, 0)))
    assert with_sender_info(report + b"more", count) == (
        bytes(RtcpSrPacket(7, RtcpSenderInfo(1 << 40, 2**32 - 1, 3, 14))) + b"more"
    )
