"""The referee's eye against pictures painted here: where pieces are, which, how high, and what is hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, remainder, sin
from statistics import median

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from game.puzzle import Puzzle, load_puzzles
from game.rules import PieceSighting
from game.table import FIDUCIAL_SIZE_M, FIDUCIALS
from robot_bridge.wire.frames import CameraCalibration
from teleop.cell.vision import Vision

WIDTH, HEIGHT, FOCAL_PX = 640, 480, 686.0
EYE, AIM = np.array([0.62, 0.0, 0.50]), np.array([0.20, 0.0, 0.02])
FINER = 3  # the painter works on a finer grid and averages, as a lens and its pixels do
TABLE_GREY, WHITE, SIDE_GREY = 150, 245, 90
PATCH_PX = 60

Array = NDArray[np.float64]
Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Cube:
    """A piece as it truly lies: its tag and the pose of its centre."""

    tag: int
    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float
    size_m: float = 0.03
    tilt_rad: float = 0.0


def looking(eye: Array = EYE, aim: Array = AIM) -> tuple[Array, Array]:
    """Returns rotation and translation of a camera at `eye` that looks at `aim`, x level."""
    ahead = (aim - eye) / np.linalg.norm(aim - eye)
    right = np.cross(ahead, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(ahead, right), ahead])
    return rotation, -rotation @ eye


def calibration_of(rotation: Array, translation: Array) -> CameraCalibration:
    return CameraCalibration(
        version=1,
        camera="overview",
        width=WIDTH,
        height=HEIGHT,
        fx=FOCAL_PX,
        fy=FOCAL_PX,
        cx=WIDTH / 2 - 0.5,
        cy=HEIGHT / 2 - 0.5,
        rotation=tuple(float(value) for value in rotation.ravel()),
        translation_m=tuple(float(value) for value in translation),
    )


class Painter:
    """Paints cubes and flat fiducials as the camera would see them, as I420 bytes."""

    def __init__(self, rotation: Array, translation: Array) -> None:
        self._rotation, self._translation = rotation, translation
        self._tags = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)

    def paint(
        self, cubes: Sequence[Cube], fiducials: Sequence[tuple[int, float, float]] = FIDUCIALS, seed: int = 0
    ) -> bytes:
        canvas = np.full((HEIGHT * FINER, WIDTH * FINER), TABLE_GREY, np.uint8)
        for tag, x_m, y_m in fiducials:
            self._face(canvas, tag, FIDUCIAL_SIZE_M, Cube(tag, x_m, y_m, 0.0, 0.0, 0.04), 0.0)
        for cube in sorted(cubes, key=lambda one: (one.z_m, one.x_m)):
            self._cube(canvas, cube)
        grey = cv2.resize(canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        noise = np.random.default_rng(seed).normal(0.0, 2.0, grey.shape)
        grey = np.clip(cv2.GaussianBlur(grey, (3, 3), 0.6) + noise, 0, 255).astype(np.uint8)
        return grey.tobytes() + bytes([128]) * (WIDTH * HEIGHT // 2)

    def _pixels(self, points: Array) -> Array:
        seen = points @ self._rotation.T + self._translation
        flat = seen[:, :2] / seen[:, 2:] * FOCAL_PX + [WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5]
        return np.asarray((flat + 0.5) * FINER - 0.5, np.float64)

    def _square(self, cube: Cube, side_m: float, z_m: float) -> Array:
        corners = []
        for right, up in ((-0.5, 0.5), (0.5, 0.5), (0.5, -0.5), (-0.5, -0.5)):
            x_m, y_m = right * side_m, up * side_m
            x_m, lift_m = x_m * cos(cube.tilt_rad), x_m * sin(cube.tilt_rad)
            c, s = cos(cube.yaw_rad), sin(cube.yaw_rad)
            corners.append((cube.x_m + c * x_m - s * y_m, cube.y_m + s * x_m + c * y_m, z_m + lift_m))
        return np.array(corners)

    def _cube(self, canvas: Grey, cube: Cube) -> None:
        low = self._square(cube, cube.size_m, cube.z_m - cube.size_m / 2)
        high = self._square(cube, cube.size_m, cube.z_m + cube.size_m / 2)
        outline = cv2.convexHull(self._pixels(np.concatenate([low, high])).astype(np.float32))
        cv2.fillConvexPoly(canvas, np.round(outline).astype(np.int32), SIDE_GREY)
        self._face(canvas, cube.tag, 0.8 * cube.size_m, cube, cube.z_m + cube.size_m / 2)

    def _face(self, canvas: Grey, tag: int, tag_m: float, cube: Cube, z_m: float) -> None:
        margin = round(PATCH_PX * (cube.size_m / tag_m - 1) / 2)
        marker = cv2.aruco.generateImageMarker(self._tags, tag, PATCH_PX)
        patch = cv2.copyMakeBorder(marker, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=WHITE)
        side = PATCH_PX + 2 * margin
        face_m = tag_m * side / PATCH_PX
        frame = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32) - 0.5
        place = self._pixels(self._square(cube, face_m, z_m)).astype(np.float32)
        left, top = np.floor(place.min(axis=0)).astype(int)
        right, bottom = np.ceil(place.max(axis=0)).astype(int) + 1
        warp = cv2.getPerspectiveTransform(frame, place - np.array([left, top], np.float32))
        size = (int(right - left), int(bottom - top))
        painted = cv2.warpPerspective(patch, warp, size, flags=cv2.INTER_AREA)
        mask = cv2.warpPerspective(np.full_like(patch, 255), warp, size)
        window = canvas[top:bottom, left:right]
        window[:] = np.where(mask > 127, painted, window)


ROTATION, TRANSLATION = looking()
CALIBRATION = calibration_of(ROTATION, TRANSLATION)
PUZZLE: Puzzle = load_puzzles()["sort_colours"]
TAGS = {piece.tag: piece.id for piece in PUZZLE.pieces}
SLOTS = {(slot.x_m, slot.y_m): slot.id for slot in PUZZLE.slots}


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter(ROTATION, TRANSLATION)


@pytest.fixture(scope="module")
def vision() -> Vision:
    return Vision(CALIBRATION, PUZZLE.pieces)


def seen(vision: Vision, picture: bytes) -> dict[str, PieceSighting]:
    return {one.piece: one for one in vision.look(picture, 7).pieces}


def off_mm(cube: Cube, sighting: PieceSighting) -> float:
    return 1000 * hypot(sighting.x_m - cube.x_m, sighting.y_m - cube.y_m)


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_finds_every_tag_at_every_slot_and_level(painter: Painter, vision: Vision, level: int) -> None:
    errors = []
    for turn, (x_m, y_m) in enumerate(SLOTS):
        for tag, piece in TAGS.items():
            cube = Cube(tag, x_m, y_m, 0.015 + 0.03 * level, 0.7 * turn + tag)
            found = seen(vision, painter.paint([cube], seed=turn))
            assert set(found) == {piece}
            assert found[piece].z_m == pytest.approx(cube.z_m)
            assert abs(remainder(found[piece].yaw_rad - cube.yaw_rad, 2 * pi)) < 0.035
            assert found[piece].reprojection_px < 0.5
            errors.append(off_mm(cube, found[piece]))
    assert median(errors) <= 0.3
    assert max(errors) <= 1.0


def test_sees_several_pieces_and_keeps_the_capture_time(painter: Painter, vision: Vision) -> None:
    cubes = [
        Cube(1, 0.27, 0.09, 0.015, 0.4),
        Cube(2, 0.185, 0.0, 0.045, -1.0),
        Cube(3, 0.27, -0.09, 0.015, 2.0),
    ]
    sighting = vision.look(painter.paint(cubes), 123)
    assert sighting.capture_ns == 123
    assert {one.piece for one in sighting.pieces} == set(TAGS.values())


@pytest.mark.parametrize("z_m", [0.062, 0.10])
def test_a_piece_in_the_air_is_not_taken_for_a_stacked_one(
    painter: Painter, vision: Vision, z_m: float
) -> None:
    found = seen(vision, painter.paint([Cube(1, 0.22, 0.03, z_m - 0.002, 0.3)]))
    assert found["red"].z_m == pytest.approx(z_m, abs=0.006)
    assert all(abs(found["red"].z_m - level) > 0.008 for level in (0.015, 0.045, 0.075))


def test_tags_of_other_puzzles_are_ignored(painter: Painter, vision: Vision) -> None:
    assert seen(vision, painter.paint([Cube(9, 0.27, 0.09, 0.015, 0.0)])) == {}


def test_an_empty_picture_shows_nothing(vision: Vision) -> None:
    assert vision.look(bytes([128]) * (WIDTH * HEIGHT * 3 // 2), 0).pieces == ()


def test_a_picture_of_another_size_is_an_error(vision: Vision) -> None:
    with pytest.raises(ValueError, match="picture has 5 bytes, not 460800"):
        vision.look(bytes(5), 0)


@pytest.mark.parametrize("hidden", [(), (40,), (41, 43)])
def test_a_nudged_camera_is_corrected_by_the_fiducials_in_sight(
    vision: Vision, hidden: tuple[int, ...]
) -> None:
    """The camera was turned by half a degree and moved by 8 mm after its calibration."""
    rotation, translation = looking(EYE + [0.005, -0.005, 0.004], AIM + [0.002, 0.006, 0.0])
    marks = [mark for mark in FIDUCIALS if mark[0] not in hidden]
    cube = Cube(1, 0.27, 0.09, 0.015, 0.4)
    found = seen(vision, Painter(rotation, translation).paint([cube], marks))
    corrected = len(marks) >= 3
    assert (off_mm(cube, found["red"]) < 0.6) is corrected
    assert off_mm(cube, found["red"]) < 12


def test_a_fiducial_that_was_moved_does_not_spoil_the_pose(painter: Painter, vision: Vision) -> None:
    moved = [(tag, x_m + (0.03 if tag == 42 else 0.0), y_m) for tag, x_m, y_m in FIDUCIALS]
    cube = Cube(1, 0.27, 0.0, 0.015, 0.4)
    assert off_mm(cube, seen(vision, painter.paint([cube], moved))["red"]) < 0.5


def covered(picture: bytes, cube: Cube, across_m: tuple[float, float]) -> bytes:
    """Paints a light bar over a strip of a cube's top face, between two shares of its width."""
    grey = np.frombuffer(picture, np.uint8).copy()
    plane = grey[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH)
    low, high = across_m
    corners = [(low, -0.02), (high, -0.02), (high, 0.02), (low, 0.02)]
    points = np.array([(cube.x_m + y, cube.y_m + x, cube.z_m + 0.015) for x, y in corners])
    pixels = points @ ROTATION.T + TRANSLATION
    flat = pixels[:, :2] / pixels[:, 2:] * FOCAL_PX + [WIDTH / 2, HEIGHT / 2]
    cv2.fillConvexPoly(plane, np.round(flat).astype(np.int32), 230)
    return grey.tobytes()


