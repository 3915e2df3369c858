"""How far each episode's motion is from the most similar earlier one, whatever the speed of either. Pure.

A turn's fingerprint is its way through the joints' angles, marked at equal distances along the way, so that
pauses and haste do not count. Only ways that can be near are compared: along the direction in which ways
differ most, two of them are never farther apart than they are.
"""

from collections.abc import Sequence

import numpy as np

from teleop.curation.records import rounded
from teleop.episodes.arrays import Floats, Integers

MARKS = 24
FAR_RAD = 0.2
"""Distances from here on are told as this: such turns have no more in common than any two of a puzzle."""
_SLACK = 1e-9


def fingerprint(states: Floats, marks: int = MARKS) -> Floats:
    """Joint angles (marks, J) at equal distances along the way through `states` (N, J), in rad."""
    steps = np.linalg.norm(np.diff(states, axis=0), axis=1)
    moved = np.concatenate([[True], steps > 0])
    along = np.concatenate([[0.0], np.cumsum(steps)])[moved]
    way = states[moved]
    at = np.linspace(0.0, along[-1], marks)
    return np.stack([np.interp(at, along, joint) for joint in way.T], axis=1)


def apart(ways: Sequence[Floats]) -> list[float]:
    """Of each fingerprint, the distance to the nearest before it, at most `FAR_RAD`: rad, RMS over joints.

    All must have one shape.
    """
    if len(ways) < 2:
        return [FAR_RAD] * len(ways)
    flat = np.stack([one.reshape(-1) for one in ways])
    flat = (flat - flat.mean(axis=0)) / np.sqrt(flat.shape[1])
    along = flat @ np.linalg.svd(flat, full_matrices=False)[2][0]
    order = np.argsort(along, kind="stable")
    low = np.searchsorted(along[order], along - FAR_RAD - _SLACK)
    high = np.searchsorted(along[order], along + FAR_RAD + _SLACK)
    return [rounded(_nearest(flat, order[low[at] : high[at]], at)) for at in range(len(flat))]


def _nearest(flat: Floats, near: Integers, at: int) -> float:
    """The least distance of a row to those of `near` that come before it."""
    earlier = near[near < at]
    far = np.sqrt(((flat[earlier] - flat[at]) ** 2).sum(axis=1))
    return min(FAR_RAD, float(far.min(initial=FAR_RAD)))
