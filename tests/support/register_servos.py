"""Servos of a few registers behind either protocol, for tests of the chain: no wire, no time, no physics."""

from dataclasses import dataclass, field, replace

import msgspec

from robot_bridge.arms import load_arm, nominal_calibration
from robot_bridge.buses import dynamixel, feetech, servo_chain
from robot_bridge.buses import dynamixel_servos as dxl
from robot_bridge.buses import feetech_servos as sts
from robot_bridge.buses.chain_state import ChainState
from robot_bridge.buses.dynamixel import number
from robot_bridge.buses.servo_protocol import ServoSpec
from robot_bridge.buses.servo_reading import ChainReading
from robot_bridge.buses.servo_spec import ChainSpec, chain_spec, servo_protocol

SO101 = load_arm("so101")
OFFSETS = (0, 12, -7, 100, -400, 3)
CALIBRATION = tuple(
    msgspec.structs.replace(entry, homing_offset=offset)
    for entry, offset in zip(nominal_calibration(SO101), OFFSETS, strict=True)
)
FEETECH = chain_spec(SO101, CALIBRATION)
DYNAMIXEL = replace(
    FEETECH,
    protocol=servo_protocol("dynamixel-2"),
    servos=tuple(replace(servo, model_number=1200) for servo in FEETECH.servos),
)
WIDOWX = chain_spec(load_arm("widowx_250"), nominal_calibration(load_arm("widowx_250")))
PERIOD_NS = 10_000_000
AT = 2000


def feetech_registers(servo: ServoSpec) -> bytearray:
    """An STS after power-on, standing at AT."""
    memory = bytearray(256)
    memory[3:5] = feetech.words(servo.model_number)
    memory[9:13] = feetech.words(servo.range_min, servo.range_max)
    memory[31:33] = feetech.words(feetech.unsigned(servo.homing_offset, 11))
    memory[48:50] = feetech.words(1000)
    memory[55] = 1
    memory[56:58] = feetech.words(AT)
    memory[62:64] = bytes((74, 30))
    return memory


def dynamixel_registers(servo: ServoSpec) -> bytearray:
    """An X-series servo after power-on, standing at AT, its velocity and current limits set by its owner."""
    memory = bytearray(256)
    memory[0:2] = servo.model_number.to_bytes(2, "little")
    memory[10:13] = bytes((servo.drive_mode, 3, 255 if servo.leader_id is None else servo.leader_id))
    memory[36:40] = bytes((100, 0, 100, 0))
    longs = {20: servo.homing_offset, 44: 50, 48: servo.range_max, 52: servo.range_min, 132: AT}
    for address, value in longs.items():
        memory[address : address + 4] = value.to_bytes(4, "little", signed=True)
    memory[100:102] = (885).to_bytes(2, "little")
    memory[144:147] = bytes((50, 0, 30))
    return memory


