"""The STS3215 memory table: published addresses, lengths and defaults, and the memory behind it.

Addresses 5..39 are EEPROM: a write takes effect at once and survives a loss of power only while the
lock (55) is 0. Addresses from 40 on are SRAM; 56..70 are feedback that only the servo writes.
Two-byte registers are little-endian; signed ones are sign and magnitude.
"""

from dataclasses import dataclass

MEMORY_BYTES = 256
EEPROM_FIRST = 5
SRAM_FIRST = 40
TORQUE_CENTRE = 128
STEPS_PER_TURN = 4096
CENTRE_STEPS = 2048


@dataclass(frozen=True, slots=True)
class Register:
    """One register: address, length in bytes, value at delivery, and the sign bit of a signed one."""

    address: int
    length: int
    default: int = 0
    sign_bit: int | None = None

    @property
    def addresses(self) -> range:
        """The byte addresses that the register covers."""
        return range(self.address, self.address + self.length)


FIRMWARE_MAJOR = Register(0, 1, 3)
FIRMWARE_MINOR = Register(1, 1, 10)
MODEL = Register(3, 2, 777)
ID = Register(5, 1, 1)
BAUD = Register(6, 1, 0)
RETURN_DELAY = Register(7, 1, 0)  # units of 2 us
RESPONSE_LEVEL = Register(8, 1, 1)  # 1 answers everything, 0 only ping and read
MIN_POSITION = Register(9, 2, 0)
MAX_POSITION = Register(11, 2, 4095)
MAX_TEMPERATURE = Register(13, 1, 70)
MAX_VOLTAGE = Register(14, 1, 80)  # units of 0.1 V
MIN_VOLTAGE = Register(15, 1, 40)
MAX_TORQUE = Register(16, 2, 1000)  # units of 0.1 %, copied to TORQUE_LIMIT at power-on
PHASE = Register(18, 1, 12)
UNLOAD_MASK = Register(19, 1, 44)
LED_MASK = Register(20, 1, 47)
P_GAIN = Register(21, 1, 32)
D_GAIN = Register(22, 1, 32)
I_GAIN = Register(23, 1, 0)
MIN_START_FORCE = Register(24, 2, 16)
CW_DEAD_ZONE = Register(26, 1, 1)
CCW_DEAD_ZONE = Register(27, 1, 1)
PROTECTION_CURRENT = Register(28, 2, 500)  # units of 6.5 mA
ANGULAR_RESOLUTION = Register(30, 1, 1)
HOMING_OFFSET = Register(31, 2, 0, sign_bit=11)
MODE = Register(33, 1, 0)
PROTECTIVE_TORQUE = Register(34, 1, 20)  # %
PROTECTION_TIME = Register(35, 1, 200)  # units of 10 ms
OVERLOAD_TORQUE = Register(36, 1, 80)  # %
SPEED_P_GAIN = Register(37, 1, 10)
OVERCURRENT_TIME = Register(38, 1, 200)  # units of 10 ms
SPEED_I_GAIN = Register(39, 1, 10)
TORQUE_ENABLE = Register(40, 1, 0)
ACCELERATION = Register(41, 1, 0)  # units of 100 step/s2, 0 unlimited
GOAL_POSITION = Register(42, 2, 0, sign_bit=15)
GOAL_TIME = Register(44, 2, 0)
GOAL_SPEED = Register(46, 2, 0, sign_bit=15)  # step/s, 0 the motor's own limit
TORQUE_LIMIT = Register(48, 2, 1000)  # units of 0.1 %
LOCK = Register(55, 1, 1)
PRESENT_POSITION = Register(56, 2, 0, sign_bit=15)
PRESENT_SPEED = Register(58, 2, 0, sign_bit=15)
PRESENT_LOAD = Register(60, 2, 0, sign_bit=10)  # units of 0.1 % of duty
PRESENT_VOLTAGE = Register(62, 1, 74)
PRESENT_TEMPERATURE = Register(63, 1, 25)
ASYNC_FLAG = Register(64, 1, 0)
STATUS = Register(65, 1, 0)
MOVING = Register(66, 1, 0)
PRESENT_CURRENT = Register(69, 2, 0, sign_bit=15)  # units of 6.5 mA

