"""Episodes as sets of bits, one bit an episode: facets, counts and figures of a choice. Pure.

A set is an int whose bit i stands for the i-th card, newest first. Narrowing ten thousand episodes is then
a few operations on 1250 bytes, and a count is one instruction a word.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import get_args

from teleop.annotation.agreement import Comparison, agreement
from teleop.annotation.prompts import LABELS, TEXTS
from teleop.annotation.standing import State
from teleop.wire.browser_in import EpisodeOrder, FacetName, Search
from teleop.wire.browser_out import EpisodeCard, FacetCounts, FacetValue, Found, Judged, SetFigures, Spans
from teleop.wire.player_out import Bilingual

PAGE_CARDS = 100
LISTED = 40  # values of a facet; the page tells how many more there are
FACETS: tuple[FacetName, ...] = get_args(FacetName)
JUDGED: tuple[Judged, ...] = get_args(Judged)
SLOWEST_S = (0.05, 0.1, 0.2, 0.4)  # upper ends of the round-trip buckets
ROUND_TRIPS = ("0-50", "50-100", "100-200", "200-400", "400-", "unknown")  # ms
ANNOTATIONS: tuple[State, ...] = get_args(State)
LEAST_KAPPA = (0.8, 0.6, 0.4)  # lower ends of the buckets of agreement
AGREEMENTS = ("0.8-1", "0.6-0.8", "0.4-0.6", "-0.4", "unknown")
ORDERED: Mapping[str, Sequence[str]] = {
    "verdict": JUDGED,
    "round_trip": ROUND_TRIPS,
    "annotation": ANNOTATIONS,
    "agreement": AGREEMENTS,
    "subtask": LABELS,
}
REVIEWED = ("accepted", "corrected")
SUBTASK_TITLES: Mapping[str, Bilingual] = {label: texts[0] for label, texts in TEXTS.items()}
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Noted:
    """What people saved of an episode's sub-tasks: state, agreement of its review, the labels that count.

    `comparison` is of the newest review with what it reviews, so that those of a set can be pooled.
    """

    state: State = "none"
    kappa: float | None = None
    labels: tuple[str, ...] = ()
    comparison: Comparison | None = None


NOT_NOTED = Noted()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All cards, newest first, and for each facet's values and each day the set of episodes.

    `noted` has what is saved of an episode by its id, where anything is.
    """

    cards: tuple[EpisodeCard, ...]
    sets: Mapping[FacetName, Mapping[str, int]]
    days: Mapping[str, int]
    titles: Mapping[str, Bilingual]
    noted: Mapping[str, Noted]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The sets that text and days let through, and each chosen facet."""

    free: int
    facets: Mapping[FacetName, int]


def catalogue_of(cards: Iterable[EpisodeCard], noted: Mapping[str, Noted] | None = None) -> Catalogue:
    """The catalogue of these cards, in any order, with what is saved of them by their ids."""
    noted = noted or {}
    ordered = tuple(sorted(cards, key=lambda card: (-card.started_utc_ns, card.episode_id)))
    facets = [values_of(card, noted.get(card.episode_id, NOT_NOTED)) for card in ordered]
    return Catalogue(
        cards=ordered,
        sets={name: _sets([values[name] for values in facets]) for name in FACETS},
        days=_sets([(card.day,) for card in ordered]),
        titles={card.puzzle_id: card.puzzle_title for card in reversed(ordered)},
        noted=noted,
    )


def values_of(card: EpisodeCard, noted: Noted = NOT_NOTED) -> dict[FacetName, tuple[str, ...]]:
    """An episode's values of every facet: one each, but any number of sub-tasks."""
    return {
        "puzzle": (card.puzzle_id,),
        "verdict": (card.judged,),
        "contributor": (card.pseudonym,),
        "round_trip": (round_trip_bucket(card.round_trip_s),),
        "cell": (card.cell_id,),
        "month": (card.day[:7],),
        "rules": (card.rules,),
        "source": (card.source,),
        "annotation": (noted.state,),
        "agreement": (agreement_bucket(noted.kappa),),
        "subtask": noted.labels,
    }


def round_trip_bucket(seconds: float | None) -> str:
    """The bucket of a round trip, named by its ends in ms; the upper end is not in it."""
    if seconds is None:
        return ROUND_TRIPS[-1]
    return ROUND_TRIPS[sum(seconds >= end for end in SLOWEST_S)]


def agreement_bucket(kappa: float | None) -> str:
    """The bucket of an agreement, named by its ends; the lower end is in it."""
    return AGREEMENTS[-1] if kappa is None else AGREEMENTS[sum(kappa < end for end in LEAST_KAPPA)]


def narrowing(catalogue: Catalogue, search: Search) -> Narrowing:
    """What each part of a search lets through."""
    free = (1 << len(catalogue.cards)) - 1
    if search.since or search.until:
        last = search.until or "9999-12-31"
        free &= _union(of_day for day, of_day in catalogue.days.items() if search.since <= day <= last)
    text = search.text.strip().lower()
    if text:
        free &= _bits(
            at
            for at, card in enumerate(catalogue.cards)
            if text in card.episode_id.lower() or text in card.turn_id.lower()
        )
    facets: dict[FacetName, int] = {}
    for one in search.facets:
        sets = catalogue.sets[one.facet]
        facets[one.facet] = facets.get(one.facet, free) & _union(sets.get(value, 0) for value in one.values)
    return Narrowing(free, facets)


def chosen(parts: Narrowing, but: FacetName | None = None) -> int:
    """The set that a search chooses; without what it says of one facet where that is named."""
    members = parts.free
    for facet, let_through in parts.facets.items():
        if facet != but:
            members &= let_through
    return members


