"""A run without some episodes: their lines, counts and contributors go, the same twice as once."""

from teleop.curation.coverage import Coverage, Facet
from teleop.curation.deciding import (
    COVERAGE,
    EXCLUSIONS,
    MEASURES,
    NORMALIZATION,
    RUN,
    SELECTION,
    Measures,
    Run,
)
from teleop.curation.forgetting import without
from teleop.curation.records import Exclusion, Selected, encode, lines

PEOPLE = {"e-1": "ann", "e-2": "ann", "e-3": "bo"}


def files() -> dict[str, bytes]:
    selection = tuple(Selected(name, name * 2, name != "e-1", (), 1.0, (), ()) for name in PEOPLE)
    row = Exclusion("e-1.mcap", "e-1", "e-1e-1", "smooth", "v", 1.0, 2.0, "rough")
    empty = Facet({}, {}, ())
    covered = Coverage(
        {"contributor": Facet({"ann": 2, "bo": 1}, {"ann": 1, "bo": 1}, ())},
        empty,
        0,
        0,
        (),
        ((), ()),
        ((), ()),
    )
    return {
        SELECTION: lines(selection),
        EXCLUSIONS: lines((row,)),
        MEASURES: lines(tuple(Measures(name, {}) for name in PEOPLE)),
        COVERAGE: encode(covered),
        RUN: encode(Run("v", {}, tuple(one.sha256 for one in selection), 3, 2, 1)),
        NORMALIZATION: b"{}",
    }


def test_what_a_run_does_not_hold_changes_nothing() -> None:
    assert without(files(), {"e-9": "eve"}) == files()


def test_a_contributor_of_whom_all_is_gone_is_not_named() -> None:
    gone = {"e-1": "ann", "e-2": "ann"}
    left = without(files(), gone)
    assert not any(b"ann" in one or b"e-1" in one or b"e-2" in one for one in left.values())
    assert b'"captured":1,' in left[RUN] and b'"kept":1,' in left[RUN] and b'"excluded":0' in left[RUN]
    assert without(left, gone) == left


def test_a_contributor_of_whom_nothing_kept_is_left_is_named_as_gone() -> None:
    left = without(files(), {"e-2": "ann"})
    assert b'"contributor":{"captured":{"ann":1,"bo":1},"gone":["ann"],"kept":{"bo":1}}' in left[COVERAGE]
    assert left[EXCLUSIONS] == files()[EXCLUSIONS]
