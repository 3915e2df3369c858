"""One Dynamixel's control table as bytes, with the checks that a write must pass and its error numbers."""

from dataclasses import dataclass

from sim_fallback.servo_bus.dynamixel import table
from sim_fallback.servo_bus.dynamixel.table import Item, Model

_ANY = (-(1 << 31), 1 << 31)
RESULT_FAIL, INSTRUCTION_ERROR, CRC_ERROR, RANGE_ERROR, LENGTH_ERROR, LIMIT_ERROR, ACCESS_ERROR = range(1, 8)


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a write: an error number (0 none, and then nothing was written), and the items touched."""

    error: int
    items: frozenset[Item] = frozenset()


class Memory:
    """The items of one servo; deterministic, without behaviour of its own."""

    def __init__(self, model: Model) -> None:
        """Fills the table as delivered."""
        self.model = model
        self._items = {
            at: item for item in model.items for at in range(item.address, item.address + item.length)
        }
        self._bytes = bytearray(max(self._items) + 1)
        self._pointers = {
            run.data + at: run.address + 2 * at for run in model.indirect for at in range(run.count)
        }
        self.restore(frozenset())

    def get(self, item: Item) -> int:
        """Returns an item's value."""
        return int.from_bytes(
            self._bytes[item.address : item.address + item.length], "little", signed=item.signed
        )

    def put(self, item: Item, value: int) -> None:
        """Sets an item from inside the servo, cutting to what its bytes can hold."""
        bits = value & (1 << 8 * item.length) - 1
        self._bytes[item.address : item.address + item.length] = bits.to_bytes(item.length, "little")

    def read(self, address: int, length: int) -> bytes | None:
        """Returns bytes as the bus sees them, indirect data followed; None past the table's end."""
        if length < 1 or address + length > len(self._bytes):
            return None
        return bytes(self._bytes[self._target(at)] for at in range(address, address + length))

    def write(self, address: int, data: bytes, only_ram: bool = False) -> Written:
        """Writes bytes from the bus, all or nothing."""
        sent = {self._target(address + at): byte for at, byte in enumerate(data)}
        items = [self._items.get(at) for at in sent]
        if not sent or None in items:
            return Written(ACCESS_ERROR)
        touched = frozenset(item for item in items if item is not None)
        for item in sorted(touched, key=lambda one: one.address):
            error = self._refused(item, sent, only_ram)
            if error:
                return Written(error)
        for at, byte in sent.items():
            self._bytes[at] = byte
        return Written(0, touched)

    def restore(self, kept: frozenset[Item]) -> None:
        """Restores the delivered values of everything but the items kept."""
        for item in self.model.items:
            if item not in kept:
                self.put(item, self.model.initial.get(item, item.initial))
        self.put(table.MODEL_NUMBER, self.model.number)
        self.power_on()

    def power_on(self) -> None:
        """Restores what a loss of power takes: everything but the EEPROM and the backup's mark."""
        backed_up = self.get(table.BACKUP_READY)
        for item in self.model.items:
            if item.address >= table.RAM_FIRST:
                self.put(item, self.model.initial.get(item, item.initial))
        self.put(table.BACKUP_READY, backed_up)
        self.reset_limits()

    def reset_limits(self) -> None:
        """Sets the goals that act as limits to the limits of the EEPROM."""
        self.put(table.GOAL_PWM, self.get(table.PWM_LIMIT))
        if self.model.current_a is not None:
            self.put(table.GOAL_CURRENT, self.get(table.CURRENT_LIMIT))

    def _target(self, address: int) -> int:
        """The address behind an address of indirect data; any other is its own."""
        pointer = self._pointers.get(address)
        if pointer is None:
            return address
        target = int.from_bytes(self._bytes[pointer : pointer + 2], "little")
        return min(target, len(self._bytes) - 1)

    def _refused(self, item: Item, sent: dict[int, int], only_ram: bool) -> int:
        """The error number that refuses this item's new value, or 0."""
        in_eeprom = item.address < table.RAM_FIRST
        if not item.writable or (in_eeprom and (only_ram or self.get(table.TORQUE_ENABLE))):
            return ACCESS_ERROR
        span = range(item.address, item.address + item.length)
        if any(at not in sent for at in span):
            return LENGTH_ERROR
        value = int.from_bytes(bytes(sent[at] for at in span), "little", signed=item.signed)
        if item in table.GOALS and self.get(table.BUS_WATCHDOG) == table.WATCHDOG_ERROR:
            return RANGE_ERROR
        if not self._in_range(item, value):
            return RANGE_ERROR
        low, high = self._limit(item)
        return 0 if low <= value <= high else LIMIT_ERROR

    def _in_range(self, item: Item, value: int) -> bool:
        if item == table.OPERATING_MODE:
            return value in self.model.modes
        low, high = self.model.ranges.get(item, (item.low, item.high))
        return low <= value <= high

    def _limit(self, item: Item) -> tuple[int, int]:
        """What the limits in the EEPROM leave to a goal."""
        if item == table.GOAL_POSITION and self.get(table.OPERATING_MODE) == table.POSITION_MODE:
            return self.get(table.MIN_POSITION), self.get(table.MAX_POSITION)
        bounds = {
            table.GOAL_PWM: table.PWM_LIMIT,
            table.GOAL_CURRENT: table.CURRENT_LIMIT,
            table.GOAL_VELOCITY: table.VELOCITY_LIMIT,
        }
        if item in bounds:
            most = self.get(bounds[item])
            return -most, most
        return _ANY
