"""When the emulated servos' goals last changed: whether the arm is being moved, whatever anybody says."""

import time

from armcade_process import Armcade, wait_for

HELD_AFTER_S = 0.2
"""The promise of the safety page."""
GOAL_CHANGED = "armcade_sim_goal_changed_monotonic_seconds"


def goal_age_s(armcade: Armcade) -> float:
    """Seconds since a servo's goal last changed."""
    return time.monotonic() - armcade.metric(GOAL_CHANGED, armcade.sim_metrics)


def held_after_s(armcade: Armcade, killed_at: float) -> float:
    """Seconds from the kill to the last change of a goal, once nothing has changed for a second."""
    wait_for(lambda: goal_age_s(armcade) > 1.0, 10, "the goals stop changing")
    return armcade.metric(GOAL_CHANGED, armcade.sim_metrics) - killed_at
