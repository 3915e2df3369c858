"""Segments proposed from events: what a turn's story becomes, and that any story tiles its episode."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from teleop.annotation.proposal import SHORTEST_NS, Happening, propose
from teleop.annotation.revisions import complaint
from teleop.wire.player_out import Bilingual

S = 1_000_000_000
NAMES = {"red": Bilingual("Red cube", "红色方块"), "far_left": Bilingual("Red ring", "红色圆圈")}


def told(*events: tuple[float, str] | tuple[float, str, dict[str, object]]) -> list[Happening]:
    return [Happening(round(at * S), kind, **(more[0] if more else {})) for at, kind, *more in events]


def story(happenings, length_s=20.0, motion_s=None):
    segments = propose(
        happenings, round(length_s * S), None if motion_s is None else round(motion_s * S), NAMES
    )
    return [(one.start_ns / S, one.label, one.piece, one.slot) for one in segments]


RED = {"piece": "red"}
LIFTED = {"lifted": True}
IN_RING = {"piece": "red", "slot": "far_left"}


def test_a_piece_is_fetched_and_put_down():
    found = propose(
        told((4, "grasp"), (5, "piece_lifted", RED), (8, "release", LIFTED), (8.5, "piece_placed", IN_RING)),
        12 * S,
        2 * S,
        NAMES,
    )
    assert [(one.start_ns / S, one.label) for one in found] == [
        (0, "wait"), (2, "reach"), (4, "grasp"), (5, "carry"), (8, "place"), (8.5, "retreat"),
    ]  # fmt: skip
    assert [one.piece for one in found] == ["", "red", "red", "red", "red", ""]
    assert [one.slot for one in found] == ["", "", "", "far_left", "far_left", ""]
    assert found[1].prompt.en == "reach for the red cube"
    assert found[3].prompt.zh == "把红色方块移到红色圆圈"


def test_a_grasp_that_lifts_nothing_is_a_miss():
    assert story(told((3, "grasp"), (4, "release"), (6, "grasp"), (7, "piece_lifted", RED))) == [
        (0, "reach", "", ""), (3, "miss", "", ""), (4, "reach", "red", ""), (6, "grasp", "red", ""),
        (7, "carry", "red", ""),
    ]  # fmt: skip
    assert story(told((3, "grasp"))) == [(0, "reach", "", ""), (3, "miss", "", "")]


def test_the_referee_may_tell_of_it_only_when_the_gripper_is_gone():
    events = told((3, "grasp"), (3.8, "risen"), (6, "release"), (6.1, "piece_lifted", RED),
                  (6.6, "piece_placed", IN_RING), (6.6, "goal_reached"))  # fmt: skip
    assert story(events) == [
        (0, "reach", "red", ""), (3, "grasp", "red", ""), (3.8, "carry", "red", "far_left"),
        (6, "place", "red", "far_left"), (6.6, "retreat", "", ""),
    ]  # fmt: skip
    late = [*events[:3], *told((10, "piece_lifted", RED), (11, "piece_placed", IN_RING))]
    assert story(late)[2:] == [
        (3.8, "carry", "red", "far_left"), (6, "place", "red", "far_left"), (7, "retreat", "", ""),
    ]  # fmt: skip
    without_rise = [one for one in events if one.kind != "risen"]
    assert story(without_rise)[2] == (3.5, "carry", "red", "far_left")


def test_the_first_sign_of_lifting_counts():
    events = told((3, "grasp"), (4, "risen"), (4.5, "piece_lifted", RED), (6, "release"), (6.1, "release"))
    assert story(events)[1:4] == [(3, "grasp", "red", ""), (4, "carry", "red", ""), (6, "place", "red", "")]


def test_what_the_referee_tells_much_later_is_another_matter():
    events = told((3, "grasp"), (4, "release"), (8, "piece_lifted", RED))
    assert story(events) == [
        (0, "reach", "", ""), (3, "miss", "", ""), (4, "reach", "red", ""), (8, "carry", "red", ""),
    ]  # fmt: skip


def test_another_piece_that_was_moved_is_not_what_was_carried():
    events = told((3, "grasp"), (4, "piece_lifted", RED), (5, "piece_placed", {"piece": "blue", "slot": "x"}))
    assert story(events)[-1] == (4, "carry", "red", "")


def test_a_piece_placed_while_it_is_still_held():
    events = told((3, "grasp"), (4, "piece_lifted", RED), (6, "piece_placed", IN_RING), (6.5, "release"))
    assert story(events)[2:] == [(4, "carry", "red", "far_left"), (6, "retreat", "", "")]


def test_a_dropped_piece_is_fetched_again():
    events = told((3, "grasp"), (4, "piece_lifted", RED), (6, "piece_dropped", RED), (6.5, "release", LIFTED),
                  (9, "grasp"), (10, "piece_lifted", RED))  # fmt: skip
    assert story(events)[2:5] == [(4, "carry", "red", ""), (6, "recover", "red", ""), (9, "grasp", "red", "")]


def test_putting_down_outside_every_slot_ends_by_itself():
    events = told((3, "grasp"), (4, "piece_lifted", RED), (6, "release", LIFTED))
    assert story(events)[2:] == [(4, "carry", "red", ""), (6, "place", "red", ""), (7, "retreat", "", "")]
    again = story([*events, *told((6.5, "grasp"), (8, "release"))])
    assert again[3:] == [(6, "place", "red", ""), (6.5, "miss", "", ""), (8, "retreat", "", "")]


def test_a_piece_placed_without_having_been_carried_changes_nothing():
    assert story(told((5, "piece_placed", IN_RING))) == [(0, "other", "", "")]


def test_the_end_of_the_puzzle_is_a_retreat():
    for end in ("goal_reached", "time_up"):
        assert story(told((9, end)))[-1] == (9, "retreat", "", "")


def test_a_turn_without_events_is_one_segment():
    assert story([]) == [(0, "other", "", "")]
    assert story([], motion_s=0.1) == [(0, "other", "", "")]
    assert story([], length_s=0) == []
    assert story([], length_s=0.05) == [(0, "other", "", "")]
    assert story(told((-5, "grasp"), (40, "release")), length_s=10) == [(0, "miss", "", "")]


KINDS = ("grasp", "risen", "release", "piece_lifted", "piece_dropped", "piece_placed", "goal_reached", "arm")
SOME = st.builds(
    Happening,
    st.integers(-2 * S, 25 * S),
    st.sampled_from(KINDS),
    st.sampled_from(("", "red", "blue")),
    st.sampled_from(("", "far_left")),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(SOME, max_size=40), st.integers(1, 20 * S), st.none() | st.integers(0, 25 * S))
def test_any_story_tiles_its_episode(happenings, length_ns, motion_ns):
    found = propose(happenings, length_ns, motion_ns, NAMES)
    assert complaint(found, length_ns) == ""
    assert all(one.end_ns - one.start_ns >= SHORTEST_NS for one in found[1:])
    for one, following in pairwise(found):
        assert (one.label, one.piece, one.slot) != (following.label, following.piece, following.slot)
    for one in found:
        assert one.prompt.en and one.prompt.zh and "{" not in one.prompt.en + one.prompt.zh
    assert propose(reversed(happenings), length_ns, motion_ns, NAMES)[-1].end_ns == length_ns
