"""The rosbridge transport against a server that stalls, freezes, hangs up, complains and dies."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from driven_arms import BehindRos, free_port
from ros_arms import RosArm

from robot_bridge import drives
from robot_bridge.arms import ArmModel
from robot_bridge.buses.bus import ArmBus, Goals
from robot_bridge.buses.reading import BusReading
from robot_bridge.config import BridgeConfig
from robot_bridge.toml_table import read_table

pytestmark = pytest.mark.system
STILL = (0.0,) * 6


@contextmanager
def driven(model: ArmModel, **more: Any) -> Iterator[tuple[ArmBus, BehindRos]]:
    """The bus and its arm, which is there."""
    behind = BehindRos(model, "joint_trajectory", 2)
    table = {**behind.table["rosbridge"], "silence_ms": 2000, **more}
    chosen = {"arm": "so101", "socket": "s", "drive": "rosbridge", "rosbridge": table}
    bus = drives.build(read_table(chosen, BridgeConfig, "[bridge]"), model)
    try:
        behind.appear()
        yield bus, behind
    finally:
        behind.close()
        bus.close()


def arm_of(behind: BehindRos) -> RosArm:
    assert behind.arm is not None
    return behind.arm


def until(bus: ArmBus, done: Callable[[BusReading], bool]) -> BusReading:
    ends = time.monotonic() + 15
    while not done(reading := bus.exchange()):
        assert time.monotonic() < ends, (reading.phase, bus.note)
        time.sleep(0.01)
    return reading


def stream(bus: ArmBus, model: ArmModel, seconds: float) -> int:
    """Goals that creep, a hundred a second, whatever the arm says; how many."""
    ends, at, count = time.monotonic() + seconds, list(model.ready_rad), 0
    while time.monotonic() < ends:
        bus.exchange()
        at[0] += 0.0005
        bus.send(Goals(tuple(at), (0.05, *STILL[1:])))
        count += 1
        time.sleep(0.01)
    return count


@pytest.mark.parametrize("how", ["stalled queue", "frozen process"])
def test_a_stalled_server_holds_one_command_and_no_backlog(so101: ArmModel, how: str) -> None:
    with driven(so101) as (bus, behind):
        until(bus, lambda r: r.phase == "ready")
        arm = arm_of(behind)
        stream(bus, so101, 0.2)
        arm.report()
        if how == "stalled queue":
            arm.order("stall", 400)
        else:
            arm.freeze(True)
        sent = bus.counts["sent"]
        assert stream(bus, so101, 0.35) > 5
        assert bus.counts["sent"] - sent <= 2
        arm.freeze(False)
        stream(bus, so101, 0.3)
        told = arm.report()
        assert told["delivered"] > 2 and told["stale"] <= 1, told


def test_a_late_trajectory_with_a_stamp_is_refused_by_the_controller(so101: ArmModel) -> None:
    behind = BehindRos(so101, "joint_trajectory", 2)
    controllers = [{**behind.table["rosbridge"]["controllers"][0], "stamped": True}]
    with driven(so101, controllers=controllers) as (bus, behind):
        until(bus, lambda r: r.phase == "ready")
        arm = arm_of(behind)
        stream(bus, so101, 0.2)
        arm.report()
        arm.order("stall", 400)
        stream(bus, so101, 0.35)
        time.sleep(0.3)
        told = arm.report()
        assert told["stale"] <= 1 and told["expired"] >= told["stale"], told


def test_a_connection_that_breaks_is_made_anew_and_nothing_is_replayed(so101: ArmModel) -> None:
    with driven(so101) as (bus, behind):
        until(bus, lambda r: r.phase == "ready")
        arm = arm_of(behind)
        stream(bus, so101, 0.2)
        arm.order("hangup")
        until(bus, lambda r: r.phase == "absent")
        stream(bus, so101, 0.1)
        arm.report()
        until(bus, lambda r: r.phase == "ready")
        told = arm.report()
        assert told["delivered"] == 0 and len(told["connections"]) == 2 and bus.opened == 2


def test_a_server_that_freezes_for_good_is_given_up_and_dialled_again(so101: ArmModel) -> None:
    with driven(so101) as (bus, behind):
        until(bus, lambda r: r.phase == "ready")
        arm = arm_of(behind)
        stream(bus, so101, 0.1)
        arm.freeze(True)
        until(bus, lambda r: r.phase == "absent")
        assert bus.note.startswith("ws://127.0.0.1:")
        arm.freeze(False)
        until(bus, lambda r: r.phase == "ready")


def test_a_queue_that_never_moves_is_told_of_though_pings_are_answered(so101: ArmModel) -> None:
    with driven(so101) as (bus, behind):
        until(bus, lambda r: r.phase == "ready")
        arm_of(behind).order("stall", 3000)
        ends = time.monotonic() + 10
        while "does not pass commands on" not in bus.note:
            stream(bus, so101, 0.05)
            assert time.monotonic() < ends, bus.note


def test_a_server_that_refuses_in_silence_as_the_real_ones_do_is_found_out(so101: ArmModel) -> None:
    with driven(so101, ros=1) as (bus, behind):
        until(bus, lambda _: bool(arm_of(behind).order("where")["refusals"]))
        until(bus, lambda _: bus.note == "none of the arm's joints is told of on /joint_states")
        assert bus.exchange().phase == "absent"


def test_what_a_server_complains_of_is_passed_on(so101: ArmModel) -> None:
    with driven(so101, ros=1) as (bus, behind):
        arm_of(behind).order("complain", 1)
        arm_of(behind).order("hangup")
        until(bus, lambda _: "the rosbridge server says: " in bus.note)
        assert bus.exchange().phase == "absent"


def test_nobody_at_the_address_is_told_of(so101: ArmModel) -> None:
    url = f"ws://127.0.0.1:{free_port()}"
    with driven(so101, url=url) as (bus, _):
        until(bus, lambda _: bus.note.startswith(url) and "Connect call failed" in bus.note)


def test_closing_while_a_command_waits_ends_at_once(so101: ArmModel) -> None:
    with driven(so101) as (bus, _):
        until(bus, lambda r: r.phase == "ready")
        bus.send(Goals(so101.ready_rad, STILL))
        bus.close()
        bus.send(Goals(so101.ready_rad, STILL))
