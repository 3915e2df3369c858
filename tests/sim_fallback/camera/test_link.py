"""The wire to the camera process: whole messages, never waiting, and an end that is noticed."""

import socket

import pytest

from sim_fallback.camera.link import (
    CameraReport,
    Restage,
    receive_for_camera,
    receive_report,
    send,
)
from sim_fallback.scene import Pose, Scene

POSE = Pose((0.1, 0.2, 0.3), (0.0, 0.0, 0.0, 1.0))
SCENE = Scene(7, (POSE,) * 7, (POSE,))


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    yield ours, theirs
    ours.close()
    theirs.close()


def test_messages_come_whole_and_in_order(ends, layout):
    ours, theirs = ends
    assert send(ours, Restage(layout))
    assert send(ours, SCENE)
    assert receive_for_camera(theirs, 1.0) == Restage(layout)
    assert receive_for_camera(theirs, 1.0) == SCENE
    assert receive_for_camera(theirs, 0.0) is None


def test_reports_come_back(ends):
    ours, theirs = ends
    assert receive_report(ours) is None
    send(theirs, CameraReport(1, 2, 3.0, 4.0))
    assert receive_report(ours) == CameraReport(1, 2, 3.0, 4.0)


def test_a_side_that_does_not_read_is_not_waited_for(ends):
    ours, _ = ends
    assert not all(send(ours, SCENE) for _ in range(10_000))


def test_a_side_that_went_is_noticed(ends):
    ours, theirs = ends
    ours.close()
    with pytest.raises(EOFError):
        receive_for_camera(theirs, 1.0)
    assert not send(theirs, CameraReport(1, 2, 3.0, 4.0))
