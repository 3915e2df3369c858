import json
from math import hypot

import pytest

from game.puzzle import Place, Puzzle, load_puzzles
from game.table import FIDUCIALS, facing_arm_rad, layout, resting_z_m
from robot_bridge.arms import load_arm
from robot_bridge.kinematics import Solution, inverse
from robot_bridge.wire.commands import PoseTarget
from sim_fallback.layout import decode_layout

PUZZLES = list(load_puzzles().values())


@pytest.mark.parametrize("puzzle", PUZZLES, ids=lambda puzzle: puzzle.id)
def test_the_layout_is_what_staging_reads(puzzle: Puzzle) -> None:
    staged = decode_layout(json.dumps(layout(puzzle)).encode())
    assert [piece.tag for piece in staged.pieces] == [puzzle.piece(place.piece).tag for place in puzzle.start]
    for piece, place in zip(staged.pieces, puzzle.start, strict=True):
        slot = puzzle.slot(place.slot)
        assert (piece.x_m, piece.y_m, piece.z_m) == (slot.x_m, slot.y_m, 0.015)
    assert {slot.id for slot in staged.slots} == {slot.id for slot in puzzle.slots}
    assert [(mark.tag, mark.x_m, mark.y_m) for mark in staged.fiducials] == list(FIDUCIALS)


def test_stacked_pieces_lie_on_those_below() -> None:
    tower = load_puzzles()["tower"]
    heights = [resting_z_m(tower, place, tower.goal) for place in tower.goal]
    assert heights == pytest.approx([0.015, 0.045, 0.075])


def test_pieces_face_the_arm() -> None:
    assert facing_arm_rad(0.2, 0.0) == 0.0
    assert facing_arm_rad(0.2, 0.1) == -facing_arm_rad(0.2, -0.1) > 0


@pytest.mark.parametrize("puzzle", PUZZLES, ids=lambda puzzle: puzzle.id)
def test_fiducials_lie_clear_of_pieces_in_slots(puzzle: Puzzle) -> None:
    for _, x_m, y_m in FIDUCIALS:
        for slot in puzzle.slots:
            assert hypot(slot.x_m - x_m, slot.y_m - y_m) > 0.065


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("puzzle", PUZZLES, ids=lambda puzzle: puzzle.id)
def test_the_arm_reaches_every_slot_at_every_level_with_the_gripper_steep(puzzle: Puzzle, level: int) -> None:
    arm = load_arm("so101")
    for slot in puzzle.slots:
        stack = tuple(Place(piece.id, slot.id, at) for at, piece in enumerate(puzzle.pieces[: level + 1]))
        height = resting_z_m(puzzle, stack[level], stack)
        pose = PoseTarget(slot.x_m, slot.y_m, height + 0.003, -1.4835, 0.0, 0.5)
        found = inverse(arm, pose, arm.ready_rad)
        assert isinstance(found, Solution), slot.id
        assert not found.pitch_relaxed, slot.id
