"""A player presses what the arm holds onto the table: the arm gives way before a servo shuts itself down."""

import pytest
from lock_step import LockStep
from simulated_arm import SimulatedArm

from robot_bridge.arms import load_arm
from robot_bridge.wire.commands import Command, Enable, PoseTarget, Reset, Setpoint
from robot_bridge.wire.state import ArmState

SO101 = load_arm("so101")
PIECE, SLOT = (0.1848, -0.09), (0.27, 0.0)
OVERLOAD = 0.8
"""Register 36 of the servo as delivered: a load above it for 2 s (register 35) cuts the torque."""


def pose(xy: tuple[float, float], z_m: float, gripper: float) -> PoseTarget:
    return PoseTarget(*xy, z_m, -1.45, 0.0, gripper)


def target(number: int, grasp_m: float) -> PoseTarget:
    """Takes the piece at this height, carries it, and asks for a place that lies below the table's top."""
    ways = (
        (200, pose(PIECE, 0.09, 0.9)),
        (300, pose(PIECE, grasp_m, 0.9)),
        (450, pose(PIECE, grasp_m, 0.0)),
        (580, pose(PIECE, 0.09, 0.0)),
        (780, pose(SLOT, 0.09, 0.0)),
    )
    return next((way for until, way in ways if number < until), pose(SLOT, 0.019, 0.0))


def pressing(grasp_m: float, seconds: float) -> list[ArmState]:
    """Every state from the moment when the piece is brought down."""

    def commands(number: int, now_ns: int) -> tuple[Command, ...]:
        if number < 20:
            return ()
        if number == 20:
            return (Reset(1, "boot-1"), Enable(1, 1, 1))
        return (Setpoint(1, 1, 1, number, now_ns + 50_000_000, target(number, grasp_m)),)

    arm = SimulatedArm(SO101, seed=7)
    told = list(LockStep(arm, SO101).play(commands, 780 + round(seconds * 100)))
    arm.cell.close()
    return told[780:]


@pytest.mark.parametrize("grasp_m", [0.024, 0.03])
def test_who_presses_for_long_strains_no_servo_for_as_long_as_it_takes_to_shut_down(grasp_m: float) -> None:
    told = pressing(grasp_m, seconds=12.0)
    assert {one.mode for one in told} == {"play"}
    assert any("contact" in one.limits for one in told), "nothing was pressed"
    for joint in range(5):
        longest, strained = 0, 0
        for one in told:
            strained = strained + 1 if abs(one.joints[joint].load) > OVERLOAD else 0
            longest = max(longest, strained)
        assert longest < 100, f"joint {joint} strained for {longest} ticks of 10 ms"
