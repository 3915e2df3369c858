"""How much each episode adds to what states tell about actions: a score after DemInf. Pure.

Mutual information of state and action over the whole set by nearest neighbours (Kraskov, Stögbauer,
Grassberger 2004, first estimator), each sample's share summed up by episode. Actions are relative.
"""

from collections.abc import Sequence

import numpy as np

from teleop.curation.records import rounded
from teleop.episodes.arrays import Floats, Integers

NEIGHBOURS = 5
MOST_SAMPLES = 3000
_ROWS = 256
_EULER = 0.5772156649015329


def scores(states: Sequence[Floats], actions: Sequence[Floats]) -> list[float]:
    """One score an episode, higher is better; 0 for one without samples or in a set too small to tell."""
    owner = np.concatenate([np.full(len(one), at) for at, one in enumerate(states)] or [np.zeros(0)])
    thin = np.arange(0, len(owner), max(1, -(-len(owner) // MOST_SAMPLES)))
    if len(thin) <= NEIGHBOURS + 1:
        return [0.0] * len(states)
    joined = [
        np.concatenate([np.asarray(one) for one in side if len(one)])[thin] for side in (states, actions)
    ]
    shares = local_information(_scaled(joined[0]), _scaled(joined[1]))
    owned = owner[thin]
    return [
        rounded(float(shares[owned == at].mean())) if (owned == at).any() else 0.0
        for at in range(len(states))
    ]


def local_information(states: Floats, actions: Floats) -> Floats:
    """Each sample's share of the mutual information, in nats; their mean is the estimate."""
    count = len(states)
    near_states, near_actions = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for first in range(0, count, _ROWS):
        rows = slice(first, min(first + _ROWS, count))
        of_state, of_action = _distances(states[rows], states), _distances(actions[rows], actions)
        both = np.maximum(of_state, of_action)
        both[np.arange(both.shape[0]), np.arange(first, first + both.shape[0])] = np.inf
        reach = np.partition(both, NEIGHBOURS - 1, axis=1)[:, NEIGHBOURS - 1 : NEIGHBOURS]
        near_states[rows] = (of_state < reach).sum(axis=1)
        near_actions[rows] = (of_action < reach).sum(axis=1)
    ends = _digamma(np.array([NEIGHBOURS, count]))
    shares: Floats = ends.sum() - _digamma(np.maximum(near_states, 1)) - _digamma(np.maximum(near_actions, 1))
    return shares


def _distances(some: Floats, all_of_them: Floats) -> Floats:
    """The largest difference of any coordinate, for each pair."""
    apart = np.zeros((len(some), len(all_of_them)))
    for axis in range(some.shape[1]):
        np.maximum(apart, np.abs(some[:, axis : axis + 1] - all_of_them[None, :, axis]), out=apart)
    return apart


def _scaled(values: Floats) -> Floats:
    centred = values - values.mean(axis=0)
    scaled: Floats = centred / np.maximum(values.std(axis=0), 1e-9)
    return scaled


def _digamma(counts: Integers) -> Floats:
    """The digamma function of whole numbers: harmonic numbers less Euler's constant."""
    sums = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, int(counts.max()) + 1))])
    psi: Floats = sums[counts - 1] - _EULER
    return psi
