"""Ways down: clear between the looks too, found around what stands in the way, named when there is none."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from robot_bridge import way_down
from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.clearance import STRAY_M, Surroundings
from robot_bridge.limits import Posture
from robot_bridge.way_down import LOOKS, SPARE_M, Search, begin, look
from robot_bridge.zones import KeepOut

ARMS = ("so100", "so101", "koch_v1_1", "omx", "omx_f", "widowx_250")
SO101 = load_arm("so101")
OPEN = Surroundings(SO101, boxed=False)
SIDE = (-1.3, *SO101.ready_rad[1:])
WALL = KeepOut("wall", (0.16, 0.5), (0.1, 0.14), (0.0, 0.6))
TICKS = 3000


def found(around: Surroundings, start: Posture, ticks: int = TICKS) -> Search:
    search = begin(around, start)
    for _ in range(ticks):
        if search.over:
            return search
        search = look(around, search)
    raise AssertionError("the search does not end")


def between(start: Posture, way: tuple[Posture, ...], count: int = 60) -> list[Posture]:
    """Postures on the way, close together."""
    found = []
    for posture in way:
        pairs = list(zip(start, posture, strict=True))
        found += [tuple(a + (b - a) * n / count for a, b in pairs) for n in range(1, count + 1)]
        start = posture
    return found


def intrusion_m(around: Surroundings, start: Posture, way: tuple[Posture, ...]) -> float:
    """How far the way at most goes past a margin, or past where the arm began if that was already past it."""
    allowed = [min(0.0, room) for room in around.rooms(start)]
    return max(
        bound - room
        for posture in between(start, way)
        for bound, room in zip(allowed, around.rooms(posture), strict=True)
    )


def postures(model: ArmModel) -> st.SearchStrategy[Posture]:
    return st.tuples(
        *[st.floats(low, high) for low, high in zip(model.lower_rad, model.upper_rad, strict=True)]
    )


def box(x: float, y: float, size: tuple[float, float, float]) -> KeepOut:
    return KeepOut("box", (x, x + size[0]), (y, y + size[1]), (0.0, size[2]))


sizes = st.tuples(st.floats(0.02, 0.3), st.floats(0.02, 0.3), st.floats(0.02, 0.4))
boxes = st.lists(st.builds(box, st.floats(-0.3, 0.4), st.floats(-0.4, 0.3), sizes), max_size=2).map(tuple)


@pytest.mark.parametrize("name", ARMS)
@settings(max_examples=3, deadline=None)
@given(st.data())
def test_every_way_keeps_clear_between_the_looks_and_ends_at_rest(name: str, data: st.DataObject) -> None:
    model = load_arm(name)
    around = Surroundings(model, data.draw(boxes), boxed=False)
    start = data.draw(postures(model))
    search = begin(around, start)
    for _ in range(400):
        search = look(around, search)
    if search.way is None:
        assert search.blocked
        return
    assert search.way[-1] == (*model.rest_rad[:-1], start[-1])
    assert intrusion_m(around, start, search.way) <= STRAY_M


def test_from_clear_space_the_way_is_straight() -> None:
    start = (0.4, *SO101.ready_rad[1:])
    assert found(OPEN, start).way == ((*SO101.rest_rad[:-1], start[-1]),)


def test_the_way_leads_around_a_wall() -> None:
    around = Surroundings(SO101, (WALL,), boxed=False)
    search = found(around, SIDE)
    assert search.way is not None and len(search.way) > 1
    assert "keep_out" in search.blocked
    assert intrusion_m(around, SIDE, search.way) <= 0.0


def test_a_thin_wall_is_not_jumped_over() -> None:
    thin = KeepOut("thin", (-0.6, 0.6), (0.13, 0.132), (0.0, 0.8))
    search = found(Surroundings(SO101, (thin,), boxed=False), SIDE)
    assert search.way is None and search.blocked == ("keep_out",)


def test_looks_are_few_and_their_number_changes_nothing() -> None:
    around = Surroundings(SO101, (WALL,), boxed=False)
    once = look(around, begin(around, SIDE), 100_000)
    one_by_one = begin(around, SIDE)
    count = 0
    while not one_by_one.over:
        one_by_one, count = look(around, one_by_one, 1), count + 1
    assert one_by_one == once == found(around, SIDE) == look(around, once)
    assert LOOKS < count < 60 * LOOKS


def test_a_rest_posture_that_is_forbidden_is_named_at_once() -> None:
    lying = KeepOut("lying", (-0.2, 0.4), (-0.2, 0.2), (0.0, 0.3))
    search = begin(Surroundings(SO101, (lying,), boxed=False), SIDE)
    assert search.over and search.way is None and search.blocked == ("keep_out",)
    low = msgspec.structs.replace(SO101, table_clearance_m=0.1)
    assert begin(Surroundings(low, boxed=False), SO101.ready_rad).blocked == ("table",)


def test_an_arm_at_rest_needs_no_way() -> None:
    assert begin(OPEN, SO101.rest_rad).way == ()


def test_an_arm_that_stands_too_near_to_something_may_leave_it_but_not_go_deeper() -> None:
    around = Surroundings(SO101, (KeepOut("behind", (0.1, 0.5), (0.16, 0.5), (0.0, 0.4)),), boxed=False)
    start = SIDE
    rooms = around.rooms(start)
    assert min(rooms) < -STRAY_M
    search = found(around, start)
    assert search.way is not None
    assert intrusion_m(around, start, search.way) <= STRAY_M


def test_the_way_keeps_something_to_spare_where_there_is_something() -> None:
    search = begin(OPEN, SO101.ready_rad)
    assert max(search.floors_m) == SPARE_M and min(search.floors_m) >= 0.0


def test_an_arm_without_capsules_still_heeds_the_table() -> None:
    bare = Surroundings(msgspec.structs.replace(SO101, capsules=()), boxed=False)
    low = (0.0, 1.0, -0.3, 0.3, 0.0, 0.2)
    search = found(bare, low)
    assert search.way is not None and intrusion_m(bare, low, search.way) <= STRAY_M


def test_the_room_swept_is_never_less_than_what_a_point_goes() -> None:
    start, goal = SO101.ready_rad, (*SO101.rest_rad[:-1], SO101.ready_rad[-1])
    parts = [start, *between(start, (goal,), 200)]
    shortest = way_down._swept_m(SO101, start, goal)
    for name in ("table", "self"):
        rooms = [
            [room for room, what in zip(OPEN.rooms(at), OPEN.names, strict=True) if what == name]
            for at in parts
        ]
        for before, after in zip(rooms, rooms[1:], strict=False):
            assert max(abs(a - b) for a, b in zip(before, after, strict=True)) <= shortest / 200 + 1e-9


def test_two_searches_from_one_posture_are_equal() -> None:
    assert found(OPEN, SIDE) == replace(found(OPEN, SIDE))
