"""One emulated STS3215: registers that act, a profile generator, and feedback from the physics.

Positions reach and leave this class in calibrated steps: what register 56 counts while register 31
holds the calibration's homing offset. Writing another offset moves the register, not the shaft.
"""

from dataclasses import dataclass

from sim_fallback.servo_bus import registers as reg
from sim_fallback.servo_bus.health import CURRENT_UNIT_A, STALL_CURRENT_A, Health
from sim_fallback.servo_bus.profile import Profile
from sim_fallback.servo_bus.registers import CENTRE_STEPS, STEPS_PER_TURN, Memory, Register

MAX_SPEED_STEPS_S = 3520.0  # 52 rpm, the no-load speed at 7.4 V
_STILL_STEPS_S = 20.0
_ARRIVED_STEPS = 0.5


@dataclass(frozen=True, slots=True)
class ServoSpec:
    """What calibration wrote into one servo: id, homing offset and position range (steps)."""

    id: int
    homing_offset: int
    range_min: int
    range_max: int


@dataclass(frozen=True, slots=True)
class Drive:
    """What the servo's controller asks of the motor: target in calibrated steps, share of stall torque."""

    torque_on: bool
    target_steps: float
    torque_fraction: float


@dataclass(frozen=True, slots=True)
class Sensed:
    """What the physics measured: calibrated steps, step/s, motor torque as a signed share of stall."""

    position_steps: float
    velocity_steps_s: float
    load_fraction: float


