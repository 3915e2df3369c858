"""Faults on time: a plan's faults are switched on as simulated time passes."""

from random import Random
from typing import Protocol

from sim_fallback.servo_bus.faults import Fault, Plan, due
from sim_fallback.servo_bus.injector import Chances

_JUST_BEFORE_S = -1e-9


class Faulty(Protocol):
    """What can be made to fail."""

    def inject(self, fault: Fault) -> None:
        """Switches one fault on."""
        ...

    def reseed(self, chances: Chances) -> None:
        """Takes chance from here from now on."""
        ...


class PlannedFaults:
    """At most one plan at a time on one bus; a new one takes the place of what the last had still to come."""

    def __init__(self, bus: Faulty) -> None:
        """Starts with nothing planned."""
        self._bus = bus
        self._plan = Plan(())
        self._at_s = 0.0

    def begin(self, plan: Plan) -> None:
        """Takes a plan; what it has for second 0 happens at the next step."""
        self._bus.reseed(Random(plan.seed))
        self._plan, self._at_s = plan, _JUST_BEFORE_S

    def step(self, dt_s: float) -> tuple[Fault, ...]:
        """Lets time pass; switches on what has become due, and returns it."""
        after_s, self._at_s = self._at_s, self._at_s + dt_s
        now = due(self._plan, after_s, self._at_s)
        for fault in now:
            self._bus.inject(fault)
        return now
