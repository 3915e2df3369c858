"""Pictures come decoded in their order, and whatever is damaged is noticed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from teleop.episodes.arrays import Pictures
from teleop.episodes.exporting.pictures import PicturesDamaged, decoded, needed, shown
from teleop.episodes.exporting.signature import Camera
from teleop.episodes.loading import open_episode

CAMERA = Camera("wrist", 96, 64)


@pytest.fixture
def pictures(record: Any) -> Pictures:
    return open_episode(record(seconds=0.5).path).pictures["wrist"]


def test_pictures_are_decoded_in_order(pictures: Pictures, synthetic: Any) -> None:
    found = [synthetic.read_id(frame.to_ndarray(format="gray")) for frame in decoded(pictures, CAMERA)]
    assert found == pictures.frame_id.tolist()


def test_each_row_gets_its_picture(pictures: Pictures, synthetic: Any) -> None:
    newest = np.array([1, 1, 2, 5, 5, 5, 6])
    found = [synthetic.read_id(frame.to_ndarray(format="gray")) for frame in shown(pictures, newest, CAMERA)]
    assert found == pictures.frame_id[newest].tolist()


@pytest.mark.parametrize("damage", ["cut", "absent", "rubbish"])
def test_damage_is_noticed(pictures: Pictures, damage: str) -> None:
    parts = list(pictures.annex_b)
    if damage == "cut":
        parts[4] = parts[4][:9]
    elif damage == "absent":
        parts[4] = b"\0\0\0\1\x09\x10"
    else:
        parts[0] = b"rubbish" * 40
    with pytest.raises(PicturesDamaged, match="camera wrist"):
        list(decoded(replace(pictures, annex_b=tuple(parts)), CAMERA))


def test_a_picture_that_comes_to_nothing_is_noticed(pictures: Pictures) -> None:
    last = (*pictures.annex_b[:-1], pictures.annex_b[-1][:6])
    with pytest.raises(PicturesDamaged, match="camera wrist"):
        list(decoded(replace(pictures, annex_b=last), CAMERA))


def test_another_size_than_calibrated_is_noticed(pictures: Pictures) -> None:
    with pytest.raises(PicturesDamaged, match="is 96x64, its calibration says 640x480"):
        list(decoded(pictures, Camera("wrist", 640, 480)))


def test_only_what_is_needed_is_decoded() -> None:
    key = np.isin(np.arange(12), (0, 4, 8))
    assert needed(key, np.array([1, 5, 6])) == [0, 1, 4, 5, 6]
    assert needed(key, np.array([3, 8])) == [0, 1, 2, 3, 8]
    assert needed(key, np.array([], dtype=np.int64)) == []
    assert needed(~key & False, np.array([2, 3])) == [2, 3]


def test_pictures_that_are_far_apart_are_found(synthetic: Any) -> None:
    encoder = synthetic.Encoder()
    key = np.arange(24) % 6 == 0
    packets = tuple(encoder.encode(number + 1, bool(key[number])) for number in range(24))
    numbers = np.arange(24)
    recorded = Pictures("wrist", numbers + 1, numbers, numbers, key, packets, numbers)
    newest = np.array([2, 2, 6, 13, 23])
    found = [synthetic.read_id(frame.to_ndarray(format="gray")) for frame in shown(recorded, newest, CAMERA)]
    assert found == [3, 3, 7, 14, 24]