class Servo:
    """One servo on the chain; deterministic, driven only by its arguments."""

    def __init__(self, spec: ServoSpec) -> None:
        """Powers the servo up with its calibration in the EEPROM, in the middle of its range."""
        self._memory = Memory()
        self._homing = spec.homing_offset
        self._put_all(
            (reg.ID, spec.id),
            (reg.HOMING_OFFSET, spec.homing_offset),
            (reg.MIN_POSITION, spec.range_min),
            (reg.MAX_POSITION, spec.range_max),
        )
        self._memory.burn()
        self._measured = (spec.range_min + spec.range_max) / 2
        self._load = 0.0
        self._staged: tuple[int, bytes] | None = None
        self._health = Health()
        self._profile = Profile(self._measured)
        self._asleep = True  # until the encoder was read once; then the goal is where the shaft is
        self._wake()

    def get(self, register: Register) -> int:
        """Returns a register's value."""
        return self._memory.get(register)

    def read(self, address: int, length: int) -> bytes:
        """Answers a read instruction."""
        return self._memory.read(address, length)

    def write(self, address: int, data: bytes) -> None:
        """Carries out a write instruction, with what follows from it."""
        touched = range(address, address + len(data))
        torque, goal = self.get(reg.TORQUE_ENABLE), self.get(reg.GOAL_POSITION)
        self._memory.write(address, data)
        if reg.TORQUE_ENABLE.address in touched:
            self._switch_torque(torque)
        turned = (self.get(reg.GOAL_POSITION) - goal) * self._load < 0
        if turned:
            self._health = self._health.relieved()
        self._memory.put(reg.STATUS, self._health.faults)

    def stage(self, address: int, data: bytes) -> None:
        """Keeps a write until the action instruction."""
        self._staged = (address, data)
        self._memory.put(reg.ASYNC_FLAG, 1)

    def act(self) -> None:
        """Carries out the staged write, if there is one."""
        if self._staged is not None:
            address, data = self._staged
            self._staged = None
            self._memory.put(reg.ASYNC_FLAG, 0)
            self.write(address, data)

    def set_centre(self, reading: int = CENTRE_STEPS) -> None:
        """Makes the present shaft angle read as `reading` by a new homing offset, and goes nowhere."""
        encoder = round(self._measured + self._homing) % STEPS_PER_TURN
        self._memory.put(reg.HOMING_OFFSET, encoder - reading)
        self._memory.put(reg.GOAL_POSITION, reading)
        if self.get(reg.LOCK) == 0:
            self._memory.burn()
        self._feed_back(0.0)

    def restore_factory(self) -> None:
        """Restores the delivered EEPROM values except id and baud rate."""
        self._memory.restore_factory()

    def power_cycle(self) -> None:
        """Loses and regains power: SRAM at its defaults, torque off, EEPROM as last burnt."""
        self._memory.power_on()
        self._wake()

    def drive(self, dt_s: float) -> Drive:
        """Advances the profile generator and returns what the motor shall do now."""
        fraction = self._health.torque_fraction(self._memory)
        if self.get(reg.TORQUE_ENABLE) != 1 or fraction <= 0:
            self._profile = Profile(self._measured)
            return Drive(False, self._measured, 0.0)
        if self.get(reg.MODE) == 0:
            speed = min(abs(self.get(reg.GOAL_SPEED)) or MAX_SPEED_STEPS_S, MAX_SPEED_STEPS_S)
            acceleration = self.get(reg.ACCELERATION) * 100.0
            self._profile = self._profile.advanced(self._goal(), speed, acceleration, dt_s)
        return Drive(True, self._profile.position, fraction)

    def sense(self, sensed: Sensed, volts: float, dt_s: float) -> None:
        """Takes what the physics measured into the feedback registers and the protection."""
        self._measured, self._load = sensed.position_steps, sensed.load_fraction
        if self._asleep:
            self._asleep = False
            self._memory.put(reg.GOAL_POSITION, self._reading())
            self._profile = Profile(self._measured)
        self._health = self._health.stepped(self._memory, self._load, volts, dt_s)
        self._memory.put(reg.PRESENT_VOLTAGE, round(volts * 10))
        self._feed_back(sensed.velocity_steps_s)

    @property
    def amperes(self) -> float:
        """The current that the motor draws."""
        return abs(self._load) * STALL_CURRENT_A

    def _wake(self) -> None:
        self._asleep = True
        self._health = Health()
        self._profile = Profile(self._measured)
        self._memory.put(reg.GOAL_POSITION, self._reading())
        self._feed_back(0.0)

    def _switch_torque(self, before: int) -> None:
        wished = self.get(reg.TORQUE_ENABLE)
        if wished > 2:
            self._memory.put(reg.TORQUE_ENABLE, before)
        if wished == reg.TORQUE_CENTRE:
            self.set_centre()
        if wished == 1:
            self._health = self._health.relieved()

    def _goal(self) -> float:
        goal = self.get(reg.GOAL_POSITION)
        lowest, highest = self.get(reg.MIN_POSITION), self.get(reg.MAX_POSITION)
        if (lowest, highest) != (0, 0):
            goal = min(max(goal, lowest), highest)
        return float((goal + self.get(reg.HOMING_OFFSET) - self._homing) % STEPS_PER_TURN)

    def _reading(self) -> int:
        return round(self._measured + self._homing - self.get(reg.HOMING_OFFSET)) % STEPS_PER_TURN

    def _feed_back(self, velocity: float) -> None:
        arriving = self.get(reg.TORQUE_ENABLE) == 1 and (
            abs(self._profile.position - self._goal()) > _ARRIVED_STEPS
        )
        amperes = round(self._load * STALL_CURRENT_A / CURRENT_UNIT_A)
        self._put_all(
            (reg.PRESENT_POSITION, self._reading()),
            (reg.PRESENT_SPEED, round(velocity)),
            (reg.PRESENT_LOAD, round(max(-1.0, min(1.0, self._load)) * 1000)),
            (reg.PRESENT_CURRENT, amperes),
            (reg.PRESENT_TEMPERATURE, round(self._health.temperature_c)),
            (reg.STATUS, self._health.faults),
            (reg.MOVING, int(arriving or abs(velocity) > _STILL_STEPS_S)),
        )

    def _put_all(self, *values: tuple[Register, int]) -> None:
        for register, value in values:
            self._memory.put(register, value)
