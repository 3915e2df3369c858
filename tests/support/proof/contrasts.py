"""What is compared with what, and the bars: each row of the table is one policy from one set. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Rows = Literal["true", "screen", "shuffled"]
ACT_BAR, BC_BAR = 0.90, 0.95
CLEAN_SHARE, FAR_ABOVE = 0.95, 0.2
LATE_POINTS, MISALIGNED_POINTS, NEAR_ZERO = 0.05, 0.1, 0.05
MOST_EPISODES = 100


@dataclass(frozen=True, slots=True)
class Contrast:
    """A policy, the set it learns from, how rows are read, and how often each seed's policy is tried."""

    name: str
    policy: Literal["act", "bc"]
    episodes: Literal["all", "curated", "clean", "late"]
    rows: Rows
    attempts: int
    words: str


CONTRASTS = (
    Contrast("act", "act", "curated", "true", 40, "ACT, curated"),
    Contrast("bc", "bc", "curated", "true", 40, "BC, curated"),
    Contrast(
        "clean",
        "bc",
        "clean",
        "true",
        40,
        "BC, oracle-clean: steady players' successes, told apart by who they are",
    ),
    Contrast("all", "bc", "all", "true", 20, "BC, all data"),
    Contrast("late", "bc", "late", "true", 40, "BC, players 300 ms away, rows at their true time"),
    Contrast(
        "screen", "bc", "late", "screen", 20, "BC, the same, not aligned: what the player's screen showed"
    ),
    Contrast("shuffled", "bc", "curated", "shuffled", 10, "BC, curated, actions shuffled"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a contrast came to: of each seed, how many of how many attempts were solved."""

    solved: tuple[int, ...]
    attempts: tuple[int, ...]
    episodes: int
    rows: int
    train_s: float
    seconds: float

    @property
    def share(self) -> float:
        """Of all attempts of all seeds."""
        return sum(self.solved) / sum(self.attempts)

    @property
    def by_seed(self) -> tuple[float, ...]:
        """The share of each seed."""
        return tuple(a / b for a, b in zip(self.solved, self.attempts, strict=True))


@dataclass(frozen=True, slots=True)
class Promise:
    """A bar, what was measured, and whether it is met."""

    what: str
    bar: str
    measured: str
    met: bool


def promises(found: Mapping[str, Found]) -> list[Promise]:
    """Every promise about policies, from what was found."""
    bc, clean, late, screen = (found[name] for name in ("bc", "clean", "late", "screen"))
    apart = abs(late.share - clean.share)
    against = bc.share / clean.share if clean.share else 0.0
    few = max(one.episodes for name, one in found.items() if name in ("act", "bc"))
    return [
        _at_least("ACT's success", found["act"].share, ACT_BAR),
        _at_least("BC's success", bc.share, BC_BAR),
        Promise("episodes that ACT and BC learn from", f"<= {MOST_EPISODES}", f"{few}", few <= MOST_EPISODES),
        Promise(
            "curated, as a share of oracle-clean",
            f">= {CLEAN_SHARE:.0%}",
            f"{against:.1%}",
            against >= CLEAN_SHARE,
        ),
        Promise(
            "curated far above all data",
            f">= {FAR_ABOVE * 100:.0f} points",
            f"{(bc.share - found['all'].share) * 100:+.1f} points",
            bc.share - found["all"].share >= FAR_ABOVE,
        ),
        Promise(
            "300 ms of logged delay against 0 ms",
            f"within {LATE_POINTS * 100:.0f} points",
            f"{(late.share - clean.share) * 100:+.1f} points",
            apart <= LATE_POINTS,
        ),
        Promise(
            "the same 300 ms, not aligned",
            f"{MISALIGNED_POINTS * 100:.0f} points below",
            f"{(screen.share - late.share) * 100:+.1f} points",
            late.share - screen.share >= MISALIGNED_POINTS,
        ),
        Promise(
            "shuffled actions",
            f"<= {NEAR_ZERO:.0%}",
            f"{found['shuffled'].share:.1%}",
            found["shuffled"].share <= NEAR_ZERO,
        ),
    ]


def table(found: Mapping[str, Found], contrasts: Sequence[Contrast] = CONTRASTS) -> str:
    """All contrasts in Markdown."""
    head = ("learns from", "episodes", "rows", "success", "each seed", "median attempt, s", "training, s")
    rows = [head, ("---",) * len(head)]
    for one in contrasts:
        if one.name not in found:
            continue
        was = found[one.name]
        seeds = ", ".join(f"{share:.2f}" for share in was.by_seed)
        success = f"{was.share:.3f} of {sum(was.attempts)}"
        rows.append(
            (
                one.words,
                f"{was.episodes}",
                f"{was.rows}",
                success,
                seeds,
                f"{was.seconds:.1f}",
                f"{was.train_s:.0f}",
            )
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def joined(results: Sequence[Mapping[str, float | Sequence[float]]]) -> Found:
    """One contrast of its seeds' results."""
    seconds = [value for one in results for value in _numbers(one["seconds"])]
    return Found(
        tuple(int(_number(one["solved"])) for one in results),
        tuple(int(_number(one["attempts"])) for one in results),
        int(_number(results[0]["episodes"])),
        int(_number(results[0]["rows"])),
        median(_number(one["train_s"]) for one in results),
        median(seconds),
    )


def _at_least(what: str, value: float, bar: float) -> Promise:
    return Promise(what, f">= {bar:.2f}", f"{value:.3f}", value >= bar)


def _number(value: float | Sequence[float]) -> float:
    assert isinstance(value, int | float)
    return float(value)


def _numbers(value: float | Sequence[float]) -> Sequence[float]:
    assert not isinstance(value, int | float)
    return value