FIXED = (FIRMWARE_MAJOR, FIRMWARE_MINOR, MODEL)
EEPROM = (
    *(ID, BAUD, RETURN_DELAY, RESPONSE_LEVEL, MIN_POSITION, MAX_POSITION, MAX_TEMPERATURE, MAX_VOLTAGE),
    *(MIN_VOLTAGE, MAX_TORQUE, PHASE, UNLOAD_MASK, LED_MASK, P_GAIN, D_GAIN, I_GAIN, MIN_START_FORCE),
    *(CW_DEAD_ZONE, CCW_DEAD_ZONE, PROTECTION_CURRENT, ANGULAR_RESOLUTION, HOMING_OFFSET, MODE),
    *(PROTECTIVE_TORQUE, PROTECTION_TIME, OVERLOAD_TORQUE, SPEED_P_GAIN, OVERCURRENT_TIME, SPEED_I_GAIN),
)
CONTROL = (TORQUE_ENABLE, ACCELERATION, GOAL_POSITION, GOAL_TIME, GOAL_SPEED, TORQUE_LIMIT, LOCK)
FEEDBACK = (
    *(PRESENT_POSITION, PRESENT_SPEED, PRESENT_LOAD, PRESENT_VOLTAGE, PRESENT_TEMPERATURE),
    *(ASYNC_FLAG, STATUS, MOVING, PRESENT_CURRENT),
)
_WRITABLE = frozenset(address for register in EEPROM + CONTROL for address in register.addresses)


def magnitude_coded(value: int, sign_bit: int) -> int:
    """Returns sign-and-magnitude bits of a value, clipped to what the bits can hold."""
    magnitude = min(abs(value), (1 << sign_bit) - 1)
    return magnitude | (1 << sign_bit) if value < 0 else magnitude


def magnitude_decoded(bits: int, sign_bit: int) -> int:
    """Returns the value of sign-and-magnitude bits."""
    magnitude = bits & ((1 << sign_bit) - 1)
    return -magnitude if bits & (1 << sign_bit) else magnitude


class Memory:
    """One servo's registers: what is in force, and what the EEPROM would give back at power-on."""

    def __init__(self) -> None:
        """Fills the memory as delivered."""
        self._bytes = bytearray(MEMORY_BYTES)
        self._eeprom = bytearray(SRAM_FIRST)
        for register in FIXED + EEPROM:
            self.put(register, register.default)
        self.burn()
        self.power_on()

    def get(self, register: Register) -> int:
        """Returns a register's value, signed where the register is."""
        bits = int.from_bytes(self._bytes[register.address : register.address + register.length], "little")
        return bits if register.sign_bit is None else magnitude_decoded(bits, register.sign_bit)

    def put(self, register: Register, value: int) -> None:
        """Sets a register from inside the servo, clipping to what it can hold."""
        if register.sign_bit is None:
            bits = max(0, min(value, (1 << (8 * register.length)) - 1))
        else:
            bits = magnitude_coded(value, register.sign_bit)
        at = register.address
        self._bytes[at : at + register.length] = bits.to_bytes(register.length, "little")

    def read(self, address: int, length: int) -> bytes:
        """Returns raw bytes as the bus sees them; addresses past the table read as zero."""
        found = bytes(self._bytes[address : address + length])
        return found + bytes(length - len(found))

    def write(self, address: int, data: bytes) -> None:
        """Writes raw bytes from the bus; read-only addresses keep their value."""
        unlocked = self.get(LOCK) == 0
        for at, value in enumerate(data, start=address):
            if at in _WRITABLE:
                self._bytes[at] = value
                if unlocked and at < SRAM_FIRST:
                    self._eeprom[at] = value

    def burn(self) -> None:
        """Makes the EEPROM values in force the ones that survive a loss of power."""
        self._eeprom[:] = self._bytes[:SRAM_FIRST]

    def power_on(self) -> None:
        """Restores the EEPROM values, the SRAM defaults, and the torque limit from the EEPROM."""
        self._bytes[:SRAM_FIRST] = self._eeprom
        for register in CONTROL + FEEDBACK:
            self.put(register, register.default)
        self.put(TORQUE_LIMIT, self.get(MAX_TORQUE))

    def restore_factory(self) -> None:
        """Restores the delivered EEPROM values except id and baud rate, for good."""
        for register in EEPROM[2:]:
            self.put(register, register.default)
        self.burn()
