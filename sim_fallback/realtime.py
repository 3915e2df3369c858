"""Punctuality: hardware answers however busy the computer is, so its stand-in must as well."""

import os

PRIORITY = 20
"""Below the bridge's, which must win against the simulated arm too."""


def become_punctual() -> bool:
    """Asks for first-in-first-out scheduling of this thread alone; False where this user may not have it."""
    try:
        # Not inherited: the camera process draws pictures and must give way.
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(PRIORITY))
    except OSError:
        return False
    return True
