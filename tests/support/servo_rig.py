"""Emulated servos on a pseudo-terminal with a person's hand on the arm, and faults that builders meet."""

import os
import termios
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from robot_bridge.arms import ArmModel, JointCalibration
from robot_bridge.buses import dynamixel
from robot_bridge.tools.arm_servos import arm_servos
from sim_fallback.coupling import servo_specs
from sim_fallback.servo_bus.chain import Reply, ServoChain
from sim_fallback.servo_bus.dynamixel.chain import DynamixelChain
from sim_fallback.servo_bus.dynamixel.table import Item
from sim_fallback.servo_bus.packets import READ, WRITE, instruction_frame
from sim_fallback.servo_bus.pty_bus import PtyBus
from sim_fallback.servo_bus.servo import Sensed, ServoSpec
from sim_fallback.servo_bus.wire import Chain

TURN = 4096
STEP_S = 0.005
HAND_STEPS = 250.0
_BAUD = {termios.B1000000: 1_000_000, termios.B500000: 500_000, termios.B115200: 115_200}


class FaultyChain(ServoChain):
    """Servos that refuse writes, talk over each other, or listen at another baud rate."""

    def __init__(self, specs: Sequence[ServoSpec], path: Path, baud: int) -> None:
        """`path` is the port, asked for the client's baud rate at each request."""
        super().__init__(specs)
        self._path, self._baud = path, baud
        self.refused: frozenset[tuple[int, int]] = frozenset()
        self.garbled: frozenset[int] = frozenset()
        self.doubled: frozenset[int] = frozenset()
        self.noise = b""
        self.unplugs: Callable[[], None] | None = None
        self._event: tuple[int, Callable[[], None]] | None = None
        self.heard: list[bytes] = []

    def receive(self, data: bytes, now_ns: int) -> tuple[Reply, ...]:
        """Acts on requests as real servos with these faults would."""
        if self._client_baud() != self._baud:
            return ()
        self.heard.append(data)
        if self._event is not None and len(self.heard) == self._event[0]:
            self._event[1]()
        if self.unplugs is not None and data[4] == READ:
            threading.Thread(target=self.unplugs).start()
            self.unplugs = None
        for servo_id, address in self.refused:
            if data[2] == servo_id and data[4] == WRITE and data[5] == address:
                return (Reply(now_ns, instruction_frame(servo_id, 0)),)
        if self.noise:
            return (Reply(now_ns, self.noise),)
        replies = super().receive(data, now_ns)
        twice = tuple(reply for reply in replies if reply.data[2] in self.doubled)
        return (*(self._collided(reply) for reply in replies), *twice)

    def at(self, request: int, event: Callable[[], None]) -> None:
        """Lets something happen when this many requests have been heard."""
        self._event = (request, event)

    def _collided(self, reply: Reply) -> Reply:
        """Answers of two servos at once: equal bits stay, others become zero, so only pings come through."""
        if reply.data[2] not in self.garbled or len(reply.data) <= 6:
            return reply
        return Reply(reply.at_ns, bytes(byte & 0x55 for byte in reply.data))

    def _client_baud(self) -> int:
        end = os.open(self._path, os.O_RDWR | os.O_NOCTTY)
        try:
            return _BAUD.get(termios.tcgetattr(end)[5], 0)
        finally:
            os.close(end)


