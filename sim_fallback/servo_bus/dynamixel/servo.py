"""One emulated Dynamixel X: items that act, a profile generator, protection, and the bus watchdog.

Positions reach and leave this class in calibrated steps: what item 132 counts while items 10 and 20 hold
the calibration's drive mode and homing offset. Writing other ones moves the item, not the shaft.
Where the manual is silent the emulator takes the worse case for the host: a goal written while torque is
off is kept, and torque then moves to it.
"""

import math

from sim_fallback.servo_bus.dynamixel import memory as errors
from sim_fallback.servo_bus.dynamixel import table
from sim_fallback.servo_bus.dynamixel.health import ENCODER_ERROR, Health, bounds_of
from sim_fallback.servo_bus.dynamixel.memory import Memory
from sim_fallback.servo_bus.dynamixel.order import order_of
from sim_fallback.servo_bus.dynamixel.table import STEPS_PER_TURN, STEPS_S_PER_UNIT, Item, Model
from sim_fallback.servo_bus.motor import SOUND, Ailment, Drive, Sensed, ServoSpec
from sim_fallback.servo_bus.profile import Profile
from sim_fallback.servo_bus.wire import DELAY_UNIT_NS

CLEAR_TURNS = bytes((0x01, 0x44, 0x58, 0x4C, 0x22))
STORE, RECALL = b"\x01CTRL", b"\x02CTRL"
_ARRIVED_STEPS = 20.0
_NO_SHADOW = 255


