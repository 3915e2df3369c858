"""What a servo suffers and how it protects itself: overload, current, heat and supply voltage.

Overload: a load above register 36 for longer than register 35 cuts the torque to register 34 until
torque is switched on anew or the goal goes the other way. Heat follows the square of the load with one
time constant; above register 13 the torque is cut until it has cooled by `COOL_BY_C`.
"""

from dataclasses import dataclass, replace

from sim_fallback.servo_bus import registers as reg
from sim_fallback.servo_bus.registers import Memory

VOLTAGE_FAULT, ANGLE_FAULT, HEAT_FAULT, CURRENT_FAULT, OVERLOAD_FAULT = 1, 2, 4, 8, 32
AMBIENT_C = 25.0
STALL_RISE_C = 80.0
HEAT_TIME_S = 300.0
COOL_BY_C = 5.0
STALL_CURRENT_A = 2.5
CURRENT_UNIT_A = 0.0065


@dataclass(frozen=True, slots=True)
class Bounds:
    """The protection registers in SI units, read once after each write."""

    overload: float
    overload_s: float
    current_a: float
    overcurrent_s: float
    hot_c: float
    volts: tuple[float, float]
    acting: int
    limit: float
    protective: float


def warmed(temperature_c: float, load: float, dt_s: float) -> float:
    """Returns the temperature `dt_s` later under this load (fraction of stall)."""
    warming = AMBIENT_C + STALL_RISE_C * load * load - temperature_c
    return temperature_c + warming * min(1.0, dt_s / HEAT_TIME_S)


def bounds_of(memory: Memory) -> Bounds:
    """Returns the bounds that the registers set."""
    return Bounds(
        overload=memory.get(reg.OVERLOAD_TORQUE) / 100,
        overload_s=memory.get(reg.PROTECTION_TIME) * 0.01,
        current_a=memory.get(reg.PROTECTION_CURRENT) * CURRENT_UNIT_A,
        overcurrent_s=memory.get(reg.OVERCURRENT_TIME) * 0.01,
        hot_c=memory.get(reg.MAX_TEMPERATURE),
        volts=(memory.get(reg.MIN_VOLTAGE) / 10 - 0.05, memory.get(reg.MAX_VOLTAGE) / 10 + 0.05),
        acting=memory.get(reg.UNLOAD_MASK),
        limit=min(memory.get(reg.TORQUE_LIMIT), 1000) / 1000,
        protective=memory.get(reg.PROTECTIVE_TORQUE) / 100,
    )


@dataclass(frozen=True, slots=True)
class Health:
    """Fault bits in force, temperature, and how long load and current have been too high."""

    temperature_c: float = AMBIENT_C
    overload_s: float = 0.0
    overcurrent_s: float = 0.0
    faults: int = 0

    def stepped(self, bounds: Bounds, load: float, volts: float, dt_s: float) -> "Health":
        """Returns the health after `dt_s` under this load (fraction of stall) and supply voltage."""
        temperature = warmed(self.temperature_c, load, dt_s)
        overload_s = self.overload_s + dt_s if abs(load) > bounds.overload else 0.0
        too_much = abs(load) * STALL_CURRENT_A > bounds.current_a
        overcurrent_s = self.overcurrent_s + dt_s if too_much else 0.0
        faults = self.faults & (OVERLOAD_FAULT | CURRENT_FAULT)
        faults |= OVERLOAD_FAULT if overload_s > bounds.overload_s else 0
        faults |= CURRENT_FAULT if overcurrent_s > bounds.overcurrent_s else 0
        faults |= HEAT_FAULT if self._hot(bounds, temperature) else 0
        faults |= 0 if bounds.volts[0] < volts < bounds.volts[1] else VOLTAGE_FAULT
        return Health(temperature, overload_s, overcurrent_s, faults)

    def heated(self, bounds: Bounds, temperature_c: float) -> "Health":
        """Returns the health at this temperature, with what follows from it."""
        faults = self.faults & ~HEAT_FAULT | (HEAT_FAULT if self._hot(bounds, temperature_c) else 0)
        return replace(self, temperature_c=temperature_c, faults=faults)

    def relieved(self) -> "Health":
        """Returns the health after torque was switched on anew or the goal reversed."""
        latched = OVERLOAD_FAULT | CURRENT_FAULT
        return replace(self, overload_s=0.0, overcurrent_s=0.0, faults=self.faults & ~latched)

    def torque_fraction(self, bounds: Bounds) -> float:
        """Returns the share of stall torque that protection and registers leave to the motor."""
        acting = self.faults & bounds.acting
        if acting & ~OVERLOAD_FAULT:
            return 0.0
        return min(bounds.limit, bounds.protective) if acting & OVERLOAD_FAULT else bounds.limit

    def _hot(self, bounds: Bounds, temperature: float) -> bool:
        return temperature > (bounds.hot_c - COOL_BY_C if self.faults & HEAT_FAULT else bounds.hot_c)
