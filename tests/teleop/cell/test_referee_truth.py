"""The whole way from the simulated camera's pixels to the verdict, scored against the simulated truth."""

import json
from math import cos, hypot, sin
from random import Random
from statistics import median

import numpy as np
import pytest

from game.moves import VIEW_M, VIEW_PITCH_RAD
from game.puzzle import Place, Puzzle, load_puzzles
from game.referee import start, step
from game.table import layout, resting_z_m
from robot_bridge.arms import load_arm
from robot_bridge.kinematics import Solution, chain_frames, inverse
from robot_bridge.wire.commands import PoseTarget
from sim_fallback.camera.pinhole import CAMERAS
from sim_fallback.camera.renderer import Renderer
from sim_fallback.camera.stage import Stage, moment
from sim_fallback.layout import decode_layout
from sim_fallback.scene import Pose, Quaternion, Scene
from teleop.cell.vision import Vision

PUZZLES = load_puzzles()
ARM = load_arm("so101")
FRAME_NS = 100_000_000
CAPTURE_M = 0.013

Truth = dict[str, tuple[float, float, float, float]]  # piece: x, y, z, yaw


def quaternion(rotation: np.ndarray) -> Quaternion:
    """Returns x, y, z, w of a rotation matrix, by its eigenvector of eigenvalue one and its trace."""
    w = np.sqrt(max(0.0, 1.0 + np.trace(rotation))) / 2
    if w < 1e-6:
        axis = np.linalg.eigh(rotation + rotation.T)[1][:, -1]
        return (float(axis[0]), float(axis[1]), float(axis[2]), 0.0)
    vector = np.array(
        [rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]]
    )
    x, y, z = vector / (4 * w)
    return (float(x), float(y), float(z), float(w))


def links(positions_rad: tuple[float, ...]) -> tuple[Pose, ...]:
    found = [Pose((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))]
    for frame in chain_frames(ARM, positions_rad):
        matrix = np.array(frame).reshape(3, 4)
        x, y, z = (float(value) for value in matrix[:, 3])
        found.append(Pose((x, y, z), quaternion(matrix[:, :3])))
    return tuple(found)


class Cell:
    """One puzzle on the simulated table, seen by the overview camera, with the arm where a move leaves it."""

    def __init__(self, puzzle: Puzzle) -> None:
        self.puzzle = puzzle
        self.staged = decode_layout(json.dumps(layout(puzzle)).encode())
        self._stage = Stage(self.staged, seed=1)
        self._renderer = Renderer(CAMERAS["overview"], self._stage, seed=1)
        aside = inverse(ARM, PoseTarget(0.185, 0.0, VIEW_M, VIEW_PITCH_RAD, 0.0, 0.5), ARM.ready_rad)
        assert isinstance(aside, Solution)
        self._links = links(aside.positions_rad)
        self.vision = Vision(CAMERAS["overview"], puzzle.pieces)

    def picture(self, truth: Truth, frame_id: int) -> bytes:
        poses = []
        for piece in self.staged.pieces:
            x, y, z, yaw = truth[piece.id]
            poses.append(Pose((x, y, z), (0.0, 0.0, sin(yaw / 2), cos(yaw / 2))))
        return self._renderer.picture(moment(self._stage, Scene(0, self._links, tuple(poses))), frame_id)

    def verdict(self, truth: Truth, frames: int = 8) -> bool:
        state = start(self.puzzle, 0)
        for frame_id in range(1, frames + 1):
            now_ns = frame_id * FRAME_NS
            state, _ = step(state, self.vision.look(self.picture(truth, frame_id), now_ns), now_ns)
        return state.over


@pytest.fixture(scope="module")
def cells() -> dict[str, Cell]:
    return {name: Cell(puzzle) for name, puzzle in PUZZLES.items()}


def lying(puzzle: Puzzle, places: tuple[Place, ...], rng: Random, off_m: float) -> Truth:
    truth = {}
    for place in places:
        slot, angle = puzzle.slot(place.slot), rng.uniform(0, 6.28)
        x_m, y_m = slot.x_m + off_m * cos(angle), slot.y_m + off_m * sin(angle)
        truth[place.piece] = (x_m, y_m, resting_z_m(puzzle, place, places), rng.uniform(-3.1, 3.1))
    return truth


def solved(puzzle: Puzzle, truth: Truth) -> bool:
    """The goal by the truth alone."""

    def stands(place: Place) -> bool:
        slot, (x_m, y_m, z_m, _) = puzzle.slot(place.slot), truth[place.piece]
        return (
            hypot(x_m - slot.x_m, y_m - slot.y_m) <= CAPTURE_M
            and abs(z_m - resting_z_m(puzzle, place, puzzle.goal)) < 1e-6
        )

    return all(stands(place) for place in puzzle.goal)


def random_truth(puzzle: Puzzle, rng: Random) -> Truth:
    """Pieces in random slots, or at the goal, off centre by amounts well inside or outside the capture."""
    places = puzzle.goal
    if rng.random() < 0.5:
        free = rng.sample(puzzle.slots, len(puzzle.pieces))
        places = tuple(Place(one.id, slot.id) for one, slot in zip(puzzle.pieces, free, strict=True))
    return lying(puzzle, places, rng, rng.choice([0.0, 0.006, 0.011, 0.0155]))


def test_positions_are_within_a_millimetre_of_the_truth(cells: dict[str, Cell]) -> None:
    rng, errors, seen, asked = Random(7), [], 0, 0
    cell = cells["sort_colours"]
    for number in range(40):
        truth = random_truth(cell.puzzle, rng)
        for one in cell.vision.look(cell.picture(truth, number), 0).pieces:
            x_m, y_m, z_m, _ = truth[one.piece]
            errors.append(1000 * hypot(one.x_m - x_m, one.y_m - y_m))
            assert one.z_m == pytest.approx(z_m)
            seen += 1
        asked += 3
    assert seen >= 0.98 * asked
    assert median(errors) <= 0.5
    assert max(errors) <= 1.0


@pytest.mark.parametrize("seed", range(24))
def test_the_verdict_is_the_truth(cells: dict[str, Cell], seed: int) -> None:
    rng = Random(seed)
    cell = cells[rng.choice(["sort_colours", "swap"])]
    truth = random_truth(cell.puzzle, rng)
    assert cell.verdict(truth) is solved(cell.puzzle, truth)


def test_the_tower_is_seen_level_by_level(cells: dict[str, Cell]) -> None:
    """Built one piece after another, as an arm must; lower tags vanish from the picture."""
    cell, rng = cells["tower"], Random(3)
    state, now_ns = start(cell.puzzle, 0), 0
    places = {place.piece: place for place in cell.puzzle.start}
    for goal in (None, *cell.puzzle.goal):
        if goal is not None:
            places[goal.piece] = goal
        truth = lying(cell.puzzle, tuple(places.values()), rng, 0.003)
        for _ in range(8):
            assert not state.over
            now_ns += FRAME_NS
            sighting = cell.vision.look(cell.picture(truth, now_ns // FRAME_NS), now_ns)
            state, _ = step(state, sighting, now_ns)
            if state.over:
                break
    assert state.over
    assert state.moves == 3