@dataclass
class RegisterServos:
    """Memories by id, and everything that may be wrong with them."""

    spec: ChainSpec
    memories: dict[int, bytearray] = field(default_factory=dict)
    mute: frozenset[int] = frozenset()
    writable_limits: bool = True
    deaf: dict[int, frozenset[int]] = field(default_factory=dict)
    fast: bool = True
    settled: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        made = dynamixel_registers if self.dynamixel else feetech_registers
        self.memories = self.memories or {servo.servo_id: made(servo) for servo in self.spec.everyone}

    @property
    def dynamixel(self) -> bool:
        """Which of the two protocols is spoken."""
        return isinstance(self.spec.protocol, dxl.DynamixelServos)

    def put(self, servo_id: int, name: str, value: int) -> None:
        """Sets a register by its plain name."""
        address, size = self.places[name]
        self.memories[servo_id][address : address + size] = value.to_bytes(size, "little", signed=value < 0)

    def get(self, servo_id: int, name: str) -> int:
        """Reads a register by its plain name."""
        address, size = self.places[name]
        return number(bytes(self.memories[servo_id]), address, size)

    @property
    def places(self) -> dict[str, tuple[int, int]]:
        """Registers that both makers have, by plain name: address and size."""
        if self.dynamixel:
            return {
                "model": (0, 2), "mode": (11, 1), "homing": (20, 4), "min": (52, 4), "max": (48, 4),
                "torque": (64, 1), "goal": (116, 4), "speed": (112, 4), "position": (132, 4),
                "velocity": (128, 4), "limit": (100, 2), "temperature": (146, 1), "voltage": (144, 2),
                "acceleration": (108, 4), "hardware": (70, 1), "watchdog": (98, 1), "drive": (10, 1),
                "secondary": (12, 1), "duty_kept": (36, 2), "current_kept": (38, 2), "speed_kept": (44, 4),
                "current": (102, 2),
            }  # fmt: skip
        return {
            "model": (3, 2), "mode": (33, 1), "homing": (31, 2), "min": (9, 2), "max": (11, 2),
            "torque": (40, 1), "goal": (42, 2), "speed": (46, 2), "position": (56, 2), "velocity": (58, 2),
            "limit": (48, 2), "temperature": (63, 1), "voltage": (62, 1), "acceleration": (41, 1),
        }  # fmt: skip

    def answer(self, sent: bytes) -> bytes:
        """Carries out instruction frames and returns what the servos answer."""
        return b"".join(self.answers(sent))

    def answers(self, sent: bytes) -> list[bytes]:
        """The answers, one frame each."""
        found: list[bytes] = []
        while sent:
            frame, sent = (_dynamixel_frame if self.dynamixel else _feetech_frame)(sent)
            target, code, parameters = frame
            found += self._carry_out(target, code, parameters)
        return found

    def _joint(self, servo_ids: bytes, address: int, count: int) -> list[bytes]:
        """All in one answer, as far as the first silent servo."""
        if not self.fast:
            return []
        size = (1 + len(servo_ids) * (count + 4)).to_bytes(2, "little")
        sent = dynamixel.HEADER + bytes((0xFE,)) + size + bytes((dynamixel.STATUS,))
        for one in servo_ids:
            if one in self.mute:
                break
            alert = dynamixel.ALERT if self.memories[one][dxl.HARDWARE_ERROR] else 0
            sent += bytes((alert, one)) + self.memories[one][address : address + count]
            sent += dynamixel.crc(sent).to_bytes(2, "little")
        return [sent]

    def _carry_out(self, target: int, code: int, parameters: bytes) -> list[bytes]:
        size = 2 if self.dynamixel else 1
        if code == dynamixel.REBOOT:
            self._restart(target)
            return []
        address, count = number(parameters, 0, size), number(parameters, size, size)
        rest = parameters[2 * size :]
        if code == feetech.SYNC_READ:
            return [self._status(one, address, count) for one in rest if one not in self.mute]
        if code == dynamixel.FAST_SYNC_READ:
            return self._joint(rest, address, count)
        for at in range(0, len(rest), count + 1):
            self._write(rest[at], address, rest[at + 1 : at + 1 + count])
            for shadow in self._shadows(rest[at]) if address >= dxl.TORQUE else ():
                self._write(shadow, address, rest[at + 1 : at + 1 + count])
        return []

    def _shadows(self, servo_id: int) -> list[int]:
        """Who obeys this id as a secondary one."""
        if not self.dynamixel:
            return []
        return [one for one, memory in self.memories.items() if memory[dxl.SECONDARY_ID] == servo_id]

    def _status(self, servo_id: int, address: int, count: int) -> bytes:
        memory = self.memories[servo_id]
        data = bytes(memory[address : address + count])
        if self.dynamixel:
            alert = dynamixel.ALERT if memory[dxl.HARDWARE_ERROR] else 0
            return dynamixel.packet(servo_id, dynamixel.STATUS, bytes((alert,)) + data)
        return feetech.frame(servo_id, memory[sts.STATUS], data)

    def _write(self, servo_id: int, address: int, data: bytes) -> None:
        memory = self.memories[servo_id]
        kept = bytes(memory)
        settings = address < (64 if self.dynamixel else 40)
        closed = memory[64] == 1 if self.dynamixel else memory[55] == 1
        if servo_id in self.mute or (settings and (closed or not self.writable_limits)):
            return
        if settings:
            self.settled.append((servo_id, address))
        if self.dynamixel and memory[98] == dxl.TRIPPED and 100 <= address <= 119:
            return
        if self.dynamixel and address == 64 and memory[70]:
            return
        memory[address : address + len(data)] = data
        for deaf in self.deaf.get(servo_id, frozenset()):
            memory[deaf] = kept[deaf]

    def _restart(self, servo_id: int) -> None:
        memory = self.memories[servo_id]
        memory[64:124] = bytes(60)
        memory[100:102] = (885).to_bytes(2, "little")


def _feetech_frame(sent: bytes) -> tuple[tuple[int, int, bytes], bytes]:
    length = sent[3]
    return (sent[2], sent[4], sent[5 : 3 + length]), sent[4 + length :]


def _dynamixel_frame(sent: bytes) -> tuple[tuple[int, int, bytes], bytes]:
    end = 7 + number(sent, 5, 2)
    assert dynamixel.crc(sent[: end - 2]) == number(sent, end - 2, 2)
    body = sent[7 : end - 2].replace(b"\xff\xff\xfd\xfd", b"\xff\xff\xfd")
    return (sent[4], body[0], body[1:]), sent[end:]


@dataclass
class Bench:
    """A chain state and its servos, exchanged tick by tick."""

    spec: ChainSpec
    servos: RegisterServos = field(init=False)
    state: ChainState = field(init=False)
    now_ns: int = 1_000_000_000
    phases: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.servos = RegisterServos(self.spec)
        self.state = servo_chain.start(self.spec)

    def tick(self, before: bytes = b"") -> ChainReading:
        """One exchange; `before` is on the wire ahead of the answers."""
        self.now_ns += PERIOD_NS
        self.state, sent = servo_chain.begin(self.spec, self.state)
        answers = before + self.servos.answer(sent)
        if servo_chain.waiting(self.state):
            self.state = servo_chain.receive(self.spec, self.state, answers[:7], self.now_ns)
            self.state = servo_chain.receive(self.spec, self.state, answers[7:], self.now_ns)
        self.state, reading = servo_chain.finish(self.spec, self.state, self.now_ns)
        if self.phases[-1:] != [self.state.phase]:
            self.phases.append(self.state.phase)
        return reading

    def until(self, phase: str, ticks: int = 40) -> ChainReading:
        """Exchanges until the reading says so."""
        for _ in range(ticks):
            reading = self.tick()
            if reading.phase == phase:
                return reading
        raise AssertionError(self.phases, self.state.note)

    def ready(self) -> "Bench":
        """The bench once its chain is ready."""
        self.until("ready")
        return self

    def everywhere(self, name: str) -> set[int]:
        """The values that this register has among the servos."""
        return {self.servos.get(one, name) for one in self.spec.ids}
