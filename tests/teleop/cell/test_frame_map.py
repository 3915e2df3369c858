"""An RTP time stamp names exactly one picture, also across the wrap of 32 bits."""

from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.frame_map import FrameMap, SeenPicture
from teleop.cell.rtp import TIMESTAMP_MODULUS


@given(origin=st.integers(0, 2**32 - 1), start=st.integers(0, 2**40))
def test_each_time_stamp_names_its_picture(origin, start):
    frames = FrameMap()
    for i in range(5):
        frames.add(start + 3000 * i, SeenPicture(i, i * 33))
    for i in range(5):
        sent = (start + 3000 * i + origin) % TIMESTAMP_MODULUS
        assert frames.find(sent, origin) == SeenPicture(i, i * 33)
        assert frames.find((sent + 1) % TIMESTAMP_MODULUS, origin) is None


def test_old_pictures_are_forgotten():
    frames = FrameMap(kept=2)
    for i in range(3):
        frames.add(i, SeenPicture(i, i))
    assert frames.find(0, 0) is None and frames.find(1, 0) == SeenPicture(1, 1)
