"""The servo chain over a serial port that may come and go: one exchange a tick, reconnecting by itself."""

import time
from collections.abc import Mapping
from dataclasses import asdict

from robot_bridge.buses import servo_chain
from robot_bridge.buses.bus import Goals
from robot_bridge.buses.reading import BusReading, Posture
from robot_bridge.buses.serial_port import PortLost, SerialPort
from robot_bridge.buses.servo_angles import ServoAngles
from robot_bridge.buses.servo_reading import ChainReading, absent
from robot_bridge.buses.servo_spec import chain_spec

RECONNECT_NS = 200_000_000
SILENCE_NS = 30_000_000
"""How long a request without a single byte of answer stands before it is made anew.

A USB adapter keeps bytes for up to 16 ms (the FTDI driver's default latency timer), and a busy machine
passes them on late; asking again meanwhile would throw the answer away each time.
"""


class SerialBus:
    """One chain behind one path; the path is resolved anew at every attempt to open it."""

    def __init__(self, path: str, arm: ServoAngles, patience_ns: int) -> None:
        """Opens nothing yet; `patience_ns` bounds the wait for answers within one tick."""
        self._path, self._arm, self._patience_ns = path, arm, patience_ns
        self._spec = spec = chain_spec(arm.model, arm.calibration)
        self._port: SerialPort | None = None
        self._tried_ns: int | None = None
        self._asked_ns: int | None = None
        self.chain = servo_chain.start(spec)
        self.note = ""
        self.opened = 0
        self.cycle_ns = 0

    def exchange(self) -> BusReading:
        """One tick's exchange; takes at most the patience, and never raises.

        A chain that says nothing at all keeps being listened to in the next ticks; its samples age meanwhile.
        """
        return self._arm.reading(self._exchange())

    def _exchange(self) -> ChainReading:
        began_ns = time.monotonic_ns()
        port = self._port or self._open(began_ns)
        if port is None:
            return absent(len(self._spec.servos))
        try:
            asked_ns = self._ask(port, began_ns)
            self._listen(port, began_ns + self._patience_ns)
        except PortLost as error:
            return self._lose(str(error))
        now_ns = time.monotonic_ns()
        if servo_chain.silent(self._spec, self.chain) and now_ns - asked_ns < SILENCE_NS:
            return servo_chain.reading(self.chain)
        self._asked_ns = None
        self.cycle_ns = now_ns - asked_ns
        self.chain, reading = servo_chain.finish(self._spec, self.chain, now_ns)
        self.note = self.chain.note
        return reading

    def send(self, goals: Goals) -> None:
        """Sends the goals; a port that is gone is noticed at the next exchange."""
        if self._port is not None:
            try:
                self._port.write(servo_chain.command(self._spec, self._arm.steps(goals.positions_rad)))
            except PortLost as error:
                self._lose(str(error))

    def release(self) -> None:
        """Torque off from the next exchange on."""
        self.chain = servo_chain.release(self.chain)

    def engage(self) -> None:
        """Starts a released chain up again."""
        self.chain = servo_chain.engage(self._spec, self.chain)

    def quantised(self, positions_rad: Posture) -> Posture:
        """The angles that goals at these angles are once rounded to whole steps."""
        return self._arm.quantised(positions_rad)

    @property
    def counts(self) -> Mapping[str, int]:
        """The chain's running counts."""
        return asdict(self.chain.counts)

    def close(self) -> None:
        """Gives the port back."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def _open(self, now_ns: int) -> SerialPort | None:
        if self._tried_ns is not None and now_ns - self._tried_ns < RECONNECT_NS:
            return None
        self._tried_ns = now_ns
        try:
            self._port = SerialPort(self._path, self._arm.model.servo.baud)
        except PortLost as error:
            self.note = str(error)
            return None
        self.opened += 1
        return self._port

    def _ask(self, port: SerialPort, now_ns: int) -> int:
        """Makes the next request unless one stands already; answers when it was made."""
        if self._asked_ns is None:
            port.flush_input()
            self.chain, sent = servo_chain.begin(self._spec, self.chain)
            port.write(sent)
            self._asked_ns = now_ns
        return self._asked_ns

    def _listen(self, port: SerialPort, until_ns: int) -> None:
        while servo_chain.waiting(self._spec, self.chain):
            data = port.read(until_ns)
            if not data and time.monotonic_ns() >= until_ns:
                return
            self.chain = servo_chain.receive(self._spec, self.chain, data)

    def _lose(self, note: str) -> ChainReading:
        self.close()
        self._asked_ns = None
        self.note = note
        self.chain = servo_chain.unplug(self._spec, self.chain)
        return absent(len(self._spec.servos))
