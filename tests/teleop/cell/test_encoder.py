"""Both encoders: a packet per picture, keyframes on demand, and another bit rate without a gap."""

import av
import numpy as np
import pytest

from robot_bridge.wire.frames import Frame
from teleop.cell.encoder import H264Encoder, Vp8Encoder, open_encoder
from teleop.cell.quality import Size

SOURCE = Size(160, 120)
ROUGH = [np.random.default_rng(seed).integers(0, 255, 160 * 180, np.uint8).tobytes() for seed in range(8)]
BOTH = pytest.mark.parametrize("codec", ["h264", "vp8"])


def frame(number):
    return Frame(number, 0, ROUGH[number % len(ROUGH)])


def decoded(codec, packets):
    decoder = av.CodecContext.create("h264" if codec == "h264" else "libvpx", "r")
    found = [picture for data in packets for picture in decoder.decode(av.Packet(data))]
    return found + decoder.decode(None)


@BOTH
def test_each_picture_is_a_packet_that_decodes_in_the_size_that_was_asked(codec):
    encoder = open_encoder(codec, SOURCE, Size(80, 60), 200_000, 30)
    made = [encoder.encode(frame(i), i * 3000, i == 3) for i in range(6)]
    assert [keyframe for _, keyframe in made] == [True, False, False, True, False, False]
    assert all(data for data, _ in made)
    pictures = decoded(codec, [data for data, _ in made])
    assert len(pictures) == 6
    assert {(one.width, one.height) for one in pictures} == {(80, 60)}


def test_h264_keyframes_carry_the_parameter_sets_and_those_are_the_same_at_every_rate():
    heads = set()
    for bit_s in (100_000, 900_000):
        data, _ = H264Encoder(SOURCE, SOURCE, bit_s).encode(frame(0), 0, True)
        assert data[:5] == b"\0\0\0\1\x67"
        heads.add(data.split(b"\0\0\1\x65")[0].split(b"\0\0\1\x06")[0])
    assert len(heads) == 1


def bits_a_second(encoder, first, seconds=2):
    sizes = [len(encoder.encode(frame(first + i), (first + i) * 3000, False)[0]) for i in range(30 * seconds)]
    return 8 * sum(sizes[30:]) / (seconds - 1)


def test_h264_takes_a_new_rate_at_once_and_without_a_keyframe():
    encoder = H264Encoder(SOURCE, SOURCE, 800_000)
    high = bits_a_second(encoder, 0)
    encoder.set_rate(200_000, 30)
    low = bits_a_second(encoder, 60)
    assert 600_000 < high < 960_000 and 140_000 < low < 260_000
    encoder.set_rate(200_000, 15)
    assert 280_000 < bits_a_second(encoder, 120) < 520_000
    assert not encoder.encode(frame(180), 180 * 3000, False)[1]


def test_h264_for_a_link_rises_again_and_pays_with_a_keyframe_only_beyond_twice_its_first_rate():
    encoder = open_encoder("h264", SOURCE, SOURCE, 300_000, 30, changing=True)
    assert 200_000 < bits_a_second(encoder, 0) < 400_000
    encoder.set_rate(600_000, 30)
    assert 420_000 < bits_a_second(encoder, 60) < 720_000
    assert not encoder.encode(frame(120), 120 * 3000, False)[1]
    encoder.set_rate(900_000, 30)
    assert encoder.encode(frame(121), 121 * 3000, False)[1]
    assert 650_000 < bits_a_second(encoder, 122) < 1_080_000


def test_h264_for_a_link_begins_with_a_keyframe_that_does_not_fill_it():
    first, _ = open_encoder("h264", SOURCE, SOURCE, 600_000, 30, changing=True).encode(frame(0), 0, False)
    usual, _ = open_encoder("h264", SOURCE, SOURCE, 600_000, 30).encode(frame(0), 0, False)
    assert 8 * len(first) < 0.25 * 600_000 and len(first) <= len(usual)


def test_vp8_lets_small_changes_go_and_pays_for_others_with_a_keyframe():
    encoder = Vp8Encoder(SOURCE, SOURCE, 300_000)
    assert encoder.encode(frame(0), 0, False)[1]
    encoder.set_rate(330_000, 30)
    assert not encoder.encode(frame(1), 3000, False)[1]
    encoder.set_rate(200_000, 30)
    assert encoder.encode(frame(2), 6000, False)[1]
