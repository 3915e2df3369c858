"""A chain of Dynamixels on one half-duplex wire: instructions in, status frames out at wire time.

Models may be mixed; each has its own supply at its nominal voltage, as behind a regulator. Pure: `receive`
gets the time. Of an answer that servos build together (fast reads), those after a silent one say nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sim_fallback.servo_bus.dynamixel import memory as errors
from sim_fallback.servo_bus.dynamixel import packets, table
from sim_fallback.servo_bus.dynamixel.packets import BROADCAST, OVERHEAD, Instruction, Parser, status_frame
from sim_fallback.servo_bus.dynamixel.servo import DynamixelServo
from sim_fallback.servo_bus.motor import Ailment, Drive, Sensed, ServoSpec
from sim_fallback.servo_bus.wire import Reply, byte_ns

BAUD_1M = 3
SUPPLY_OHM = 0.05
_ALERT = 0x80
_FAST = {packets.FAST_SYNC_READ: packets.SYNC_READ, packets.FAST_BULK_READ: packets.BULK_READ}


@dataclass(frozen=True, slots=True)
class _Ask:
    """One servo's part of a read of many."""

    id: int
    address: int
    length: int


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one servo has to say."""

    servo: DynamixelServo
    error: int
    data: bytes = b""

    @property
    def code(self) -> int:
        """The error byte, alert bit included."""
        return self.error | (_ALERT if self.servo.alert else 0)


class DynamixelChain:
    """All servos of an arm, by register; deterministic for the same calls in the same order."""

    def __init__(self, specs: Sequence[ServoSpec], baud_code: int = BAUD_1M) -> None:
        """Powers the chain up; raises KeyError for a model that is not emulated."""
        self._servos = tuple(DynamixelServo(spec, table.MODELS[spec.model], baud_code) for spec in specs)
        self._parser = Parser()
        self._wire_free_ns = 0
        self._supply = 1.0
        self._goal_changed_ns = 0

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids that the servos answer to, in the arm's order."""
        return tuple(servo.id for servo in self._servos)

    @property
    def goal_changed_ns(self) -> int:
        """When an instruction last changed a servo's goal; 0 before the first."""
        return self._goal_changed_ns

    def servo(self, servo_id: int) -> DynamixelServo:
        """The servo of this id."""
        return next(servo for servo in self._servos if servo.id == servo_id)

    def receive(self, data: bytes, now_ns: int) -> tuple[Reply, ...]:
        """Takes bytes from the host and returns the answers, each with its time on the wire."""
        replies: list[Reply] = []
        for instruction in self._parser.feed(data, now_ns):
            sent = (len(instruction.parameters) + OVERHEAD) * self._byte_ns()
            self._wire_free_ns = max(now_ns, self._wire_free_ns) + sent
            before = self._goals()
            replies += self._answered(instruction)
            if self._goals() != before:
                self._goal_changed_ns = now_ns
        return tuple(replies)

    def drive(self, dt_s: float) -> tuple[Drive, ...]:
        """Advances every servo's watchdog and profile; one drive per servo in the order of the specs."""
        return tuple(servo.drive(dt_s) for servo in self._servos)

    def sense(self, sensed: Sequence[Sensed], dt_s: float) -> None:
        """Takes the physics' measurements, one per servo; the supply sags with the current of all."""
        drop = SUPPLY_OHM * sum(servo.amperes for servo in self._servos)
        for servo, one in zip(self._servos, sensed, strict=True):
            servo.sense(one, servo.model.nominal_v * self._supply - drop, dt_s)

    def ail(self, servo_id: int, ailment: Ailment) -> None:
        """Makes one servo suffer this from now on; an unknown id is nobody."""
        for servo in self._servos:
            if servo.id == servo_id:
                servo.ail(ailment)

    def sag(self, share: float) -> None:
        """Sets the supply to this share of its nominal voltage."""
        self._supply = share

    def power_cycle(self) -> None:
        """Takes the servos' power away and gives it back."""
        for servo in self._servos:
            servo.reboot()

    def _goals(self) -> tuple[tuple[int, int], ...]:
        return tuple(servo.goals for servo in self._servos)

    def _heard(self, servo_id: int) -> tuple[DynamixelServo, ...]:
        """Who acts on a frame for this id and may answer it."""
        awake = (servo for servo in self._servos if not servo.silent)
        return tuple(servo for servo in awake if servo_id in (BROADCAST, servo.id))

    def _shadows(self, servo_id: int) -> tuple[DynamixelServo, ...]:
        """Who acts on a frame for this id as a secondary id, without answering."""
        awake = (servo for servo in self._servos if not servo.silent and servo.id != servo_id)
        return tuple(servo for servo in awake if servo.shadow == servo_id and servo_id != BROADCAST)

    def _answered(self, instruction: Instruction) -> list[Reply]:
        for servo in self._servos:
            if not servo.silent and instruction.intact:
                servo.hear()
        if instruction.code in _FAST and instruction.intact:
            return self._fast(instruction)
        return [self._reply(answer) for answer in self._carry_out(instruction)]

    def _carry_out(self, instruction: Instruction) -> list[_Answer]:
        """Acts on one instruction; returns who answers, in order."""
        single = instruction.id != BROADCAST
        if not instruction.intact:
            crc = [_Answer(servo, errors.CRC_ERROR) for servo in self._heard(instruction.id) if single]
            return [answer for answer in crc if answer.servo.level == 2]
        match instruction.code:
            case packets.STATUS:
                return []  # another servo's answer, echoed
            case packets.PING:
                return [_Answer(one, 0, _identity(one)) for one in self._by_id(instruction.id)]
            case packets.READ:
                return self._read(instruction) if single else []
            case packets.SYNC_READ | packets.BULK_READ:
                return [answer for ask in _asks(instruction) for answer in self._ask(ask)]
            case packets.SYNC_WRITE:
                self._write_rows(_sync_rows(instruction.parameters))
                return []
            case packets.BULK_WRITE:
                self._write_rows(_bulk_rows(instruction.parameters))
                return []
            case _:
                return self._change(instruction)

    def _by_id(self, servo_id: int) -> list[DynamixelServo]:
        return sorted(self._heard(servo_id), key=lambda servo: servo.id)

    def _read(self, instruction: Instruction) -> list[_Answer]:
        parameters = instruction.parameters
        if len(parameters) != 4:
            return [_Answer(one, errors.LENGTH_ERROR) for one in self._heard(instruction.id) if one.level]
        return self._ask(_Ask(instruction.id, _number(parameters[:2]), _number(parameters[2:])))

    def _ask(self, ask: _Ask) -> list[_Answer]:
        """The answer of a servo that is there and answers reads."""
        answers: list[_Answer] = []
        for servo in self._heard(ask.id) if ask.id != BROADCAST else ():
            data = servo.read(ask.address, ask.length) if servo.level else b""
            if servo.level:
                answers.append(
                    _Answer(servo, errors.ACCESS_ERROR) if data is None else _Answer(servo, 0, data)
                )
        return answers

    def _fast(self, instruction: Instruction) -> list[Reply]:
        asks = _asks(instruction)
        blocks: list[tuple[int, int, bytes]] = []
        delay = 0
        for ask in asks:
            answers = self._ask(ask)
            if not answers:
                break
            data = answers[0].data.ljust(ask.length, b"\0")[: ask.length]
            blocks.append((answers[0].code, ask.id, data))
            delay = delay or answers[0].servo.return_delay_ns
        if not blocks:
            return []
        announced = 1 + sum(ask.length + 4 for ask in asks)
        return [self._timed(packets.fast_status_frame(tuple(blocks), announced), delay)]

    def _write_rows(self, rows: Iterator[tuple[int, int, bytes]]) -> None:
        for servo_id, address, data in rows:
            for servo in self._heard(servo_id) if servo_id != BROADCAST else ():
                servo.write(address, data)
            for servo in self._shadows(servo_id):
                servo.write(address, data, only_ram=True)

    def _change(self, instruction: Instruction) -> list[_Answer]:
        """Carries out the instructions that change something and answer with an empty status."""
        act = _action(instruction)
        answers = [_Answer(servo, act(servo, False)) for servo in self._heard(instruction.id)]
        for servo in self._shadows(instruction.id):
            act(servo, True)
        return [answer for answer in answers if instruction.id != BROADCAST and answer.servo.level == 2]

    def _reply(self, answer: _Answer) -> Reply:
        frame = status_frame(answer.servo.id, answer.code, answer.data)
        return self._timed(frame, answer.servo.return_delay_ns)

    def _timed(self, frame: bytes, delay_ns: int) -> Reply:
        self._wire_free_ns += delay_ns + len(frame) * self._byte_ns()
        return Reply(self._wire_free_ns, frame)

    def _byte_ns(self) -> int:
        return byte_ns(min((table.BAUD_RATES[servo.baud_code] for servo in self._servos), default=1_000_000))


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _identity(servo: DynamixelServo) -> bytes:
    return packets.word(servo.model.number) + bytes((servo.get(table.FIRMWARE),))


