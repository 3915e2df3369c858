"""The whole simulation as a process: bus, cameras, staging and metrics, and nothing left behind."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from pathlib import Path

import msgspec
import pytest
import serial

from robot_bridge.wire.frames import FrameRing, read_calibration
from sim_fallback import staging_client
from sim_fallback.servo_bus import packets
from sim_fallback.staging_wire import AskTruth

pytestmark = pytest.mark.system
WAIT_S = 60.0


class Running:
    """One simulation in its own folder, with free names."""

    def __init__(self, folder):
        self.folder = folder
        mark = uuid.uuid4().hex[:10]
        self.rings = {name: f"armcade-test-{mark}-{name}" for name in ("overview", "wrist")}
        self.socket, self.bus = folder / "sim.sock", folder / "bus"
        cameras = "".join(
            f'[[cameras]]\nname = "{name}"\nring = "{ring}"\ncalibration = "{folder}/{name}.json"\n'
            for name, ring in self.rings.items()
        )
        config = folder / "cell.toml"
        config.write_text(
            f'{cameras}[bridge]\narm = "so101"\n[sim]\nseed = 1\nbus = "{self.bus}"\n'
            f'socket = "{self.socket}"\ncalibration = "{folder}/so101.json"\nmetrics_port = 0\n'
        )
        self.log = folder / "log.txt"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sim_fallback", "run", "--config", str(config)], stderr=log, stdout=log
            )

    def ring(self, camera):
        return until(lambda: FrameRing.attach(self.rings[camera]), FileNotFoundError)

    def metrics(self):
        text = until(lambda: self.log.read_text().split("metrics_port=")[1], IndexError)
        port = int("".join(c for c in text.split()[0] if c.isdigit()))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
            lines = page.read().decode().splitlines()
        return {line.split()[0]: float(line.split()[1]) for line in lines if not line.startswith("#")}

    def camera_pid(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])


def until(attempt, *errors):
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            return attempt()
        except errors:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def next_frame(ring, after=0):
    def attempt():
        frame = ring.read(ring.newest)
        if frame is None or frame.frame_id <= after:
            raise LookupError
        return frame

    return until(attempt, LookupError)


@pytest.fixture
def running(tmp_path):
    pytest.importorskip("pybullet")
    running = Running(tmp_path)
    yield running
    running.process.kill()
    running.process.wait()


def stopped(running, signal_number):
    running.process.send_signal(signal_number)
    return running.process.wait(WAIT_S)


def test_a_servo_answers_on_the_bus(running):
    until(running.bus.stat, FileNotFoundError)
    with serial.Serial(str(running.bus), 1_000_000, timeout=5) as port:
        port.write(packets.instruction_frame(3, packets.READ, bytes((3, 2))))
        answer = port.read(8)
    assert answer == packets.status_frame(3, 0, (777).to_bytes(2, "little"))


def test_the_bus_fails_as_asked_and_heals(running):
    until(running.bus.stat, FileNotFoundError)
    ping = packets.instruction_frame(3, packets.PING)
    with serial.Serial(str(running.bus), 1_000_000, timeout=5) as port:
        assert staging_client.fault(running.socket, ["mute", "ids=3"], None) == 0
        until(lambda: running.log.read_text().index("fault_injected"), ValueError)
        port.write(ping)
        port.timeout = 0.2
        assert port.read(6) == b""
        assert staging_client.fault(running.socket, ["heal"], None) == 0
        until(lambda: running.log.read_text().index("Heal"), ValueError)
        port.write(ping)
        port.timeout = 5
        assert port.read(6) == packets.status_frame(3, 0, b"")
    assert staging_client.fault(running.socket, ["unplug"], None) == 0
    until(lambda: running.log.read_text().index("Unplug"), ValueError)
    assert not running.bus.is_symlink()
    assert staging_client.fault(running.socket, ["replug"], None) == 0
    until(running.bus.stat, FileNotFoundError)


def test_pictures_come_in_order_with_their_time(running):
    for camera in ("overview", "wrist"):
        ring = running.ring(camera)
        first = next_frame(ring)
        second = next_frame(ring, first.frame_id)
        now = time.monotonic_ns()
        assert first.capture_ns < second.capture_ns <= now
        assert (ring.width, ring.height, len(second.i420)) == (640, 480, 460_800)
        assert read_calibration(running.folder / f"{camera}.json").camera == camera
        ring.close()


def test_arrange_then_truth(running, layout):
    running.ring("overview").close()
    path = running.folder / "layout.json"
    path.write_bytes(msgspec.json.encode(layout))
    assert staging_client.arrange(running.socket, path) == 0
    pieces = {
        one.id: one.position_m for one in staging_client.ask(running.socket, AskTruth(version=1)).pieces
    }
    assert pieces["red"] == pytest.approx((0.2, 0.09, 0.015), abs=0.001)


def test_the_metrics_page_counts(running):
    ring = running.ring("overview")
    next_frame(ring, 5)
    ring.close()

    def counted():
        page = running.metrics()
        if page["armcade_sim_pictures"] == 0 or page["armcade_sim_realtime_factor"] == 0:
            raise LookupError
        return page

    page = until(counted, LookupError)
    assert page["armcade_sim_step_seconds_count"] > 0
    assert page["armcade_sim_realtime_factor"] < 1.2


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_behind(running, signal_number):
    running.ring("wrist").close()
    assert stopped(running, signal_number) == 0
    assert not running.socket.exists()
    assert not running.bus.is_symlink()
    assert not [ring for ring in running.rings.values() if Path("/dev/shm", ring).exists()]


def test_a_killed_camera_comes_back_and_readers_notice(running):
    ring = running.ring("overview")
    next_frame(ring)
    os.kill(running.camera_pid(), signal.SIGKILL)

    def gone():
        if not ring.ended:
            raise LookupError

    until(gone, LookupError)
    ring.close()
    again = running.ring("overview")
    next_frame(again)
    again.close()


def test_the_cameras_end_with_a_killed_simulation(running):
    ring = running.ring("overview")
    next_frame(ring)
    running.process.kill()
    running.process.wait()

    def gone():
        if [name for name in running.rings.values() if Path("/dev/shm", name).exists()]:
            raise LookupError

    until(gone, LookupError)
    assert ring.ended
    ring.close()
