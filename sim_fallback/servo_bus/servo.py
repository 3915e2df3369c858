"""One emulated STS3215: registers that act, a profile generator, and feedback from the physics.

Positions reach and leave this class in calibrated steps: what register 56 counts while register 31
holds the calibration's homing offset. Writing another offset moves the register, not the shaft.
"""

from dataclasses import dataclass

from sim_fallback.servo_bus import registers as reg
from sim_fallback.servo_bus.health import (
    ANGLE_FAULT,
    CURRENT_UNIT_A,
    STALL_CURRENT_A,
    Bounds,
    Health,
    bounds_of,
)
from sim_fallback.servo_bus.motor import SOUND, Ailment, Drive, Sensed, ServoSpec
from sim_fallback.servo_bus.profile import Profile
from sim_fallback.servo_bus.registers import CENTRE_STEPS, STEPS_PER_TURN, Memory, Register

MAX_SPEED_STEPS_S = 3520.0  # 52 rpm, the no-load speed at 7.4 V
_STILL_STEPS_S = 20.0
_ARRIVED_STEPS = 0.5


@dataclass(frozen=True, slots=True)
class _Order:
    """What the control registers ask for, decoded once after each write; goal in calibrated steps."""

    torque_on: bool
    following: bool
    goal: float
    speed: float
    acceleration: float