class MovedByHand:
    """An arm of servos whose joints go where the servos drive them, or where the hand puts them."""

    def __init__(self, chain: Chain, path: Path, hand: list[float], turned: Sequence[int]) -> None:
        """Starts the bus and the motion; nothing carries torque. `turned` is each servo's joint."""
        self.path, self.hand, self._turned = path, hand, turned
        self.torque = [False] * len(hand)
        self.heard: list[bytes] = []
        self.bus = PtyBus(chain, path)
        self._ending = threading.Event()
        self._rounds = 0
        self._sense([0.0] * len(hand))
        self.bus.start()
        self._thread = threading.Thread(target=self._move, name="rig", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the motion and the bus."""
        self._ending.set()
        self._thread.join()
        self.bus.close()

    def settle(self) -> None:
        """Returns once the servos have sensed what is now, however busy the machine is."""
        until, ends_s = self._rounds + 3, time.monotonic() + 20.0
        while self._rounds < until:
            assert time.monotonic() < ends_s, "the arm stands still"
            time.sleep(STEP_S)

    def sweep(self, joint: int, low: float, high: float) -> None:
        """Moves a joint by hand to one end, to the other, and back, as slowly as it is looked at."""
        start = self.hand[joint]
        for goal in (low, high, start):
            begun = self.hand[joint]
            steps = max(1, round(abs(goal - begun) / HAND_STEPS))
            for number in range(1, steps + 1):
                self.hand[joint] = begun + (goal - begun) * number / steps
                self._looked_at(1)
            self._looked_at(3)

    def _looked_at(self, times: int) -> None:
        """Waits until the servos were asked this many times more."""
        until, ends_s = len(self.heard) + times, time.monotonic() + 20.0
        while len(self.heard) < until:
            assert time.monotonic() < ends_s, "nobody asks the servos"
            time.sleep(STEP_S)

    def _move(self) -> None:
        while not self._ending.wait(STEP_S):
            drives = self.bus.drive(STEP_S)
            self.torque = [drive.torque_on for drive in drives[: len(self.hand)]]
            before = list(self.hand)
            for index, drive in enumerate(drives[: len(self.hand)]):
                if drive.torque_on:
                    self.hand[index] = drive.target_steps
            self._sense([(now - old) / STEP_S for now, old in zip(self.hand, before, strict=True)])
            self._rounds += 1

    def _sense(self, speeds: list[float]) -> None:
        felt = [Sensed(self.hand[at], speeds[at], 0.0) for at in self._turned]
        self.bus.sense(felt, STEP_S)


class Rig(MovedByHand):
    """Feetech servos."""

    def __init__(self, path: Path, calibration: Sequence[JointCalibration], baud: int = 1_000_000) -> None:
        """One servo for each entry, in the middle of its range."""
        specs = [ServoSpec(c.id, c.homing_offset, c.range_min, c.range_max) for c in calibration]
        self.chain = FaultyChain(specs, path, baud)
        super().__init__(self.chain, path, middles(calibration), range(len(specs)))
        self.heard = self.chain.heard

    def poke(self, servo_id: int, address: int, data: bytes) -> None:
        """Writes registers behind the tools' back."""
        ServoChain.receive(self.chain, instruction_frame(servo_id, WRITE, bytes((address,)) + data), 0)

    def unplug_at_read(self) -> None:
        """Lets the port go away as soon as registers are asked for."""
        self.chain.unplugs = self.bus.unplug


class HeardDynamixels(DynamixelChain):
    """Dynamixels that remember what they were told, and may refuse to write a register."""

    def __init__(self, specs: Sequence[ServoSpec]) -> None:
        """At 1 Mbit/s."""
        super().__init__(specs)
        self.heard: list[bytes] = []
        self.refused: frozenset[tuple[int, int]] = frozenset()

    def receive(self, data: bytes, now_ns: int) -> tuple[Reply, ...]:
        """As the servos do."""
        self.heard.append(data)
        writes = data[7:8] == bytes((dynamixel.WRITE,))
        refused = writes and (data[4], int.from_bytes(data[8:10], "little")) in self.refused
        return () if refused else super().receive(data, now_ns)


class DynamixelRig(MovedByHand):
    """The Dynamixels of an arm, shadows included."""

    def __init__(self, path: Path, model: ArmModel, calibration: Sequence[JointCalibration]) -> None:
        """As calibrated, every joint in the middle of its range."""
        self.chain = HeardDynamixels(servo_specs(model, calibration))
        turned = [servo.joint for servo in arm_servos(model)]
        super().__init__(self.chain, path, middles(calibration), turned)
        self.heard = self.chain.heard

    def poke(self, servo_id: int, item: Item, value: int) -> None:
        """Writes an item behind the tools' back."""
        data = value.to_bytes(item.length, "little", signed=value < 0)
        assert self.chain.servo(servo_id).write(item.address, data) == 0

    def held(self, item: Item) -> list[int]:
        """What the servos hold in one item, the shadows last."""
        return [self.chain.servo(one).get(item) for one in self.chain.ids]


def middles(calibration: Sequence[JointCalibration]) -> list[float]:
    """The middle of every range."""
    return [(one.range_min + one.range_max) / 2.0 for one in calibration]
