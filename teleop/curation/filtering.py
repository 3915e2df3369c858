"""Which episodes a recipe keeps, and a row for every reason against one. Pure."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from teleop.curation.information import scores
from teleop.curation.likeness import apart, fingerprint
from teleop.curation.recipe import Recipe, Rule
from teleop.curation.records import Exclusion, Records, Unreadable, encode, rounded

SAME_RAD = 1e-6


def values_of(records: Sequence[Records]) -> list[dict[str, float]]:
    """Every episode's measures, with those that need the whole set: `information`, `apart_rad`, `copies`."""
    found = [dict(one.measured.values) for one in records]
    for arm in sorted({one.captured.arm for one in records}):
        rows = [at for at, one in enumerate(records) if one.captured.arm == arm]
        states = [np.array(records[at].measured.states) for at in rows]
        actions = [np.array(records[at].measured.actions) for at in rows]
        for at, score in zip(rows, scores(states, actions), strict=True):
            found[at]["information"] = score
    for at, value in _apart(records).items():
        found[at]["apart_rad"] = value
    first: dict[str, int] = {}
    for at, one in enumerate(records):
        found[at]["copies"] = float(first.setdefault(one.captured.digest, at) != at)
        found[at]["idle_share"] = one.annotated.idle_share
        kept_ns = sum(last - begun for begun, last in one.annotated.keep_ranges_ns)
        found[at]["active_s"] = rounded(kept_ns / 1e9)
        found[at] |= {label: 1.0 for label in one.annotated.labels if label.startswith("subtask_")}
        if one.annotated.agreement is not None:
            found[at]["agreement"] = one.annotated.agreement
    return found


def _apart(records: Sequence[Records]) -> dict[int, float]:
    """How far each episode with motion is from the nearest earlier one of its arm and puzzle, in rad."""
    sets: dict[tuple[str, str, int], list[int]] = {}
    for at, one in enumerate(records):
        if one.measured.states:
            key = (one.captured.arm, one.captured.puzzle, len(one.measured.states[0]))
            sets.setdefault(key, []).append(at)
    found: dict[int, float] = {}
    for rows in sets.values():
        ways = [fingerprint(np.array(records[at].measured.states)) for at in rows]
        found |= dict(zip(rows, apart(ways), strict=True))
    return found


def excluded(
    recipe: Recipe, records: Sequence[Records], unreadable: Sequence[Unreadable], code: Mapping[str, str]
) -> tuple[Exclusion, ...]:
    """A row for every reason to leave an episode out, in the order of episodes and then of rules.

    `code` names the version of each stage's code; rows name recipe and code.
    """
    version = f"{version_of(recipe)}, code {code_version(code)}"
    values = values_of(records)
    rows: list[list[Exclusion]] = [[] for _ in records]
    for at, one in enumerate(records):
        if not set(one.annotated.labels) & set(recipe.labels):
            reason = f"its labels are {', '.join(one.annotated.labels)}; kept are {', '.join(recipe.labels)}"
            rows[at].append(_row(one, "labels", version, (None, None), reason))
    for rule in sorted(recipe.rules, key=lambda rule: rule.drop is not None):
        passed = [at for at, found in enumerate(rows) if not found]
        for at, measured, threshold, reason in _broken(rule, records, values, passed):
            rows[at].append(_row(records[at], rule.name, version, (measured, threshold), reason))
    bad = [
        Exclusion(
            one.file, one.file.removesuffix(".mcap"), one.sha256, "readable", version, None, None, one.reason
        )
        for one in unreadable
    ]
    return (*(row for found in rows for row in found), *bad)


def version_of(recipe: Recipe) -> str:
    """What a verdict names as the version of its rules: the recipe's name and the start of its hash."""
    return f"{recipe.name}-{hashlib.sha256(encode(recipe)).hexdigest()[:12]}"


def code_version(code: Mapping[str, str]) -> str:
    """One name for the code of all stages."""
    told = "\n".join(f"{stage} {version}" for stage, version in sorted(code.items()))
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _row(
    one: Records, rule: str, version: str, numbers: tuple[float | None, float | None], reason: str
) -> Exclusion:
    return Exclusion(one.file, one.captured.episode_id, one.sha256, rule, version, *numbers, reason)


def _broken(
    rule: Rule, records: Sequence[Records], values: list[dict[str, float]], passed: list[int]
) -> list[tuple[int, float | None, float | None, str]]:
    if rule.drop is not None:
        return _worst(rule, records, values, passed)
    found: list[tuple[int, float | None, float | None, str]] = []
    measured = _taken(rule, values, list(range(len(records))))
    bound = rule.at_least if rule.at_least is not None else rule.at_most
    for at in range(len(records)):
        if at not in measured:
            found.append((at, None, bound, f"it has no {rule.measure}"))
            continue
        below = rule.at_least is not None and measured[at] < rule.at_least
        above = rule.at_most is not None and measured[at] > rule.at_most
        if below or above:
            text = f"{rule.measure} is {'below' if below else 'above'} the bound"
            found.append((at, measured[at], bound, text))
    return found


def _worst(
    rule: Rule, records: Sequence[Records], values: list[dict[str, float]], passed: list[int]
) -> list[tuple[int, float | None, float | None, str]]:
    found: list[tuple[int, float | None, float | None, str]] = []
    for puzzle in sorted({records[at].captured.puzzle for at in passed}):
        rows = [at for at in passed if records[at].captured.puzzle == puzzle]
        measured = _taken(rule, values, rows)
        sign = -1.0 if rule.highest else 1.0
        order = sorted(measured, key=lambda at: (sign * measured[at], records[at].sha256))
        count = int(len(order) * (rule.drop or 0.0))
        edge = measured[order[count]] if count < len(order) else None
        text = f"{rule.measure} is among the {'highest' if rule.highest else 'lowest'} {rule.drop:.0%}"
        found += [(at, measured[at], edge, f"{text} of {puzzle}") for at in order[:count]]
        found += [(at, None, edge, f"it has no {rule.measure}") for at in rows if at not in measured]
    return found


def _taken(rule: Rule, values: list[dict[str, float]], rows: list[int]) -> dict[int, float]:
    """The rule's measure by episode, without what the turn's length explains where the rule says so."""
    found = {at: values[at][rule.measure] for at in rows if rule.measure in values[at]}
    if not rule.length_controlled or len(found) < 3:
        return found
    lengths = np.log(np.array([max(values[at]["duration_s"], 1e-3) for at in found]))
    measured = np.array(list(found.values()))
    centred = lengths - lengths.mean()
    weight = float((centred**2).sum())
    slope = float((centred * (measured - measured.mean())).sum()) / weight if weight > 0 else 0.0
    return {at: rounded(value - slope * off) for (at, value), off in zip(found.items(), centred, strict=True)}
