"""Emulated servos on a pseudo-terminal with a person's hand on the arm, and faults that builders meet."""

import os
import termios
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from robot_bridge.arms import JointCalibration
from sim_fallback.servo_bus.chain import Reply, ServoChain
from sim_fallback.servo_bus.packets import READ, WRITE, instruction_frame
from sim_fallback.servo_bus.pty_bus import PtyBus
from sim_fallback.servo_bus.servo import Sensed, ServoSpec

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


class Rig:
    """An arm of servos whose joints go where the servos drive them, or where the hand puts them."""

    def __init__(self, path: Path, calibration: Sequence[JointCalibration], baud: int = 1_000_000) -> None:
        """Starts the bus and the motion; nothing carries torque."""
        self.path = path
        specs = [ServoSpec(c.id, c.homing_offset, c.range_min, c.range_max) for c in calibration]
        self.chain = FaultyChain(specs, path, baud)
        self.hand = [(c.range_min + c.range_max) / 2.0 for c in calibration]
        self.torque = [False] * len(specs)
        self.bus = PtyBus(self.chain, path)
        self._ending = threading.Event()
        self._sense([0.0] * len(specs))
        self.bus.start()
        self._thread = threading.Thread(target=self._move, name="rig", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the motion and the bus."""
        self._ending.set()
        self._thread.join()
        self.bus.close()

    def poke(self, servo_id: int, address: int, data: bytes) -> None:
        """Writes registers behind the tools' back."""
        ServoChain.receive(self.chain, instruction_frame(servo_id, WRITE, bytes((address,)) + data), 0)

    def unplug_at_read(self) -> None:
        """Lets the port go away as soon as registers are asked for."""
        self.chain.unplugs = self.bus.unplug

    def settle(self) -> None:
        """Returns once the servos have sensed what is now."""
        time.sleep(10 * STEP_S)

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
        until, ends_s = len(self.chain.heard) + times, time.monotonic() + 20.0
        while len(self.chain.heard) < until:
            assert time.monotonic() < ends_s, "nobody asks the servos"
            time.sleep(STEP_S)

    def _move(self) -> None:
        while not self._ending.wait(STEP_S):
            drives = self.bus.drive(STEP_S)
            self.torque = [drive.torque_on for drive in drives]
            before = list(self.hand)
            for index, drive in enumerate(drives):
                if drive.torque_on:
                    self.hand[index] = drive.target_steps
            self._sense([(now - old) / STEP_S for now, old in zip(self.hand, before, strict=True)])

    def _sense(self, speeds: list[float]) -> None:
        pairs = zip(self.hand, speeds, strict=True)
        self.bus.sense([Sensed(at, speed, 0.0) for at, speed in pairs], STEP_S)
