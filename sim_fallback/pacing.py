"""Real time on absolute deadlines: steps keep the clock's pace and catch up only within a bound."""

from dataclasses import dataclass

STEP_HZ = 240
STEP_S = 1.0 / STEP_HZ


@dataclass(frozen=True, slots=True)
class Pace:
    """The next deadline, one step's length, and how much delay may be caught up (all nanoseconds)."""

    deadline_ns: int
    step_ns: int
    catch_up_ns: int

    def after_step(self, now_ns: int) -> tuple["Pace", int]:
        """The pace for the next step, and how much real time is given up instead of caught up."""
        deadline = self.deadline_ns + self.step_ns
        behind = now_ns - deadline
        if behind <= self.catch_up_ns:
            return Pace(deadline, self.step_ns, self.catch_up_ns), 0
        return Pace(now_ns, self.step_ns, self.catch_up_ns), behind

    def wait_s(self, now_ns: int) -> float:
        """How long to sleep until the deadline."""
        return max(0, self.deadline_ns - now_ns) / 1e9
