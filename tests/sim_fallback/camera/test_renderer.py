"""Pictures: exact for the same scene, tags readable wherever they may lie, true to the calibration."""

import math

import cv2
import numpy as np
import pytest

from sim_fallback.camera.pinhole import CAMERAS, view
from sim_fallback.camera.renderer import Renderer
from sim_fallback.camera.stage import Stage, moment
from sim_fallback.layout import EMPTY_LAYOUT, Layout, PieceLayout

OVERVIEW, WRIST = CAMERAS["overview"], CAMERAS["wrist"]
DETECTOR = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))


def luma(picture):
    return np.frombuffer(picture, np.uint8)[: 640 * 480].reshape(480, 640)


def tags(picture):
    corners, ids, _ = DETECTOR.detectMarkers(luma(picture))
    found = [] if ids is None else np.ravel(ids).tolist()
    return {tag: np.reshape(square, (4, 2)) for tag, square in zip(found, corners, strict=True)}


def on_plane(seen, pixel, z_m):
    ray = seen.rotation.T @ np.array([(pixel[0] - seen.cx) / seen.fx, (pixel[1] - seen.cy) / seen.fy, 1.0])
    eye = -seen.rotation.T @ seen.offset
    return (eye + ray * (z_m - eye[2]) / ray[2])[:2]


def spread(level, turn):
    """Eight pieces over the working area that hide neither each other nor the fiducials."""
    places = [(x, y) for x in (0.18, 0.27) for y in (-0.12, -0.06, 0.06, 0.12)]
    return Layout(
        version=1,
        pieces=tuple(
            PieceLayout(f"p{at}", at + 1, 0.03, "#3b82f6", x, y, 0.015 + 0.03 * level, turn + 0.4 * at)
            for at, (x, y) in enumerate(places)
        ),
        slots=(),
        fiducials=EMPTY_LAYOUT.fiducials,
    )


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("turn", [-0.8, 0.0, 0.5])
def test_the_overview_finds_every_tag_to_a_millimetre(scene_of, model, level, turn):
    layout = spread(level, turn)
    stage = Stage(layout, 1)
    joints = (1.2, *model.rest_rad[1:])
    picture = Renderer(OVERVIEW, stage, 1).picture(moment(stage, scene_of(joints, layout)), 1)
    found = tags(picture)
    seen = view(OVERVIEW, ())
    assert set(found) >= {piece.tag for piece in layout.pieces}
    turns = []
    for piece in layout.pieces:
        square = np.array([on_plane(seen, corner, piece.z_m + 0.0152) for corner in found[piece.tag]])
        assert math.dist(square.mean(axis=0), (piece.x_m, piece.y_m)) < 0.001
        along = square[1] + square[2] - square[0] - square[3]
        turns.append(math.remainder(math.atan2(along[1], along[0]) - piece.yaw_rad, math.tau))
    assert np.median(np.abs(turns)) < math.radians(2)
    assert max(map(abs, turns)) < math.radians(5)


def test_the_overview_finds_the_fiducials_where_they_are(scene_of, model):
    stage = Stage(EMPTY_LAYOUT, 1)
    scene = scene_of(model.rest_rad, EMPTY_LAYOUT)
    found = tags(Renderer(OVERVIEW, stage, 1).picture(moment(stage, scene), 1))
    seen = view(OVERVIEW, scene.links)
    for mark in EMPTY_LAYOUT.fiducials:
        corners = np.array([on_plane(seen, corner, 0.0) for corner in found[mark.tag]])
        assert math.dist(corners.mean(axis=0), (mark.x_m, mark.y_m)) < 0.001
        half = mark.size_m / 2
        assert math.dist(corners[0], (mark.x_m - half, mark.y_m + half)) < 0.002


