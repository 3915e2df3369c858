"""The servo chain over a serial port that may come and go: one exchange a tick, reconnecting by itself."""

import time
from collections.abc import Mapping

from msgspec.structs import asdict

from robot_bridge.buses import servo_chain
from robot_bridge.buses.bus import Goals
from robot_bridge.buses.reading import BusReading, Posture
from robot_bridge.buses.serial_port import Dialling, PortLost, SerialPort, candidate_ports
from robot_bridge.buses.servo_angles import ServoAngles
from robot_bridge.buses.servo_reading import ChainReading, absent
from robot_bridge.buses.servo_spec import chain_spec

QUIET_NS = 2_000_000
"""How long answers may pause; a USB frame is 1 ms."""
HELD_NS = 8_000_000
"""How much later than the wire needs an answer may be counted as measured.

A process that was stopped reads its answers late; they are as old as the question, whenever they are read.
"""
AUTO = "auto"
"""The path that stands for whichever port this very arm is behind."""
SILENT_SHARE = 0.75
"""Of the patience, while no byte of an answer has come.

It goes on being waited for in the next tick, and with the tick's work this one shall end before that begins.
"""
RECONNECT_NS = 200_000_000
SILENCE_NS = 45_000_000
"""How long a request without a single byte of answer stands before it is made anew.

A USB adapter keeps bytes for up to 16 ms (the FTDI driver's default latency timer), a serial server whose
TCP gathers small packets for 40 ms (Linux' delayed acknowledgement), and a busy machine passes them on late;
asking again meanwhile would throw the answer away each time.
"""


