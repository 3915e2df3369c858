"""The camera process in one thread: newest scene first, every layout, and which cameras give way."""

import socket
import uuid

import pytest

from robot_bridge.wire.frames import FrameRing
from sim_fallback.camera.link import Restage, receive_report, send
from sim_fallback.camera.process import CameraProcess, rings_left_behind
from sim_fallback.layout import EMPTY_LAYOUT


class Running:
    """A camera process that works off what was sent and then finds the other side gone."""

    def __init__(self):
        mark = uuid.uuid4().hex[:10]
        self.names = [f"armcade-test-{mark}-{name}" for name in ("overview", "wrist")]
        self.end, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pairs = list(zip(("overview", "wrist"), self.names, strict=True))
        self.process = CameraProcess(self.theirs, pairs, 1)
        self.rings = [FrameRing.attach(name) for name in self.names]

    def newest(self):
        return [ring.newest for ring in self.rings]

    def work(self, *messages):
        """One turn of the process's loop after these messages."""
        for message in messages:
            assert send(self.end, message)
        scene = self.process._newest()
        if scene is not None:
            self.process._publish(scene)


@pytest.fixture
def running():
    running = Running()
    yield running
    for ring in running.rings:
        ring.close()
    running.process.close()
    running.end.close()
    running.theirs.close()


def test_the_newest_scene_is_shown_by_both_cameras(running, scene_of, model):
    running.work(*(scene_of(model.rest_rad, EMPTY_LAYOUT, at) for at in (10, 20)))
    assert running.rings[0].read(1).capture_ns == 20
    running.work(scene_of(model.rest_rad, EMPTY_LAYOUT, 30))
    assert running.rings[1].read(running.rings[1].newest).capture_ns == 30


def test_a_scene_of_another_layout_waits_for_its_layout(running, scene_of, model, layout):
    scene = scene_of(model.rest_rad, layout, 5)
    running.work(scene)
    assert running.newest() == [0, 0]
    running.work(Restage(layout), scene)
    assert running.newest() == [1, 1]


def test_a_slow_machine_keeps_the_first_camera_going(running, scene_of, model):
    scenes = [scene_of(model.rest_rad, EMPTY_LAYOUT, at) for at in range(20)]
    for at in range(6):
        running.work(scenes[2 * at], scenes[2 * at + 1])
    assert running.newest() == [6, 2]
    running.work(scenes[19])
    assert running.newest() == [7, 3]


def test_it_ends_when_the_other_side_goes(running):
    running.end.shutdown(socket.SHUT_WR)
    running.process.run()
    assert running.newest() == [0, 0]


def test_it_reports_once_a_second(running, scene_of, model):
    running.work(scene_of(model.rest_rad, EMPTY_LAYOUT, 1))
    running.process._reported -= 2.0
    running.process._report()
    running.process._report()
    report = receive_report(running.end)
    assert (report.pictures, report.skipped) == (2, 0)
    assert receive_report(running.end) is None


def test_rings_of_a_killed_process_are_removed(running):
    rings_left_behind(running.names)
    with pytest.raises(FileNotFoundError):
        FrameRing.attach(running.names[0])
