"""The servo's own motion profile: a trapezoid of speed toward the goal, in steps.

`braking_speed` is the fastest speed from which whole time steps of constant deceleration
end exactly on the goal: e = a dt^2 k (k + 1) / 2 solved for k, speed k a dt.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """Where the profile is (steps) and how fast (step/s)."""

    position: float
    velocity: float = 0.0

    def advanced(self, goal: float, speed: float, acceleration: float, dt_s: float) -> "Profile":
        """Returns the profile `dt_s` later; acceleration 0 means that speed changes at once."""
        error = goal - self.position
        wished = math.copysign(min(speed, braking_speed(abs(error), acceleration, dt_s)), error)
        if acceleration > 0:
            change = acceleration * dt_s
            wished = min(max(wished, self.velocity - change), self.velocity + change)
        if abs(error - wished * dt_s) < 1e-9 and abs(wished) <= max(speed, 1e-9):
            return Profile(goal, wished if error else 0.0)
        return Profile(self.position + wished * dt_s, wished)

    def turned(self, speed: float, acceleration: float, dt_s: float) -> "Profile":
        """Returns the profile `dt_s` later, turning on at a constant signed speed (step/s)."""
        change = acceleration * dt_s if acceleration > 0 else math.inf
        wished = min(max(speed, self.velocity - change), self.velocity + change)
        return Profile(self.position + wished * dt_s, wished)


def braking_speed(distance: float, acceleration: float, dt_s: float) -> float:
    """Returns the fastest speed (step/s) that still stops within the distance (steps)."""
    straight = distance / dt_s
    if acceleration <= 0:
        return straight
    unit = acceleration * dt_s
    steps = math.sqrt(0.25 + 2.0 * distance / (unit * dt_s)) - 0.5
    return straight if steps <= 1.0 else steps * unit
