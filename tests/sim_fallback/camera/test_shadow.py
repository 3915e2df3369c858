"""Shadows fall away from the light, and only where something stands in it."""

import numpy as np

from sim_fallback.camera.shading import SHADOW
from sim_fallback.camera.shadow import FROM_TABLE, shadow_map
from sim_fallback.camera.solids import box, gather


def at(picture, x_m, y_m):
    u, v, _ = FROM_TABLE @ np.array([x_m, y_m, 1.0])
    return int(picture[round(v), round(u)])


def test_a_cube_throws_its_shadow_away_from_the_light():
    mesh = gather([box(0, (0.19, -0.01, 0.0), (0.21, 0.01, 0.1), "#ffffff")])
    picture = shadow_map(mesh, mesh.vertices)
    assert at(picture, 0.2, 0.0) == round(255 * SHADOW)
    assert at(picture, 0.18, -0.02) < 200
    assert at(picture, 0.24, 0.03) == 255


def test_an_empty_table_is_lit_everywhere():
    mesh = gather([box(0, (5.0, 5.0, 0.0), (5.1, 5.1, 0.1), "#ffffff")])
    assert shadow_map(mesh, mesh.vertices).min() == 255
