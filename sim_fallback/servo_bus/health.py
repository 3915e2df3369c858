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
class Health:
    """Fault bits in force, temperature, and how long load and current have been too high."""

    temperature_c: float = AMBIENT_C
    overload_s: float = 0.0
    overcurrent_s: float = 0.0
    faults: int = 0

    def stepped(self, memory: Memory, load: float, volts: float, dt_s: float) -> "Health":
        """Returns the health after `dt_s` under this load (fraction of stall) and supply voltage."""
        warming = AMBIENT_C + STALL_RISE_C * load * load - self.temperature_c
        temperature = self.temperature_c + warming * min(1.0, dt_s / HEAT_TIME_S)
        overload_s = _held(self.overload_s, abs(load) * 100 > memory.get(reg.OVERLOAD_TORQUE), dt_s)
        amperes = abs(load) * STALL_CURRENT_A
        limit_a = memory.get(reg.PROTECTION_CURRENT) * CURRENT_UNIT_A
        overcurrent_s = _held(self.overcurrent_s, amperes > limit_a, dt_s)
        faults = self.faults & (OVERLOAD_FAULT | CURRENT_FAULT)
        faults |= OVERLOAD_FAULT if overload_s > memory.get(reg.PROTECTION_TIME) * 0.01 else 0
        faults |= CURRENT_FAULT if overcurrent_s > memory.get(reg.OVERCURRENT_TIME) * 0.01 else 0
        faults |= HEAT_FAULT if self._hot(memory, temperature) else 0
        faults |= VOLTAGE_FAULT if _outside_supply(memory, volts) else 0
        return Health(temperature, overload_s, overcurrent_s, faults)

    def relieved(self) -> "Health":
        """Returns the health after torque was switched on anew or the goal reversed."""
        latched = OVERLOAD_FAULT | CURRENT_FAULT
        return replace(self, overload_s=0.0, overcurrent_s=0.0, faults=self.faults & ~latched)

    def torque_fraction(self, memory: Memory) -> float:
        """Returns the share of stall torque that protection and registers leave to the motor."""
        acting = self.faults & memory.get(reg.UNLOAD_MASK)
        if acting & ~OVERLOAD_FAULT:
            return 0.0
        limit = min(memory.get(reg.TORQUE_LIMIT), 1000) / 1000
        if acting & OVERLOAD_FAULT:
            return min(limit, memory.get(reg.PROTECTIVE_TORQUE) / 100)
        return limit

    def _hot(self, memory: Memory, temperature: float) -> bool:
        limit = memory.get(reg.MAX_TEMPERATURE)
        return temperature > (limit - COOL_BY_C if self.faults & HEAT_FAULT else limit)


def _held(seconds: float, too_high: bool, dt_s: float) -> float:
    return seconds + dt_s if too_high else 0.0


def _outside_supply(memory: Memory, volts: float) -> bool:
    return not memory.get(reg.MIN_VOLTAGE) <= round(volts * 10) <= memory.get(reg.MAX_VOLTAGE)
