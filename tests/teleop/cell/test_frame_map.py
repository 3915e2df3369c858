"""An RTP time stamp names exactly one picture, also across the wrap of 32 bits; a page's doubt has bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.frame_map import FrameMap, SeenPicture, Sighting
from teleop.cell.rtp import TIMESTAMP_MODULUS
from teleop.wire.player_in import SeenFrame

ORIGIN = 2**32 - 7_000  # the third picture's time stamp is beyond the wrap
STEP = 3_000


def test_old_pictures_are_forgotten():
    frames = FrameMap(kept=2)
    for i in range(3):
        frames.add(i, SeenPicture(i, i))
    assert frames.find(0, 0) is None and frames.find(1, 0) == SeenPicture(1, 1)


@given(origin=st.integers(0, 2**32 - 1), start=st.integers(0, 2**40))
def test_each_time_stamp_names_its_picture(origin, start):
    frames = FrameMap()
    for i in range(5):
        frames.add(start + STEP * i, SeenPicture(i, i * 33))
    for i in range(5):
        sent = (start + STEP * i + origin) % TIMESTAMP_MODULUS
        assert frames.find(sent, origin) == SeenPicture(i, i * 33)
        assert frames.find((sent + 1) % TIMESTAMP_MODULUS, origin) is None


def stamp(picture: int) -> int:
    return (STEP * picture + ORIGIN) % TIMESTAMP_MODULUS


def sighting(named: int, oldest: int, newest: int | None) -> Sighting | None:
    """What the cell makes of a page's words; picture 3 was never sent."""
    frames = FrameMap()
    for i in (0, 1, 2, 4, 5):
        frames.add(STEP * i, SeenPicture(i, i * 33))
    told = SeenFrame("overview", stamp(named), stamp(oldest), None if newest is None else stamp(newest), 0, 1)
    return frames.sight(told, ORIGIN)


@pytest.mark.parametrize(
    ("named", "oldest", "newest", "frames"),
    [
        (2, 2, 2, 0),
        (2, 1, 2, 1),
        (1, 1, 2, 1),
        (2, 1, 4, 2),
        (4, 1, 4, 3),
        (2, 2, None, 3),
        (5, 5, None, 0),
        (2, 3, 2, 2),
        (2, 2, 3, 3),
        (2, 4, 2, 0),
        (2, 2, 1, 0),
    ],
    ids=[
        "sure",
        "or the one before",
        "or the next",
        "either side",
        "three back",
        "or any newer",
        "already the newest",
        "oldest unknown",
        "newest unknown",
        "oldest is newer",
        "newest is older",
    ],
)
def test_the_error_is_the_farthest_picture_that_the_page_holds_for_possible(named, oldest, newest, frames):
    assert sighting(named, oldest, newest) == Sighting(SeenPicture(named, named * 33), frames, frames * 33)


def test_an_unknown_picture_was_not_seen():
    assert sighting(3, 2, 4) is None
