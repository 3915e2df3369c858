"""Both ways to ROS against ROS 2 itself: its client library and middleware, and a rosbridge server not ours.

The bridge talks to the server, the server's node to an arm in C++ by way of rcl and rmw_fastrtps; roslibpy
speaks for other people's programs. Nothing on the way has seen our code.
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import ros2_server
import ros_arms
from driven_arms import TOPIC, BehindServer
from ros_arms import RosArm

from robot_bridge import drives
from robot_bridge.arms import ArmModel
from robot_bridge.buses.bus import ArmBus, Goals
from robot_bridge.buses.reading import BusReading
from robot_bridge.config import BridgeConfig
from robot_bridge.toml_table import read_table

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(bool(ros2_server.missing()), reason=ros2_server.missing()),
]
STILL = (0.0,) * 6


@pytest.fixture
def behind(so101: ArmModel, request: pytest.FixtureRequest) -> Iterator[BehindServer]:
    made = BehindServer(so101, getattr(request, "param", "joint_trajectory"))
    made.appear()
    yield made
    made.close()


@pytest.fixture
def bus(behind: BehindServer, so101: ArmModel) -> Iterator[ArmBus]:
    table = {**behind.table["rosbridge"], "silence_ms": 2000}
    chosen = {"arm": "so101", "socket": "s", "drive": "rosbridge", "rosbridge": table}
    made = drives.build(read_table(chosen, BridgeConfig, "[bridge]"), so101)
    yield made
    made.close()


def arm_of(behind: BehindServer) -> RosArm:
    assert behind.arm is not None
    return behind.arm


def until(bus: ArmBus, done: Callable[[BusReading], bool]) -> None:
    ends = time.monotonic() + 15
    while not done(reading := bus.exchange()):
        assert time.monotonic() < ends, (reading.phase, bus.note)
        time.sleep(0.01)


def stream(bus: ArmBus, model: ArmModel, seconds: float) -> None:
    """Goals that creep, a hundred a second, whatever the arm says."""
    ends, at = time.monotonic() + seconds, list(model.ready_rad)
    while time.monotonic() < ends:
        bus.exchange()
        at[0] += 0.0005
        bus.send(Goals(tuple(at), (0.05, *STILL[1:])))
        time.sleep(0.01)


def stream_until_delivered(bus: ArmBus, behind: BehindServer, model: ArmModel) -> dict[str, Any]:
    """Streams until the arm has got a command, and returns the first report that tells of any."""
    ends = time.monotonic() + 15
    while True:
        stream(bus, model, 0.1)
        told = arm_of(behind).report()
        if told["delivered"]:
            return told
        assert time.monotonic() < ends, (bus.note, dict(bus.counts))


def test_the_server_offers_its_controllers_what_it_was_asked_for(
    bus: ArmBus, behind: BehindServer, so101: ArmModel
) -> None:
    until(bus, lambda r: r.phase == "ready")
    told = stream_until_delivered(bus, behind, so101)
    writer = told["writers"]["rt" + TOPIC]
    assert writer["lifespan_ms"] == 100 and writer["reliable"]
    assert told["last"]["points"] == 3 and told["last"]["seconds"] == pytest.approx(0.01)
    assert abs(time.time() - told["last"]["stamp"]) < 5.0


@pytest.mark.parametrize("behind", ["forward_command", "servo_twist"], indirect=True)
def test_other_kinds_of_commands_pass(bus: ArmBus, behind: BehindServer, so101: ArmModel) -> None:
    until(bus, lambda r: r.phase == "ready")
    told = stream_until_delivered(bus, behind, so101)
    assert told["wrong"] == 0
    if behind.kind == "servo_twist":
        assert told["last"]["frame"] == so101.base_link


def test_a_server_that_is_killed_and_comes_back_is_found_again_and_replays_nothing(
    bus: ArmBus, behind: BehindServer, so101: ArmModel
) -> None:
    until(bus, lambda r: r.phase == "ready")
    stream_until_delivered(bus, behind, so101)
    behind.stop_serving()
    stream(bus, so101, 0.3)
    arm_of(behind).report()
    behind.serve()
    until(bus, lambda r: r.phase == "ready")
    assert arm_of(behind).report()["delivered"] == 0 and bus.opened == 2
    stream_until_delivered(bus, behind, so101)


def test_a_server_that_freezes_for_400_ms_executes_nothing_stale(
    bus: ArmBus, behind: BehindServer, so101: ArmModel
) -> None:
    until(bus, lambda r: r.phase == "ready")
    stream_until_delivered(bus, behind, so101)
    assert behind.server is not None
    behind.server.freeze(True)
    stream(bus, so101, 0.4)
    behind.server.freeze(False)
    stream(bus, so101, 0.2)
    told = arm_of(behind).report()
    assert told["stale"] <= told["expired"] + 1, told


@pytest.mark.parametrize("behind", ["servo_joint"], indirect=True)
def test_a_type_that_the_server_does_not_know_is_told_of_by_its_effect(
    bus: ArmBus, behind: BehindServer, so101: ArmModel
) -> None:
    until(bus, lambda r: r.phase == "ready")
    ends = time.monotonic() + 10
    while "does not pass commands on" not in bus.note:
        stream(bus, so101, 0.05)
        assert time.monotonic() < ends, bus.note


def test_joint_states_and_trajectories_pass_between_our_dds_and_a_ros_2_node(so101: ArmModel) -> None:
    behind = BehindServer(so101, "joint_trajectory")
    table = {name: value for name, value in behind.table["rosbridge"].items() if name != "url"}
    chosen = {"arm": "so101", "socket": "s", "drive": "ros2", "ros2": {**table, "domain": behind.domain}}
    positions = [at + 0.2 for at in so101.ready_rad]
    message = json.dumps({"name": behind.names, "position": positions})
    bus = drives.build(read_table(chosen, BridgeConfig, "[bridge]"), so101)
    try:
        behind.serve()
        node = ros_arms.roslibpy_client(behind.port)
        try:
            node.order("advertise", "/joint_states", "sensor_msgs/msg/JointState")
            node.order("subscribe", TOPIC, "trajectory_msgs/msg/JointTrajectory", 0, 1)

            def told(reading: BusReading) -> bool:
                node.order("publish", "/joint_states", message)
                bus.send(Goals(tuple(positions), STILL))
                return reading.phase == "ready" and node.order("heard", TOPIC)["count"] > 0

            until(bus, told)
            samples = bus.exchange().samples
            assert [one.position_rad for one in samples if one is not None] == pytest.approx(positions)
        finally:
            node.close()
    finally:
        bus.close()
        behind.close()
