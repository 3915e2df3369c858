"""Rolls a policy out: its actions go to the bridge's controller as setpoints, and the referee judges."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from lock_step import TICK_NS

from proof.datasets import FPS
from proof.table import SO101, Table
from proof.task import drawn
from robot_bridge.arms.model import gripper_fraction
from robot_bridge.wire.commands import Command, Enable, JointTarget, Setpoint
from robot_bridge.wire.state import ArmState

EPOCH = 1
ENABLE_TICK = 20
ROW_TICKS = 1_000_000_000 // FPS // TICK_NS
EXECUTED = 14
"""Rows of an answer that are carried out before the policy is asked again: 0.7 s, longer than a steady player
waits for the jaws. A policy that knows no time, asked again while they stand, may wait for ever."""
AT_MOST_S = 12.0
FORCE_NS = 100_000_000
FIRST_SEED = 900_000
"""Tasks that no episode shows, and other ones than those from 100,000 on by which EXECUTED was chosen."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt: whether the referee saw the goal reached, when, and the share of ticks with a limit."""

    seed: int
    solved: bool
    seconds: float
    limited: float


class Served:
    """A policy in a process of its own, which trains it first unless that was done."""

    def __init__(self, python: Path, learner: Path, job: Path, heard: Callable[[str], None]) -> None:
        """Waits until it answers, and tells `heard` what it says before; raises RuntimeError when it ends."""
        self._process = subprocess.Popen(
            [str(python), str(learner), str(job)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        while (said := self._line()) != "ready":
            if not said:
                raise RuntimeError(f"the policy of {job} ended with exit code {self._process.wait()}")
            heard(said)

    def __enter__(self) -> "Served":
        """Nothing more to do."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the process."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def ask(self, seen: list[float]) -> list[list[float]]:
        """The next rows of actions."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(seen) + "\n")
        self._process.stdin.flush()
        rows: list[list[float]] = json.loads(self._line())
        return rows

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def roll(policy: Served, seed: int) -> Outcome:
    """One attempt at the task of this seed."""
    table = Table(drawn(seed), seed)
    arm, _ = table.tick()
    for tick in range(ENABLE_TICK + 10):
        enable = (Enable(1, EPOCH, arm.stop_generation),) if tick == ENABLE_TICK else ()
        arm, _ = table.tick(*enable)
    begun_ns = table.now_ns
    table.begin(f"roll-{seed}", "policy")
    driven = _Driven(table, arm)
    while not table.over and table.now_ns - begun_ns < AT_MOST_S * 1e9:
        cube, goal = table.cube, table.task.goal
        joints = [joint.position_rad for joint in driven.arm.joints]
        answer = policy.ask([*joints, cube.x_m, cube.y_m, cube.z_m, *goal])
        for row in answer[:EXECUTED]:
            driven.go(row)
    solved = table.solved_s is not None
    seconds = (table.now_ns - begun_ns) / 1e9
    table.finish("given_back")
    return Outcome(seed, solved, seconds, driven.limited / max(1, driven.ticks))


class _Driven:
    """The arm under setpoints; between two rows they go over evenly."""

    def __init__(self, table: Table, arm: ArmState) -> None:
        self.arm, self.ticks, self.limited = arm, 0, 0
        self._table, self._sequence = table, 0
        self._at = [joint.position_rad for joint in arm.joints]

    def go(self, row: list[float]) -> None:
        """Leads to this row in the time of one."""
        for tick in range(1, ROW_TICKS + 1):
            share = tick / ROW_TICKS
            target = [a + share * (b - a) for a, b in zip(self._at, row, strict=True)]
            self.arm, _ = self._table.tick(self._setpoint(target))
            self.ticks += 1
            self.limited += bool(self.arm.limits)
            if self._table.over:
                return
        self._at = row

    def _setpoint(self, angles: list[float]) -> Command:
        self._sequence += 1
        gripper = min(1.0, max(0.0, gripper_fraction(SO101, angles[-1])))
        target = JointTarget(tuple(angles[:-1]), gripper)
        deadline_ns = self._table.now_ns + TICK_NS + FORCE_NS
        return Setpoint(1, EPOCH, self.arm.stop_generation, self._sequence, deadline_ns, target)
