"""Puzzle inputs alone solve every puzzle: plan, servos, physics, camera and referee in lock-step.

Only the bridge's tick is left out: waypoints go through its inverse kinematics to the servo bus.
"""

import json
from collections.abc import Iterator

import msgspec
import pytest

from game import moves, referee
from game.moves import Arm, Done, MovePlan
from game.puzzle import Puzzle, load_puzzles
from game.referee import GoalReached, PiecePlaced
from game.route import Pose
from game.rules import PieceSighting
from game.table import layout
from robot_bridge.arms import load_arm, nominal_calibration, rad_to_steps
from robot_bridge.kinematics import Solution, forward, inverse
from robot_bridge.wire.commands import PoseTarget
from sim_fallback.camera.pinhole import CAMERAS
from sim_fallback.cell import SimulatedCell
from sim_fallback.layout import decode_layout
from sim_fallback.servo_bus import registers as reg
from sim_fallback.servo_bus.packets import BROADCAST, SYNC_WRITE, instruction_frame
from teleop.cell.vision import Vision

PUZZLES = load_puzzles()
MODEL = load_arm("so101")
CALIBRATION = nominal_calibration(MODEL)
TICK_S, TICKS_PER_LOOK = 0.02, 5


class Bench:
    """The simulated cell with a referee that looks ten times a second."""

    def __init__(self, puzzle: Puzzle) -> None:
        self.puzzle, self.cell = puzzle, SimulatedCell(MODEL, CALIBRATION, seed=1)
        self.said: list[referee.Effect] = []
        self._near = MODEL.ready_rad
        self._ticks = 0
        self._state: referee.RefereeState | None = None
        self._vision = Vision(CAMERAS["overview"], puzzle.pieces)
        self._prepare()

    @property
    def state(self) -> referee.RefereeState:
        assert self._state is not None
        return self._state

    def _write(self, register: reg.Register, values: list[int]) -> None:
        rows = b"".join(
            bytes((joint.servo_id,)) + value.to_bytes(register.length, "little")
            for joint, value in zip(MODEL.joints, values, strict=True)
        )
        head = bytes((register.address, register.length))
        self.cell.receive(instruction_frame(BROADCAST, SYNC_WRITE, head + rows))

    def _goal(self, positions_rad: tuple[float, ...]) -> None:
        steps = [rad_to_steps(MODEL, at, CALIBRATION[at], angle) for at, angle in enumerate(positions_rad)]
        self._write(reg.GOAL_POSITION, steps)

    def _prepare(self) -> None:
        """Switches torque on where the arm is, goes to its ready pose, and lays the pieces out."""
        self._goal(self.angles)
        self._write(reg.ACCELERATION, [60] * 6)
        self._write(reg.GOAL_SPEED, [1200] * 6)
        self._write(reg.TORQUE_LIMIT, [round(1000 * limit) for limit in MODEL.servo.torque_limit])
        self._write(reg.TORQUE_ENABLE, [1] * 6)
        self._goal(MODEL.ready_rad)
        self.wait(2.5)
        assert self.cell.arrange(decode_layout(json.dumps(layout(self.puzzle)).encode())) == ""
        self._state = referee.start(self.puzzle, self.cell.now_ns)
        self.wait(0.8)

    @property
    def angles(self) -> tuple[float, ...]:
        return tuple(one.position_rad for one in self.cell.readings())

    @property
    def arm(self) -> Arm:
        readings = self.cell.readings()
        pose = forward(MODEL, self.angles)
        still = all(abs(one.velocity_rad_s) < 0.08 for one in readings[:-1])
        at = Pose(pose.x_m, pose.y_m, pose.z_m, pose.pitch_rad, pose.roll_rad)
        return Arm(at, pose.gripper, abs(readings[-1].load), still)

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK_S)):
            self._tick()

    def _tick(self) -> None:
        self.cell.step(TICK_S)
        self._ticks += 1
        if self._state is not None and self._ticks % TICKS_PER_LOOK == 0:
            sighting = self._vision.look(self.cell.picture("overview"), self.cell.now_ns)
            self._state, effects = referee.step(self._state, sighting, self.cell.now_ns)
            self.said += effects

    def sightings(self) -> tuple[PieceSighting, ...]:
        return tuple(view.sighting for view in referee.views(self.state, self.cell.now_ns))

    def move(self, piece: str, slot: str, seen: tuple[PieceSighting, ...] | None = None) -> moves.Status:
        seen = self.sightings() if seen is None else seen
        plan = moves.plan_move(self.puzzle, seen, piece, slot, self.arm.pose)
        assert isinstance(plan, MovePlan), plan
        while True:
            plan, waypoint, status = moves.step(plan, self.arm, self.cell.now_ns)
            if waypoint is None:
                self.wait(0.8)
                return status
            self._follow(waypoint)
            self._tick()

    def _follow(self, waypoint: moves.Waypoint) -> None:
        pose = PoseTarget(
            waypoint.x_m, waypoint.y_m, waypoint.z_m, waypoint.pitch_rad, waypoint.roll_rad, waypoint.gripper
        )
        found = inverse(MODEL, pose, self._near)
        assert isinstance(found, Solution), waypoint
        self._near = found.positions_rad
        self._goal(found.positions_rad)


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    bench = Bench(PUZZLES[request.param])
    yield bench
    bench.cell.close()


SOLUTIONS = {
    "sort_colours": [("blue", "far_right"), ("red", "far_left"), ("yellow", "far_middle")],
    "swap": [("red", "near_middle"), ("blue", "far_left"), ("red", "far_right")],
    "tower": [("blue", "near_middle"), ("yellow", "near_middle"), ("red", "near_middle")],
}


@pytest.mark.parametrize(("bench", "solution"), SOLUTIONS.items(), ids=SOLUTIONS.keys(), indirect=["bench"])
def test_each_puzzle_is_solved_by_puzzle_inputs(bench: Bench, solution: list[tuple[str, str]]) -> None:
    for piece, slot in solution:
        assert bench.move(piece, slot) == Done()
    placed = [(one.piece, one.slot) for one in bench.said if isinstance(one, PiecePlaced)]
    assert placed == solution
    assert isinstance(bench.said[-1], GoalReached)
    assert bench.state.moves == len(solution) == bench.puzzle.par_moves
    assert bench.said[-1].time_s < bench.puzzle.par_s
    truth = {one.piece: one.position_m for one in bench.cell.truth()}
    for place in bench.puzzle.goal:
        slot = bench.puzzle.slot(place.slot)
        assert truth[place.piece][0] == pytest.approx(slot.x_m, abs=0.006)
        assert truth[place.piece][1] == pytest.approx(slot.y_m, abs=0.006)
        assert truth[place.piece][2] == pytest.approx(0.015 + 0.03 * place.level, abs=0.002)


@pytest.mark.parametrize("bench", ["swap"], indirect=True)
def test_a_piece_that_was_taken_away_is_missed_in_words(bench: Bench) -> None:
    seen = bench.sightings()
    staged = decode_layout(json.dumps(layout(bench.puzzle)).encode())
    red = msgspec.structs.replace(staged.pieces[0], x_m=0.15, y_m=0.12)
    assert red.id == "red"
    assert bench.cell.arrange(msgspec.structs.replace(staged, pieces=(red, *staged.pieces[1:]))) == ""
    assert bench.move("red", "near_middle", seen) == moves.Failed("grip", moves.MISSED)
