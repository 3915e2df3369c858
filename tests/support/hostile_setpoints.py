"""Setpoints that somebody sends who wants to break the arm: raw datagrams in bursts, from wild to spoilt."""

import math
import random
from collections.abc import Iterator, Mapping

import msgpack

_FULL = 2**52  # a damaged number may be so high that no newer one is left: then a new lease begins
_STRANGE: tuple[object, ...] = (
    *(math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, -0.0, 1e16, 2**63, -1),
    *(True, None, "0.1", b"\x00", [], [0.1], {}, {"x_m": 0.1}),
)
_SCALES = (*(1.0,) * 8, 0.3, 0.01, 1e-9, 0.0)
_LIFE_NS = 100_000_000
_SHUFFLED = 0.1
_LEADING = 0.8

Target = Mapping[str, object]


class HostileSender:
    """One sender's dice and numbers; a target that leads is held for some bursts, so that the arm travels."""

    def __init__(self, arm_joints: int, generation: int, seed: int) -> None:
        self.dice = random.Random(seed)
        self.epoch = 1
        self.newest = 0
        self._joints = arm_joints
        self._generation = generation
        self._sequence = 0
        self._packer = msgpack.Packer()
        self._left = 0
        self._leading: Target = {}

    def lease(self, sequence: int) -> int:
        """The lease to send under while this number is in force: a damaged one may be far ahead."""
        self._sequence = max(self._sequence, sequence)
        if sequence > _FULL:
            self.epoch, self._sequence, self.newest = self.epoch + 1, 0, 0
        return self.epoch

    def burst(self, count: int, now_ns: int) -> list[tuple[bytes, bool]]:
        """So many datagrams, each with whether it is whole: the bridge may refuse it only as not newer."""
        sent = [self._one(now_ns) for _ in range(count - 1)]
        sent.append(self._lead(now_ns) if self.dice.random() < _LEADING else self._one(now_ns))
        if self.dice.random() < _SHUFFLED:
            self.dice.shuffle(sent)
        return sent

    def packed(self, target: object, now_ns: int) -> bytes:
        """The next setpoint, whole but for what its target is."""
        return self._pack(self._message(target, now_ns))

    def wild(self) -> dict[str, object]:
        """A well-formed target, anywhere that the wire lets through."""
        dice = self.dice
        wide, jaw = dice.choice((0.3, 1.0, 2.0)), dice.random()
        match dice.randrange(4):
            case 0:
                return self.far_pose(wide)
            case 1:
                angles = [dice.uniform(-6, 6) * wide for _ in range(self._joints)]
                return {"type": "joints", "positions_rad": angles, "gripper": jaw}
            case 2:
                speeds = [dice.uniform(-25, 25) * wide for _ in range(self._joints)]
                return {"type": "joint_velocity", "velocities_rad_s": speeds, "gripper": jaw}
        ways = {name: dice.uniform(-2.5, 2.5) * wide for name in ("x_m_s", "y_m_s", "z_m_s")}
        turns = {name: dice.uniform(-25, 25) * wide for name in ("pitch_rad_s", "roll_rad_s")}
        return {"type": "tool_velocity", **ways, **turns, "gripper": jaw}

    def far_pose(self, wide_m: float) -> dict[str, object]:
        """A pose within this way of the base along each axis, seldom one that the arm can have."""
        dice = self.dice
        place = {name: dice.uniform(-wide_m, wide_m) for name in ("x_m", "y_m", "z_m")}
        turn = {name: dice.uniform(-6, 6) * wide_m for name in ("pitch_rad", "roll_rad")}
        return {"type": "pose", **place, **turn, "gripper": dice.random()}

    def _lead(self, now_ns: int) -> tuple[bytes, bool]:
        if self._left == 0:
            self._left, self._leading = self.dice.randrange(1, 60), self.wild()
        self._left -= 1
        return self._whole(self._leading, now_ns)

    def _one(self, now_ns: int) -> tuple[bytes, bool]:
        """Mostly whole; else noise, spoilt, damaged, cut short, or of another time or lease."""
        dice = self.dice
        fate = dice.random()
        if fate >= 0.1:
            return self._whole(self.wild(), now_ns)
        if fate < 0.02:
            return dice.randbytes(dice.randrange(64)), False
        if fate < 0.05:
            return self._spoilt(now_ns), False
        if fate < 0.08:
            message = self._message(self.wild(), now_ns)
            name, value = dice.choice(tuple(self._strays(now_ns)))
            return self._pack({**message, name: value}), False
        data = self.packed(self.wild(), now_ns)
        at = dice.randrange(len(data))
        return (data[:at] + dice.randbytes(1) + data[at + 1 :] if fate < 0.09 else data[:at]), False

    def _whole(self, target: Target, now_ns: int) -> tuple[bytes, bool]:
        data = self.packed(target, now_ns)
        self.newest = self._sequence
        return data, True

    def _strays(self, now_ns: int) -> Iterator[tuple[str, int]]:
        """Fields of a setpoint that comes late, twice, or from another lease or stop."""
        yield "sequence", max(0, self._sequence - self.dice.randrange(1, 9))
        yield "sequence", 0
        yield "deadline_ns", now_ns
        yield "deadline_ns", 0
        yield "lease_epoch", self.epoch - 1
        yield "lease_epoch", self.epoch + 1
        yield "stop_generation", self._generation - 1
        yield "stop_generation", self._generation + 1

    def _spoilt(self, now_ns: int) -> bytes:
        """One field that is no number, no joint of this arm, out of every bound, or not there."""
        dice, target = self.dice, self.wild()
        if dice.random() < 0.2:
            message = self._message(target, now_ns)
            return self._pack({**message, dice.choice(tuple(message)): dice.choice(_STRANGE)})
        name = dice.choice([key for key in target if key != "type"])
        value = target[name]
        if isinstance(value, list) and dice.random() < 0.7:
            short = value[: dice.randrange(len(value))]
            value = dice.choice((short, [*value, 0.1], [dice.choice(_STRANGE), *value[1:]]))
            return self.packed({**target, name: value}, now_ns)
        if dice.random() < 0.1:
            return self.packed({key: kept for key, kept in target.items() if key != name}, now_ns)
        return self.packed({**target, name: dice.choice(_STRANGE)}, now_ns)

    def _message(self, target: object, now_ns: int) -> dict[str, object]:
        self._sequence += 1
        return {
            "type": "setpoint",
            "version": 1,
            "lease_epoch": self.epoch,
            "stop_generation": self._generation,
            "sequence": self._sequence,
            "deadline_ns": now_ns + _LIFE_NS,
            "target": target,
            "speed_scale": self.dice.choice(_SCALES),
        }

    def _pack(self, message: dict[str, object]) -> bytes:
        data: bytes = self._packer.pack(message)
        return data
