"""An arm behind ROS as the loop's bus, over either transport."""

import time
from collections.abc import Mapping

from robot_bridge.arms.model import ArmModel
from robot_bridge.buses.bus import Goals
from robot_bridge.buses.reading import BusReading, Posture
from robot_bridge.ros import arrivals, controllers, drive
from robot_bridge.ros.config import RosArm
from robot_bridge.ros.controllers import Controllers, Moment, Sent
from robot_bridge.ros.link import Link


class RosBus:
    """One arm whose joints are moved by ROS controllers; the link's threads do all waiting."""

    def __init__(self, model: ArmModel, config: RosArm, link: Link, period_ns: int) -> None:
        """`link` is open or opening; `period_ns` is the loop's tick, which every command spans."""
        self._config, self._link = config, link
        self._arm = Controllers(model, config, period_ns)
        self._drive = drive.start(config)
        self._sent = Sent()
        self.cycle_ns = 0

    @property
    def note(self) -> str:
        """A sentence about what is wrong, or empty."""
        return self._drive.note

    @property
    def opened(self) -> int:
        """How many times an arm was met that was absent before."""
        return self._drive.met

    @property
    def counts(self) -> Mapping[str, int]:
        """The link's counts, and those of the joint states."""
        own = {
            "joint_states": self._drive.messages,
            "late_joint_states": self._drive.late,
            "implausible_samples": self._drive.implausible,
        }
        return {**self._link.counts, **own}

    def exchange(self) -> BusReading:
        """Takes what has come since the last tick; waits for nothing."""
        began_ns = time.monotonic_ns()
        view = self._link.view()
        seen = drive.Seen(view, self._link.take())
        self._drive = drive.step(self._config, self._drive, seen, began_ns)
        if self._drive.phase != "ready":
            self._sent = Sent()
        self.cycle_ns = time.monotonic_ns() - began_ns
        return drive.reading(self._drive)

    def send(self, goals: Goals) -> None:
        """Hands this tick's commands to the link; goals at rest are repeated for a while and then cease."""
        if self._drive.phase != "ready":
            return
        robot_ns = arrivals.robot_time_ns(self._drive.arrivals, time.monotonic_ns())
        moment = Moment(drive.measured(self._drive), robot_ns)
        self._sent, outgoing = controllers.step(self._arm, self._sent, goals, moment)
        for one in outgoing:
            self._link.publish(one)

    def quantised(self, positions_rad: Posture) -> Posture:
        """The same angles: ROS rounds nothing."""
        return positions_rad

    def release(self) -> None:
        """Keeps holding: ROS has no command that takes the torque away, the arm's own tools must do it."""

    def engage(self) -> None:
        """Nothing to start up again, for the torque never went."""

    def close(self) -> None:
        """Ends the link; the arm stays where its last command left it standing."""
        self._link.close()