class Servo:
    """One servo on the chain; deterministic, driven only by its arguments.

    Registers are decoded when they are written and filled when they are read, not at every physics step.
    """

    def __init__(self, spec: ServoSpec) -> None:
        """Powers the servo up with its calibration in the EEPROM, in the middle of its range."""
        self._memory = Memory()
        self._homing = spec.homing_offset
        self._put_all(
            (reg.ID, spec.id),
            (reg.HOMING_OFFSET, spec.homing_offset),
            (reg.MIN_POSITION, spec.range_min),
            (reg.MAX_POSITION, spec.range_max),
            (reg.MODEL, spec.model),
        )
        self._memory.burn()
        self._sensed = Sensed((spec.range_min + spec.range_max) / 2, 0.0, 0.0)
        self._volts = 0.0
        self._ailment = SOUND
        self._stale = True  # the feedback registers are older than what was sensed
        self._staged: tuple[int, bytes] | None = None
        self._asleep = True  # until the encoder was read once; then the goal is where the shaft is
        self._health = Health()
        self._profile = Profile(self._sensed.position_steps)
        self._order, self._bounds = self._decoded()
        self._wake()

    def get(self, register: Register) -> int:
        """Returns a register's value."""
        self._feed_back(register.address + register.length)
        return self._memory.get(register)

    @property
    def id(self) -> int:
        """The id that the servo answers to."""
        return self._memory.get(reg.ID)

    def read(self, address: int, length: int) -> bytes:
        """Answers a read instruction."""
        self._feed_back(address + length)
        return self._memory.read(address, length)

    def write(self, address: int, data: bytes) -> None:
        """Carries out a write instruction, with what follows from it."""
        torque, goal = self._memory.get(reg.TORQUE_ENABLE), self._memory.get(reg.GOAL_POSITION)
        self._memory.write(address, data)
        if address <= reg.TORQUE_ENABLE.address < address + len(data):
            self._switch_torque(torque)
        if (self._memory.get(reg.GOAL_POSITION) - goal) * self._sensed.load_fraction < 0:
            self._health = self._health.relieved()
        self._changed()

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
        encoder = round(self._sensed.position_steps + self._homing) % STEPS_PER_TURN
        self._memory.put(reg.HOMING_OFFSET, encoder - reading)
        self._memory.put(reg.GOAL_POSITION, reading)
        if self._memory.get(reg.LOCK) == 0:
            self._memory.burn()
        self._changed()

    def restore_factory(self) -> None:
        """Restores the delivered EEPROM values except id and baud rate."""
        self._memory.restore_factory()
        self._changed()

    def power_cycle(self) -> None:
        """Loses and regains power: SRAM at its defaults, torque off, EEPROM as last burnt."""
        self._memory.power_on()
        self._wake()

    def drive(self, dt_s: float) -> Drive:
        """Advances the profile generator and returns what the motor shall do now."""
        order, fraction = self._order, self._health.torque_fraction(self._bounds)
        if not order.torque_on or fraction <= 0 or self._ailment.dead:
            self._profile = Profile(self._sensed.position_steps)
            return Drive(False, self._sensed.position_steps, 0.0)
        if order.following:
            self._profile = self._profile.advanced(order.goal, order.speed, order.acceleration, dt_s)
        return Drive(True, self._profile.position, fraction)

    def sense(self, sensed: Sensed, volts: float, dt_s: float) -> None:
        """Takes what the physics measured: for the protection now, for the registers when they are read."""
        ailment = self._ailment
        load = sensed.load_fraction if ailment.load is None else ailment.load
        position = self._sensed.position_steps if ailment.encoder else sensed.position_steps
        self._sensed = Sensed(position, sensed.velocity_steps_s, load)
        self._volts, self._stale = volts, True
        if self._asleep:
            self._asleep = False
            self._rest()
        self._health = self._health.stepped(self._bounds, load, volts, dt_s)
        if ailment.temperature_c is not None:
            self._health = self._health.heated(self._bounds, ailment.temperature_c)

    @property
    def amperes(self) -> float:
        """The current that the motor draws."""
        return abs(self._sensed.load_fraction) * STALL_CURRENT_A

    @property
    def faults(self) -> int:
        """The status bits that every answer carries."""
        return self._health.faults | (ANGLE_FAULT if self._ailment.encoder else 0)

    @property
    def silent(self) -> bool:
        """Whether it neither hears nor answers."""
        return self._ailment.silent

    def ail(self, ailment: Ailment) -> None:
        """Makes the servo suffer this from now on."""
        self._ailment, self._stale = ailment, True

    def _wake(self) -> None:
        self._asleep = True
        self._health = Health()
        self._rest()

    def _rest(self) -> None:
        """Makes where the shaft is the goal."""
        self._profile = Profile(self._sensed.position_steps)
        self._memory.put(reg.GOAL_POSITION, self._reading())
        self._changed()

    def _switch_torque(self, before: int) -> None:
        wished = self._memory.get(reg.TORQUE_ENABLE)
        if wished > 2:
            self._memory.put(reg.TORQUE_ENABLE, before)
        if wished == reg.TORQUE_CENTRE:
            self.set_centre()
        if wished == 1:
            self._health = self._health.relieved()

    def _changed(self) -> None:
        """Decodes the registers anew after any of them changed."""
        self._order, self._bounds = self._decoded()
        self._stale = True

    def _decoded(self) -> tuple[_Order, Bounds]:
        memory = self._memory
        order = _Order(
            torque_on=memory.get(reg.TORQUE_ENABLE) == 1,
            following=memory.get(reg.MODE) == 0,
            goal=self._goal(),
            speed=min(abs(memory.get(reg.GOAL_SPEED)) or MAX_SPEED_STEPS_S, MAX_SPEED_STEPS_S),
            acceleration=memory.get(reg.ACCELERATION) * 100.0,
        )
        return order, bounds_of(memory)

    def _goal(self) -> float:
        memory = self._memory
        goal = memory.get(reg.GOAL_POSITION)
        lowest, highest = memory.get(reg.MIN_POSITION), memory.get(reg.MAX_POSITION)
        if (lowest, highest) != (0, 0):
            goal = min(max(goal, lowest), highest)
        return float((goal + memory.get(reg.HOMING_OFFSET) - self._homing) % STEPS_PER_TURN)

    def _reading(self) -> int:
        offset = self._memory.get(reg.HOMING_OFFSET)
        return round(self._sensed.position_steps + self._homing - offset) % STEPS_PER_TURN

    def _feed_back(self, end: int) -> None:
        """Fills the feedback registers from what was sensed last, for a read that ends before `end`."""
        if not self._stale or end <= reg.PRESENT_POSITION.address:
            return
        self._stale = False
        velocity, load = self._sensed.velocity_steps_s, self._sensed.load_fraction
        arriving = self._order.torque_on and (abs(self._profile.position - self._order.goal) > _ARRIVED_STEPS)
        self._put_all(
            (reg.PRESENT_POSITION, self._reading()),
            (reg.PRESENT_SPEED, round(velocity)),
            (reg.PRESENT_LOAD, round(max(-1.0, min(1.0, load)) * 1000)),
            (reg.PRESENT_CURRENT, round(load * STALL_CURRENT_A / CURRENT_UNIT_A)),
            (reg.PRESENT_VOLTAGE, round(self._volts * 10)),
            (reg.PRESENT_TEMPERATURE, round(self._health.temperature_c)),
            (reg.STATUS, self.faults),
            (reg.MOVING, int(arriving or abs(velocity) > _STILL_STEPS_S)),
        )

    def _put_all(self, *values: tuple[Register, int]) -> None:
        for register, value in values:
            self._memory.put(register, value)
