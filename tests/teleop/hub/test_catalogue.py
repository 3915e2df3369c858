"""The researcher's search: facets, counts that follow the other facets, order, pages and figures."""

import pytest
from episode_cards import card
from hypothesis import given
from hypothesis import strategies as st
from saved_subtasks import segments

from teleop.annotation.agreement import agreement, compare
from teleop.hub import catalogue as room
from teleop.hub.catalogue import FACETS, LISTED, PAGE_CARDS, catalogue_of, chosen, found, narrowing, values_of
from teleop.wire.browser_in import ChosenFacet, Search
from teleop.wire.browser_out import EpisodeCard
from teleop.wire.player_out import Bilingual

FOUR = catalogue_of(
    [
        card(1),
        card(2, pseudonym="p-b", judged="not_solved", round_trip_s=None),
        card(3, puzzle_id="swap", puzzle_title=Bilingual("Swap", "交换"), round_trip_s=0.15),
        card(4, puzzle_id="swap", pseudonym="p-b", source="real", day="2026-02-01"),
    ]
)

EVERYTHING = Search(())


def ids(search: Search, catalogue: room.Catalogue = FOUR) -> list[str]:
    return [one.episode_id for one in found(catalogue, search, 0).cards]


def picked(**facets: tuple[str, ...]) -> Search:
    return Search(facets=tuple(ChosenFacet(name, values) for name, values in facets.items()))


def counts(search: Search, facet: str) -> dict[str, int]:
    told = next(one for one in found(FOUR, search, 0).facets if one.facet == facet)
    return {one.value: one.count for one in told.values}


def test_values_of_a_facet_add_up_and_facets_narrow():
    assert ids(EVERYTHING) == ["e-4", "e-3", "e-2", "e-1"]
    assert ids(picked(puzzle=("swap",))) == ["e-4", "e-3"]
    assert ids(picked(puzzle=("swap", "tower"))) == ["e-4", "e-3", "e-2", "e-1"]
    assert ids(picked(puzzle=("swap",), contributor=("p-b",))) == ["e-4"]
    assert ids(picked(puzzle=("nothing",))) == []
    twice = Search(facets=(ChosenFacet("puzzle", ("swap", "tower")), ChosenFacet("puzzle", ("swap",))))
    assert ids(twice) == ["e-4", "e-3"]


def test_a_facet_is_counted_under_the_others_and_not_under_itself():
    search = picked(puzzle=("swap",))
    assert counts(search, "puzzle") == {"swap": 2, "tower": 2}
    assert counts(search, "contributor") == {"p-a": 1, "p-b": 1}
    assert counts(search, "round_trip") == {"0-50": 1, "100-200": 1, "unknown": 0}
    assert counts(picked(source=("real",)), "verdict") == {"solved": 1, "not_solved": 0}


def test_days_are_inclusive_and_either_may_be_open():
    assert ids(Search((), since="2026-01-02", until="2026-01-03")) == ["e-3", "e-2"]
    assert ids(Search((), since="2026-01-03")) == ["e-4", "e-3"]
    assert ids(Search((), until="2026-01-01")) == ["e-1"]


def test_text_is_looked_for_in_both_ids_in_any_case():
    assert ids(Search((), text=" E-3 ")) == ["e-3"]
    assert ids(Search((), text="t4")) == ["e-4"]
    assert ids(Search((), text="e-9")) == []


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("newest", "4321"),
        ("oldest", "1234"),
        ("longest", "4321"),
        ("shortest", "1234"),
        ("slowest", "3412"),
        ("quickest", "1432"),
    ],
)
def test_orders(order, expected):
    assert "".join(one.removeprefix("e-") for one in ids(Search((), order=order))) == expected


def test_pages_end_with_the_last():
    many = catalogue_of(card(number) for number in range(1, PAGE_CARDS + 3))
    assert len(ids(EVERYTHING, many)) == PAGE_CARDS
    assert ids(Search((), page=2), many) == ids(Search((), page=9), many) == ["e-2", "e-1"]
    told = found(many, Search((), page=9), 7)
    assert (told.page, told.pages, told.all, told.unread) == (2, 2, PAGE_CARDS + 2, 7)
    nothing = found(catalogue_of([]), EVERYTHING, 0)
    assert (nothing.page, nothing.pages, nothing.cards) == (1, 1, ())


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [(0.0, "0-50"), (0.05, "50-100"), (0.199, "100-200"), (0.2, "200-400"), (9.0, "400-"), (None, "unknown")],
)
def test_round_trip_buckets(seconds, bucket):
    assert room.round_trip_bucket(seconds) == bucket


def test_facets_list_in_their_own_order_and_not_without_end():
    many = catalogue_of(
        card(at, pseudonym=f"p-{at:03}", judged="unjudged" if at % 2 else "solved", day=f"2026-{at % 3:02}")
        for at in range(1, LISTED + 6)
    )
    told = {one.facet: one for one in found(many, picked(contributor=("p-045",)), 0).facets}
    people = [one.value for one in told["contributor"].values]
    assert (len(people), people[-1], told["contributor"].more) == (LISTED + 1, "p-045", 4)
    assert [one.value for one in told["verdict"].values] == ["solved", "unjudged"]
    assert [one.value for one in told["month"].values] == ["2026-02", "2026-01", "2026-00"]
    absent = found(FOUR, picked(verdict=("strange",)), 0).facets[1].values
    assert [(one.value, one.count) for one in absent] == [("solved", 3), ("not_solved", 1), ("strange", 0)]


