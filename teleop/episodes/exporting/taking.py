"""What an export takes of an episode: all of it, or the ranges that a selection keeps. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from teleop.episodes.arrays import Integers
from teleop.wire.browser_in import Language


class ChosenBy(msgspec.Struct, frozen=True):
    """A recipe's run that chose episodes: the recipe's version, and the SHA-256 of the run's run.json.

    `left_out` counts files by the first rule that each breaks. All empty where no run did.
    """

    recipe: str = ""
    run_sha256: str = ""
    left_out: tuple[tuple[str, int], ...] = ()


NOBODY = ChosenBy()


@dataclass(frozen=True, slots=True)
class Taken:
    """Ranges in ns of the cell's clock (ends included), None for all; how much it counts; its labels.

    `language` is that of the task and of the sub-tasks' sentences, `chosen_by` the recipe's run.
    """

    ranges_ns: tuple[tuple[int, int], ...] | None = None
    weight: float = 1.0
    labels: tuple[str, ...] = ()
    language: Language = "en"
    chosen_by: ChosenBy = NOBODY


WHOLE = Taken()


@dataclass(frozen=True, slots=True)
class Asked:
    """One episode's file, and what is taken of it."""

    path: Path
    taken: Taken = WHOLE


def spoken(asked: Sequence[Asked], language: Language) -> list[Asked]:
    """The same with their sentences in this language."""
    return [Asked(one.path, replace(one.taken, language=language)) for one in asked]


def segments(taken: Taken, moment_ns: Integers) -> Integers:
    """For each moment (R) the number of the kept range that holds it, -1 where none does.

    Of overlapping ranges the first counts; ranges without a moment get no number.
    """
    if taken.ranges_ns is None:
        return np.zeros(len(moment_ns), dtype=np.int64)
    found = np.full(len(moment_ns), -1, dtype=np.int64)
    number = 0
    for start_ns, end_ns in sorted(taken.ranges_ns):
        inside = (moment_ns >= start_ns) & (moment_ns <= end_ns) & (found < 0)
        found[inside] = number
        number += bool(inside.any())
    return found
