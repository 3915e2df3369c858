"""What a benchmark promises: each bar beside what was measured, and an exit code that tells of a miss."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    """A bar, what was measured, and whether it is met."""

    what: str
    promised: str
    measured: str
    met: bool


def at_most(what: str, measured: float, bar: float, unit: str) -> Promise:
    """That a number stays at or below a bar; one that is no number does not."""
    return Promise(what, f"<= {bar:g} {unit}", f"{measured:.4g} {unit}", measured <= bar)


def at_least(what: str, measured: float, bar: float, unit: str) -> Promise:
    """That a number stays at or above a bar; one that is no number does not."""
    return Promise(what, f">= {bar:g} {unit}", f"{measured:.4g} {unit}", measured >= bar)


def exit_code(promises: Sequence[Promise]) -> int:
    """Prints them as a table; 0 when all are met, 1 when one is not, or none was made."""
    print(f"{'':<58}{'promised':>20}{'measured':>20}")
    for one in promises:
        print(f"{one.what:<58}{one.promised:>20}{one.measured:>20}   {'met' if one.met else 'NOT MET'}")
    sys.stdout.flush()
    return 0 if promises and all(one.met for one in promises) else 1
