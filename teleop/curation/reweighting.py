"""How much each kept episode counts: group weights after Re-Mix, by a linear policy. Pure.

For each group the loss of a policy of all is compared with that of a policy of its own; groups that the
common policy learns much worse than could be are counted more, step by step, and the mean over the steps is
taken (group distributionally robust optimization).
"""

from collections.abc import Sequence

import numpy as np

from teleop.curation.recipe import Group, Reweighting
from teleop.curation.records import Captured, Records, rounded
from teleop.episodes.arrays import Floats, Integers

RIDGE = 1e-3
CAPPINGS = 50


def weights(how: Reweighting, kept: Sequence[Records]) -> list[float]:
    """One weight for each kept episode, 1 on average, none beyond `at_most` times the average."""
    if how.method == "none" or not kept:
        return [1.0] * len(kept)
    groups = [group_of(one.captured, how.by) for one in kept]
    names = sorted(set(groups))
    owner = np.array([names.index(group) for group in groups])
    share = np.bincount(owner, minlength=len(names)) / len(owner)
    wanted = np.full(len(names), 1 / len(names))
    if how.method == "robust":
        wanted = _robust(how, kept, owner)
    each: Floats = (wanted / share)[owner]
    for _ in range(CAPPINGS):
        each = np.minimum(each / each.mean(), how.at_most)
    return [rounded(one) for one in (each / each.mean()).tolist()]


def group_of(captured: Captured, by: Group) -> str:
    """The group that an episode belongs to."""
    named: str = getattr(captured, by)
    return named


def _robust(how: Reweighting, kept: Sequence[Records], owner: Integers) -> Floats:
    groups = int(owner.max()) + 1
    wanted: Floats = np.full(groups, 1 / groups)
    rows = [(np.array(one.measured.states), np.array(one.measured.actions)) for one in kept]
    widths = {(states.shape[1], actions.shape[1]) for states, actions in rows if len(states)}
    if len(widths) != 1:
        return wanted
    states = _features(np.concatenate([states for states, _ in rows if len(states)]))
    actions = np.concatenate([actions for _, actions in rows if len(actions)])
    of_group = np.concatenate([np.full(len(one), own) for (one, _), own in zip(rows, owner, strict=True)])
    actions = actions / np.maximum(actions.std(axis=0), 1e-9)
    alone = _losses((states, actions), of_group, groups, None)
    steps = []
    for _ in range(how.steps):
        excess = np.maximum(_losses((states, actions), of_group, groups, wanted) - alone, 0.0)
        raised: Floats = wanted * np.exp(how.rate * excess / max(float(excess.max()), 1e-9))
        wanted = raised / float(raised.sum())
        steps.append(wanted)
    mean: Floats = np.mean(steps, axis=0)
    return mean


def _features(states: Floats) -> Floats:
    scaled = (states - states.mean(axis=0)) / np.maximum(states.std(axis=0), 1e-9)
    return np.column_stack([np.ones(len(scaled)), scaled, scaled**2])


def _losses(rows: tuple[Floats, Floats], of_group: Integers, groups: int, wanted: Floats | None) -> Floats:
    """Mean squared error by group, of one policy with these weights, or of a policy for each group."""
    states, actions = rows
    count = np.maximum(np.bincount(of_group, minlength=groups), 1)
    errors = np.zeros(groups)
    common = None if wanted is None else _fit(states, actions, (wanted / count)[of_group])
    for group in range(groups):
        own = of_group == group
        if not own.any():
            continue
        fit = (
            _fit(states[own], actions[own], np.full(int(own.sum()), 1 / own.sum()))
            if common is None
            else common
        )
        errors[group] = float(((actions[own] - states[own] @ fit) ** 2).mean())
    return errors


def _fit(states: Floats, actions: Floats, weight: Floats) -> Floats:
    heavy = states * weight[:, None]
    squares = states.T @ heavy + RIDGE * np.eye(states.shape[1])
    return np.asarray(np.linalg.solve(squares, heavy.T @ actions), dtype=np.float64)