class SerialBus:
    """One chain behind one path; the path is resolved anew at every attempt to open it.

    Behind `auto` the candidates are tried in turn: the start-up reads models and calibration before it
    writes anything, so a chain that is another arm's is only ever read.
    """

    def __init__(self, path: str, arm: ServoAngles, patience_ns: int) -> None:
        """Opens nothing yet; `patience_ns` bounds the wait for answers within one tick."""
        self._path, self._arm, self._patience_ns = path, arm, patience_ns
        self._spec = spec = chain_spec(arm.model, arm.calibration)
        self._port: SerialPort | None = None
        self._dialling: Dialling | None = None
        self._tried_ns: int | None = None
        self._asked_ns: int | None = None
        self._sent_ns = 0
        self._bytes = 0
        self._quick = (
            False  # whether the last exchange took so little time that silence means a lost question
        )
        self._attempt = 0
        self._found = False
        self._starts = 0
        self.chain = servo_chain.start(spec)
        self.note = ""
        self.opened = 0
        self.cycle_ns = 0

    def exchange(self) -> BusReading:
        """One tick's exchange; takes at most the patience, and never raises.

        A chain that says nothing at all keeps being listened to in the next ticks; its samples age meanwhile.
        """
        return self._arm.reading(self._exchange())

    def send(self, goals: Goals) -> None:
        """Sends the goals; a port that is gone is noticed at the next exchange."""
        if self._port is not None:
            steps = self._arm.steps(goals.positions_rad)
            try:
                self._port.write(servo_chain.command(self._spec, self.chain, steps))
            except PortLost as error:
                self._lose(str(error))

    def release(self) -> None:
        """Takes the torque away, and keeps it away through every reconnection until `engage`."""
        self.chain = servo_chain.release(self.chain)

    def engage(self) -> None:
        """Starts up again, each goal where its servo stands; may restart servos that shut themselves down."""
        self.chain = servo_chain.engage(self.chain)

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

    def _exchange(self) -> ChainReading:
        began_ns = time.monotonic_ns()
        port = self._port or self._open(began_ns)
        if port is None:
            return absent(len(self._spec.servos))
        try:
            asked_ns = self._ask(port, began_ns)
            self._listen(port, began_ns + self._patience_ns)
            self._repeat(port, began_ns + self._patience_ns)
        except PortLost as error:
            return self._lose(str(error))
        now_ns = time.monotonic_ns()
        if servo_chain.unfinished(self.chain) and now_ns - asked_ns < SILENCE_NS:
            return servo_chain.reading(self._spec, self.chain)
        self._asked_ns = None
        self.cycle_ns = now_ns - asked_ns
        self._quick = bool(self.chain.answers) and 2 * self.cycle_ns < self._patience_ns
        self.chain, reading = servo_chain.finish(self._spec, self.chain, now_ns)
        self.note = self.chain.note
        self._found |= reading.phase in ("ready", "released")
        if self._path == AUTO and not self._found and self.chain.counts.starts > self._starts:
            return self._lose(self.note)
        return reading

    def _open(self, now_ns: int) -> SerialPort | None:
        if self._tried_ns is not None and now_ns - self._tried_ns < RECONNECT_NS:
            return None
        try:
            self._port = self._opening()
        except PortLost as error:
            self.note = str(error)
            self._tried_ns = now_ns
            return None
        if self._port is not None:
            self._tried_ns = now_ns
            self._starts = self.chain.counts.starts
            self.opened += 1
        return self._port

    def _opening(self) -> SerialPort | None:
        """The port at this attempt, None while it is being dialled; raises PortLost."""
        baud = self._arm.model.servo.baud
        if "://" not in self._path:
            return SerialPort(self._candidate(), baud)
        if self._dialling is None:
            self._dialling = Dialling(self._path, baud)
        dialling, self._dialling = self._dialling, None
        port = dialling.port()
        if port is None:
            self._dialling = dialling
        return port

    def _candidate(self) -> str:
        """The path to try now; raises PortLost when there is none."""
        if self._path != AUTO:
            return self._path
        candidates = candidate_ports()
        if not candidates:
            raise PortLost("there is no serial port to look for the arm behind")
        self._attempt += 1
        return candidates[self._attempt % len(candidates)]

    def _ask(self, port: SerialPort, now_ns: int) -> int:
        """Makes the next request unless one stands already; answers when it was made."""
        if self._asked_ns is None:
            port.flush_input()
            self.chain, sent = servo_chain.begin(self._spec, self.chain)
            self._write(port, sent, now_ns)
            self._asked_ns = now_ns
        return self._asked_ns

    def _repeat(self, port: SerialPort, until_ns: int) -> None:
        """Asks again, where there is time, for answers that were lost on the way."""
        now_ns = time.monotonic_ns()
        if now_ns + QUIET_NS < until_ns:
            whole = self._quick
            self._quick = False
            self.chain, sent = servo_chain.repeat(self._spec, self.chain, now_ns, whole=whole)
            if sent:
                self._write(port, sent, now_ns)
                self._listen(port, until_ns)

    def _write(self, port: SerialPort, sent: bytes, now_ns: int) -> None:
        port.write(sent)
        self._sent_ns, self._bytes = now_ns, len(sent)

    def _listen(self, port: SerialPort, until_ns: int) -> None:
        """Takes answers until all are there or, once some are, none comes any more."""
        heard_ns = time.monotonic_ns()
        pause_ns = servo_chain.frame_ns(self._spec, self.chain) + QUIET_NS
        silent_until_ns = until_ns - int(self._patience_ns * (1.0 - SILENT_SHARE))
        while servo_chain.waiting(self.chain):
            brief = self._quick or self.chain.answers
            deadline_ns = until_ns if self.chain.answers else silent_until_ns
            ends_ns = min(deadline_ns, heard_ns + pause_ns) if brief else deadline_ns
            data = port.read(ends_ns)
            now_ns = time.monotonic_ns()
            if not data and now_ns >= ends_ns:
                return
            heard_ns = now_ns
            self._bytes += len(data)
            latest_ns = self._sent_ns + self._bytes * self._spec.byte_ns + HELD_NS
            self.chain = servo_chain.receive(self._spec, self.chain, data, min(now_ns, latest_ns))

    def _lose(self, note: str) -> ChainReading:
        self.close()
        self._asked_ns = None
        self._found = False
        self.note = note
        self.chain = servo_chain.unplug(self._spec, self.chain)
        return absent(len(self._spec.servos))
