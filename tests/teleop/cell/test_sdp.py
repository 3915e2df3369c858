"""Offers of pages pass; everything else is refused before aiortc sees it."""

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teleop.cell.sdp import MAX_BYTES, OfferRefused, clean_offer

VIDEO = """m=video 9 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host generation 0 network-id 1
a=candidate:2 1 udp 2122260222 0b1f1f3e-1111-2222-3333-444455556666.local 50001 typ host
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuv
a=ice-options:trickle
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:{mid}
a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
a=recvonly
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:96 H264/90000
a=rtcp-fb:96 nack pli
a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=end-of-candidates
"""
DATA = """m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuv
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:{mid}
a=sctp-port:5000
a=max-message-size:262144
"""
HEAD = """v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE {mids}
a=extmap-allow-mixed
a=msid-semantic: WMS
"""
FINGERPRINT = ":".join(["AB"] * 32)


def offer(videos: int = 2) -> str:
    parts = [VIDEO.format(mid=i, fingerprint=FINGERPRINT) for i in range(videos)]
    parts.append(DATA.format(mid=videos, fingerprint=FINGERPRINT))
    return (HEAD.format(mids=" ".join(map(str, range(videos + 1)))) + "".join(parts)).replace("\n", "\r\n")


def test_a_page_s_offer_passes_without_mdns_names_and_unknown_attributes():
    cleaned = clean_offer(offer(), 2)
    assert cleaned.count("m=video ") == 2 and "webrtc-datachannel" in cleaned
    assert "192.0.2.7" in cleaned
    for dropped in (".local", "end-of-candidates", "msid-semantic", "rtcp-rsize", "extmap-allow-mixed"):
        assert dropped not in cleaned
    assert clean_offer(cleaned, 2) == cleaned


def test_chromium_s_own_offer_passes():
    sdp = Path(__file__).with_name("chromium_offer.sdp").read_text().replace("\n", "\r\n")
    cleaned = clean_offer(sdp, 2)
    assert cleaned.count("m=video ") == 2 and "profile-level-id=42e01f" in cleaned
    assert "playout-delay" in cleaned


def test_a_watcher_may_ask_for_fewer_cameras():
    assert clean_offer(offer(0), 2).count("m=") == 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("s=-", "s=" + "x" * MAX_BYTES, "too_large"),
        ("s=-", "a=x\r\n" * 600 + "s=-", "too_many_lines"),
        ("s=-", "s=" + "x" * 1100, "bad_line"),
        ("s=-", "nonsense", "bad_line"),
        ("s=-", "z=unknown", "bad_line"),
        ("s=-", "s=\x01", "bad_line"),
        ("m=video 9 ", "m=audio 9 ", "bad_media_line"),
        ("UDP/TLS/RTP/SAVPF 96 97", "UDP/DTLS/SCTP 96 97", "bad_media_line"),
        ("UDP/TLS/RTP/SAVPF 96 97", "UDP/TLS/RTP/SAVPF 96 197", "bad_media_line"),
        ("UDP/TLS/RTP/SAVPF 96 97", "UDP/TLS/RTP/SAVPF " + "96 " * 61 + "97", "bad_media_line"),
        ("a=recvonly\r\n", "a=sendrecv\r\n", "sends_media"),
        ("a=recvonly\r\n", "a=sendonly\r\n", "sends_media"),
        ("a=recvonly\r\n", "", "bad_video_line"),
        ("a=rtcp-mux\r\n", "", "bad_video_line"),
        ("a=ice-pwd:abcdefghijklmnopqrstuv", "a=ice-pwd:short", "bad_attribute"),
        ("a=ice-ufrag:abcd\r\n", "", "bad_transport"),
        ("a=setup:actpass", "a=setup:holdconn", "bad_attribute"),
        (f"a=fingerprint:sha-256 {FINGERPRINT}\r\n", "", "bad_transport"),
        ("typ host generation", "typ evil generation", "bad_attribute"),
        ("50000 typ", "seven typ", "bad_attribute"),
        ("a=rtpmap:97 rtx/90000", "a=rtpmap:98 rtx/90000", "bad_codecs"),
        ("a=rtpmap:97 rtx/90000", "a=rtpmap:96 H264/90000", "bad_codecs"),
        ("a=fmtp:97 apt=96", "a=fmtp:97 apt=x", "bad_codecs"),
        ("a=fmtp:97 apt=96", "a=fmtp:99 apt=96", "bad_codecs"),
        ("a=rtcp-fb:96 nack", "a=rtcp-fb:99 nack", "bad_codecs"),
        ("BUNDLE 0 1 2", "BUNDLE 0 1", "not_bundled"),
        ("BUNDLE 0 1 2", "LS 0 1 2", "bad_attribute"),
        ("a=mid:1", "a=mid:0", "not_bundled"),
        ("a=sctp-port:5000\r\n", "", "no_data_channel"),
        (" webrtc-datachannel", " 5000", "no_data_channel"),
    ],
)
def test_other_shapes_are_refused(old, new, reason):
    assert old in offer()
    with pytest.raises(OfferRefused, match=f"^{reason}$"):
        clean_offer(offer().replace(old, new), 2)


@pytest.mark.parametrize(
    ("sdp", "reason"),
    [
        (offer(3), "wrong_media_lines"),
        (HEAD.format(mids="0"), "wrong_media_lines"),
        (HEAD.format(mids="0") + VIDEO.format(mid=0, fingerprint=FINGERPRINT), "no_data_channel"),
        (
            offer().replace("a=mid:0", "a=candidate:1 1 udp 1 192.0.2.7 5 typ host\r\n" * 20 + "a=mid:0"),
            "too_many_candidates",
        ),
    ],
)
def test_other_numbers_of_lines_are_refused(sdp, reason):
    with pytest.raises(OfferRefused, match=f"^{reason}$"):
        clean_offer(sdp, 2)


@settings(max_examples=300)
@given(st.text(max_size=400) | st.lists(st.sampled_from(offer().split("\r\n")), max_size=60).map("\r\n".join))
def test_no_text_does_more_than_be_refused(text):
    try:
        clean_offer(text, 2)
    except OfferRefused as refused:
        assert str(refused)


def cost_s(text: str) -> float:
    """Processor time of reading an offer: the least of five."""
    took = []
    for _ in range(5):
        begun_s = time.process_time()
        with contextlib.suppress(OfferRefused):
            clean_offer(text, 2)
        took.append(time.process_time() - begun_s)
    return min(took)


@pytest.mark.parametrize(
    "line",
    [
        "a=candidate:1 1 udp 1 192.0.2.7 5 typ host" + " a 1" * 230 + "!",
        "a=candidate:" + "a" * 900,
        "a=extmap:1 " + "x" * 480 + " " + "x" * 480 + "\x7f",
        "a=fmtp:96 " + "apt=1;" * 150,
        "a=fmtp:96 " + " " * 900,
        "a=group:BUNDLE" + " 1" * 450 + "!",
        "a=rtcp-fb:96 " + "a-" * 480,
        "a=fingerprint:sha-256 " + "AB:" * 320,
        "m=video 9 UDP/TLS/RTP/SAVPF" + " 96" * 320,
    ],
)
def test_no_line_makes_reading_slow(line):
    """The longest offer, all of one nasty line, costs not much more than as many bytes of a page's."""
    nasty = "v=0\r\n" + (line + "\r\n") * (MAX_BYTES // (len(line) + 2) - 1)
    honest_s = cost_s(offer()) * MAX_BYTES / len(offer())
    assert len(nasty) <= MAX_BYTES
    assert cost_s(nasty) < 10 * honest_s
