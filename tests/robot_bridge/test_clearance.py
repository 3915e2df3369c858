"""Clearances: nothing guarded is neared too fast or at all past its margin, and the way back is free."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_bridge.arms import load_arm
from robot_bridge.arms.model import Workspace
from robot_bridge.clearance import REACH_M, SLACK_M, STRAY_M, Surroundings, clear_step, narrowed
from robot_bridge.kinematics import forward, lowest_guard_m
from robot_bridge.limits import Posture
from robot_bridge.zones import KeepOut

SO101 = load_arm("so101")
READY, REST = SO101.ready_rad, SO101.rest_rad
WALL = KeepOut("wall", (0.1, 0.4), (0.12, 0.3), (0.0, 0.3))
FOLDED = (1.744, -1.351, 1.1, 1.62, 0.073, 0.43)
PERIOD_S = 0.01
postures = st.tuples(
    *[st.floats(low, high) for low, high in zip(SO101.lower_rad, SO101.upper_rad, strict=True)]
)


def walk(around: Surroundings, start: Posture, goal: Posture, ticks: int) -> tuple[Posture, set[str]]:
    """Steps of at most 0.01 rad toward a goal, and everything that cut one of them."""
    at, acted = start, set[str]()
    for _ in range(ticks):
        wanted = tuple(a + min(0.01, max(-0.01, b - a)) for a, b in zip(at, goal, strict=True))
        at, cut = clear_step(around, at, wanted, PERIOD_S)
        acted |= set(cut)
    return at, acted


def least(around: Surroundings, posture: Posture, name: str) -> float:
    return min(room for room, what in zip(around.rooms(posture), around.names, strict=True) if what == name)


def test_the_postures_that_the_file_calls_good_are_clear() -> None:
    around = Surroundings(SO101)
    for posture in (READY, REST):
        assert min(around.rooms(posture)) >= 0.0
    assert set(around.names) == {"workspace", "table", "self"}


def test_rooms_are_what_is_left_to_the_margin() -> None:
    low = (*READY[:1], READY[1] + 0.6, *READY[2:])
    room = least(Surroundings(SO101), low, "table")
    assert room == pytest.approx(lowest_guard_m(SO101, low) - SO101.table_clearance_m)
    assert max(Surroundings(SO101).rooms(READY)) == REACH_M


def test_the_arm_keeps_off_its_own_links_and_may_go_back() -> None:
    anywhere = Workspace((-1.0, 1.0), (-1.0, 1.0), (-1.0, 1.0))
    around = Surroundings(msgspec.structs.replace(SO101, workspace=anywhere))
    start = (1.2, *READY[1:])
    at, acted = walk(around, start, FOLDED, 300)
    assert "self" in acted
    assert -2 * SLACK_M <= least(around, at, "self") < 0.002
    back, _ = walk(around, at, start, 300)
    assert back == pytest.approx(start, abs=1e-6)


def test_the_arm_keeps_out_of_a_box_and_may_go_back() -> None:
    around = Surroundings(SO101, (WALL,))
    side = (-1.2, *READY[1:])
    assert forward(SO101, side).y_m > WALL.y_m[0]
    at, acted = walk(around, READY, side, 300)
    assert acted == {"keep_out"} and at != pytest.approx(side, abs=0.1)
    assert -2 * SLACK_M <= least(around, at, "keep_out") < 0.002
    back, _ = walk(around, at, READY, 300)
    assert back == pytest.approx(READY, abs=1e-6)


def test_a_box_on_the_other_side_is_nobodys_business() -> None:
    side = (1.2, *READY[1:])
    assert walk(Surroundings(SO101, (WALL,)), READY, side, 300) == (pytest.approx(side), set())


def test_the_jaw_moves_where_the_arm_may_not() -> None:
    around = Surroundings(SO101)
    down = (READY[0], READY[1] + 1.0, *READY[2:])
    low, acted = walk(around, READY, down, 300)
    assert "table" in acted
    open_, _ = walk(around, low, (*down[:-1], READY[-1] + 0.2), 60)
    assert open_[-1] == pytest.approx(READY[-1] + 0.2) and open_[:-1] == pytest.approx(low[:-1], abs=0.02)


def test_the_smaller_the_room_the_slower_it_shrinks() -> None:
    around = Surroundings(SO101, (WALL,))
    at, shrank = READY, []
    side = (-1.2, *READY[1:])
    while (room := least(around, at, "keep_out")) > 0.0:
        wanted = (at[0] - 0.01, *side[1:])
        at, _ = clear_step(around, at, wanted, PERIOD_S)
        shrank.append((room, room - least(around, at, "keep_out")))
    for room, way in shrank:
        assert way <= max(8.0 * PERIOD_S * (room + SLACK_M), 0.0001) + 2e-5


def test_an_end_past_the_margin_is_named_unless_it_was_so_before() -> None:
    around = Surroundings(SO101, (WALL,))
    inside, deeper = (-1.2, *READY[1:]), (-1.18, *READY[1:])
    assert least(around, inside, "keep_out") < -STRAY_M
    assert narrowed(around, READY, inside) == "keep_out"
    assert narrowed(around, inside, deeper) == "keep_out"
    assert narrowed(around, inside, inside) is None
    assert narrowed(around, READY, REST) is None


def test_an_arm_without_capsules_still_has_its_table_and_workspace() -> None:
    bare = msgspec.structs.replace(SO101, capsules=())
    assert set(Surroundings(bare, (WALL,)).names) == {"workspace", "table"}
    assert len(Surroundings(bare, (WALL,)).rooms(READY)) == len(Surroundings(bare, (WALL,)).names)


def test_rooms_without_the_players_workspace_are_the_others() -> None:
    inside, anywhere = Surroundings(SO101, (WALL,)), Surroundings(SO101, (WALL,), boxed=False)
    assert anywhere.rooms(READY) == inside.rooms(READY)[6:]
    assert anywhere.names == inside.names[6:] and "workspace" not in anywhere.names


def test_a_step_to_where_the_arm_stands_is_taken() -> None:
    assert clear_step(Surroundings(SO101), READY, READY, PERIOD_S) == (READY, ())


@settings(max_examples=40)
@given(st.lists(postures, min_size=1, max_size=4))
def test_no_walk_passes_a_margin(goals: list[Posture]) -> None:
    around = Surroundings(SO101, (WALL,))
    at = READY
    for goal in goals:
        for _ in range(6):
            before = around.rooms(at)
            at, _ = walk(around, at, goal, 5)
            for name, room, left in zip(around.names, before, around.rooms(at), strict=True):
                assert left >= min(room, 0.0) - 2 * SLACK_M, name


@given(postures)
def test_names_and_rooms_go_together(posture: Posture) -> None:
    around = Surroundings(SO101, (WALL,))
    assert len(around.rooms(posture)) == len(around.names)
