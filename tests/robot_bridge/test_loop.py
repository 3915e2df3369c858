"""The bridge as a real process over the emulated servo bus: healthy, unplugged, silenced and killed."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from robot_bridge.arms import ArmModel, nominal_calibration, rad_to_steps, write_calibration
from robot_bridge.kinematics import distance
from robot_bridge.wire.commands import (
    Command,
    Enable,
    Heartbeat,
    PoseTarget,
    Reset,
    Setpoint,
    Stop,
)
from robot_bridge.wire.state import ArmState, Notice, Report, Upward
from sim_fallback.servo_bus.chain import ServoChain
from sim_fallback.servo_bus.pty_bus import PtyBus
from sim_fallback.servo_bus.servo import Sensed, ServoSpec

pytestmark = pytest.mark.system
MS = 1_000_000
NEAR = PoseTarget(0.2, 0.1, 0.08, -1.2, 0.2, 0.5)
FAR = PoseTarget(0.24, -0.15, 0.08, -1.2, 0.2, 0.5)


class Arm:
    """An ideal arm behind an emulated bus: wherever the servos' profiles are, it is."""

    def __init__(self, model: ArmModel, path: Path) -> None:
        calibration = nominal_calibration(model)
        specs = [ServoSpec(c.id, c.homing_offset, c.range_min, c.range_max) for c in calibration]
        pairs = enumerate(zip(calibration, model.ready_rad, strict=True))
        self.at = [float(rad_to_steps(model, i, entry, angle)) for i, (entry, angle) in pairs]
        self.chain = ServoChain(specs)
        self.bus = PtyBus(self.chain, path)
        self._ending = threading.Event()
        self.bus.sense([Sensed(at, 0.0, 0.0) for at in self.at], 0.005)
        self._thread = threading.Thread(target=self._move)
        self._thread.start()

    def close(self) -> None:
        self._ending.set()
        self._thread.join()
        self.bus.close()

    def _move(self) -> None:
        while not self._ending.wait(0.005):
            driven = self.bus.drive(0.005)
            self.at = [d.target_steps if d.torque_on else at for d, at in zip(driven, self.at, strict=True)]
            self.bus.sense([Sensed(at, 0.0, 0.0) for at in self.at], 0.005)


