"""What the kept episodes no longer contain. Pure."""

from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np

from teleop.curation.records import Records, rounded

QUANTILES = (0.05, 0.5, 0.95)
FACETS = ("puzzle", "contributor", "cell", "arm", "device", "source")


class Facet(msgspec.Struct, frozen=True):
    """Episodes by value, captured and kept, and the values of which none is left."""

    captured: dict[str, int]
    kept: dict[str, int]
    gone: tuple[str, ...]


class Coverage(msgspec.Struct, frozen=True):
    """Facets, labels, places of the tool (cubes) and the 5th, 50th and 95th percentile of numbers."""

    facets: dict[str, Facet]
    labels: Facet
    places_captured: int
    places_kept: int
    places_gone: tuple[tuple[int, int, int], ...]
    latency_s: tuple[tuple[float, ...], tuple[float, ...]]
    duration_s: tuple[tuple[float, ...], tuple[float, ...]]


def coverage(captured: Sequence[Records], kept: Sequence[Records]) -> Coverage:
    """The report of a run; each pair of percentiles is captured, then kept."""
    places = [{place for one in part for place in one.captured.places} for part in (captured, kept)]
    return Coverage(
        facets={
            name: _facet(
                [getattr(one.captured, name) for one in captured],
                [getattr(one.captured, name) for one in kept],
            )
            for name in FACETS
        },
        labels=_facet(
            [label for one in captured for label in one.annotated.labels],
            [label for one in kept for label in one.annotated.labels],
        ),
        places_captured=len(places[0]),
        places_kept=len(places[1]),
        places_gone=tuple(sorted(places[0] - places[1])),
        latency_s=(
            _marks([r.captured.latency_s for r in captured]),
            _marks([r.captured.latency_s for r in kept]),
        ),
        duration_s=(
            _marks([one.captured.duration_s for one in captured]),
            _marks([one.captured.duration_s for one in kept]),
        ),
    )


def _facet(captured: list[str], kept: list[str]) -> Facet:
    before, after = Counter(captured), Counter(kept)
    return Facet(
        dict(sorted(before.items())), dict(sorted(after.items())), tuple(sorted(set(before) - set(after)))
    )


def _marks(values: list[float]) -> tuple[float, ...]:
    return tuple(rounded(one) for one in np.quantile(values, QUANTILES).tolist()) if values else ()
