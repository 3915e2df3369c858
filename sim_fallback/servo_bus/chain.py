"""A chain of servos on one half-duplex wire: instructions in, status frames out at wire time.

Pure: `receive` gets the time, and each reply says when its last byte is over. Ten bits per byte.
"""

from collections.abc import Sequence

from sim_fallback.servo_bus import packets
from sim_fallback.servo_bus import registers as reg
from sim_fallback.servo_bus.motor import Ailment, Drive, Sensed, ServoSpec
from sim_fallback.servo_bus.packets import BROADCAST, MAX_PARAMETERS, Instruction, Parser, status_frame
from sim_fallback.servo_bus.servo import Servo
from sim_fallback.servo_bus.wire import DELAY_UNIT_NS, Reply, byte_ns

SUPPLY_V = 7.4
SUPPLY_OHM = 0.05
BAUD_RATES = (1_000_000, 500_000, 250_000, 128_000, 115_200, 76_800, 57_600, 38_400)


class ServoChain:
    """All servos of an arm, by register; deterministic for the same calls in the same order."""

    def __init__(self, specs: Sequence[ServoSpec], supply_v: float = SUPPLY_V) -> None:
        """Powers the chain up."""
        self._servos = tuple(Servo(spec) for spec in specs)
        self._nominal_v = supply_v
        self._supply_v = supply_v
        self._parser = Parser()
        self._wire_free_ns = 0
        self._muted: frozenset[int] = frozenset()
        self._goal_changed_ns = 0

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids that the servos answer to, in the order of the specs."""
        return tuple(servo.id for servo in self._servos)

    @property
    def goal_changed_ns(self) -> int:
        """When an instruction last changed a servo's goal; 0 before the first."""
        return self._goal_changed_ns

    def receive(self, data: bytes, now_ns: int) -> tuple[Reply, ...]:
        """Takes bytes from the host and returns the answers, each with its time on the wire."""
        replies: list[Reply] = []
        for instruction in self._parser.feed(data, now_ns):
            sent = (len(instruction.parameters) + 6) * self._byte_ns(self._servos)
            self._wire_free_ns = max(now_ns, self._wire_free_ns) + sent
            before = self._goals()
            for servo, parameters in self._carry_out(instruction):
                replies.append(self._reply(servo, parameters))
            if self._goals() != before:
                self._goal_changed_ns = now_ns
        return tuple(replies)

    def drive(self, dt_s: float) -> tuple[Drive, ...]:
        """Advances every servo's profile generator; one drive per servo in the order of the specs."""
        return tuple(servo.drive(dt_s) for servo in self._servos)

    def sense(self, sensed: Sequence[Sensed], dt_s: float) -> None:
        """Takes the physics' measurements, one per servo; the supply sags with the current of all."""
        volts = self._supply_v - SUPPLY_OHM * sum(servo.amperes for servo in self._servos)
        for servo, one in zip(self._servos, sensed, strict=True):
            servo.sense(one, volts, dt_s)

    def mute(self, ids: frozenset[int]) -> None:
        """Lets these servos neither hear nor answer, as with a loose plug; an empty set heals all."""
        self._muted = ids

    def ail(self, servo_id: int, ailment: Ailment) -> None:
        """Makes one servo suffer this from now on; an unknown id is nobody."""
        for servo in self._servos:
            if servo.id == servo_id:
                servo.ail(ailment)

    def sag(self, share: float) -> None:
        """Sets the supply to this share of its nominal voltage."""
        self._supply_v = self._nominal_v * share

    def set_supply(self, volts: float) -> None:
        """Changes the supply voltage."""
        self._supply_v = volts

    def power_cycle(self) -> None:
        """Takes the servos' power away and gives it back."""
        for servo in self._servos:
            servo.power_cycle()

    def _goals(self) -> tuple[int, ...]:
        return tuple(servo.get(reg.GOAL_POSITION) for servo in self._servos)

    def _hearing(self, servo_id: int) -> tuple[Servo, ...]:
        found = (servo for servo in self._servos if servo.id not in self._muted and not servo.silent)
        return tuple(servo for servo in found if servo_id in (BROADCAST, servo.id))

    def _carry_out(self, instruction: Instruction) -> list[tuple[Servo, bytes]]:
        """Acts on one instruction; returns who answers, in order, and with what parameters."""
        match instruction.code:
            case packets.SYNC_READ:
                return self._sync_read(instruction.parameters)
            case packets.SYNC_WRITE:
                self._sync_write(instruction.parameters)
                return []
            case packets.PING:
                return [(servo, b"") for servo in self._hearing(instruction.id)]
            case packets.READ:
                return self._read(instruction)
            case _:
                return self._change(instruction)

    def _read(self, instruction: Instruction) -> list[tuple[Servo, bytes]]:
        if instruction.id == BROADCAST or len(instruction.parameters) != 2:
            return []
        address, length = instruction.parameters
        if length > MAX_PARAMETERS:
            return []
        return [(servo, servo.read(address, length)) for servo in self._hearing(instruction.id)]

    def _sync_read(self, parameters: bytes) -> list[tuple[Servo, bytes]]:
        if len(parameters) < 2 or parameters[1] > MAX_PARAMETERS:
            return []
        address, length, *ids = parameters
        return [(servo, servo.read(address, length)) for wanted in ids for servo in self._single(wanted)]

    def _sync_write(self, parameters: bytes) -> None:
        if len(parameters) < 2:
            return
        address, length = parameters[0], parameters[1]
        rows = parameters[2:]
        for at in range(0, len(rows) - length, length + 1):
            for servo in self._single(rows[at]):
                servo.write(address, rows[at + 1 : at + 1 + length])

    def _single(self, servo_id: int) -> tuple[Servo, ...]:
        return () if servo_id == BROADCAST else self._hearing(servo_id)

    def _change(self, instruction: Instruction) -> list[tuple[Servo, bytes]]:
        """Carries out the instructions that change something and answer with an empty status."""
        asked = self._hearing(instruction.id)
        done = [servo for servo in asked if _change_servo(servo, instruction.code, instruction.parameters)]
        if instruction.id == BROADCAST:
            return []
        return [(servo, b"") for servo in done if servo.get(reg.RESPONSE_LEVEL) == 1]

    def _reply(self, servo: Servo, parameters: bytes) -> Reply:
        frame = status_frame(servo.id, servo.faults, parameters)
        delay = servo.get(reg.RETURN_DELAY) * DELAY_UNIT_NS
        self._wire_free_ns += delay + len(frame) * self._byte_ns((servo,))
        return Reply(self._wire_free_ns, frame)

    def _byte_ns(self, servos: tuple[Servo, ...]) -> int:
        slowest = max((servo.get(reg.BAUD) for servo in servos), default=0)
        return byte_ns(BAUD_RATES[min(slowest, len(BAUD_RATES) - 1)])


def _change_servo(servo: Servo, code: int, parameters: bytes) -> bool:
    """Carries out one changing instruction; an unknown or malformed one is not heard."""
    match code:
        case packets.WRITE if len(parameters) >= 2:
            servo.write(parameters[0], parameters[1:])
        case packets.REG_WRITE if len(parameters) >= 2:
            servo.stage(parameters[0], parameters[1:])
        case packets.ACTION:
            servo.act()
        case packets.RESTORE:
            servo.restore_factory()
        case packets.CENTRE if len(parameters) in (0, 2):
            servo.set_centre(int.from_bytes(parameters, "little") if parameters else reg.CENTRE_STEPS)
        case _:
            return False
    return True
