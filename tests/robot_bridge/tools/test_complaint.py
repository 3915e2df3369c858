"""Complaints as data."""

from robot_bridge.tools.complaint import Complaint, Named, ToolFailed


def test_a_servo_is_named_by_id_and_joint() -> None:
    assert Named(3, "elbow_flex").label == "3 (elbow_flex)"
    assert Named(3).label == "3"


def test_a_failure_carries_its_complaint() -> None:
    complaint = Complaint("port_lost", where="/dev/ttyACM0")
    failed = ToolFailed(complaint)
    assert failed.complaint == complaint
    assert str(failed) == "port_lost"
