"""What the rules look at, and what they say. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from robot_bridge.arms.model import ArmModel
from teleop.episodes.arrays import Flags, Floats, Integers
from teleop.episodes.loading import Episode

NANOSECONDS = 1_000_000_000
_DIGITS = 6
Thumbs = npt.NDArray[np.uint8]


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong: which rule, where, what was measured, and the bound that it broke."""

    rule: str
    place: str
    value: float
    bound: float
    text: str


@dataclass(frozen=True, slots=True)
class Watched:
    """One camera's pictures (P) as a decoder sees them.

    `thumbs` (D, rows, columns) are small grey pictures of the D that could be decoded, `rows` their indices;
    `broken` are indices of pictures that no decoder takes; `starts` (P) tells where a decoder can begin.
    """

    thumbs: Thumbs
    rows: Integers
    broken: tuple[int, ...]
    starts: Flags
    size: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """An episode with what its cameras show; `model` is None for an arm that is not known here."""

    episode: Episode
    watched: dict[str, Watched]
    model: ArmModel | None

    @property
    def judgeable(self) -> bool:
        """Whether there is enough of measured state and action to judge motion."""
        return min(len(self.episode.observations.t_ns), len(self.episode.actions.t_ns)) >= ENOUGH_TICKS


ENOUGH_TICKS = 50
Findings = Iterator[Finding]


def finding(rule: str, place: str, value: float, bound: float, text: str) -> Finding:
    """A finding whose numbers are rounded, so that it reads and compares well."""
    return Finding(rule, place, _rounded(value), _rounded(bound), text)


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def moment(episode: Episode, t_ns: int) -> str:
    """A place in time: seconds since the start of the episode."""
    return f"{(t_ns - episode.header.started_ns) / NANOSECONDS:.2f} s"


def span(episode: Episode, first_ns: int, last_ns: int) -> str:
    """A stretch of time: seconds since the start of the episode."""
    return f"{moment(episode, first_ns)[:-2]}..{moment(episode, last_ns)}"


def runs(flags: Flags) -> list[tuple[int, int]]:
    """First and last index of every unbroken stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(first), int(last) - 1) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def longest(flags: Flags, t_ns: Integers) -> tuple[int, int, float] | None:
    """First and last index and seconds of the stretch of true values that lasts longest."""
    found = [(first, last, float(t_ns[last] - t_ns[first]) / NANOSECONDS) for first, last in runs(flags)]
    return max(found, key=lambda one: one[2], default=None)


def paired(episode: Episode) -> tuple[Integers, Integers]:
    """Rows of observations and of actions that belong to one tick."""
    _, seen, done = np.intersect1d(
        episode.observations.tick, episode.actions.tick, assume_unique=False, return_indices=True
    )
    return seen.astype(np.int64), done.astype(np.int64)


def in_play(episode: Episode) -> Flags:
    """Which observations were made while the arm followed its player (N)."""
    return np.array([mode == "play" for mode in episode.observations.mode], dtype=np.bool_)


def arm_joints(values: Floats) -> Floats:
    """The columns without the gripper's, which may rightly be stopped by a piece."""
    return values[:, :-1]