def _asks(instruction: Instruction) -> tuple[_Ask, ...]:
    """Who is asked for what by a read of many; nobody by a malformed one."""
    parameters = instruction.parameters
    code = _FAST.get(instruction.code, instruction.code)
    if instruction.id != BROADCAST:
        return ()
    if code == packets.SYNC_READ:
        address, length = _number(parameters[:2]), _number(parameters[2:4])
        return tuple(_Ask(servo_id, address, length) for servo_id in parameters[4:])
    whole = len(parameters) - len(parameters) % 5
    rows = (parameters[at : at + 5] for at in range(0, whole, 5))
    return tuple(_Ask(row[0], _number(row[1:3]), _number(row[3:5])) for row in rows)


def _sync_rows(parameters: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Id, address and data of each whole row of a sync write."""
    address, length = _number(parameters[:2]), _number(parameters[2:4])
    for at in range(4, len(parameters) - length, length + 1):
        yield parameters[at], address, parameters[at + 1 : at + 1 + length]


def _bulk_rows(parameters: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Id, address and data of each whole row of a bulk write."""
    while len(parameters) >= 5:
        length = _number(parameters[3:5])
        data, rest = parameters[5 : 5 + length], parameters[5 + length :]
        if len(data) == length:
            yield parameters[0], _number(parameters[1:3]), data
        parameters = rest


_Act = Callable[[DynamixelServo, bool], int]


def _action(instruction: Instruction) -> _Act:
    """What an instruction that changes something does to a servo, and to one it reaches by its shadow id."""
    parameters = instruction.parameters
    match instruction.code:
        case packets.WRITE | packets.REG_WRITE:
            return _writing(instruction)
        case packets.ACTION:
            return lambda servo, shadow: servo.act()
        case packets.REBOOT:
            return lambda servo, shadow: servo.reboot()
        case packets.CLEAR:
            return lambda servo, shadow: servo.clear(parameters)
        case packets.FACTORY_RESET if parameters and (instruction.id, parameters[0]) != (BROADCAST, 0xFF):
            return lambda servo, shadow: 0 if shadow else servo.reset(parameters[0])
        case packets.BACKUP:
            return lambda servo, shadow: 0 if shadow else servo.back_up(parameters)
        case _:
            return lambda servo, shadow: errors.INSTRUCTION_ERROR


def _writing(instruction: Instruction) -> _Act:
    address, data = _number(instruction.parameters[:2]), instruction.parameters[2:]
    if not data:
        return lambda servo, shadow: errors.LENGTH_ERROR
    if instruction.code == packets.WRITE:
        return lambda servo, shadow: servo.write(address, data, shadow)
    return lambda servo, shadow: servo.stage(address, data, shadow)
