"""What every arm's file must hold. A new arm is run through all of it by lying in `robot_bridge/arms`."""

import math
import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from pinocchio_arm import oracle_of

from robot_bridge.arms import (
    ArmModel,
    JointCalibration,
    load_arm,
    nominal_calibration,
    rad_to_steps,
    read_calibration,
    steps_to_rad,
    write_calibration,
)
from robot_bridge.clearance import Surroundings
from robot_bridge.kinematics import Solution, Unreachable, distance, forward, inverse, lowest_guard_m
from robot_bridge.kinematics.frames import chain_frames, tool_offset
from robot_bridge.wire.commands import PoseTarget

Posture = tuple[float, ...]
FEETECH_STS3215 = 777
XL430_W250, XL330_M288, XM430_W350 = 1060, 1200, 1020
KNOWN_SERVOS = {"feetech-sts": {FEETECH_STS3215}, "dynamixel-2": {XL430_W250, XL330_M288, XM430_W350}}
STOP_S = 0.080
ON_THE_POINT_M = 1e-6


def postures(arm: ArmModel, count: int) -> Iterator[Posture]:
    """Postures drawn evenly from within the soft limits, the same ones at every run."""
    draw = random.Random(arm.name)
    for _ in range(count):
        yield tuple(draw.uniform(a, b) for a, b in zip(arm.lower_rad, arm.upper_rad, strict=True))


def poses(arm: ArmModel, count: int) -> Iterator[PoseTarget]:
    """Poses drawn from the workspace, from level to straight down."""
    draw = random.Random(arm.name)
    box = arm.workspace
    for _ in range(count):
        at = (draw.uniform(*box.x_m), draw.uniform(*box.y_m), draw.uniform(*box.z_m))
        yield PoseTarget(*at, draw.uniform(-math.pi / 2, 0.2), draw.uniform(-1.0, 1.0), draw.random())