def test_puzzles_carry_their_newest_title():
    renamed = catalogue_of([card(1), card(2, puzzle_title=Bilingual("Tall", "高"))])
    assert found(renamed, EVERYTHING, 0).facets[0].values[0].title == Bilingual("Tall", "高")


def test_figures_tell_what_the_set_holds_and_lacks():
    told = found(FOUR, picked(puzzle=("swap",)), 0).figures
    assert (told.episodes, told.duration_s, told.pictures, told.bytes) == (2, 70.0, 600, 2000)
    assert {one.value: one.count for one in told.verdicts if one.count} == {"solved": 2}
    assert [(one.value, one.count) for one in told.puzzles.values] == [("swap", 2)]
    assert {one.value: one.count for one in told.contributors.values} == {"p-a": 1, "p-b": 1}
    assert told.durations is not None
    assert (told.durations.p05, told.durations.p50, told.durations.p95) == (30.0, 30.0, 40.0)
    assert told.round_trips_unknown == 0
    gone = {one.facet: [value.value for value in one.values] for one in told.gone}
    assert gone["puzzle"] == ["tower"] and gone["verdict"] == ["not_solved"] and "contributor" not in gone


def test_annotation_narrows_and_a_set_has_its_own_agreement():
    first = segments((0, "reach"), (400, "grasp"), length_ms=1000)
    other = segments((0, "reach"), (600, "grasp"), length_ms=1000)
    whole, part = compare(first, first), compare(first, other)
    noted = {
        "e-1": room.Noted("accepted", 1.0, ("reach", "grasp"), whole),
        "e-2": room.Noted("corrected", 0.6, ("reach", "carry"), part),
        "e-3": room.Noted("unreviewed", None, ("reach",)),
    }
    catalogue = catalogue_of([card(at) for at in range(1, 5)], noted)
    assert ids(picked(annotation=("none",)), catalogue) == ["e-4"]
    assert ids(picked(annotation=("accepted", "corrected")), catalogue) == ["e-2", "e-1"]
    assert ids(picked(agreement=("0.8-1", "0.6-0.8")), catalogue) == ["e-2", "e-1"]
    assert ids(picked(subtask=("grasp", "carry")), catalogue) == ["e-2", "e-1"]
    told = {one.facet: one.values for one in found(catalogue, EVERYTHING, 0).facets}
    assert [(one.value, one.count) for one in told["subtask"]] == [("reach", 3), ("grasp", 1), ("carry", 1)]
    assert told["subtask"][0].title == Bilingual("reach", "伸向")
    figures = found(catalogue, EVERYTHING, 0).figures
    assert (figures.annotated, figures.reviewed, figures.agreement) == (3, 2, agreement((whole, part)))
    alone = found(catalogue, picked(annotation=("accepted",)), 0).figures
    assert (alone.annotated, alone.reviewed, alone.agreement.kappa) == (1, 1, 1.0)
    assert found(catalogue, picked(annotation=("none",)), 0).figures.agreement.kappa is None


@pytest.mark.parametrize(
    ("kappa", "bucket"),
    [(1.0, "0.8-1"), (0.8, "0.8-1"), (0.79, "0.6-0.8"), (0.4, "0.4-0.6"), (-0.5, "-0.4"), (None, "unknown")],
)
def test_agreement_buckets(kappa, bucket):
    assert room.agreement_bucket(kappa) == bucket


def test_an_empty_set_has_no_percentiles_and_lacks_nothing_by_name():
    told = found(FOUR, picked(puzzle=("nothing",)), 0).figures
    assert (told.durations, told.round_trips, told.gone, told.episodes) == (None, None, (), 0)


CARDS = st.lists(
    st.builds(
        card,
        st.integers(1, 28),
        puzzle_id=st.sampled_from(["tower", "swap"]),
        pseudonym=st.sampled_from(["p-a", "p-b", "p-c"]),
        judged=st.sampled_from(["solved", "not_solved"]),
    ),
    max_size=30,
)
SEARCHES = st.builds(
    lambda puzzle, contributor, text: Search(
        facets=tuple(
            ChosenFacet(name, tuple(values))
            for name, values in (("puzzle", puzzle), ("contributor", contributor))
            if values
        ),
        text=text,
    ),
    st.sets(st.sampled_from(["tower", "swap", "none"])),
    st.sets(st.sampled_from(["p-a", "p-b"])),
    st.sampled_from(["", "1", "e-2"]),
)


@given(CARDS, SEARCHES)
def test_it_finds_what_looking_at_every_card_finds(cards, search):
    catalogue = catalogue_of(cards)

    def fits(one: EpisodeCard, but: str | None = None) -> bool:
        inside = all(set(values_of(one)[f.facet]) & set(f.values) for f in search.facets if f.facet != but)
        return inside and (search.text in one.episode_id or search.text in one.turn_id.lower())

    plain = [one for one in catalogue.cards if fits(one)]
    parts = narrowing(catalogue, search)
    assert room.cards_in(catalogue, chosen(parts)) == plain
    for facet in FACETS:
        for value in room.facet_counts(catalogue, search, parts, facet).values:
            same = [one for one in catalogue.cards if value.value in values_of(one)[facet]]
            assert value.count == sum(fits(one, facet) for one in same)
