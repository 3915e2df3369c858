"""`kill -9` of the bridge while the arm swings: what the servos do by themselves, whatever their make.

Dynamixels have a bus watchdog that the bridge arms: they stop. Feetech servos have none: they go on to their
last goal, which the bridge never lets be far ahead of the arm.
"""

import contextlib
import math
import time
from collections.abc import Iterator
from pathlib import Path

import dynamixel_sdk
import pytest
from lone_bridge import LoneBridge

from robot_bridge.arms import load_arm
from robot_bridge.kinematics import forward
from sim_fallback.servo_bus.dynamixel import table
from sim_fallback.servo_bus.dynamixel.table import Item

pytestmark = [pytest.mark.system, pytest.mark.alone, pytest.mark.timeout(240)]
STOPPED_AFTER_S = 0.2
TRAVEL_M = 0.015
SWING_RAD = 0.5
KILLS = 3


def running(folder: Path, arm: str, sim: str) -> Iterator[LoneBridge]:
    lone = LoneBridge(folder, load_arm(arm), sim)
    yield lone
    lone.close()


@pytest.fixture
def feetech(tmp_path: Path) -> Iterator[LoneBridge]:
    yield from running(tmp_path, "so101", "run")


@pytest.fixture
def dynamixel(tmp_path: Path) -> Iterator[LoneBridge]:
    yield from running(tmp_path, "koch_v1_1", "servos")


def swing(lone: LoneBridge, share: float) -> tuple[float, ...]:
    """Swings the pan joint to and fro, until it is under way across the middle at `share` of the half swing.

    Returns where the joints really were a moment ago.
    """
    ready = lone.model.ready_rad
    left, right = ((side * SWING_RAD, *ready[1:]) for side in (-1.0, 1.0))

    def pan() -> float:
        return lone.state.joints[0].position_rad

    lone.until(lambda: lone.farthest(ready) < 0.05, ready)
    lone.until(lambda: pan() < -0.8 * SWING_RAD, left)
    lone.until(lambda: pan() > share * SWING_RAD and lone.state.joints[0].velocity_rad_s > 0.2, right)
    joints = lone.joints_rad
    lone.until(lambda: True, right)
    return joints


def tip(lone: LoneBridge, joints_rad: tuple[float, ...]) -> tuple[float, float, float]:
    pose = forward(lone.model, joints_rad)
    return pose.x_m, pose.y_m, pose.z_m


def standing(lone: LoneBridge) -> float:
    """When the last joint came to rest, once all have been at rest for half a second."""
    while time.monotonic() - lone.moved_s() < 0.5:
        time.sleep(0.05)
    return lone.moved_s()


def comes_back_without_motion(lone: LoneBridge) -> None:
    rested = lone.joints_rad
    lone.restart()
    lone.until(lambda: lone.state.bus_ok)
    ends = lone.state.tick + 30
    lone.until(lambda: lone.state.tick >= ends, lone.model.ready_rad)
    assert (lone.state.mode, lone.state.cause) == ("latched", "boot")
    moved = max(abs(a - b) for a, b in zip(lone.joints_rad, rested, strict=True))
    assert moved < 0.01, "something moved before a reset"


class Registers:
    """Reads and writes items of servos by their ids."""

    def __init__(self, port: dynamixel_sdk.PortHandler) -> None:
        self._port, self._sdk = port, dynamixel_sdk.PacketHandler(2.0)

    def read(self, servo_id: int, item: Item) -> int:
        data, result, _ = self._sdk.readTxRx(self._port, servo_id, item.address, item.length)
        assert result == dynamixel_sdk.COMM_SUCCESS
        return int.from_bytes(bytes(data), "little")

    def write(self, servo_id: int, item: Item, value: int) -> None:
        data = list(value.to_bytes(item.length, "little"))
        told = self._sdk.writeTxRx(self._port, servo_id, item.address, item.length, data)
        assert told == (dynamixel_sdk.COMM_SUCCESS, 0)


@contextlib.contextmanager
def makers_client(lone: LoneBridge) -> Iterator[Registers]:
    """The maker's own client on the bus, now that the bridge is gone."""
    port = dynamixel_sdk.PortHandler(str(lone.folder / "bus"))
    assert port.setBaudRate(lone.model.servo.baud)
    yield Registers(port)
    port.closePort()


def test_dynamixels_are_stopped_by_their_own_watchdog(dynamixel: LoneBridge) -> None:
    for kill in range(KILLS):
        dynamixel.play()
        swing(dynamixel, (kill - 1) * 0.3)
        killed_s = dynamixel.kill()
        stopped_after_s = standing(dynamixel) - killed_s
        assert 0.0 < stopped_after_s <= STOPPED_AFTER_S
        assert dynamixel.joints_rad[0] < SWING_RAD - 0.1, "the swing was not cut short"
        with makers_client(dynamixel) as client:
            told = [client.read(joint.servo_id, table.BUS_WATCHDOG) for joint in dynamixel.model.joints]
        assert told == [table.WATCHDOG_ERROR] * len(dynamixel.model.joints)
        comes_back_without_motion(dynamixel)


def test_the_watchdog_alone_stops_a_servo_that_has_far_to_go(dynamixel: LoneBridge) -> None:
    """The bridge's goals are near, so that its arm hardly needs the watchdog; here is a goal that is not."""
    dynamixel.until(lambda: dynamixel.state.bus_ok)
    dynamixel.kill()
    first = dynamixel.model.joints[0].servo_id
    with makers_client(dynamixel) as client:
        client.write(first, table.BUS_WATCHDOG, 0)
        began = client.read(first, table.PRESENT_POSITION)
        client.write(first, table.PROFILE_VELOCITY, 50)
        client.write(first, table.TORQUE_ENABLE, 1)
        client.write(first, table.BUS_WATCHDOG, 5)
        client.write(first, table.GOAL_POSITION, began + 1000)
        silent_s = time.monotonic()
        stopped_after_s = standing(dynamixel) - silent_s
        assert 0.05 < stopped_after_s <= STOPPED_AFTER_S
        assert 20 < client.read(first, table.PRESENT_POSITION) - began < 300
        assert client.read(first, table.BUS_WATCHDOG) == table.WATCHDOG_ERROR


def test_feetechs_travel_no_farther_than_their_last_goal(feetech: LoneBridge) -> None:
    for kill in range(KILLS):
        feetech.play()
        before = swing(feetech, (kill - 1) * 0.3)
        killed_s = feetech.kill()
        assert standing(feetech) > killed_s, "it was not moving"
        travel_m = math.dist(tip(feetech, before), tip(feetech, feetech.joints_rad))
        assert travel_m <= TRAVEL_M
        comes_back_without_motion(feetech)
