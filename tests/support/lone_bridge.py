"""A simulated arm and its bridge as two processes, commanded as a cell would, with no cell and no hub."""

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from robot_bridge.arms import ArmModel
from robot_bridge.wire.commands import Command, Enable, Heartbeat, JointTarget, Reset, Setpoint
from robot_bridge.wire.state import ArmState, Upward
from sim_fallback import staging_client
from sim_fallback.staging_wire import AskTruth

DEADLINE_NS = 100_000_000
_EPOCH = 3


class LoneBridge:
    """`sim` is the simulation's command: `run` with physics, `servos` without."""

    def __init__(self, folder: Path, model: ArmModel, sim: str) -> None:
        """Starts both and waits for nothing."""
        self.folder, self.model = folder, model
        self.states: list[ArmState] = []
        self._sequence = 0
        self._decoder = msgspec.msgpack.Decoder[Upward](Upward)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "cell.sock"))
        self._socket.settimeout(0.005)
        (folder / "cell.toml").write_text(
            f'[bridge]\narm = "{model.name}"\nport = "{folder}/bus"\n'
            f'calibration = "{folder}/arm.json"\nsocket = "{folder}/bridge.sock"\n'
            f'[sim]\nseed = 1\nbus = "{folder}/bus"\nsocket = "{folder}/sim.sock"\n'
            f'calibration = "{folder}/arm.json"\n'
        )
        self._log = folder / "sim.log"
        self.sim = self._start("sim_fallback", sim, self._log)
        _wait_until(lambda: "metrics_port=" in self._log.read_text(), self._log.read_text)
        self.bridge = self._start("robot_bridge", None, folder / "bridge.log")

    @property
    def state(self) -> ArmState:
        """The newest state."""
        return self.states[-1]

    @property
    def joints_rad(self) -> tuple[float, ...]:
        """Where the joints really are."""
        return staging_client.ask(self.folder / "sim.sock", AskTruth(version=1)).joints_rad

    def farthest(self, goal_rad: tuple[float, ...]) -> float:
        """How far the farthest joint is from the goal, as the bridge says, the gripper aside (rad)."""
        pairs = zip(self.state.joints[:-1], goal_rad[:-1], strict=True)
        return max(abs(joint.position_rad - angle) for joint, angle in pairs)

    def moved_s(self) -> float:
        """When a joint last turned, on this machine's monotonic clock."""
        return self.metric("armcade_sim_joint_moved_monotonic_seconds")

    def metric(self, name: str) -> float:
        """One number of the simulation's metrics page."""
        found = re.search(r"metrics_port\S*=\D*(\d+)", self._log.read_text())
        assert found is not None
        with urllib.request.urlopen(f"http://127.0.0.1:{found[1]}/metrics", timeout=5) as page:
            lines = page.read().decode().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(name))

    def send(self, command: Command) -> None:
        """Sends one command, if the bridge is there and has room for it."""
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError, TimeoutError):
            self._socket.sendto(msgspec.msgpack.encode(command), str(self.folder / "bridge.sock"))

    def aim(self, joints_rad: tuple[float, ...]) -> None:
        """Sends a setpoint for the joints; the gripper stays half open."""
        self._sequence += 1
        now = self.state
        deadline = time.monotonic_ns() + DEADLINE_NS
        target = JointTarget(joints_rad[:-1], 0.5)
        self.send(Setpoint(1, now.lease_epoch, now.stop_generation, self._sequence, deadline, target))

    def until(self, done: Callable[[], bool], goal_rad: tuple[float, ...] | None = None) -> None:
        """Beats, listens and perhaps aims until something is so.

        A busy machine may keep this test silent for so long that the arm is held; it then enables again.
        """

        def once() -> bool:
            self.send(Heartbeat(1, 1))
            if goal_rad is not None:
                if self.state.mode == "hold":
                    self.send(Enable(1, _EPOCH, self.state.stop_generation))
                self.aim(goal_rad)
            self._listen()
            return bool(self.states) and done()

        _wait_until(once, lambda: f"{self.states[-1:]}\n{(self.folder / 'bridge.log').read_text()}")

    def play(self) -> None:
        """Resets what is latched and enables."""
        self.until(lambda: self.state.bus_ok and self.state.mode == "latched")
        assert self.state.stop_id is not None
        self.send(Reset(1, self.state.stop_id))
        self.until(lambda: self.state.mode == "idle")
        self.send(Enable(1, _EPOCH, self.state.stop_generation))
        self.until(lambda: self.state.mode == "play")

    def kill(self) -> float:
        """Kills the bridge; returns when, on the monotonic clock."""
        at_s = time.monotonic()
        self.bridge.kill()
        self.bridge.wait(10)
        return at_s

    def restart(self) -> None:
        """Starts the bridge again."""
        self.states.clear()
        while True:
            try:
                self._socket.recv(65536)
            except TimeoutError:
                break
        self.bridge = self._start("robot_bridge", None, self.folder / "bridge.log")

    def close(self) -> None:
        """Ends both."""
        for process in (self.bridge, self.sim):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self._socket.close()

    def _start(self, module: str, word: str | None, log: Path) -> subprocess.Popen[bytes]:
        words = [] if word is None else [word]
        command = [sys.executable, "-m", module, *words, "--config", str(self.folder / "cell.toml")]
        with log.open("ab") as output:
            return subprocess.Popen(command, stdout=output, stderr=output)

    def _listen(self) -> None:
        with contextlib.suppress(TimeoutError):
            for _ in range(8):
                message = self._decoder.decode(self._socket.recv(65536))
                if isinstance(message, ArmState):
                    self.states.append(message)


def _wait_until(done: Callable[[], bool], told: Callable[[], str], timeout_s: float = 30.0) -> None:
    ends_s = time.monotonic() + timeout_s
    while not done():
        if time.monotonic() > ends_s:
            pytest.fail(told())
        time.sleep(0.001)
