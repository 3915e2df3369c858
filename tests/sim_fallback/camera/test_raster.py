"""The z-test against a slow, independent ray caster."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim_fallback.camera.pinhole import View
from sim_fallback.camera.projection import project
from sim_fallback.camera.raster import Raster
from sim_fallback.camera.solids import box, gather

WIDTH, HEIGHT = 64, 48
AROUND = ((0, 0), *((du, dv) for du in (-0.8, 0, 0.8) for dv in (-0.8, 0, 0.8) if du or dv))
"""In pixels: polygons also draw their border, so a pixel may show what its neighbour does."""


def camera(near_m=0.05):
    looking_down = np.array([[0.0, -1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
    return View(60.0, 60.0, 31.5, 23.5, looking_down, np.array([0.0, 0.0, 0.6]), near_m)


def frames(count):
    return np.stack([np.eye(3)] * count), np.zeros((count, 3))


def cast(view, boxes, pixel):
    """The boxes that the ray through a pixel meets first (several when they coincide), or {-1}."""
    ray = view.rotation.T @ np.array([(pixel[0] - view.cx) / view.fx, (pixel[1] - view.cy) / view.fy, 1.0])
    eye = -view.rotation.T @ view.offset
    met = {}
    for at, (low, high) in enumerate(boxes):
        with np.errstate(divide="ignore"):
            first, second = (np.array(low) - eye) / ray, (np.array(high) - eye) / ray
        enters, leaves = np.minimum(first, second).max(), np.maximum(first, second).min()
        if 0 < enters < leaves:
            met[at] = enters
    return {at for at, enters in met.items() if enters < min(met.values()) + 1e-4} or {-1}


boxes = st.lists(
    st.tuples(
        st.tuples(st.floats(-0.2, 0.1), st.floats(-0.25, 0.15), st.floats(0.0, 0.2)),
        st.tuples(st.floats(0.03, 0.15), st.floats(0.03, 0.15), st.floats(0.03, 0.2)),
    ).map(lambda pair: (pair[0], tuple(a + b for a, b in zip(*pair, strict=True)))),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40, deadline=None)
@given(boxes, st.sampled_from([1, 2]))
def test_the_nearest_box_is_seen(found, scale):
    view = camera()
    mesh = gather([box(at, low, high, "#ffffff") for at, (low, high) in enumerate(found)])
    faces = project(view, mesh, *frames(len(found)))
    raster = Raster(WIDTH, HEIGHT, scale)
    window = raster.window(faces)
    shown = np.full((HEIGHT, WIDTH), -1)
    if len(faces.index):
        ids = raster.draw(faces, window)[::scale, ::scale]
        bodies = np.concatenate(([-1], mesh.face_body[faces.index]))
        shown[window.area] = bodies[ids]
    wrong = 0
    for v in range(0, HEIGHT, 3):
        for u in range(0, WIDTH, 3):
            shift = 0.0 if scale == 1 else -0.25
            wrong += not any(
                int(shown[v, u]) in cast(view, found, (u + shift + du, v + shift + dv)) for du, dv in AROUND
            )
    assert wrong <= 12  # of 352; faces seen edge-on coincide for a whole row of pixels


def test_nothing_to_see():
    view = camera()
    mesh = gather([box(0, (5.0, 5.0, 0.0), (6.0, 6.0, 1.0), "#ffffff")])
    faces = project(view, mesh, *frames(1))
    assert len(faces.index) == 0
    assert Raster(WIDTH, HEIGHT, 1).window(faces).right == 0


def test_a_box_around_the_camera_is_cut_at_the_near_plane():
    view = camera()
    mesh = gather([box(0, (-0.01, -0.4, 0.0), (0.01, 0.4, 0.7), "#ffffff")])
    faces = project(view, mesh, *frames(1))
    assert np.isfinite(faces.polygons).all()


@pytest.mark.parametrize("height", [0.1, 0.3, 0.5])
def test_depth_is_resolved_to_less_than_a_tenth_of_a_millimetre(height):
    view = camera()
    low = box(0, (-0.1, -0.1, 0.0), (0.1, 0.1, height), "#ffffff")
    high = box(1, (-0.1, -0.1, 0.0), (0.1, 0.1, height + 0.0001), "#ffffff")
    mesh = gather([high, low])
    faces = project(view, mesh, *frames(2))
    raster = Raster(WIDTH, HEIGHT, 1)
    window = raster.window(faces)
    ids = raster.draw(faces, window)
    middle = ids[23 - window.top, 31 - window.left]
    assert mesh.face_body[faces.index[middle - 1]] == 1
