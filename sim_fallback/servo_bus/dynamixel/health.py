"""How a Dynamixel protects itself: error bits that stay until a reboot, and which of them shut it down.

The manual names the errors, not the figures behind "persistent load": those here are the emulator's own.
"""

from dataclasses import dataclass

from sim_fallback.servo_bus.dynamixel import table
from sim_fallback.servo_bus.dynamixel.memory import Memory
from sim_fallback.servo_bus.health import AMBIENT_C, warmed

VOLTAGE_ERROR, OVERHEATING, ENCODER_ERROR, SHOCK_ERROR, OVERLOAD = 1, 4, 8, 16, 32
OVERLOAD_SHARE = 0.8
OVERLOAD_S = 2.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits in the EEPROM that protect, in C and V."""

    hot_c: float
    volts: tuple[float, float]


def bounds_of(memory: Memory) -> Bounds:
    """Returns the bounds that the limits set."""
    low, high = memory.get(table.MIN_VOLTAGE), memory.get(table.MAX_VOLTAGE)
    return Bounds(memory.get(table.TEMPERATURE_LIMIT), (low / 10 - 0.05, high / 10 + 0.05))


@dataclass(frozen=True, slots=True)
class Health:
    """Hardware error bits since the last reboot, temperature, and how long the load has been too high."""

    temperature_c: float = AMBIENT_C
    overload_s: float = 0.0
    errors: int = 0

    def stepped(self, bounds: Bounds, load: float, volts: float, dt_s: float) -> "Health":
        """Returns the health after `dt_s` under this load (fraction of stall) and supply voltage."""
        temperature = warmed(self.temperature_c, load, dt_s)
        overload_s = self.overload_s + dt_s if abs(load) > OVERLOAD_SHARE else 0.0
        errors = self.errors
        errors |= OVERLOAD if overload_s > OVERLOAD_S else 0
        errors |= OVERHEATING if temperature > bounds.hot_c else 0
        errors |= 0 if bounds.volts[0] < volts < bounds.volts[1] else VOLTAGE_ERROR
        return Health(temperature, overload_s, errors)
