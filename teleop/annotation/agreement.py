"""How far two people's segments of one episode agree, and many pairs together. Pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from teleop.wire.annotation_in import Segment
from teleop.wire.annotation_out import Agreement

SAMPLE_NS = 100_000_000  # 10 Hz
SECOND_NS = 1_000_000_000
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two annotations of one episode: samples by both labels, and how far each border has its nearest."""

    pairs: tuple[tuple[Pair, int], ...]
    apart_ns: tuple[int, ...]
    lonely_borders: int


def compare(one: Sequence[Segment], other: Sequence[Segment]) -> Comparison:
    """Compares two tilings of the same episode, sampled in the middle of every tenth of a second."""
    pairs = Counter(zip(_sampled(one), _sampled(other), strict=False))
    apart_ns: list[int] = []
    lonely = 0
    borders = [[segment.start_ns for segment in segments[1:]] for segments in (one, other)]
    for mine, theirs in (borders, borders[::-1]):
        if theirs:
            apart_ns += [_nearest_ns(border, theirs) for border in mine]
        else:
            lonely += len(mine)
    return Comparison(tuple(sorted(pairs.items())), tuple(apart_ns), lonely)


def agreement(comparisons: Iterable[Comparison]) -> Agreement:
    """The figures of all comparisons together: samples and borders are pooled."""
    pairs: Counter[Pair] = Counter()
    apart_ns: list[int] = []
    episodes = lonely = 0
    for one in comparisons:
        episodes += 1
        pairs.update(dict(one.pairs))
        apart_ns += one.apart_ns
        lonely += one.lonely_borders
    samples = sum(pairs.values())
    return Agreement(
        episodes=episodes,
        samples=samples,
        agreed=_agreed(pairs) / samples if samples else None,
        kappa=kappa(pairs),
        border_s=median(apart_ns) / SECOND_NS if apart_ns else None,
        lonely_borders=lonely,
    )


def kappa(pairs: Counter[Pair]) -> float | None:
    """Cohen's kappa: agreement beyond what both would reach by chance; None without samples.

    Two who only ever use one and the same label agree, and chance explains it all: that counts as 1.
    """
    samples = sum(pairs.values())
    if not samples:
        return None
    first: Counter[str] = Counter()
    second: Counter[str] = Counter()
    for (one, other), count in pairs.items():
        first[one] += count
        second[other] += count
    chance = sum(count * second[label] for label, count in first.items())
    if chance == samples * samples:
        return 1.0
    return (_agreed(pairs) * samples - chance) / (samples * samples - chance)


def _agreed(pairs: Counter[Pair]) -> int:
    return sum(count for (one, other), count in pairs.items() if one == other)


def _sampled(segments: Sequence[Segment]) -> list[str]:
    """The label in the middle of every tenth of a second."""
    found: list[str] = []
    for segment in segments:
        until = -(-(segment.end_ns - SAMPLE_NS // 2) // SAMPLE_NS)  # samples before the end
        found += [segment.label] * (until - len(found))
    return found


def _nearest_ns(border: int, others: Sequence[int]) -> int:
    place = bisect_left(others, border)
    return min(abs(border - other) for other in others[max(0, place - 1) : place + 1])
