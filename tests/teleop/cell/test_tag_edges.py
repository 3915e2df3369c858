"""Sides fitted to painted squares whose corners are known to a fraction of a pixel."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from teleop.cell.tag_edges import sharpened

SIZE, FINER = 64, 16
Array = NDArray[np.float64]


def square(x: float, y: float, half: float, turn: float) -> Array:
    """Corners clockwise on the screen, as cv2 gives them."""
    c, s = np.cos(turn), np.sin(turn)
    model = half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float64)
    return model @ np.array([[c, s], [-s, c]]) + [x, y]


def painted(corners: Array, dark: int = 20, bright: int = 220) -> NDArray[np.uint8]:
    canvas = np.full((SIZE * FINER, SIZE * FINER), bright, np.uint8)
    fine = (corners + 0.5) * FINER - 0.5
    cv2.fillConvexPoly(canvas, np.round(fine * 16).astype(np.int32), dark, shift=4)
    small = cv2.resize(canvas, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (3, 3), 0.7), np.uint8)


@given(st.floats(30, 33), st.floats(30, 33), st.floats(9, 18), st.floats(-3, 3), st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_law_corners_come_within_a_tenth_of_a_pixel(
    x: float, y: float, half: float, turn: float, seed: int
) -> None:
    true = square(x, y, half, turn)
    rough = true + np.random.default_rng(seed).uniform(-0.7, 0.7, (4, 2))
    found, clean = sharpened(painted(true), rough[None])
    assert clean.tolist() == [True]
    assert np.abs(found[0] - true).max() < 0.12


def test_several_tags_are_judged_one_by_one() -> None:
    true = square(32, 32, 12, 0.2)
    grey = painted(true)
    elsewhere = true + [3.5, 0.0]
    _, clean = sharpened(grey, np.stack([true, elsewhere]))
    assert clean.tolist() == [True, False]


@pytest.mark.parametrize("bar", [(slice(10, 54), slice(18, 22)), (slice(28, 33), slice(40, 50))])
def test_a_covered_side_is_not_clean(bar: tuple[slice, slice]) -> None:
    true = square(32, 32, 12, 0.0)
    grey = painted(true)
    grey[bar] = 100
    _, clean = sharpened(grey, true[None])
    assert clean.tolist() == [False]


def test_a_picture_without_edges_has_no_clean_tag() -> None:
    _, clean = sharpened(np.full((SIZE, SIZE), 99, np.uint8), square(32, 32, 12, 0.0)[None])
    assert clean.tolist() == [False]
