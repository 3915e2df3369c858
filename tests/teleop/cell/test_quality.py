"""Which encoders are open: one for a codec that somebody decodes, and an episode's is always the full one."""

from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.quality import FULL, Quality, Size, bit_rate_for, encodings, scaled

VGA = Size(640, 480)
POOR = Quality(quarters=2, every=2, share=0.1)
qualities = st.builds(
    Quality, st.integers(2, 4), st.sampled_from([1, 2]), st.floats(0.05, 1.0, allow_nan=False)
)
codec_sets = st.frozensets(st.sampled_from(["h264", "vp8"]))


def uses(quality, codecs, recording):
    return [one.use for one in encodings(VGA, quality, frozenset(codecs), recording)]


def test_nobody_needs_nothing():
    assert uses(FULL, (), False) == []


def test_viewers_and_an_episode_share_one_encoder_while_the_link_carries_all():
    (one,) = encodings(VGA, FULL, frozenset({"h264"}), True)
    assert (one.use, one.live, one.recorded, one.size, one.bit_s) == ("full", True, True, VGA, 1_198_080)
    assert uses(FULL, ("h264",), False) == ["full"]


def test_an_episode_keeps_its_own_when_the_link_carries_less():
    live, full = encodings(VGA, POOR, frozenset({"h264"}), True)
    assert (live.size, live.bit_s, live.pictures_s) == (Size(320, 240), 119_808, 15)
    assert live.live and not live.recorded
    assert (full.size, full.pictures_s, full.live, full.recorded) == (VGA, 30, False, True)
    assert uses(POOR, ("h264",), False) == ["live"]


def test_vp8_is_made_only_for_those_who_decode_nothing_else():
    assert uses(FULL, ("vp8",), False) == ["vp8"]
    assert uses(FULL, ("vp8",), True) == ["vp8", "full"]
    assert uses(FULL, ("h264", "vp8"), True) == ["vp8", "full"]
    assert uses(POOR, ("h264", "vp8"), True) == ["live", "vp8", "full"]


@given(qualities, codec_sets, st.booleans())
def test_each_codec_has_one_live_encoder_and_an_episode_one_of_full_quality(quality, codecs, recording):
    found = encodings(VGA, quality, codecs, recording)
    assert sorted(one.codec for one in found if one.live) == sorted(codecs)
    recorded = [one for one in found if one.recorded]
    assert [(one.codec, one.size, one.bit_s) for one in recorded] == [
        ("h264", VGA, bit_rate_for(VGA))
    ] * recording
    assert len({one.use for one in found}) == len(found)


@given(st.integers(8, 2000), st.integers(8, 2000), st.integers(1, 4))
def test_sizes_are_even_and_never_larger(width, height, quarters):
    size = scaled(Size(width, height), quarters)
    assert size.width % 2 == size.height % 2 == 0
    assert 4 * size.width <= quarters * width and 4 * size.height <= quarters * height
    assert quarters * width - 4 * size.width < 8


def test_small_pictures_still_get_bits():
    assert bit_rate_for(VGA) > bit_rate_for(Size(16, 16)) == 300_000
