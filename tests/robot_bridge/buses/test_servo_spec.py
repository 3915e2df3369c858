"""What is written into the servos follows from the arm and its calibration."""

import math
from dataclasses import replace

import pytest
from msgspec import structs

from robot_bridge.arms import ArmModel, load_arm, nominal_calibration
from robot_bridge.buses.servo_spec import chain_spec, servo_protocol
from robot_bridge.toml_table import InvalidTable


def test_the_chain_follows_the_arm(so101: ArmModel) -> None:
    spec = chain_spec(so101, nominal_calibration(so101))
    assert spec.ids == (1, 2, 3, 4, 5, 6)
    assert {servo.model_number for servo in spec.servos} == {777}
    pan = spec.servos[0]
    assert (pan.name, pan.range_min, pan.range_max, pan.torque_limit) == ("shoulder_pan", 795, 3299, 900)
    assert pan.goal_speed > so101.motion.velocity_rad_s[0] * 4096 / math.tau
    assert spec.max_steps_s == so101.servo.velocity_rad_s * 4096 / math.tau
    assert spec.byte_ns == 10_000


def test_an_arm_may_mix_models_of_servo(so101: ArmModel) -> None:
    last = structs.replace(so101.joints[5], model_number=9)
    mixed = structs.replace(so101, joints=(*so101.joints[:5], last))
    spec = chain_spec(mixed, nominal_calibration(so101))
    assert [servo.model_number for servo in spec.servos] == [777] * 5 + [9]


def test_a_protocol_that_nobody_speaks_is_an_error() -> None:
    with pytest.raises(InvalidTable, match="'morse'"):
        servo_protocol("morse")


def test_a_shadow_is_what_its_leader_is_but_for_its_id_and_the_way_it_faces() -> None:
    widowx = load_arm("widowx_250")
    spec = chain_spec(widowx, nominal_calibration(widowx))
    assert [servo.servo_id for servo in spec.everyone] == [1, 2, 4, 6, 7, 8, 9, 3, 5]
    assert spec.ids == (1, 2, 4, 6, 7, 8, 9)
    assert [spec.everyone[spec.places[one]].servo_id for one in (1, 9, 3)] == [1, 9, 3]
    assert [spec.ids[place] for place in spec.led_by] == [2, 4]
    assert [(one.name, one.leader_id) for one in spec.shadows] == [
        ("shoulder_shadow", 2),
        ("elbow_shadow", 4),
    ]
    shoulder, shadow = spec.servos[1], spec.shadows[0]
    assert (shoulder.drive_mode, shadow.drive_mode, shoulder.leader_id) == (0, 1, None)
    assert replace(shadow, name="shoulder", servo_id=2, drive_mode=0, leader_id=None) == shoulder
    assert spec.servos[4].drive_mode == 1
