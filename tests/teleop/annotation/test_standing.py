"""What counts of a history: the newest review before any edit, with what two people agree in."""

import pytest
from saved_subtasks import segments

from teleop.annotation.revisions import Revision, next_revision
from teleop.annotation.standing import NOTHING, standing
from teleop.wire.annotation_in import SaveAnnotation, Segment

FIRST = segments((0, "reach"), (400, "grasp"), length_ms=1000)
OTHER = segments((0, "reach"), (600, "grasp"), length_ms=1000)
LATER = segments((0, "wait"), (500, "grasp"), length_ms=1000)


def history(*saved: tuple[str, tuple[Segment, ...], bool]) -> tuple[Revision, ...]:
    found: tuple[Revision, ...] = ()
    for author, parts, review in saved:
        begun = "proposal" if author == "blind" else "revision"
        wish = SaveAnnotation(len(found), review, begun, "events-2", parts)
        found = (*found, next_revision(found, wish, author, 1, 1_000_000_000))
    return found


def test_without_a_review_the_newest_edit_counts():
    assert standing(()) is NOTHING
    found = standing(history(("a", FIRST, False), ("b", LATER, False)))
    assert (found.state, found.revision, found.segments) == ("unreviewed", 2, LATER)
    assert (found.kappa, found.border_s, found.blind) == (None, None, False)
    assert (found.proposal_version, found.prompt_version) == ("events-2", "prompts-1")


@pytest.mark.parametrize(("reviewer", "blind"), [("blind", True), ("b", False)])
def test_a_review_counts_also_where_somebody_edited_later(reviewer, blind):
    found = standing(history(("a", FIRST, False), (reviewer, OTHER, True), ("a", LATER, False)))
    assert (found.state, found.revision, found.segments, found.blind) == ("corrected", 2, OTHER, blind)
    assert found.kappa == pytest.approx(0.6, abs=0.05)
    assert found.border_s == pytest.approx(0.2)


def test_what_was_accepted_is_of_one_mind():
    found = standing(history(("a", FIRST, False), ("b", FIRST, True)))
    assert (found.state, found.kappa, found.border_s) == ("accepted", 1.0, 0.0)
