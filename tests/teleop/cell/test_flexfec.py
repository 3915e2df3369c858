"""Parity packets, against a reader of its own, and the lines that promise them."""

from pathlib import Path

import pytest
from aiortc.rtp import RtpPacket
from hypothesis import example, given
from hypothesis import strategies as st
from parity_reader import Reader, read_parity

from teleop.cell.flexfec import MAX_SPAN, offered, recovery, with_parity

SSRC = 0xCAFE0001


def packet(sequence: int, payload: bytes, timestamp: int = 9_000, marker: int = 0) -> bytes:
    made = RtpPacket(108, marker, sequence % 2**16, timestamp, SSRC, payload)
    made.extensions.mid = "0"
    return made.serialize()


@given(
    payloads=st.lists(st.binary(max_size=80), min_size=1, max_size=12),
    first=st.integers(0, 2**16 - 1),
    lost=st.integers(0, 11),
    gap=st.integers(1, 9),
)
def test_any_one_packet_is_had_from_the_others(payloads, first, lost, gap):
    packets = [
        packet(first + gap * place, payload, 9_000 + 3 * place, place % 2)
        for place, payload in enumerate(payloads)
    ]
    lost %= len(packets)
    reader = Reader(SSRC)
    for place, one in enumerate(packets):
        if place != lost:
            reader.take(one)
    sequence = (first + gap * lost) % 2**16
    assert reader.take_parity(recovery(packets, SSRC)) == {sequence}
    assert reader.packets[sequence] == packets[lost]


@given(places=st.sets(st.integers(1, MAX_SPAN - 1), max_size=20))
@example({14})
@example({15})
@example({45})
@example({14, 15, 45, 46})
@example({MAX_SPAN - 1})
def test_the_mask_names_the_packets_in_as_few_bytes_as_they_take(places):
    found = [0, *sorted(places)]
    payload = recovery([packet(65_500 + place, b"x") for place in found], SSRC)
    assert read_parity(payload, SSRC).sequences == [(65_500 + place) % 2**16 for place in found]
    mask = 2 if found[-1] < 15 else 6 if found[-1] < 46 else 14
    assert len(payload) == 18 + mask + len(packet(0, b"x")) - 12


@pytest.mark.parametrize(("places", "why"), [([], "nothing"), ([0, MAX_SPAN], "109 apart")])
def test_what_one_parity_packet_cannot_cover_is_refused(places, why):
    with pytest.raises(ValueError, match=why):
        recovery([packet(place, b"x") for place in places], SSRC)


def test_chromium_offers_to_read_it_and_others_may_not():
    offer = (Path(__file__).parent / "chromium_offer.sdp").read_text()
    assert offered(offer) == [49, 49]
    assert offered("v=0\r\nm=application 9 x 0\r\nm=video 9 x 96\r\na=rtpmap:96 VP8/90000\r\n") == [None]


ANSWER = (
    "v=0\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 108 109\r\n"
    "a=ssrc-group:FID 11 12\r\na=ssrc:11 cname:abc\r\na=ssrc:12 cname:abc\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 108 109\r\na=ssrc:21 cname:abc\r\n"
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
)


def test_an_answer_promises_parity_for_the_source_that_has_it():
    changed = with_parity(ANSWER, {21: (49, 77)})
    first, second = "m=video 9 UDP/TLS/RTP/SAVPF 108 109\r\na=ssrc-group", "\r\na=ssrc:21 cname:abc\r\n"
    assert first in changed
    assert (
        f"m=video 9 UDP/TLS/RTP/SAVPF 108 109 49{second}a=rtpmap:49 flexfec-03/90000\r\n"
        "a=fmtp:49 repair-window=10000000\r\na=ssrc-group:FEC-FR 21 77\r\na=ssrc:77 cname:abc\r\n"
        "m=application" in changed
    )
    assert with_parity(ANSWER, {}) == ANSWER
