"""Measures what an inverse and a tick of aiming cost for every arm: median, p95, p99 and the worst.

python tests/bench/inverse.py                 300 poses on a walk, 300 drawn from far around
An aim that takes more steps than a tick has goes on in the next one: every such tick counts by itself.
"""

import argparse
import math
import platform
import random
import time
from collections.abc import Callable, Iterator
from importlib import resources

import msgspec

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.kinematics import Solution, forward, inverse
from robot_bridge.kinematics.planar import is_planar
from robot_bridge.limits import Aim, aim
from robot_bridge.wire.commands import PoseTarget


def walk(arm: ArmModel, count: int) -> Iterator[PoseTarget]:
    """A circle of 30 mm radius around the ready pose, 2 mm a step."""
    middle = forward(arm, arm.ready_rad)
    for step in range(count):
        turn = step * 2.0 / 30.0
        y_m, z_m = middle.y_m + 0.03 * math.sin(turn), middle.z_m + 0.03 * (1.0 - math.cos(turn))
        yield msgspec.structs.replace(middle, y_m=y_m, z_m=z_m)


def around(arm: ArmModel, count: int) -> Iterator[PoseTarget]:
    """Poses from well beyond the workspace, most of them not to be had."""
    draw = random.Random(arm.name)
    for _ in range(count):
        at = (draw.uniform(-0.2, 0.8), draw.uniform(-0.5, 0.5), draw.uniform(-0.2, 0.6))
        yield PoseTarget(*at, draw.uniform(-math.pi, 1.0), draw.uniform(-3.0, 3.0), draw.random())


def measured(name: str, poses: Iterator[PoseTarget], solve: Callable[[PoseTarget], bool]) -> None:
    """Prints one line; `solve` is called again for the same pose until it says that it is done."""
    costs, count = [], 0
    for pose in poses:
        done, count = False, count + 1
        while not done:
            begun = time.process_time_ns()
            done = solve(pose)
            costs.append((time.process_time_ns() - begun) / 1000.0)
    costs.sort()
    marks = (*(costs[int(share * len(costs))] for share in (0.5, 0.95, 0.99)), costs[-1])
    print(f"{name:44}" + "".join(f"{mark:10.0f}" for mark in marks) + f"{len(costs) / count:10.2f}")


def arm_lines(arm: ArmModel, count: int) -> None:
    """The lines of one arm."""
    solver = "closed form" if is_planar(arm) else "damped"
    at = arm.ready_rad
    before: Aim | None = None

    def follow(pose: PoseTarget) -> bool:
        nonlocal at
        found = inverse(arm, pose, at)
        if isinstance(found, Solution):
            at = found.positions_rad
        return True

    def seek(pose: PoseTarget) -> bool:
        nonlocal before
        before = aim(arm, pose, arm.ready_rad, before)
        if before.progress is not None:
            return False
        before = None
        return True

    measured(f"{arm.name} inverse, walk ({solver})", walk(arm, count), follow)
    measured(f"{arm.name} aim, walk", walk(arm, count), seek)
    measured(f"{arm.name} aim, far around", around(arm, count), seek)


def main() -> None:
    """All arms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    count = parser.parse_args().count
    print(f"{platform.python_implementation()} {platform.python_version()}, processor time of this process")
    print(f"{'us':44}{'median':>10}{'p95':>10}{'p99':>10}{'worst':>10}{'ticks':>10}")
    for item in sorted(resources.files("robot_bridge.arms").iterdir(), key=lambda item: item.name):
        if item.name.endswith(".toml"):
            arm_lines(load_arm(item.name.removesuffix(".toml")), count)


if __name__ == "__main__":
    main()
