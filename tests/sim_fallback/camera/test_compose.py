"""Composing: tones only where a face is seen, edges smoothed, tags only on their own face."""

import numpy as np
import pytest

from sim_fallback.camera.compose import Label, compose
from sim_fallback.camera.raster import Window


def planes():
    return np.full((8, 8), 50, np.uint8), np.full((4, 4), 100, np.uint8), np.full((4, 4), 110, np.uint8)


def tones():
    table = np.zeros((3, 256), np.uint8)
    table[:, 1] = (200, 90, 160)
    table[:, 2] = (120, 140, 70)
    return table


@pytest.mark.parametrize("scale", [1, 2])
def test_faces_cover_and_the_rest_stays(scale):
    y, u, v = planes()
    ids = np.zeros((4 * scale, 4 * scale), np.uint8)
    ids[:, : 2 * scale] = 1
    compose((y, u, v), Window(2, 2, 6, 6), ids, tones(), [])
    assert y[3, 2] == 200 and y[3, 5] == 50 and y[0, 0] == 50 and y[7, 7] == 50
    assert u[1, 1] == 90 and v[1, 1] == 160 and u[2, 2] == 100


def test_half_covered_pixels_are_half_bright():
    y, u, v = planes()
    ids = np.zeros((16, 16), np.uint8)
    ids[:, :5] = 1
    compose((y, u, v), Window(0, 0, 8, 8), ids, tones(), [])
    assert y[4, 1] == 200
    assert y[4, 2] == pytest.approx(125, abs=1)
    assert y[4, 3] == 50


def test_one_sample_per_pixel_smooths_only_edges():
    y, u, v = planes()
    ids = np.ones((8, 8), np.uint8)
    ids[:, 4:] = 2
    compose((y, u, v), Window(0, 0, 8, 8), ids, tones(), [])
    assert y[4, 0] == 200 and y[4, 7] == 120
    assert 120 < y[4, 3] < 200


def label(number, shift=0.0):
    return Label(number, np.full((4, 4), 7, np.uint8), np.array([[1, 0, shift], [0, 1, 0], [0, 0, 1.0]]))


def test_a_tag_stays_on_its_face():
    y, u, v = planes()
    ids = np.ones((8, 8), np.uint8)
    ids[:, 2:] = 2
    compose((y, u, v), Window(0, 0, 8, 8), ids, tones(), [label(1)])
    assert y[1, 0] < 60
    assert y[1, 6] == 120


def test_a_tag_outside_or_behind_is_left_out():
    y, u, v = planes()
    ids = np.ones((8, 8), np.uint8)
    behind = Label(1, np.zeros((4, 4), np.uint8), np.array([[1, 0, 0], [0, 1, 0], [-1, 0, 0.5]]))
    compose((y, u, v), Window(0, 0, 8, 8), ids, tones(), [label(1, 50.0), label(1, -50.0), behind])
    assert (y == 200).all()
