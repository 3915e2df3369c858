"""The tests' rosbridge server and our link's texts, judged by a client that is not ours (roslibpy).

What the link asks of a server, an independent client asks too and gets: so the server is no echo of the
link's own misunderstandings, and whoever else speaks the protocol understands what the link says.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
import ros_arms
from driven_arms import TOPIC, BehindRos
from ros_arms import RosArm

from robot_bridge import drives
from robot_bridge.arms import ArmModel
from robot_bridge.buses.bus import ArmBus, Goals
from robot_bridge.config import BridgeConfig
from robot_bridge.toml_table import read_table

pytestmark = pytest.mark.system
STATES = "/joint_states"
STILL = (0.0,) * 6
SPOKEN: dict[int, dict[str, Any]] = {
    1: {
        "states": "sensor_msgs/JointState",
        "trajectory": "trajectory_msgs/JointTrajectory",
        "second": "secs",
        "rest": "nsecs",
    },
    2: {
        "states": "sensor_msgs/msg/JointState",
        "trajectory": "trajectory_msgs/msg/JointTrajectory",
        "second": "sec",
        "rest": "nanosec",
    },
}


@dataclass
class Bench:
    """The server with its arm, the other's client, and how this ROS spells things."""

    behind: BehindRos
    arm: RosArm
    other: RosArm
    words: dict[str, Any]

    def heard(self, topic: str, enough: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What the other heard on a topic, once it is enough."""
        ends = time.monotonic() + 15
        while not enough(told := self.other.order("heard", topic)):
            assert time.monotonic() < ends, told
            time.sleep(0.01)
        return dict(told["newest"])

    def trajectory(self, positions: list[float]) -> str:
        """One point at rest as the other would write it, stamped 0."""
        zero = {self.words["second"]: 0, self.words["rest"]: 0}
        point = {"positions": positions, "velocities": [0.0] * 6, "time_from_start": zero}
        header = {"stamp": zero, "frame_id": ""}
        return json.dumps({"header": header, "joint_names": self.behind.names, "points": [point]})


@pytest.fixture(params=[1, 2], ids=["ROS 1", "ROS 2"])
def bench(request: pytest.FixtureRequest, so101: ArmModel) -> Iterator[Bench]:
    ros: Literal[1, 2] = request.param
    behind = BehindRos(so101, "joint_trajectory", ros)
    behind.appear()
    assert behind.arm is not None
    try:
        other = ros_arms.roslibpy_client(behind.port)
        try:
            yield Bench(behind, behind.arm, other, SPOKEN[ros])
        finally:
            other.close()
    finally:
        behind.close()


@pytest.fixture
def bus(bench: Bench, so101: ArmModel) -> Iterator[ArmBus]:
    table = {"arm": "so101", "socket": "s", **bench.behind.table}
    made = drives.build(read_table(table, BridgeConfig, "[bridge]"), so101)
    yield made
    made.close()


def until(done: Callable[[], bool]) -> None:
    """Polls for 15 s."""
    ends = time.monotonic() + 15
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_another_client_hears_the_arm_moves_it_and_takes_its_leave(bench: Bench, so101: ArmModel) -> None:
    bench.other.order("subscribe", STATES, bench.words["states"], 0, 1)
    told = bench.heard(STATES, lambda told: told["count"] > 0)
    assert sorted(told["name"]) == sorted(bench.behind.names)
    assert told["header"]["stamp"][bench.words["second"]] > 1_600_000_000
    aim = [at + 0.1 for at in so101.ready_rad]
    bench.other.order("subscribe", TOPIC, bench.words["trajectory"], 0, 1)
    bench.other.order("advertise", TOPIC, bench.words["trajectory"])
    bench.other.order("publish", TOPIC, bench.trajectory(aim))
    until(lambda: bench.arm.order("where")["positions"] == aim)
    bench.other.order("unsubscribe", STATES)
    bench.other.order("unadvertise", TOPIC)
    time.sleep(0.1)
    bench.other.order("heard", STATES)
    time.sleep(0.1)
    assert bench.other.order("heard", STATES)["count"] == 0
    assert bench.arm.report()["refusals"] == []


def test_a_throttled_subscription_gets_no_more_than_it_asked_for(bench: Bench) -> None:
    began = time.monotonic()
    bench.other.order("subscribe", STATES, bench.words["states"], 100, 0)
    time.sleep(0.5)
    count = bench.other.order("heard", STATES)["count"]
    assert 1 <= count <= 1 + (time.monotonic() - began) / 0.1


def test_what_is_no_message_of_its_type_is_refused_without_a_word(bench: Bench) -> None:
    bench.other.order("advertise", TOPIC, bench.words["trajectory"])
    bench.other.order("publish", TOPIC, json.dumps({"joints": ["shoulder"]}))
    bench.other.order("advertise", "/other", "no_msgs/Such")
    until(lambda: len(bench.arm.order("where")["refusals"]) == 2)
    assert bench.arm.report()["delivered"] == 0


def test_another_client_understands_what_the_bridge_publishes(
    bench: Bench, bus: ArmBus, so101: ArmModel
) -> None:
    bench.other.order("subscribe", TOPIC, bench.words["trajectory"], 0, 1)
    until(lambda: bus.exchange().phase == "ready")
    speeds = (0.05, *STILL[1:])
    until(lambda: _tick(bus, Goals(so101.ready_rad, speeds)) and bench.arm.order("where")["delivered"] > 2)
    told = bench.heard(TOPIC, lambda told: told["count"] > 0)
    assert told["joint_names"] == bench.behind.names and len(told["points"]) == 3
    assert told["points"][0]["positions"] == pytest.approx(list(so101.ready_rad))
    assert told["points"][0]["velocities"] == list(speeds)
    assert told["points"][0]["time_from_start"] == {bench.words["second"]: 0, bench.words["rest"]: 10_000_000}
    assert bench.arm.report()["refusals"] == []


def test_the_bridge_takes_for_an_arm_what_another_client_publishes(
    bench: Bench, bus: ArmBus, so101: ArmModel
) -> None:
    bench.arm.order("quiet", 1)
    positions = [at + 0.2 for at in so101.ready_rad]
    bench.other.order("advertise", STATES, bench.words["states"])
    message = json.dumps({"name": bench.behind.names, "position": positions})

    def told() -> bool:
        bench.other.order("publish", STATES, message)
        return bus.exchange().phase == "ready"

    until(told)
    samples = bus.exchange().samples
    assert [one.position_rad for one in samples if one is not None] == pytest.approx(positions)


def _tick(bus: ArmBus, goals: Goals) -> bool:
    bus.exchange()
    bus.send(goals)
    return True
