"""The same arm behind each drive that a cell can choose, with the same ways to trouble it."""

import fcntl
import os
import socket
import tempfile
import threading
import weakref
from pathlib import Path
from typing import Any, Protocol

import ros_arms
from ros2_server import Ros2Server
from ros_arms import RosArm

from robot_bridge.arms import ArmModel, nominal_calibration, rad_to_steps, write_calibration
from robot_bridge.arms.calibration import steps_to_rad
from sim_fallback.servo_bus.chain import ServoChain
from sim_fallback.servo_bus.pty_bus import PtyBus
from sim_fallback.servo_bus.servo import Sensed, ServoSpec

TOPIC = "/arm/command"
JAW_TOPIC = "/arm/jaw"
_RAD_PER_STEP = 6.283185307179586 / 4096
Table = dict[str, Any]


class DrivenArm(Protocol):
    """One arm behind a drive."""

    table: Table
    tolerance_rad: float

    def appear(self) -> None:
        """Puts the arm there, where it was left."""

    def vanish(self) -> None:
        """Takes it away at once: unplugged, or its computer killed."""

    def mute(self, joint: int | None) -> None:
        """Lets one joint say nothing any more; none heals."""

    def place(self, joint: int, angle_rad: float) -> None:
        """Moves a joint by hand."""

    def positions(self) -> tuple[float, ...]:
        """Where the joints really are (rad)."""
        ...

    def close(self) -> None:
        """Ends what was started."""


class SerialArm:
    """Emulated servos on a pseudo-terminal, ideal ones: wherever their profiles are, they are."""

    tolerance_rad = 2 * _RAD_PER_STEP

    def __init__(self, model: ArmModel, folder: Path) -> None:
        """Not there yet."""
        self.model = model
        self.calibration = nominal_calibration(model)
        self.path = folder / "port"
        write_calibration(folder / "arm.json", model, self.calibration)
        self.table: Table = {"port": str(self.path), "calibration": str(folder / "arm.json")}
        specs = [ServoSpec(c.id, c.homing_offset, c.range_min, c.range_max) for c in self.calibration]
        self.at = [self._steps(joint, angle) for joint, angle in enumerate(model.ready_rad)]
        self.chain = ServoChain(specs)
        self.bus: PtyBus | None = None
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def appear(self) -> None:
        """Plugs the cable in."""
        if self.bus is not None:
            self.bus.replug()
            return
        self.bus = bus = PtyBus(self.chain, self.path)
        bus.start()
        bus.sense([Sensed(at, 0.0, 0.0) for at in self.at], 0.005)
        self._thread = threading.Thread(target=self._move, args=(bus,))
        self._thread.start()

    def vanish(self) -> None:
        """Pulls it out."""
        assert self.bus is not None
        self.bus.unplug()

    def mute(self, joint: int | None) -> None:
        """A dead servo."""
        self.chain.mute(frozenset() if joint is None else frozenset({self.calibration[joint].id}))

    def place(self, joint: int, angle_rad: float) -> None:
        """Turns the joint; under torque it goes back, so only for an arm that has none."""
        self.chain.power_cycle()
        self.at[joint] = self._steps(joint, angle_rad)

    def positions(self) -> tuple[float, ...]:
        """Back from steps."""
        return tuple(
            steps_to_rad(self.model, joint, entry, round(at))
            for joint, (entry, at) in enumerate(zip(self.calibration, self.at, strict=True))
        )

    def close(self) -> None:
        """Ends the motion and the bus."""
        self._ending.set()
        if self._thread is not None and self.bus is not None:
            self._thread.join()
            self.bus.close()

    def _steps(self, joint: int, angle_rad: float) -> float:
        return float(rad_to_steps(self.model, joint, self.calibration[joint], angle_rad))

    def _move(self, bus: PtyBus) -> None:
        while not self._ending.wait(0.005):
            driven = bus.drive(0.005)
            self.at = [d.target_steps if d.torque_on else at for d, at in zip(driven, self.at, strict=True)]
            bus.sense([Sensed(at, 0.0, 0.0) for at in self.at], 0.005)


