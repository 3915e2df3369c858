"""A hostile cell: random and adversarial setpoints as raw datagrams, and a count of every limit passed."""

import math
import random
from collections import Counter
from collections.abc import Callable

import msgpack

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.buses.reading import BusReading, JointSample
from robot_bridge.clearance import STRAY_M, Surroundings
from robot_bridge.controller import Controller, Inputs
from robot_bridge.inbox import Malformed, read_command
from robot_bridge.kinematics import distance, forward
from robot_bridge.trajectory import Motion
from robot_bridge.wire.commands import Command, Enable, Reset
from robot_bridge.zones import KeepOut

ARMS = ("so101", "so100", "koch_v1_1", "omx", "omx_f", "widowx_250")
ZONES = (KeepOut("post", (0.2, 0.3), (0.12, 0.2), (0.0, 0.3)),)
PERIOD_NS = 10_000_000
PER_TICK = 5
_GENERATION = 1
_FULL = 2**52  # a damaged number may be so high that no newer one is left: then a new lease begins
_TINY = 1e-6
_JERK_NOISE = 1e-4  # of an acceleration told once a period
_CORNER = 1.05  # the tool's cap is kept by joint speeds, planned one period ahead
_STRANGE: tuple[object, ...] = (
    *(math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, -0.0, 1e16, 2**63, -1),
    *(True, None, "0.1", b"\x00", [], [0.1], {}, {"x_m": 0.1}),
)


