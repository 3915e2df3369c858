"""Who goes first in this process: the event loop carries commands and stops, threads only carry pictures."""

import os

LOOP_NICENESS = -10
"""Before a desktop's own programs (a browser's compositor asks for -8), after anything in real time."""


def hurry() -> bool:
    """Lets this thread go before ordinary ones; False where this user may not do so."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, LOOP_NICENESS)
    except PermissionError:
        return False
    return True


def give_way() -> None:
    """Takes this thread back to the ordinary niceness: Linux threads inherit their starter's."""
    if os.getpriority(os.PRIO_PROCESS, 0) < 0:
        os.setpriority(os.PRIO_PROCESS, 0, 0)