class DynamixelServo:
    """One servo on the chain; deterministic, driven only by its arguments."""

    def __init__(self, spec: ServoSpec, model: Model, baud_code: int) -> None:
        """Powers the servo up with its calibration in the EEPROM, in the middle of its range."""
        self.model = model
        self._memory = Memory(model)
        self._homing = spec.homing_offset
        self._sense = -1 if spec.drive_mode & table.REVERSED else 1
        self._put_all(
            (table.ID, spec.id),
            (table.BAUD, baud_code),
            (table.DRIVE_MODE, spec.drive_mode),
            (table.HOMING_OFFSET, spec.homing_offset),
            (table.MIN_POSITION, max(0, spec.range_min)),
            (table.MAX_POSITION, min(STEPS_PER_TURN - 1, spec.range_max)),
            (table.FIRMWARE, model.firmware),
            (table.SHADOW_ID, _NO_SHADOW if spec.shadow_of is None else spec.shadow_of),
        )
        self._sensed = Sensed((spec.range_min + spec.range_max) / 2, 0.0, 0.0)
        self._volts = model.nominal_v
        self._ailment = SOUND
        self._health = Health()
        self._backup: dict[Item, int] = {}
        self._tick_s = 0.0
        self._silence_s = 0.0
        self._turns = 0
        self._asleep = True  # until the encoder was read once; then the goal is where the shaft is
        self._shut = False  # by an error; only a reboot opens it again
        self._halted = False  # by the bus watchdog, until a goal is written
        self._staged: tuple[int, bytes, bool] | None = None
        self._profile = Profile(self._sensed.position_steps)
        self._order = order_of(self._memory, 0.0)
        self._bounds = bounds_of(self._memory)
        self._wake()

    @property
    def id(self) -> int:
        """The id that the servo answers to."""
        return self._memory.get(table.ID)

    @property
    def shadow(self) -> int:
        """The secondary id; 253 and above is none."""
        return self._memory.get(table.SHADOW_ID)

    @property
    def level(self) -> int:
        """The status return level: 0 answers ping only, 1 ping and reads, 2 everything."""
        return self._memory.get(table.STATUS_RETURN)

    @property
    def return_delay_ns(self) -> int:
        """How long it waits before it answers."""
        return self._memory.get(table.RETURN_DELAY) * DELAY_UNIT_NS

    @property
    def baud_code(self) -> int:
        """The index of its baud rate."""
        return self._memory.get(table.BAUD)

    @property
    def goals(self) -> tuple[int, int]:
        """Goal position and goal velocity, as the items count them."""
        return self._memory.get(table.GOAL_POSITION), self._memory.get(table.GOAL_VELOCITY)

    @property
    def amperes(self) -> float:
        """The current that the motor draws."""
        return abs(self._sensed.load_fraction) * self.model.stall_a

    @property
    def alert(self) -> bool:
        """Whether a hardware error is in force; every answer then says so."""
        return self._health.errors != 0

    @property
    def silent(self) -> bool:
        """Whether it neither hears nor answers."""
        return self._ailment.silent

    def get(self, item: Item) -> int:
        """Returns an item's value."""
        self._feed_back()
        return self._memory.get(item)

    def hear(self) -> None:
        """Feeds the bus watchdog: an instruction frame passed on the wire, whoever it was for."""
        self._silence_s = 0.0

    def read(self, address: int, length: int) -> bytes | None:
        """Answers a read instruction; None is an access error."""
        self._feed_back()
        return self._memory.read(address, length)

    def write(self, address: int, data: bytes, only_ram: bool = False) -> int:
        """Carries out a write instruction, with what follows from it; returns the error number."""
        mode = self._memory.get(table.OPERATING_MODE)
        written = self._memory.write(address, data, only_ram)
        items = written.items
        if table.OPERATING_MODE in items and self._memory.get(table.OPERATING_MODE) != mode:
            self._put_all((table.PROFILE_VELOCITY, 0), (table.PROFILE_ACCELERATION, 0))
            self._memory.reset_limits()
            self._rest()
        if items & table.GOALS and self._memory.get(table.DRIVE_MODE) & table.TORQUE_BY_GOAL:
            self._memory.put(table.TORQUE_ENABLE, 1)
        if self._shut and self._memory.get(table.TORQUE_ENABLE):
            self._memory.put(table.TORQUE_ENABLE, 0)
        if table.TORQUE_ENABLE in items or items & table.GOALS:
            self._halted = False
        if table.BUS_WATCHDOG in items:
            self._silence_s = 0.0
        self._order = order_of(self._memory, self._memory.get(table.GOAL_POSITION) - self._profile.position)
        self._bounds = bounds_of(self._memory)
        return written.error

    def stage(self, address: int, data: bytes, only_ram: bool = False) -> int:
        """Keeps a write until the action instruction."""
        self._staged = (address, data, only_ram)
        self._memory.put(table.REGISTERED, 1)
        return 0

    def act(self) -> int:
        """Carries out the staged write; without one it is an instruction error."""
        if self._staged is None:
            return errors.INSTRUCTION_ERROR
        staged, self._staged = self._staged, None
        self._memory.put(table.REGISTERED, 0)
        return self.write(*staged)

    def reboot(self) -> int:
        """Starts the firmware anew: RAM at its defaults, torque off, errors gone."""
        self._memory.power_on()
        if self._memory.get(table.STARTUP) & 2:
            self._put_all(
                *((item, self._backup[item]) for item in table.BACKED_UP_RAM if item in self._backup)
            )
        self._wake()
        if self._memory.get(table.STARTUP) & 1:
            self._memory.put(table.TORQUE_ENABLE, 1)
        return 0

    def reset(self, option: int) -> int:
        """Restores the delivered values: all (0xFF), all but the id (1), all but id and baud rate (2)."""
        kept = {0xFF: frozenset[Item](), 1: frozenset({table.ID}), 2: frozenset({table.ID, table.BAUD})}
        if option not in kept:
            return errors.RANGE_ERROR
        self._memory.restore(kept[option] | {table.FIRMWARE})
        return self.reboot()

    def clear(self, parameters: bytes) -> int:
        """Forgets whole turns, when the shaft stands still."""
        if parameters != CLEAR_TURNS:
            return errors.RANGE_ERROR
        if abs(self._sensed.velocity_steps_s) > self._order.threshold:
            return errors.RESULT_FAIL
        self._rest()
        return 0

    def back_up(self, parameters: bytes) -> int:
        """Stores the control table, or recalls its EEPROM and reboots; only with torque off."""
        if parameters not in (STORE, RECALL):
            return errors.RANGE_ERROR
        if self._memory.get(table.TORQUE_ENABLE) or (parameters == RECALL and not self._backup):
            return errors.RESULT_FAIL
        if parameters == STORE:
            eeprom = tuple(item for item in self.model.items if item.address < table.RAM_FIRST)
            self._backup = {item: self._memory.get(item) for item in (*eeprom, *table.BACKED_UP_RAM)}
            self._memory.put(table.BACKUP_READY, 1)
            return 0
        self._put_all(*((item, old) for item, old in self._backup.items() if item.address < table.RAM_FIRST))
        return self.reboot()

    def ail(self, ailment: Ailment) -> None:
        """Makes the servo suffer this from now on."""
        self._ailment = ailment
        self._degrade()

    def drive(self, dt_s: float) -> Drive:
        """Advances watchdog and profile generator; returns what the motor shall do now."""
        self._tick_s += dt_s
        order = self._order
        if not self._memory.get(table.TORQUE_ENABLE) or self._ailment.dead or order.fraction <= 0:
            self._silence_s = 0.0
            self._profile = Profile(self._position())
            return Drive(False, self._sensed.position_steps, 0.0)
        self._watch(dt_s)
        if self._halted:
            return Drive(True, self._calibrated(self._profile.position), order.fraction)
        if order.turning:
            self._profile = self._profile.turned(order.turn_speed, order.acceleration, dt_s)
        elif order.following:
            self._profile = self._profile.advanced(order.goal, order.speed, order.acceleration, dt_s)
        else:  # current and PWM modes push without a target: not emulated, the shaft is free
            return Drive(False, self._sensed.position_steps, 0.0)
        return Drive(True, self._calibrated(self._profile.position), order.fraction)

    def sense(self, sensed: Sensed, volts: float, dt_s: float) -> None:
        """Takes what the physics measured, spoilt by what ails the servo."""
        load = sensed.load_fraction if self._ailment.load is None else self._ailment.load
        position = self._sensed.position_steps if self._ailment.encoder else sensed.position_steps
        self._sensed = Sensed(position, sensed.velocity_steps_s, load)
        self._volts = volts
        if self._asleep:
            self._asleep = False
            self._rest()
        self._health = self._health.stepped(self._bounds, load, volts, dt_s)
        self._degrade()
        self._protect()

    def _degrade(self) -> None:
        health, ailment = self._health, self._ailment
        temperature = health.temperature_c if ailment.temperature_c is None else ailment.temperature_c
        errors_now = health.errors | (ENCODER_ERROR if ailment.encoder else 0)
        self._health = Health(temperature, health.overload_s, errors_now)

    def _protect(self) -> None:
        if self._health.errors & self._memory.get(table.SHUTDOWN):
            self._shut = True
            self._memory.put(table.TORQUE_ENABLE, 0)

    def _watch(self, dt_s: float) -> None:
        """Stops for good when no instruction came for as long as the bus watchdog allows."""
        self._silence_s += dt_s
        if 0 < self._order.watchdog_s < self._silence_s:
            self._memory.put(table.BUS_WATCHDOG, table.WATCHDOG_ERROR)
            self._profile = Profile(self._position())
            self._halted = True
            self._order = order_of(self._memory, 0.0)

    def _wake(self) -> None:
        self._asleep = True
        self._shut = False
        self._halted = False
        self._silence_s = 0.0
        self._staged = None
        self._health = Health(temperature_c=self._health.temperature_c)
        self._rest()

    def _rest(self) -> None:
        """Counts whole turns anew, and makes where the shaft is the goal."""
        self._turns = 0
        self._order = order_of(self._memory, 0.0)
        self._bounds = bounds_of(self._memory)
        self._turns = math.floor((self._position() - self._order.offset) / STEPS_PER_TURN)
        self._profile = Profile(self._position())
        self._memory.put(table.GOAL_POSITION, round(self._position()))
        self._order = order_of(self._memory, 0.0)

    @property
    def _sign(self) -> int:
        """1 while the servo counts in its calibration's direction."""
        return self._order.sign * self._sense

    def _position(self) -> float:
        """Where the shaft is, as item 132 counts."""
        shaft = self._sign * (self._sensed.position_steps - self._homing)
        return shaft - self._turns * STEPS_PER_TURN + self._order.offset

    def _calibrated(self, position: float) -> float:
        """The calibrated steps at which item 132 reads this."""
        shaft = position - self._order.offset + self._turns * STEPS_PER_TURN
        return self._sign * shaft + self._homing

    def _feed_back(self) -> None:
        """Fills the items that only the servo writes."""
        sensed, order, profile = self._sensed, self._order, self._profile
        velocity = self._sign * sensed.velocity_steps_s / STEPS_S_PER_UNIT
        load = self._sign * max(-1.0, min(1.0, sensed.load_fraction))
        unit = self.model.current_a
        arrived = abs(profile.position - order.goal) < _ARRIVED_STEPS
        self._put_all(
            (table.PRESENT_POSITION, round(self._position())),
            (table.PRESENT_VELOCITY, round(velocity)),
            (table.PRESENT_CURRENT, round(load * 1000 if unit is None else load * self.model.stall_a / unit)),
            (table.PRESENT_PWM, round(load * table.FULL_PWM)),
            (table.VELOCITY_TRAJECTORY, round(profile.velocity / STEPS_S_PER_UNIT)),
            (table.POSITION_TRAJECTORY, round(profile.position)),
            (table.PRESENT_VOLTAGE, round(self._volts * 10)),
            (table.PRESENT_TEMPERATURE, round(self._health.temperature_c)),
            (table.HARDWARE_ERROR, self._health.errors),
            (table.MOVING, int(abs(sensed.velocity_steps_s) > order.threshold)),
            (table.MOVING_STATUS, int(arrived)),
            (table.REALTIME_TICK, int(self._tick_s * 1000) % 32_768),
        )

    def _put_all(self, *values: tuple[Item, int]) -> None:
        for item, value in values:
            self._memory.put(item, value)