class Adversary:
    """One arm behind its controller, an ideal servo for each joint, and somebody who wants to break it."""

    def __init__(self, arm: str, seed: int) -> None:
        """The arm stands ready and in play."""
        self.model: ArmModel = load_arm(arm)
        self.around = Surroundings(self.model, ZONES)
        self.violations: Counter[str] = Counter()
        self.setpoints = 0
        self.refused = 0
        self.travelled_rad = 0.0
        self._dice = random.Random(seed)
        self._controller = Controller(self.model, lambda posture: posture, PERIOD_NS / 1e9, ZONES)
        self._now_ns = PERIOD_NS
        self._state = self._controller.boot("boot-1", _GENERATION, self._now_ns)
        self._at = self.model.ready_rad
        self._epoch = 1
        self._sequence = 0
        self._left = 0
        self._target: object = None
        self._tick(())
        self._tick((Reset(1, "boot-1"), Enable(1, self._epoch, _GENERATION)))

    def run(self, setpoints: int) -> None:
        """Sends this many more, five in a tick, and judges every tick."""
        ends = self.setpoints + setpoints
        while self.setpoints < ends:
            commands: list[Command | Malformed] = []
            for _ in range(PER_TICK):
                # Three malformed ones in a second bring a hold: enabled again, so that the arm goes on.
                commands += [Enable(1, self._epoch, _GENERATION), read_command(self._datagram())]
                self.setpoints += 1
            self._tick(tuple(commands))

    def timed(self, ticks: int, clock: Callable[[], float]) -> list[float]:
        """Seconds by this clock that each of so many ticks takes, a good setpoint in every one."""
        took: list[float] = []
        for number in range(ticks):
            if number % 50 == 0:
                self._target = self._good()
            command = read_command(self._packed(self._target))
            inputs = Inputs((command,), self._reading())
            began = clock()
            self._step(inputs)
            took.append(clock() - began)
        return took

    def _tick(self, commands: tuple[Command | Malformed, ...]) -> None:
        before = self._state.motion
        followed = self._state.following
        inputs = Inputs(commands, self._reading())
        self._step(inputs)
        after = self._state.motion
        if before is not None and after is not None:
            self.travelled_rad += abs(after.positions_rad[0] - before.positions_rad[0])
            self._judge(before, after, playing=followed and self._state.following)
        self._sequence = max(self._sequence, self._state.orders.sequence)
        if self._sequence > _FULL:
            self._epoch, self._sequence = self._epoch + 1, 0
        self.refused = sum(self._state.orders.refusals.values())

    def _step(self, inputs: Inputs) -> None:
        self._now_ns += PERIOD_NS
        tick = self._controller.tick(self._state, inputs, self._now_ns)
        self._state = tick.state
        if tick.goals is not None:
            self._at = tick.goals.positions_rad

    def _reading(self) -> BusReading:
        now_ns = self._now_ns + PERIOD_NS
        samples = tuple(JointSample(at, 0.0, 0.0, None, None, "none", 0, now_ns) for at in self._at)
        return BusReading("ready", samples, self.model.ready_rad, "none")

    def _datagram(self) -> bytes:
        """Mostly a target that is held for a while; else one spoilt field, or noise."""
        dice = self._dice
        fate = dice.random()
        if fate < 0.02:
            return dice.randbytes(dice.randrange(64))
        if fate < 0.06:
            return self._packed(self._spoilt(), odd=dice.random() < 0.2)
        if self._left == 0:
            self._left, self._target = dice.randrange(1, 300), self._wild()
        self._left -= 1
        data = self._packed(self._target)
        if fate < 0.08:
            at = dice.randrange(len(data))
            return data[:at] + dice.randbytes(1) + data[at + 1 :]
        return data[: dice.randrange(len(data))] if fate < 0.09 else data

    def _packed(self, target: object, *, odd: bool = False) -> bytes:
        self._sequence += 1
        message: dict[str, object] = {
            "type": "setpoint",
            "version": 1,
            "lease_epoch": self._epoch,
            "stop_generation": _GENERATION,
            "sequence": self._sequence,
            "deadline_ns": self._now_ns + 100_000_000,
            "target": target,
            "speed_scale": self._dice.choice((1.0, 1.0, 0.3)),
        }
        if odd:
            message[self._dice.choice(list(message))] = self._dice.choice(_STRANGE)
        packed: bytes = msgpack.packb(message)
        return packed

    def _wild(self) -> dict[str, object]:
        """A well-formed target, anywhere that the wire lets through."""
        dice = self._dice
        count = len(self.model.joints) - 1
        wide, jaw = dice.choice((0.3, 1.0, 2.0)), dice.random()
        match dice.randrange(4):
            case 0:
                place = {f"{axis}_m": dice.uniform(-wide, wide) for axis in "xyz"}
                turn = {name: dice.uniform(-6, 6) * wide for name in ("pitch_rad", "roll_rad")}
                return {"type": "pose", **place, **turn, "gripper": jaw}
            case 1:
                angles = [dice.uniform(-6, 6) * wide for _ in range(count)]
                return {"type": "joints", "positions_rad": angles, "gripper": jaw}
            case 2:
                speeds = [dice.uniform(-25, 25) * wide for _ in range(count)]
                return {"type": "joint_velocity", "velocities_rad_s": speeds, "gripper": jaw}
        ways = {f"{axis}_m_s": dice.uniform(-2.5, 2.5) * wide for axis in "xyz"}
        turns = {name: dice.uniform(-25, 25) * wide for name in ("pitch_rad_s", "roll_rad_s")}
        return {"type": "tool_velocity", **ways, **turns, "gripper": jaw}

    def _good(self) -> dict[str, object]:
        box, dice = self.model.workspace, self._dice
        spans = zip("xyz", (box.x_m, box.y_m, box.z_m), strict=True)
        place = {f"{axis}_m": dice.uniform(*span) for axis, span in spans}
        return {"type": "pose", **place, "pitch_rad": -1.2, "roll_rad": 0.2, "gripper": dice.random()}

    def _spoilt(self) -> dict[str, object]:
        """A target with one field that is no number, no joint of this arm, or not there."""
        dice, target = self._dice, self._wild()
        name = dice.choice([key for key in target if key != "type"])
        value = target[name]
        if isinstance(value, list) and dice.random() < 0.7:
            short = value[: dice.randrange(len(value))]
            return {**target, name: dice.choice((short, [*value, 0.1], [dice.choice(_STRANGE), *value[1:]]))}
        if dice.random() < 0.1:
            return {key: kept for key, kept in target.items() if key != name}
        return {**target, name: dice.choice(_STRANGE)}

    def _judge(self, before: Motion, after: Motion, *, playing: bool) -> None:
        model, motion = self.model, self.model.motion
        accelerations = motion.acceleration_rad_s2 if playing else motion.stop_acceleration_rad_s2
        jerks = motion.jerk_rad_s3 if playing else motion.stop_jerk_rad_s3
        for joint, at in enumerate(after.positions_rad):
            low, high = model.lower_rad[joint], model.upper_rad[joint]
            speed, gain = after.velocities_rad_s[joint], after.accelerations_rad_s2[joint]
            change = abs(gain - before.accelerations_rad_s2[joint])
            self._count("position", low - _TINY <= at <= high + _TINY)
            self._count("velocity", abs(speed) <= motion.velocity_rad_s[joint] + _TINY)
            self._count("acceleration", abs(gain) <= accelerations[joint] + _TINY)
            self._count("jerk", change <= jerks[joint] * PERIOD_NS / 1e9 + _JERK_NOISE)
        way = distance(forward(model, before.positions_rad), forward(model, after.positions_rad))
        self._count("tool speed", way <= model.tool_speed_m_s * PERIOD_NS / 1e9 * _CORNER)
        was, rooms = self.around.rooms(before.positions_rad), self.around.rooms(after.positions_rad)
        for name, room, left in zip(self.around.names, was, rooms, strict=True):
            self._count(name, left >= min(room, -STRAY_M) - _TINY)

    def _count(self, name: str, kept: bool) -> None:
        if not kept:
            self.violations[name] += 1