def test_the_wrist_camera_sees_what_lies_under_the_jaws(scene_of, model):
    layout = Layout(
        version=1,
        pieces=(PieceLayout("red", 7, 0.03, "#e5484d", 0.22, 0.0, 0.015, 0.3),),
        slots=(),
        fiducials=EMPTY_LAYOUT.fiducials,
    )
    stage = Stage(layout, 1)
    scene = scene_of((*model.ready_rad[:5], 0.8), layout)
    found = tags(Renderer(WRIST, stage, 1).picture(moment(stage, scene), 1))
    seen = view(WRIST, scene.links)
    centre = np.mean([on_plane(seen, corner, 0.0302) for corner in found[7]], axis=0)
    assert math.dist(centre, (0.22, 0.0)) < 0.001


def test_same_scene_same_picture(scene_of, model, layout):
    stage = Stage(layout, 1)
    now = moment(stage, scene_of(model.ready_rad, layout))
    for calibration in CAMERAS.values():
        fresh = Renderer(calibration, stage, 1).picture(now, 5)
        used = Renderer(calibration, stage, 1)
        used.picture(moment(stage, scene_of(model.rest_rad, layout)), 4)
        assert used.picture(now, 5) == fresh
        assert len(fresh) == 640 * 480 * 3 // 2


def test_noise_is_new_with_every_frame_and_small(scene_of, model, layout):
    stage = Stage(layout, 1)
    renderer = Renderer(OVERVIEW, stage, 1)
    now = moment(stage, scene_of(model.ready_rad, layout))
    first, second = luma(renderer.picture(now, 1)), luma(renderer.picture(now, 2))
    assert (first != second).any()
    assert np.abs(first.astype(int) - second).max() <= 3


def test_what_stands_still_is_drawn_once(scene_of, model, layout):
    stage = Stage(layout, 1)
    before = moment(stage, scene_of(model.ready_rad, layout))
    assert moment(stage, scene_of(model.ready_rad, layout, 9), before) is before
    jitter = (*model.ready_rad[:5], model.ready_rad[5] + 1e-8)
    assert moment(stage, scene_of(jitter, layout), before) is before
    moved = (*model.ready_rad[:5], model.ready_rad[5] + 0.01)
    assert moment(stage, scene_of(moved, layout), before) is not before


def test_a_new_layout_shows(scene_of, model, layout):
    stage = Stage(EMPTY_LAYOUT, 1)
    renderer = Renderer(OVERVIEW, stage, 1)
    renderer.picture(moment(stage, scene_of(model.rest_rad, EMPTY_LAYOUT)), 1)
    stage = Stage(layout, 1)
    renderer.restage(stage)
    shown = tags(renderer.picture(moment(stage, scene_of(model.rest_rad, layout)), 2))
    assert {1, 2, 3} <= set(shown)


def test_more_faces_than_numbers_leave_out_the_smallest(scene_of, model, layout, monkeypatch):
    stage = Stage(layout, 1)
    now = moment(stage, scene_of((1.2, *model.rest_rad[1:]), layout))
    whole = luma(Renderer(OVERVIEW, stage, 1).picture(now, 1)).astype(int)
    monkeypatch.setattr("sim_fallback.camera.renderer.MAX_FACES", 60)
    partial = Renderer(OVERVIEW, stage, 1).picture(now, 1)
    assert {1, 2, 3} <= set(tags(partial))
    assert 0 < np.count_nonzero(luma(partial) != whole) < whole.size / 20


@pytest.mark.parametrize("flex", [-1.6, -0.8, 0.0, 0.8, 1.6])
def test_the_wrist_camera_survives_every_posture(scene_of, model, layout, flex):
    stage = Stage(layout, 1)
    renderer = Renderer(WRIST, stage, 1)
    for roll in (-2.0, 0.0, 2.0):
        scene = scene_of((0.3, 0.2, 0.3, flex, roll, 0.5), layout)
        picture = luma(renderer.picture(moment(stage, scene), 1))
        assert picture.min() >= 16
        assert picture.max() > 60
