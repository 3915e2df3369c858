"""Solids are convex, closed where they should be, and their normals look outward."""

import numpy as np
import pytest

from sim_fallback.camera.arm_model import ARM_SOLIDS
from sim_fallback.camera.solids import MAX_CORNERS, bevelled, box, disc, gather, prism, rgb, turned

SHAPES = [
    box(0, (0, 0, 0), (1, 2, 3), "#ff0000"),
    bevelled(0, (0, 0, 0), (1, 2, 3), "x", "#ff0000"),
    bevelled(0, (0, 0, 0), (1, 2, 3), "z", "#ff0000"),
    disc(0, (0.5, 0.5), 0.3, "y", (0, 1), "#ff0000"),
    disc(0, (0.5, 0.5), 0.3, "z", (1, 0), "#ff0000"),
    prism(0, ((0, 0), (1, 0), (0, 1)), "y", (2, 3), "#ff0000"),
    turned(box(0, (0, 0, 0), (1, 2, 3), "#ff0000"), 0.7),
    *ARM_SOLIDS,
]


@pytest.mark.parametrize("solid", SHAPES)
def test_every_corner_lies_behind_every_face(solid):
    mesh = gather([solid])
    for corners, normal in zip(mesh.corners, mesh.normals, strict=True):
        heights = (mesh.vertices - mesh.vertices[corners[0]]) @ normal
        assert heights.max() < 1e-9
        assert np.abs(heights[corners]).max() < 1e-9
        assert np.linalg.norm(normal) == pytest.approx(1.0)


def test_a_box_is_what_it_says():
    mesh = gather([box(0, (0, 0, 0), (1, 2, 3), "#102030"), box(1, (0, 0, 0), (1, 1, 1), "#ffffff")])
    assert (mesh.faces, len(mesh.vertices)) == (12, 16)
    assert mesh.colours[0].tolist() == [16, 32, 48]
    assert mesh.face_body.tolist() == [0] * 6 + [1] * 6
    assert mesh.corners.shape[1] == MAX_CORNERS
    assert mesh.solid_vertices == (slice(0, 8), slice(8, 16))


def test_colours():
    assert rgb("#0a0bff") == (10, 11, 255)


def test_the_arm_stands_on_seven_links():
    assert {solid.body for solid in ARM_SOLIDS} == set(range(7))