class TestArm:
    """One arm against everything that the bridge takes for granted of an arm."""

    def test_the_file_is_named_as_the_arm(self, arm: ArmModel) -> None:
        assert load_arm(arm.name) is arm

    def test_joints_have_distinct_names_and_links(self, arm: ArmModel) -> None:
        assert len(set(arm.joint_names)) == len(arm.joints)
        assert len({arm.base_link, *(joint.child for joint in arm.joints)}) == len(arm.joints) + 1
        assert arm.joint_names[-1] == "gripper"

    def test_soft_limits_enclose_each_joints_middle(self, arm: ArmModel) -> None:
        for joint, lower, upper in zip(arm.joints, arm.lower_rad, arm.upper_rad, strict=True):
            assert lower < joint.middle_rad < upper, joint.name

    def test_the_gripper_shuts_and_opens_within_its_limits(self, arm: ArmModel) -> None:
        for angle in (arm.gripper.shut_rad, arm.gripper.open_rad):
            assert arm.lower_rad[-1] <= angle <= arm.upper_rad[-1]
        assert abs(arm.gripper.open_rad - arm.gripper.shut_rad) > 0.5

    def test_the_servos_are_of_a_kind_that_the_protocol_speaks_to(self, arm: ArmModel) -> None:
        assert set(arm.model_numbers) <= KNOWN_SERVOS[arm.servo.protocol]
        assert arm.servo.min_voltage_v < arm.servo.max_voltage_v

    def test_no_joint_is_asked_for_more_than_its_servo_can(self, arm: ArmModel) -> None:
        assert max(arm.motion.velocity_rad_s) <= 0.5 * arm.servo.velocity_rad_s
        assert arm.tool_speed_m_s <= 0.25
        assert arm.servo.torque_limit[-1] < max(arm.servo.torque_limit)

    def test_the_controlled_stop_ends_any_motion_soon_enough(self, arm: ArmModel) -> None:
        motion = arm.motion
        rows = zip(
            motion.velocity_rad_s,
            motion.acceleration_rad_s2,
            motion.stop_acceleration_rad_s2,
            motion.stop_jerk_rad_s3,
            strict=True,
        )
        for speed, acceleration, braking, jerk in rows:
            assert acceleration / jerk + speed / braking + braking / jerk <= STOP_S

    def test_a_dead_bridge_leaves_each_joint_about_a_tenth_of_a_second_to_go(self, arm: ArmModel) -> None:
        for ahead, speed in zip(arm.motion.look_ahead_rad, arm.motion.velocity_rad_s, strict=True):
            assert 0.05 * speed <= ahead <= 0.13 * speed

    def test_links_stand_where_pinocchio_puts_them(self, arm: ArmModel) -> None:
        oracle = oracle_of(arm)
        for q in postures(arm, 20):
            for index, frame in enumerate(chain_frames(arm, q)):
                assert np.allclose(oracle.frame(index, q)[:3].ravel(), frame, atol=1e-12)

    def test_the_tool_pose_is_the_one_of_its_frame(self, arm: ArmModel) -> None:
        oracle = oracle_of(arm)
        for q in postures(arm, 50):
            pose = forward(arm, q)
            tool = oracle.frame(len(q) - 2, q) @ np.reshape((*tool_offset(arm), 0, 0, 0, 1), (4, 4))
            assert np.allclose(tool[:3, 3], (pose.x_m, pose.y_m, pose.z_m), atol=1e-9)
            assert -tool[2, 2] == pytest.approx(math.sin(pose.pitch_rad) * _upright(arm, q, tool), abs=1e-9)

    def test_rest_and_ready_clear_the_table_and_so_does_the_way(self, arm: ArmModel) -> None:
        for step in range(101):
            way = zip(arm.ready_rad, arm.rest_rad, strict=True)
            q = tuple(a + (b - a) * step / 100 for a, b in way)
            assert lowest_guard_m(arm, q) >= arm.table_clearance_m + 0.01

    def test_the_ready_tool_looks_down_ahead_from_inside_the_workspace(self, arm: ArmModel) -> None:
        pose, box = forward(arm, arm.ready_rad), arm.workspace
        for value, (low, high) in ((pose.x_m, box.x_m), (pose.y_m, box.y_m), (pose.z_m, box.z_m)):
            assert low + 0.02 < value < high - 0.02
        assert -1.3 < pose.pitch_rad < -0.9
        assert abs(pose.y_m) < 0.005

    def test_no_link_is_too_near_to_another_at_the_ready_posture(self, arm: ArmModel) -> None:
        around = Surroundings(arm)
        rooms = zip(around.names, around.rooms(arm.ready_rad), strict=True)
        assert {name for name, room in rooms if room < 0.0} == set()
        assert "self" in around.names

    def test_guard_points_reach_below_the_tool_point(self, arm: ArmModel) -> None:
        assert lowest_guard_m(arm, arm.ready_rad) < forward(arm, arm.ready_rad).z_m

    def test_a_posture_is_found_again_from_its_pose(self, arm: ArmModel) -> None:
        found = 0
        for q in postures(arm, 60):
            pose = forward(arm, q)
            solution = inverse(arm, pose, q)
            if isinstance(solution, Unreachable):
                continue
            found += 1
            assert distance(forward(arm, solution.positions_rad), pose) < ON_THE_POINT_M
        assert found >= 25

    def test_solutions_stay_within_the_soft_limits_and_on_the_point(self, arm: ArmModel) -> None:
        reached = 0
        for pose in poses(arm, 60):
            solution = inverse(arm, pose, arm.ready_rad)
            if isinstance(solution, Unreachable):
                continue
            reached += 1
            for angle, lower, upper in zip(solution.positions_rad, arm.lower_rad, arm.upper_rad, strict=True):
                assert lower - 1e-12 <= angle <= upper + 1e-12
            again = forward(arm, solution.positions_rad)
            assert distance(again, pose) < ON_THE_POINT_M
            if not solution.pitch_relaxed:
                assert math.remainder(again.pitch_rad - pose.pitch_rad, math.tau) == pytest.approx(
                    0, abs=1e-5
                )
            if not solution.roll_limited:
                assert math.remainder(again.roll_rad - pose.roll_rad, math.tau) == pytest.approx(0, abs=1e-5)
        assert reached >= 40

    @pytest.mark.parametrize("axis", ["x_m", "y_m", "z_m"])
    def test_a_straight_jog_is_followed_without_a_leap(self, arm: ArmModel, axis: str) -> None:
        start = forward(arm, arm.ready_rad)
        q = arm.ready_rad
        for step in range(1, 31):
            pose = msgspec.structs.replace(start, **{axis: getattr(start, axis) - 0.001 * step})
            solution = inverse(arm, pose, q)
            assert isinstance(solution, Solution)
            assert distance(forward(arm, solution.positions_rad), pose) < ON_THE_POINT_M
            moves = (abs(a - b) for a, b in zip(solution.positions_rad, q, strict=True))
            assert max(moves) < 0.05
            q = solution.positions_rad

    def test_a_point_out_of_reach_is_said_to_be(self, arm: ArmModel) -> None:
        found = inverse(arm, PoseTarget(2.0, 0.0, 0.1, -1.0, 0.0, 0.5), arm.ready_rad)
        assert isinstance(found, Unreachable)

    def test_lerobots_file_is_read_as_it_was_written(self, arm: ArmModel, tmp_path: Path) -> None:
        path = tmp_path / "arm.json"
        write_calibration(path, arm, nominal_calibration(arm))
        assert read_calibration(path, arm) == nominal_calibration(arm)

    def test_steps_and_angles_agree_to_half_a_step(self, arm: ArmModel) -> None:
        step_rad = math.tau / arm.servo.steps_per_turn
        for q in (*postures(arm, 20), arm.lower_rad, arm.upper_rad):
            for joint, (entry, angle) in enumerate(zip(nominal_calibration(arm), q, strict=True)):
                steps = rad_to_steps(arm, joint, entry, angle)
                assert abs(steps_to_rad(arm, joint, entry, steps) - angle) <= step_rad / 2 + 1e-9

    def test_a_servo_that_counts_the_other_way_turns_the_joint_the_same_way_round(
        self, arm: ArmModel
    ) -> None:
        for joint, entry in enumerate(nominal_calibration(arm)):
            turned = msgspec.structs.replace(entry, drive_mode=1 - entry.drive_mode)
            assert _slope(arm, joint, turned) == -_slope(arm, joint, entry) != 0


def _slope(arm: ArmModel, joint: int, entry: JointCalibration) -> int:
    middle = arm.joints[joint].middle_rad
    ends = (rad_to_steps(arm, joint, entry, middle + by) for by in (0.2, -0.2))
    first, second = ends
    return (first > second) - (first < second)


def _upright(arm: ArmModel, q: Posture, tool: np.ndarray) -> float:
    """How much of the tool axis lies within the arm's plane; 1 for an arm that cannot lean out of it."""
    pan = chain_frames(arm, q)[0][10] * q[0]
    across = np.array((-math.sin(pan), math.cos(pan), 0.0))
    return math.sqrt(1.0 - float(tool[:3, 2] @ across) ** 2)