@pytest.mark.parametrize("across_m", [(-0.02, 0.02), (-0.02, -0.004), (0.0, 0.02), (0.004, 0.009)])
def test_a_half_hidden_tag_is_not_seen_rather_than_seen_wrong(
    painter: Painter, vision: Vision, across_m: tuple[float, float]
) -> None:
    cube = Cube(1, 0.24, 0.0, 0.015, 0.0)
    found = seen(vision, covered(painter.paint([cube]), cube, across_m))
    assert "red" not in found or off_mm(cube, found["red"]) < 0.5


@pytest.mark.parametrize("bar_px", [0, 2, 4, 6, 8])
def test_a_bar_over_a_corner_never_moves_a_piece_far(painter: Painter, vision: Vision, bar_px: int) -> None:
    cube = Cube(1, 0.24, 0.0, 0.015, 0.3)
    found = seen(vision, covered(painter.paint([cube]), cube, (-0.02, -0.012 + bar_px * 0.0005)))
    assert "red" not in found or off_mm(cube, found["red"]) < 1.5


@pytest.mark.parametrize(
    "odd",
    [
        Cube(1, 0.24, 0.0, 0.010, 0.0, size_m=0.02),  # reads as far below the table
        Cube(1, 0.24, 0.0, 0.030, 0.0, size_m=0.06),  # reads as far above the arm
        Cube(1, 0.24, 0.0, 0.06, 0.0, tilt_rad=0.6),  # leans in the gripper
        Cube(1, 0.24, 0.0, 0.06, 1.6, tilt_rad=0.6),
    ],
)
def test_a_tag_that_cannot_be_a_level_piece_is_none(painter: Painter, vision: Vision, odd: Cube) -> None:
    assert seen(vision, painter.paint([odd])) == {}