class Cell:
    """The bridge's process, and the other end of its socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(folder / "cell.sock"))
        self.socket.settimeout(0.005)
        self.states: list[ArmState] = []
        self.reports: list[Report] = []
        self.notices: list[Notice] = []
        self.sequence = 0
        self.sent_ns = 0
        self._decoder = msgspec.msgpack.Decoder[Upward](Upward)

    @property
    def state(self) -> ArmState:
        return self.states[-1]

    def start(self) -> None:
        command = [sys.executable, "-m", "robot_bridge", "--config", str(self.folder / "cell.toml")]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def send(self, command: Command | bytes) -> None:
        """Sends one datagram; it is lost when the bridge is not there or, the machine busy, has no room."""
        data = command if isinstance(command, bytes) else msgspec.msgpack.encode(command)
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError, TimeoutError):
            self.socket.sendto(data, str(self.folder / "bridge.sock"))

    def drive(self, target: PoseTarget) -> None:
        self.sequence += 1
        self.sent_ns = time.monotonic_ns()
        safety = self.state
        self.send(
            Setpoint(
                1,
                safety.lease_epoch,
                safety.stop_generation,
                self.sequence,
                self.sent_ns + 100 * MS,
                target,
            )
        )

    def until(self, done: Callable[[], bool], target: PoseTarget | None = None) -> None:
        """Beats, listens and perhaps drives until something is so; fails after 15 s.

        A busy machine may keep this test silent for so long that the arm is held; it then enables again.
        """
        ends_ns = time.monotonic_ns() + 15_000 * MS
        while not (self.states and done()):
            assert time.monotonic_ns() < ends_ns, self.states[-1:]
            self.send(Heartbeat(1, 1))
            if target is not None:
                if self.state.mode == "hold":
                    self.send(Enable(1, 3, self.state.stop_generation))
                self.drive(target)
            self.listen()

    def press(
        self, command: Callable[[], Command], done: Callable[[], bool], target: PoseTarget | None = None
    ) -> None:
        """Sends a command, and again every 20 ticks until it has had its effect: a datagram may be lost."""
        ends_ns = time.monotonic_ns() + 15_000 * MS
        while not done():
            assert time.monotonic_ns() < ends_ns, self.states[-1:]
            self.send(command())
            self.until_tick(self.state.tick + 20, done, target)

    def until_tick(self, tick: int, done: Callable[[], bool], target: PoseTarget | None) -> None:
        """Until something is so, or the bridge has come to this tick."""
        self.until(lambda: done() or self.state.tick >= tick, target)

    def listen(self) -> None:
        with contextlib.suppress(TimeoutError):
            for _ in range(8):
                message = self._decoder.decode(self.socket.recv(65536))
                if isinstance(message, ArmState):
                    self.states.append(message)
                elif isinstance(message, Report):
                    self.reports.append(message)
                else:
                    self.notices.append(message)

    def play(self) -> None:
        """Resets, enables, and drives until the arm moves."""
        self.until(lambda: self.state.bus_ok)
        assert self.state.stop_id is not None
        self.press(lambda: Reset(1, self.state.stop_id or ""), lambda: self.state.mode == "idle")
        self.press(lambda: Enable(1, 3, self.state.stop_generation), lambda: self.state.mode == "play")
        before = self.state.applied_rad
        self.until(lambda: self.state.mode == "play" and self.state.applied_rad != before, FAR)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.socket.close()


@pytest.fixture
def arm(tmp_path: Path, so101: ArmModel) -> Iterator[Arm]:
    made = Arm(so101, tmp_path / "bus")
    yield made
    made.close()


@pytest.fixture
def cell(tmp_path: Path, so101: ArmModel) -> Iterator[Cell]:
    write_calibration(tmp_path / "so101.json", so101, nominal_calibration(so101))
    (tmp_path / "cell.toml").write_text(
        f'[bridge]\narm = "so101"\nport = "{tmp_path}/bus"\n'
        f'calibration = "{tmp_path}/so101.json"\nsocket = "{tmp_path}/bridge.sock"\n'
    )
    made = Cell(tmp_path)
    yield made
    made.close()


def test_a_turn_on_a_healthy_bus(cell: Cell, arm: Arm) -> None:
    arm.bus.start()
    cell.start()
    cell.play()
    cell.until(lambda: distance(cell.state.measured_pose, NEAR) < 0.002, NEAR)
    cell.until(lambda: len(cell.reports) > 0, NEAR)
    assert cell.state.mode == "play"
    values = cell.reports[-1].values
    assert values["bus_ok"] == 1.0 and values["ticks_total"] > 50
    assert {"realtime", "tick_lateness_seconds_p99", "bus_cycle_seconds_p50"} <= set(values)
    assert values["command_to_bus_seconds_p99"] <= values["tick_work_seconds_max"]
    ticks = [state.tick for state in cell.states]
    assert ticks == sorted(set(ticks))


def test_silence_holds_the_arm_and_its_goals_stop_within_200_ms(cell: Cell, arm: Arm) -> None:
    arm.bus.start()
    cell.start()
    cell.play()
    cell.until(lambda: cell.state.mode == "hold")
    assert cell.state.cause in ("silence", "deadline")
    held = cell.state.applied_rad
    ends = cell.state.tick + 30
    cell.until(lambda: cell.state.tick >= ends)
    still = cell.state.applied_rad
    last_change = max(state.now_ns for state in cell.states if state.applied_rad != still)
    assert last_change - cell.sent_ns <= 200 * MS
    assert held != () and cell.state.mode == "hold"


def test_without_a_bus_it_waits_latched_and_finds_the_bus_later(cell: Cell, arm: Arm) -> None:
    cell.start()
    cell.until(lambda: cell.state.cause == "bus_lost")
    assert cell.state.mode == "latched" and not cell.state.bus_ok and cell.state.joints == ()
    arm.bus.start()
    cell.play()


def test_an_unplugged_bus_latches_and_nothing_moves_until_reset_and_enable(cell: Cell, arm: Arm) -> None:
    arm.bus.start()
    cell.start()
    cell.play()
    generation = cell.state.stop_generation
    arm.bus.unplug()
    cell.until(lambda: cell.state.cause == "bus_lost" and cell.state.bus_note != "", FAR)
    assert cell.state.mode == "latched" and cell.state.stop_generation > generation
    settled = list(arm.at)
    arm.bus.replug()
    cell.until(lambda: cell.state.bus_ok, FAR)
    ends = cell.state.tick + 30
    cell.until(lambda: cell.state.tick >= ends, FAR)
    assert cell.state.mode == "latched"
    # The profile may run out toward the last goal that was heard, one look-ahead at most.
    assert max(abs(a - b) for a, b in zip(arm.at, settled, strict=True)) < 92
    cell.play()


def test_a_killed_bridge_leaves_the_goals_and_restarts_latched(cell: Cell, arm: Arm) -> None:
    arm.bus.start()
    cell.start()
    cell.play()
    cell.until(lambda: max(abs(j.velocity_rad_s) for j in cell.state.joints) >= 0.0, FAR)
    cell.kill()
    time.sleep(0.3)
    rested = list(arm.at)
    cell.states.clear()
    cell.start()
    cell.until(lambda: cell.state.bus_ok)
    ends = cell.state.tick + 30
    cell.until(lambda: cell.state.tick >= ends, FAR)
    assert cell.state.mode == "latched" and cell.state.cause == "boot"
    assert max(abs(a - b) for a, b in zip(arm.at, rested, strict=True)) <= 2
    cell.play()


def test_bad_datagrams_are_counted_and_move_nothing(cell: Cell, arm: Arm) -> None:
    arm.bus.start()
    cell.start()
    cell.until(lambda: cell.state.bus_ok)
    rested = cell.state.applied_rad
    nan = msgspec.msgpack.encode(
        {"type": "setpoint", "version": 1, "target": {"type": "pose", "x_m": float("nan")}}
    )
    for bad in (b"", b"\x00" * 50, os.urandom(500), b"x" * 5000, nan):
        cell.send(bad)
    cell.drive(FAR)
    cell.send(Enable(1, 1, 0))
    cell.send(Reset(1, "another"))
    cell.until(lambda: bool(cell.reports) and "refused_wrong_stop_id_total" in cell.reports[-1].values)
    values = cell.reports[-1].values
    refused = {name: count for name, count in values.items() if name.startswith("refused_")}
    assert sum(refused.values()) == 8.0, refused
    assert (
        refused["refused_oversized_total"] == 1.0 and refused["refused_setpoint_while_latched_total"] == 1.0
    )
    assert {notice.reason for notice in cell.notices} >= {"oversized", "wrong_stop_id"}
    assert cell.state.applied_rad == rested and cell.state.mode == "latched"


def test_a_stop_latches_under_its_own_name(cell: Cell, arm: Arm) -> None:
    arm.bus.start()
    cell.start()
    cell.play()
    cell.press(lambda: Stop(1, "pressed:1", "by a test"), lambda: cell.state.mode == "latched", FAR)
    assert (cell.state.stop_id, cell.state.cause) == ("pressed:1", "stop_pressed")


def test_ending_it_stops_the_arm_and_takes_the_socket_away(cell: Cell, arm: Arm) -> None:
    arm.bus.start()
    cell.start()
    cell.play()
    assert cell.process is not None
    process = cell.process
    process.send_signal(signal.SIGTERM)
    cell.until(lambda: process.poll() is not None)
    assert process.returncode == 0
    assert not (cell.folder / "bridge.sock").exists()
    for _ in range(2):
        cell.listen()
    assert cell.state.mode == "latched"
    assert all(drive.torque_on for drive in arm.bus.drive(0.001))
