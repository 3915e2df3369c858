"""One question at a time to servos on a port, each answer checked, each write read back.

Every failure is a complaint that names port, servo and register.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from robot_bridge.buses.serial_port import PortLost, SerialPort
from robot_bridge.tools.complaint import Complaint, Kind, Named, ToolFailed
from robot_bridge.tools.dialect import Dialect, Heard
from robot_bridge.tools.registers import Image, Register, decode, encode, shown

WAIT_NS = 30_000_000
"""An FTDI adapter keeps bytes for up to 16 ms by default, and a busy machine passes them on late."""
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Hearing:
    """What came after one question: whole answers, junk bytes, and how long it took."""

    answers: tuple[Heard, ...]
    junk: int
    took_ns: int


class ServoLink:
    """A port on which no bridge is running; every method raises ToolFailed once the port is gone."""

    def __init__(self, path: str, baud: int, spoken: Dialect, wait_ns: int = WAIT_NS) -> None:
        """Opens the port for this process alone."""
        self.path, self.baud, self.spoken, self._wait_ns = path, baud, spoken, wait_ns
        try:
            self._port = SerialPort(path, baud)
        except PortLost as error:
            raise ToolFailed(Complaint(_why(str(error)), where=path, found=str(error))) from error

    def __enter__(self) -> "ServoLink":
        """The open link."""
        return self

    def __exit__(self, *what: object) -> None:
        """Gives the port back."""
        self.close()

    def close(self) -> None:
        """Gives the port back, without moving anything."""
        self._port.close()

    def ask(self, request: bytes, expected: Mapping[int, int], linger_ns: int = 0) -> Hearing:
        """Sends one request and listens until every expected servo answered, and `linger_ns` longer."""
        try:
            return self._ask(request, expected, linger_ns)
        except PortLost as error:
            raise ToolFailed(Complaint("port_lost", where=self.path, found=str(error))) from error

    def ping(self, servo_id: int, linger_ns: int = 2_000_000) -> Hearing:
        """Asks whether a servo is there; more than one answer means that two have this id."""
        return self.ask(self.spoken.ping(servo_id), {servo_id: self.spoken.ping_bytes}, linger_ns)

    def read(self, servo: Named, register: Register) -> int:
        """A register's value."""
        return decode(register, self._block(servo, register.address, register.length))

    def image(self, servo: Named) -> Image:
        """Every register of a servo."""
        parts = [self._block(servo, address, length) for address, length in self.spoken.blocks]
        return Image(self.spoken.registers, b"".join(parts))

    def write(self, servo: Named, name: str, value: int) -> None:
        """Writes a register and reads it back; complains when the servo kept something else."""
        register = self.spoken.registers[name]
        request = self.spoken.write(servo.servo_id, register.address, encode(register, value))
        found = None
        for _ in range(_TRIES):
            self.ask(request, {servo.servo_id: 0})
            found = self.read(servo, register)
            if found == value:
                return
        raise ToolFailed(
            Complaint(
                "not_taken",
                where=self.path,
                servo=servo.label,
                register=register.label,
                expected=shown(register, value),
                found="-" if found is None else shown(register, found),
            )
        )

    def settle(self, servo: Named, name: str, value: int) -> None:
        """Writes a register unless it holds this already: an EEPROM wears."""
        if self.read(servo, self.spoken.registers[name]) != value:
            self.write(servo, name, value)

    def positions(self, ids: Sequence[int]) -> tuple[int | None, ...]:
        """Where the servos are, in steps; None for one that did not answer."""
        register = self.spoken.registers["position"]
        request = self.spoken.sync_read(ids, register.address, register.length)
        heard = self.ask(request, dict.fromkeys(ids, register.length))
        found = {one.servo_id: decode(register, one.data) for one in heard.answers}
        return tuple(found.get(servo_id) for servo_id in ids)

    def _block(self, servo: Named, address: int, length: int) -> bytes:
        request, junk = self.spoken.read(servo.servo_id, address, length), 0
        for _ in range(_TRIES):
            heard = self.ask(request, {servo.servo_id: length})
            if heard.answers:
                return heard.answers[0].data
            junk += heard.junk
        kind: Kind = "servo_garbled" if junk else "servo_silent"
        where = f"{self.path}, {self.baud} baud"
        raise ToolFailed(Complaint(kind, where=where, servo=servo.label, register=str(address)))

    def _ask(self, request: bytes, expected: Mapping[int, int], linger_ns: int) -> Hearing:
        self._port.flush_input()
        began_ns = time.monotonic_ns()
        self._port.write(request)
        answers: list[Heard] = []
        junk, rest, until_ns = 0, b"", began_ns + self._wait_ns
        while (now_ns := time.monotonic_ns()) < until_ns:
            parsed = self.spoken.parse(rest + self._port.read(until_ns), expected)
            answers += parsed.answers
            junk, rest = junk + parsed.junk, parsed.rest
            if {one.servo_id for one in answers} >= expected.keys():
                if parsed.answers:
                    until_ns = min(until_ns, time.monotonic_ns() + linger_ns)
                if not linger_ns:
                    break
        now_ns = time.monotonic_ns()
        return Hearing(tuple(answers), junk + len(rest), now_ns - began_ns)


def _why(error: str) -> Kind:
    """The kind of complaint that the operating system's words stand for."""
    for words, kind in _WORDS:
        if words in error:
            return kind
    return "port_refused"


_WORDS: tuple[tuple[str, Kind], ...] = (
    ("No such file", "port_missing"),
    ("Permission denied", "port_denied"),
    ("exclusively lock", "port_busy"),
    ("Resource busy", "port_busy"),
)