class BehindRos:
    """An arm's computer with one controller, reached by DDS or rosbridge."""

    tolerance_rad = 1e-9

    def __init__(self, model: ArmModel, kind: str, ros: int | None) -> None:
        """`kind` is the controller's in the cell's file; `ros` is the rosbridge server's, None for DDS."""
        self.model = model
        self.names = [f"{name}_joint" for name in model.joint_names]
        self.at = list(model.ready_rad)
        self.kind, self.ros = kind, ros
        self.arm: RosArm | None = None
        controllers: list[Table] = [{"kind": kind, "topic": TOPIC}]
        if kind == "servo_twist":
            controllers[0]["frame"] = model.base_link
            controllers.append({"kind": "forward_command", "topic": JAW_TOPIC, "joints": [self.names[-1]]})
        table: Table = {
            "joints": [{"name": name} for name in self.names],
            "controllers": controllers,
        }
        if ros is None:
            self.domain = reserved_domain(self)
            self.table: Table = {"drive": "ros2", "ros2": {**table, "domain": self.domain}}
        else:
            self.port = free_port()
            url = f"ws://127.0.0.1:{self.port}"
            self.table = {"drive": "rosbridge", "rosbridge": {**table, "url": url, "ros": ros}}
        if kind in ("servo_joint", "servo_twist"):
            self.tolerance_rad = 0.004

    def appear(self) -> None:
        """Starts the computer."""
        joints = dict(zip(self.names, self.at, strict=True))
        if self.ros is None:
            self.arm = ros_arms.fastdds(self.domain, (self.kind, TOPIC), joints, words=self.words)
        else:
            self.arm = ros_arms.rosbridge(self.port, self.ros, TOPIC, joints)

    @property
    def words(self) -> list[str]:
        """What an arm on Fast DDS must further be told for its controllers."""
        return [*ros_arms.chain_words(self.model), f"@jaw={JAW_TOPIC}"] if self.kind == "servo_twist" else []

    def vanish(self) -> None:
        """Kills it; the joints stay where they are."""
        self.at = list(self.positions())
        assert self.arm is not None
        self.arm.kill()
        self.arm = None

    def mute(self, joint: int | None) -> None:
        """Leaves a joint out of the joint states."""
        assert self.arm is not None
        self.arm.order("mute", "-" if joint is None else self.names[joint])

    def place(self, joint: int, angle_rad: float) -> None:
        """Moves a joint of an arm whose computer is on or off."""
        if self.arm is None:
            self.at[joint] = angle_rad
        else:
            self.arm.order("place", self.names[joint], angle_rad)

    def positions(self) -> tuple[float, ...]:
        """What the arm itself says."""
        return tuple(self.at) if self.arm is None else tuple(self.arm.report()["positions"])

    def close(self) -> None:
        """Ends the process."""
        if self.arm is not None:
            self.arm.close()


class BehindServer(BehindRos):
    """The arm on DDS, reached through a rosbridge server that is not ours, on real ROS 2."""

    def __init__(self, model: ArmModel, kind: str) -> None:
        """Neither is there yet."""
        super().__init__(model, kind, None)
        self.port = free_port()
        self.server: Ros2Server | None = None
        told = {name: value for name, value in self.table["ros2"].items() if name != "domain"}
        self.table = {"drive": "rosbridge", "rosbridge": {**told, "url": f"ws://127.0.0.1:{self.port}"}}

    def appear(self) -> None:
        """Starts the server, then the arm."""
        self.serve()
        super().appear()

    def serve(self) -> None:
        """Starts the server, if it is not there."""
        if self.server is None:
            self.server = Ros2Server(self.port, self.domain)

    def stop_serving(self) -> None:
        """Kills the server alone."""
        if self.server is not None:
            self.server.kill()
            self.server = None

    def vanish(self) -> None:
        """Kills both."""
        super().vanish()
        self.stop_serving()

    def close(self) -> None:
        """Ends both."""
        super().close()
        self.stop_serving()


def reserved_domain(owner: object) -> int:
    """A DDS domain that no other test here uses while its owner lives; RuntimeError if none is left."""
    for number in range(os.getpid(), os.getpid() + 100):
        domain = 1 + number % 100
        lock = os.open(Path(tempfile.gettempdir()) / f"armcade-dds-{domain}.lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        weakref.finalize(owner, os.close, lock)
        return domain
    raise RuntimeError("every DDS domain is in use")


def free_port() -> int:
    """A TCP port of the loopback that nobody uses now."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port: int = plug.getsockname()[1]
        return port


def build(drive: str, model: ArmModel, folder: Path) -> DrivenArm:
    """The arm behind this drive: serial, or ros2, rosbridge1, rosbridge2 or server with :KIND after it."""
    name, _, kind = drive.partition(":")
    if name == "serial":
        return SerialArm(model, folder)
    if name == "server":
        return BehindServer(model, kind)
    return BehindRos(model, kind, {"ros2": None, "rosbridge1": 1, "rosbridge2": 2}[name])
