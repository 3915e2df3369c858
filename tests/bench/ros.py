"""Measures both ways to ROS against arms in processes of their own, and prints median, p95 and p99.

python tests/bench/ros.py                        the whole, three minutes
python tests/bench/ros.py --count 300 --rounds 3 --json artefacts/ros.json

ROS 2 is an arm on another vendor's DDS in C++ (Debian's Fast DDS), built when first needed; without a
compiler or that library its rows are passed over, and said to be. rosbridge is the tests' own server, with
the silence and the unbounded queue of rosbridge_suite; `server` is one that is not ours on ROS 2's own
libraries (scripts/ros_env.py), the arm in C++ behind it: a new one must first be found by the arm, which
Fast DDS sometimes does only with its next heartbeat, 3 s later, so that its bar is how much later than a
plain client, which only subscribes, the bridge is told. Late is what is older than 100 ms when it is
delivered; what its controller refuses by its stamp is not executed, the rest is. Ends with 1 if a figure
misses its bar.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import ros2_server
import ros_arms
from driven_arms import TOPIC, BehindRos, BehindServer
from plain_subscriber import PlainSubscriber
from ros_arms import RosArm

from robot_bridge import drives
from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.buses.bus import ArmBus, Goals
from robot_bridge.config import BridgeConfig
from robot_bridge.ros.config import Ros2Config, RosbridgeConfig
from robot_bridge.ros.dds_link import DdsLink
from robot_bridge.ros.link import Link
from robot_bridge.ros.messages import JointTrajectory, Outgoing, TrajectoryPoint
from robot_bridge.ros.rosbridge_link import RosbridgeLink
from robot_bridge.toml_table import read_table

JOINT_STATES = "/joint_states"
STILL = (0.0,) * 6
STALL_MS = 400
READER_LIFESPAN_MS = 50
_A_TEXTS_ROUNDING = 1e-9
ROUND_TRIP_BAR = ("median", 1.0)
RECONNECT_BAR = ("max", 1000.0)
Samples = list[float]
Moments = list[float]
"""On the monotonic clock, s."""


def bridge_config(behind: BehindRos, **more: Any) -> BridgeConfig:
    """The arm's table as a cell's file would have it; nothing is called silent during a stall."""
    drive = behind.table["drive"]
    table = {**behind.table[drive], "silence_ms": 2000, **more}
    return read_table({"arm": "so101", "socket": "s", "drive": drive, drive: table}, BridgeConfig, "bench")


@contextmanager
def dds_arm(model: ArmModel, kind: str, lifespan_ms: int) -> Iterator[tuple[BehindRos, RosArm]]:
    """An arm on Fast DDS, whose reader has a lifespan of its own or none (0)."""
    behind = BehindRos(model, kind, None)
    joints = dict(zip(behind.names, behind.at, strict=True))
    arm = ros_arms.fastdds(behind.domain, (kind, TOPIC), joints, (0, lifespan_ms), behind.words)
    try:
        yield behind, arm
    finally:
        arm.close()


@contextmanager
def rosbridge_arm(model: ArmModel) -> Iterator[tuple[BehindRos, RosArm]]:
    """An arm behind a rosbridge server of ROS 2."""
    behind = BehindRos(model, "joint_trajectory", 2)
    behind.appear()
    assert behind.arm is not None
    try:
        yield behind, behind.arm
    finally:
        behind.close()


@contextmanager
def server_arm(model: ArmModel) -> Iterator[tuple[BehindServer, RosArm]]:
    """An arm on Fast DDS behind a rosbridge server that is not ours."""
    behind = BehindServer(model, "joint_trajectory")
    behind.appear()
    assert behind.arm is not None
    try:
        yield behind, behind.arm
    finally:
        behind.close()


@contextmanager
def bus_of(config: BridgeConfig, model: ArmModel) -> Iterator[ArmBus]:
    """The drive as the bridge has it."""
    bus = drives.build(config, model)
    try:
        yield bus
    finally:
        bus.close()


def until_ready(bus: ArmBus) -> None:
    """Ticks until the drive is ready; raises TimeoutError with its note."""
    ends = time.monotonic() + 20
    while bus.exchange().phase != "ready":
        if time.monotonic() > ends:
            raise TimeoutError(bus.note)
        time.sleep(0.005)


def stream(bus: ArmBus, model: ArmModel, seconds: float) -> None:
    """A hundred creeping goals a second."""
    ends, at = time.monotonic() + seconds, list(model.ready_rad)
    while time.monotonic() < ends:
        bus.exchange()
        at[0] += 0.0002
        bus.send(Goals(tuple(at), (0.02, *STILL[1:])))
        time.sleep(0.01)


def round_trips(link: Link, names: tuple[str, ...], count: int) -> Samples:
    """From a trajectory being handed to the transport to the joint states that show it (ms)."""
    found: Samples = []
    ends = time.monotonic() + 20
    while not link.view().up or link.view().unheard or not link.take():
        if time.monotonic() > ends:
            raise TimeoutError(link.view().note)
        time.sleep(0.05)
    for number in range(1, count + 1):
        mark = number * 1e-6
        point = TrajectoryPoint((mark, *STILL[1:]), STILL, 10_000_000)
        sent_ns = time.monotonic_ns()
        link.publish(Outgoing(0, JointTrajectory(0, names, (point,))))
        shown_ns = shown(link, names[0], mark, sent_ns + 1_000_000_000)
        if shown_ns is not None:
            found.append((shown_ns - sent_ns) / 1e6)
        time.sleep(0.002)
    return found


def shown(link: Link, name: str, mark: float, ends_ns: int) -> int | None:
    """When joint states came that have this joint at the mark; None if none came in time."""
    while time.monotonic_ns() < ends_ns:
        for heard in link.take():
            if abs(heard.states.positions[heard.states.names.index(name)] - mark) < _A_TEXTS_ROUNDING:
                return heard.at_ns
        time.sleep(0.0001)
    return None


def stalls(bus: ArmBus, arm: RosArm, model: ArmModel, rounds: int, frozen: bool) -> dict[str, int]:
    """What arrives after stalls, and how much of it was late, and how much of that a controller would do."""
    total = {"delivered": 0, "late": 0, "late and executed": 0}
    until_ready(bus)
    for _ in range(rounds):
        stream(bus, model, 0.2)
        arm.report()
        if frozen:
            arm.freeze(True)
            stream(bus, model, STALL_MS / 1e3)
            arm.freeze(False)
        else:
            arm.ask("stall", STALL_MS)
            stream(bus, model, STALL_MS / 1e3 - 0.1)
            arm.answered()
        time.sleep(0.15)
        told = arm.report()
        total["delivered"] += told["delivered"]
        total["late"] += told["stale"]
        total["late and executed"] += max(0, told["stale"] - told["expired"])
    return total


def reconnects(
    bus: ArmBus, behind: BehindRos, model: ArmModel, rounds: int, lose: Callable[[], None]
) -> tuple[Samples, Moments, int]:
    """From the server being there again to joint states (ms), and when; commands that came before readiness.

    `lose` returns when it is there again.
    """
    found, moments, replayed = [], [], 0
    until_ready(bus)
    for _ in range(rounds):
        stream(bus, model, 0.1)
        lose()
        since = time.monotonic()
        while bus.exchange().phase == "ready":
            time.sleep(0.001)
        assert behind.arm is not None
        behind.arm.report()
        while bus.exchange().phase == "absent":
            bus.send(Goals(model.ready_rad, STILL))
            time.sleep(0.001)
        moments.append(time.monotonic())
        found.append(1e3 * (moments[-1] - since))
        until_ready(bus)
        replayed += behind.arm.report()["delivered"]
    return found, moments, replayed


def quantile(values: Samples, share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def tell(name: str, values: Samples, bar: tuple[str, float] | None = None) -> dict[str, Any]:
    """Prints one row of milliseconds, and the bar: which of its figures must not exceed what."""
    numbers = [statistics.median(values), quantile(values, 0.95), quantile(values, 0.99), max(values)]
    row = "".join(f"{number:9.3f}" for number in numbers) + f"{len(values):>7}"
    print(f"{name:<52}{row}" + (f"  bar: {bar[0]} {bar[1]:g}" if bar else ""), flush=True)
    told: dict[str, Any] = dict(zip(("median", "p95", "p99", "max"), numbers, strict=True))
    return told | {"n": len(values), "met": bar is None or told[bar[0]] <= bar[1]}


def tell_counts(name: str, counts: dict[str, int], rounds: int, bar: str | None) -> dict[str, Any]:
    """Prints what came of the stalls; the count named by `bar` must be 0."""
    told = ", ".join(f"{value} {key}" + (" (bar 0)" if key == bar else "") for key, value in counts.items())
    print(f"{name:<52} {rounds} stalls of {STALL_MS} ms: {told}", flush=True)
    return counts | {"met": bar is None or counts[bar] == 0}


def measure_dds(model: ArmModel, count: int, rounds: int) -> dict[str, Any]:
    """ROS 2."""
    results: dict[str, Any] = {}
    missing = ros_arms.missing_for_fastdds()
    if missing:
        print(f"DDS: passed over, for the arm in C++ can not be built here: apt install {missing}")
        return results
    with dds_arm(model, "joint_trajectory", 0) as (behind, _):
        config = bridge_config(behind).ros2
        assert isinstance(config, Ros2Config)
        link = DdsLink(config)
        name = "DDS, trajectory to joint states"
        results[name] = tell(name, round_trips(link, tuple(behind.names), count), ROUND_TRIP_BAR)
        link.close()
    for kind in ("joint_trajectory", "forward_command", "servo_twist"):
        for lifespan_ms in (READER_LIFESPAN_MS, 0):
            for frozen in (False, True):
                what = "frozen process" if frozen else "stalled reader"
                how = "a lifespan" if lifespan_ms else "defaults"
                name = f"DDS, {kind}, {what}, {how}"
                arm_there = dds_arm(model, kind, lifespan_ms)
                with arm_there as (behind, arm), bus_of(bridge_config(behind), model) as bus:
                    counts = stalls(bus, arm, model, rounds, frozen)
                bar = "late" if lifespan_ms else None if kind == "forward_command" else "late and executed"
                results[name] = tell_counts(name, counts, rounds, bar)
    return results


def measure_link(name: str, behind: BehindRos, count: int) -> dict[str, Any]:
    """Round trips through a rosbridge link of its own."""
    config = bridge_config(behind).rosbridge
    assert isinstance(config, RosbridgeConfig)
    link = RosbridgeLink(config)
    told: dict[str, Any] = tell(name, round_trips(link, tuple(behind.names), count))
    link.close()
    return told


def measure_rosbridge(model: ArmModel, count: int, rounds: int) -> dict[str, Any]:
    """rosbridge."""
    results: dict[str, Any] = {}
    with rosbridge_arm(model) as (behind, arm):
        name = "rosbridge, trajectory to joint states"
        results[name] = measure_link(name, behind, count)
    for name, frozen in (("rosbridge, stalled queue", False), ("rosbridge, frozen process", True)):
        with rosbridge_arm(model) as (behind, arm), bus_of(bridge_config(behind), model) as bus:
            counts = stalls(bus, arm, model, rounds, frozen)
            results[name] = tell_counts(name, counts, rounds, "late and executed")
    with rosbridge_arm(model) as (behind, arm), bus_of(bridge_config(behind), model) as bus:
        name = "rosbridge, connection broken to joint states"
        broken = reconnects(bus, behind, model, rounds, lambda: ignore(arm.order("hangup")))
        results[name] = tell_reconnects(name, *broken)
    with rosbridge_arm(model) as (behind, _), bus_of(bridge_config(behind), model) as bus:
        name = "rosbridge, killed and back to joint states"
        lose = restarting(bus, model, behind.vanish, behind.appear)
        results[name] = tell_reconnects(name, *reconnects(bus, behind, model, rounds, lose))
    return results


def measure_server(model: ArmModel, count: int, rounds: int) -> dict[str, Any]:
    """rosbridge through a server that is not ours, on real ROS 2."""
    results: dict[str, Any] = {}
    missing = ros2_server.missing() or ros_arms.missing_for_fastdds()
    if missing:
        print(f"server: passed over, {missing}")
        return results
    with server_arm(model) as (behind, _):
        name = "server, trajectory to joint states"
        results[name] = measure_link(name, behind, count)
    with server_arm(model) as (behind, arm), bus_of(bridge_config(behind), model) as bus:
        name = "server, stalled reader"
        counts = stalls(bus, arm, model, rounds, False)
        results[name] = tell_counts(name, counts, rounds, "late and executed")
    with server_arm(model) as (behind, _), bus_of(bridge_config(behind), model) as bus:
        others: list[PlainSubscriber] = []

        def serve() -> None:
            behind.serve()
            others.append(PlainSubscriber(f"ws://127.0.0.1:{behind.port}", JOINT_STATES))

        lose = restarting(bus, model, behind.stop_serving, serve)
        found, moments, replayed = reconnects(bus, behind, model, rounds, lose)
        tell("server, killed and back, its ROS included", found)
        later = [1e3 * (ours - other.first_s()) for ours, other in zip(moments, others, strict=True)]
        name = "server, killed and back, later than a plain client"
        results[name] = tell_reconnects(name, later, moments, replayed)
    return results


def restarting(
    bus: ArmBus, model: ArmModel, down: Callable[[], None], up: Callable[[], None]
) -> Callable[[], None]:
    """Takes something away for half a second in which the goals go on."""

    def lose() -> None:
        down()
        stream(bus, model, 0.5)
        up()

    return lose


def ignore(_: object) -> None:
    """Does nothing with an answer."""


def tell_reconnects(name: str, times: Samples, _: Moments, replayed: int) -> dict[str, Any]:
    """Prints how long reconnecting took, and that nothing was replayed."""
    told = tell(name, times, RECONNECT_BAR)
    print(f"{'':<52} {replayed} commands replayed (bar 0)", flush=True)
    return told | {"replayed": replayed, "met": told["met"] and replayed == 0}


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=3000, help="round trips")
    parser.add_argument("--rounds", type=int, default=20, help="stalls and reconnections of each kind")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    arguments = parser.parse_args()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"{machine}, {load}; all processes on this machine, loopback, goals at 100 Hz")
    print(f"{'ms':<52}{'median':>9}{'p95':>9}{'p99':>9}{'max':>9}{'n':>7}")
    model = load_arm("so101")
    results = measure_dds(model, arguments.count, arguments.rounds)
    results |= measure_rosbridge(model, arguments.count, arguments.rounds)
    results |= measure_server(model, arguments.count, arguments.rounds)
    missed = [name for name, told in results.items() if not told["met"]]
    print("every bar is met" if not missed else f"missed: {'; '.join(missed)}")
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(results, indent=1))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
