"""What may be saved: tilings only, on top of what was seen, and reviews by a second person."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teleop.annotation.revisions import (
    WITHDRAWN,
    NotSaved,
    complaint,
    next_revision,
    reviewed,
    without_authors,
)
from teleop.wire.annotation_in import Prompt, SaveAnnotation, Segment

LENGTH = 1000


def tiled(*borders: int, label="reach"):
    edges = [0, *borders, LENGTH]
    return tuple(
        Segment(start, end, label, "", "", Prompt("go", "走"))
        for start, end in zip(edges, edges[1:], strict=False)
    )


def wish(segments, based_on=0, review=False, begun_from="revision"):
    return SaveAnnotation(based_on, review, begun_from, "events-1", segments)


def saved(*wishes):
    """A history of saves by (author, wish)."""
    history = ()
    for author, one in wishes:
        history = (*history, next_revision(history, one, author, 7, LENGTH))
    return history


def refused(history, one, author="p-a"):
    with pytest.raises(NotSaved) as error:
        next_revision(history, one, author, 7, LENGTH)
    return error.value


def test_revisions_are_numbered_and_say_who_when_and_from_what():
    (first,) = saved(("p-a", wish(tiled(500), begun_from="proposal")))
    assert (first.number, first.kind, first.author, first.saved_utc_ns) == (1, "edited", "p-a", 7)
    assert (first.begun_from, first.proposal_version, first.prompt_version) == (
        "proposal", "events-1", "prompts-1",
    )  # fmt: skip


def test_a_save_on_an_older_state_is_a_conflict():
    history = saved(("p-a", wish(tiled(500))))
    assert refused(history, wish(tiled(400))).reason == "annotation_conflict"
    assert refused((), wish(tiled(400), based_on=1)).reason == "annotation_conflict"


def test_what_changes_nothing_is_not_saved():
    history = saved(("p-a", wish(tiled(500))))
    assert refused(history, wish(tiled(500), based_on=1)).reason == "nothing_changed"


def test_a_second_person_accepts_or_corrects():
    history = saved(("p-a", wish(tiled(500))), ("p-b", wish(tiled(500), 1, review=True)))
    assert history[-1].kind == "accepted" and reviewed(history) == (history[0], history[1])
    again = (*history, next_revision(history, wish(tiled(450), 2, True, "proposal"), "p-a", 9, LENGTH))
    assert again[-1].kind == "corrected" and again[-1].begun_from == "proposal"
    assert reviewed(again) == (again[1], again[2])


def test_nobody_reviews_their_own_work_or_nothing():
    history = saved(("p-a", wish(tiled(500))))
    assert refused(history, wish(tiled(500), 1, review=True)).reason == "own_review"
    assert refused((), wish(tiled(500), review=True)).reason == "nothing_to_review"
    assert reviewed(history) is None and reviewed(()) is None


@pytest.mark.parametrize(
    ("segments", "said"),
    [
        ((), "no segment"),
        (tiled(500)[:1], "do not reach"),
        (tiled(500)[1:], "do not reach"),
        ((*tiled(500)[:1], *tiled(600)[1:]), "does not begin where segment 1 ends"),
        ((*tiled(500), *tiled(500)[1:]), "does not begin"),
        ((msgspec.structs.replace(tiled()[0], end_ns=0),), "segment 1 ends before it begins"),
    ],
)
def test_segments_that_do_not_tile_are_refused(segments, said):
    assert said in complaint(segments, LENGTH)
    if segments:
        assert refused((), wish(segments)).reason == "bad_segments"


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(1, LENGTH - 1)))
def test_every_tiling_can_be_saved(borders):
    assert complaint(tiled(*sorted(borders)), LENGTH) == ""


def test_who_withdrew_is_not_named_any_more_and_what_was_saved_stays():
    history = saved(("p-a", wish(tiled(500))), ("p-b", wish(tiled(400), 1)), ("p-a", wish(tiled(300), 2)))
    history = (*history[:2], msgspec.structs.replace(history[2], saved_utc_ns=9))
    left = without_authors(history, {"p-a": 7, "p-c": 7})
    assert [one.author for one in left] == [WITHDRAWN, "p-b", "p-a"], "who came back stays named"
    assert [msgspec.structs.replace(one, author="") for one in left] == [
        msgspec.structs.replace(one, author="") for one in history
    ]
    assert without_authors(history, {}) == without_authors(history, {"p-a": 6}) == history