def cards_in(catalogue: Catalogue, members: int) -> list[EpisodeCard]:
    """The cards of a set, newest first."""
    return [card for card, bit in zip(catalogue.cards, f"{members:b}"[::-1], strict=False) if bit == "1"]


def found(catalogue: Catalogue, search: Search, unread: int) -> Found:
    """The answer to a search; a page beyond the last is the last."""
    parts = narrowing(catalogue, search)
    members = chosen(parts)
    cards = _in_order(cards_in(catalogue, members), search.order)
    pages = max(1, -(-len(cards) // PAGE_CARDS))
    page = min(search.page, pages)
    return Found(
        cards=tuple(cards[(page - 1) * PAGE_CARDS : page * PAGE_CARDS]),
        page=page,
        pages=pages,
        all=len(catalogue.cards),
        unread=unread,
        facets=tuple(facet_counts(catalogue, search, parts, name) for name in FACETS),
        figures=figures(catalogue, members),
    )


def facet_counts(catalogue: Catalogue, search: Search, parts: Narrowing, facet: FacetName) -> FacetCounts:
    """Counts under the other facets; what is chosen is always listed, also where nothing has it."""
    wanted = {value for one in search.facets if one.facet == facet for value in one.values}
    others = chosen(parts, but=facet)
    sets = catalogue.sets[facet]
    counts = {value: (sets.get(value, 0) & others).bit_count() for value in (*sets, *wanted)}
    return _listed(catalogue, facet, counts, wanted)


def figures(catalogue: Catalogue, members: int) -> SetFigures:
    """What a set holds."""
    cards = cards_in(catalogue, members)
    counts = {name: _counts(catalogue, name, members) for name in FACETS}
    round_trips = [card.round_trip_s for card in cards if card.round_trip_s is not None]
    noted = [catalogue.noted.get(card.episode_id, NOT_NOTED) for card in cards]
    gone = {name: {one: 0 for one, count in counts[name].items() if not count} for name in FACETS}
    return SetFigures(
        episodes=len(cards),
        duration_s=sum(card.duration_s for card in cards),
        pictures=sum(card.pictures for card in cards),
        bytes=sum(card.bytes for card in cards),
        verdicts=tuple(FacetValue(one, counts["verdict"].get(one, 0)) for one in JUDGED),
        puzzles=_listed(catalogue, "puzzle", _held(counts["puzzle"])),
        contributors=_listed(catalogue, "contributor", _held(counts["contributor"])),
        durations=spans([card.duration_s for card in cards]),
        round_trips=spans(round_trips),
        round_trips_unknown=len(cards) - len(round_trips),
        annotated=sum(bool(one.labels) for one in noted),
        reviewed=sum(one.state in REVIEWED for one in noted),
        agreement=agreement(one.comparison for one in noted if one.comparison is not None),
        gone=tuple(_listed(catalogue, name, gone[name]) for name in FACETS if cards and gone[name]),
    )


def spans(values: Sequence[float]) -> Spans | None:
    """Percentiles by the nearest rank; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return Spans(*(ordered[max(0, ceil(share * len(ordered)) - 1)] for share in QUANTILES))


def _in_order(cards: list[EpisodeCard], order: EpisodeOrder) -> list[EpisodeCard]:
    """Newest first among equals; a round trip that is not known comes last."""
    match order:
        case "newest":
            return cards
        case "oldest":
            return cards[::-1]
        case "longest":
            return sorted(cards, key=lambda card: -card.duration_s)
        case "shortest":
            return sorted(cards, key=lambda card: card.duration_s)
    sign = -1.0 if order == "slowest" else 1.0
    return sorted(cards, key=lambda card: (card.round_trip_s is None, sign * (card.round_trip_s or 0.0)))


def _listed(
    catalogue: Catalogue, facet: FacetName, counts: Mapping[str, int], wanted: Iterable[str] = ()
) -> FacetCounts:
    """The first values, and all wanted ones, in the facet's own order or by their counts."""
    order = ORDERED.get(facet)
    if order is not None:
        values = [value for value in order if value in counts]
        values += sorted(counts.keys() - set(order))
    elif facet == "month":
        values = sorted(counts, reverse=True)
    else:
        values = sorted(counts, key=lambda value: (-counts[value], value))
    must = set(wanted)
    shown = values[:LISTED] + [value for value in values[LISTED:] if value in must]
    titles = {"puzzle": catalogue.titles, "subtask": SUBTASK_TITLES}.get(facet, {})
    rows = tuple(FacetValue(value, counts[value], titles.get(value)) for value in shown)
    return FacetCounts(facet, rows, len(values) - len(shown))


def _counts(catalogue: Catalogue, facet: FacetName, members: int) -> dict[str, int]:
    return {value: (episodes & members).bit_count() for value, episodes in catalogue.sets[facet].items()}


def _held(counts: Mapping[str, int]) -> dict[str, int]:
    return {value: count for value, count in counts.items() if count}


def _sets(values: Sequence[Iterable[str]]) -> dict[str, int]:
    """The set of each value that occurs; `values` has those of each card."""
    places: dict[str, list[int]] = {}
    for at, held in enumerate(values):
        for value in held:
            places.setdefault(value, []).append(at)
    return {value: _bits(found) for value, found in places.items()}


def _bits(places: Iterable[int]) -> int:
    data = bytearray()
    for at in places:
        byte = at >> 3
        if byte >= len(data):
            data.extend(bytes(byte + 1 - len(data)))
        data[byte] |= 1 << (at & 7)
    return int.from_bytes(data, "little")


def _union(sets: Iterable[int]) -> int:
    whole = 0
    for one in sets:
        whole |= one
    return whole
