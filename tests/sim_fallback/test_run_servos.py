"""An arm's servos alone as a process: on the bus, on the socket, and gone without a trace."""

import signal
import subprocess
import sys
import time

import pytest
import serial

from robot_bridge.arms import load_arm
from sim_fallback import staging_client
from sim_fallback.layout import EMPTY_LAYOUT
from sim_fallback.servo_bus import packets
from sim_fallback.staging_wire import Arrange, AskTruth

pytestmark = pytest.mark.system
WAIT_S = 30.0


def started(folder, arm="so101"):
    config = folder / "cell.toml"
    config.write_text(
        f'[bridge]\narm = "{arm}"\n[sim]\nseed = 1\nbus = "{folder}/bus"\n'
        f'socket = "{folder}/sim.sock"\ncalibration = "{folder}/arm.json"\n'
    )
    command = [sys.executable, "-m", "sim_fallback", "servos", "--config", str(config)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def process(tmp_path):
    process = started(tmp_path)
    deadline = time.monotonic() + WAIT_S
    while not (tmp_path / "bus").is_symlink():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    yield process
    process.kill()
    process.communicate()


def test_a_servo_answers_falls_silent_and_heals(process, tmp_path):
    ping, answer = packets.instruction_frame(3, packets.PING), packets.status_frame(3, 0, b"")
    with serial.Serial(str(tmp_path / "bus"), 1_000_000, timeout=5) as port:
        port.write(ping)
        assert port.read(6) == answer
        assert staging_client.fault(tmp_path / "sim.sock", ["dead", "ids=3"], None) == 0
        staging_client.ask(tmp_path / "sim.sock", AskTruth(version=1))  # answered a step later at least
        port.write(ping)
        port.timeout = 0.2
        assert port.read(6) == b""
        assert staging_client.fault(tmp_path / "sim.sock", ["heal"], None) == 0
        staging_client.ask(tmp_path / "sim.sock", AskTruth(version=1))
        port.write(ping)
        port.timeout = 5
        assert port.read(6) == answer


def test_it_stands_at_rest_and_has_no_table(process, tmp_path):
    told = staging_client.ask(tmp_path / "sim.sock", AskTruth(version=1))
    assert told.joints_rad == pytest.approx(load_arm("so101").rest_rad)
    arranged = staging_client.ask(tmp_path / "sim.sock", Arrange(version=1, layout=EMPTY_LAYOUT))
    assert (arranged.done, arranged.reason) == (False, "a bare arm has no table to lay pieces on")


def test_nothing_is_left_behind(process, tmp_path):
    process.send_signal(signal.SIGTERM)
    assert process.wait(WAIT_S) == 0
    assert not (tmp_path / "bus").is_symlink()
    assert not (tmp_path / "sim.sock").exists()


def test_an_unknown_arm_is_told_in_a_sentence(tmp_path):
    process = started(tmp_path, "hal9000")
    assert "no arm named 'hal9000'" in process.communicate(timeout=WAIT_S)[1]
    assert process.returncode == 1
