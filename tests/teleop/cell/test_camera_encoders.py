"""A camera's encoders come and go without a picture that nobody can decode."""

import av
import numpy as np
import pytest

from robot_bridge.wire.frames import Frame
from teleop.cell.camera_encoders import CameraEncoders
from teleop.cell.quality import FULL, Quality, Size, encodings

SOURCE = Size(160, 120)
SMALL = Quality(quarters=2, every=1, share=0.3)
H264 = frozenset({"h264"})


class Rig:
    """Encodes picture after picture; keeps what viewers and the episode got."""

    def __init__(self) -> None:
        self.encoders, self.number = CameraEncoders(), 0
        self.live: list[tuple[bytes, bool]] = []
        self.recorded: list[tuple[bytes, bool]] = []

    def show(self, quality, recording=True, codecs=H264, keyframe=False) -> None:
        wanted = encodings(SOURCE, quality, codecs, recording)
        self.encoders.keep(wanted)
        i420 = np.roll(np.arange(160 * 180, dtype=np.uint32), self.number).astype(np.uint8).tobytes()
        for one in wanted:
            frame = Frame(self.number, 0, i420)
            made = self.encoders.encode(one, SOURCE, frame, self.number * 3000, keyframe)
            if one.live:
                self.live.append(made)
            if one.recorded:
                self.recorded.append(made)
        self.number += 1


def sizes(made):
    decoder = av.CodecContext.create("h264", "r")
    found = [picture for data, _ in made for picture in decoder.decode(av.Packet(data))]
    return [(one.width, one.height) for one in found + decoder.decode(None)]


def test_the_viewers_size_changes_with_a_keyframe_and_the_episode_notices_nothing():
    rig = Rig()
    for quality in (FULL, FULL, SMALL, SMALL, FULL, FULL):
        rig.show(quality)
    assert [keyframe for _, keyframe in rig.live] == [True, False, True, False, True, False]
    assert sizes(rig.live) == [(160, 120)] * 2 + [(80, 60)] * 2 + [(160, 120)] * 2
    assert sizes(rig.recorded) == [(160, 120)] * 6
    # The one that the viewers needed to come back; going away costs the episode none.
    assert [keyframe for _, keyframe in rig.recorded] == [True, False, False, False, True, False]


def test_another_rate_alone_costs_no_keyframe():
    rig = Rig()
    for share in (0.9, 0.8, 0.4):
        rig.show(Quality(4, 1, share))
    assert [keyframe for _, keyframe in rig.live] == [True, False, False]


def test_who_is_not_wanted_is_closed_and_begins_anew():
    rig = Rig()
    rig.show(FULL, recording=False)
    rig.show(FULL, recording=False, codecs=frozenset())
    rig.show(FULL, recording=False)
    assert [keyframe for _, keyframe in rig.live] == [True, True]


@pytest.mark.parametrize("forget", [True, False])
def test_one_that_failed_is_replaced(forget):
    rig = Rig()
    rig.show(FULL)
    if forget:
        rig.encoders.forget("full")
    rig.show(FULL)
    assert [keyframe for _, keyframe in rig.live] == [True, forget]
