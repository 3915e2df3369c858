"""The painted table: slots and fiducials where the layout has them, the rest dark and calm."""

import numpy as np
import pytest

from sim_fallback.camera import backdrop
from sim_fallback.camera.pinhole import CAMERAS, view
from sim_fallback.camera.shading import shaded, to_yuv
from sim_fallback.camera.table import BACKDROP_YUV, table_texture
from sim_fallback.layout import EMPTY_LAYOUT
from sim_fallback.scene import Pose

SIZE = (640, 480)


@pytest.fixture
def texture(layout):
    return table_texture(layout, 1)


def at(texture, x_m, y_m):
    u, v, _ = texture.from_table @ np.array([x_m, y_m, 1.0])
    return texture.full[round(v), round(u)].astype(int)


def test_slots_are_painted_in_their_colour(texture):
    ring = at(texture, 0.2 + 0.0265, 0.09)
    assert ring[2] > 150  # red: V well above neutral
    inner = at(texture, 0.2, 0.09)
    assert ring[0] > inner[0]
    grey = at(texture, 0.27 + 0.0265, 0.05)
    assert abs(grey[2] - 128) < 12


def test_the_table_is_darker_than_its_fiducials(texture):
    mark = EMPTY_LAYOUT.fiducials[2]
    paper = at(texture, mark.x_m + 0.0165, mark.y_m)
    black = at(texture, mark.x_m + 0.0135, mark.y_m)
    mat = at(texture, 0.25, 0.15)
    assert paper[0] > 150
    assert black[0] < 50
    assert 25 < mat[0] < 90


def test_the_seed_changes_only_the_grain(layout):
    first, second = table_texture(layout, 1).full, table_texture(layout, 2).full
    assert (first != second).any()
    assert np.abs(first.astype(int) - second).max() < 20


def test_the_still_backdrop_shows_the_texture(texture):
    seen = view(CAMERAS["overview"], ())
    y, u, v = backdrop.still(seen, texture, SIZE)
    assert (y.shape, u.shape, v.shape) == ((480, 640), (240, 320), (240, 320))
    place = seen.table_to_picture @ np.array([0.27, 0.05, 1.0])
    column, row = (place[:2] / place[2]).round().astype(int)
    assert abs(int(y[row, column]) - at(texture, 0.27, 0.05)[0]) < 8


def test_a_level_wrist_camera_sees_the_backdrop_above_the_horizon(texture):
    sideways = Pose((0.2, 0.0, 0.2), (0.0, -0.70710678, 0.0, 0.70710678))
    seen = view(CAMERAS["wrist"], (sideways,) * 7)
    light = np.full((450, 450), 255, np.uint8)
    y, u, v = backdrop.moving(seen, texture, light, SIZE)
    far = [
        (np.count_nonzero(plane == tone) / plane.size)
        for plane, tone in zip((y, u, v), BACKDROP_YUV, strict=True)
    ]
    assert min(far) > 0.3


def test_limited_range_video_levels():
    assert to_yuv(np.array([[255.0, 255.0, 255.0], [0.0, 0.0, 0.0]]))[:, 0] == pytest.approx(
        [235, 16], abs=0.1
    )
    assert to_yuv(np.array([[128.0, 128.0, 128.0]]))[0, 1:] == pytest.approx([128, 128], abs=0.1)


def test_faces_toward_the_light_are_brighter():
    grey = np.full((2, 3), 128.0)
    tones = shaded(grey, np.array([[0.42, 0.38, 0.82], [-0.42, -0.38, -0.82]]))
    assert tones[0, 0] > tones[1, 0] + 20
