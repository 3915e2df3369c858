"""Which servos an arm has: those of its joints, then the shadows."""

from robot_bridge.arms import load_arm
from robot_bridge.tools.arm_servos import arm_servos


def test_shadows_come_last_and_name_their_joint_and_leader() -> None:
    servos = arm_servos(load_arm("widowx_250"))
    assert [one.named.label for one in servos[6:]] == [
        "9 (gripper)",
        "3 (shoulder_shadow)",
        "5 (elbow_shadow)",
    ]
    assert [(one.joint, one.leader_id, one.drive_mode) for one in servos[7:]] == [(1, 2, 1), (2, 4, 1)]
    assert [one.drive_mode for one in servos[:7]] == [0, 0, 0, 0, 1, 0, 0]
    assert {one.model_number for one in servos} == {1020, 1060}


def test_an_arm_without_shadows_has_one_servo_a_joint() -> None:
    assert [one.leader_id for one in arm_servos(load_arm("so101"))] == [None] * 6
