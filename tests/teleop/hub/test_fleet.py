"""The fleet: who is online, and what cards say."""

import msgspec
import pytest

from teleop.hub import fleet, queue

S = queue.SECOND_NS


def run(state, *events, now=0):
    effects = []
    for event in events:
        state, more = fleet.step(state, event, now)
        effects += more
    return state, effects


@pytest.fixture
def home(make):
    return run(fleet.EMPTY, fleet.Registered(make.register("home")))[0]


@pytest.fixture
def line():
    state = queue.begin("t", {}, ())
    return queue.step(state, queue.CellRegistered("home", 0, None), 0)[0]


def test_a_silent_cell_is_offline_after_three_seconds_and_back_with_its_next_status(home, make):
    assert run(home, fleet.Tick(), now=3 * S)[1] == []
    state, effects = run(home, fleet.Tick(), fleet.Tick(), now=3 * S + 1)
    assert effects == [fleet.WentOffline("home")]
    assert not state["home"].online
    state, _ = run(state, fleet.Reported("home", make.status()), now=4 * S)
    assert state["home"].online
    assert run(state, fleet.Tick(), now=7 * S)[1] == []


def test_a_cell_that_leaves_is_offline_once(home):
    state, effects = run(home, fleet.Gone("home"), fleet.Gone("home"), fleet.Gone("nobody"))
    assert effects == [fleet.WentOffline("home")] and not state["home"].online


def test_news_of_unknown_cells_changes_nothing(make):
    events = fleet.Reported("x", make.status()), fleet.Pictured("x", make.jpeg)
    assert run(fleet.EMPTY, *events) == (fleet.EMPTY, [])


def test_each_thumbnail_has_its_number(home, make):
    state, _ = run(home, fleet.Pictured("home", b"1"), fleet.Pictured("home", b"2"))
    assert (state["home"].thumbnail, state["home"].thumbnail_version) == (b"2", 2)


def test_the_card_of_a_cell_that_has_not_reported(home, line):
    (card,) = fleet.cards(home, line, {}, 5 * S)
    assert (card.mode, card.cause, card.stop_id, card.turn_id, card.driver) == (None,) * 5
    assert card.status_age_s == fleet.NEVER_S and not card.bus_ok and card.recorder == "idle"
    assert (card.positions_rad, card.queue_length, card.wait_s) == ((), 0, 0.0)


def test_the_card_of_a_cell_without_a_seat(home):
    (card,) = fleet.cards(home, queue.begin("t", {}, ()), {}, 0)
    assert card.turn_id is None and card.driver_since_s is None


def test_the_card_says_who_drives_and_for_how_long(home, line, make):
    line, _ = queue.step(line, queue.CellReported("home", False, None), 0)
    line, (grant,) = queue.step(line, queue.Join("p-x", "home", "tower", 120.0), 0)
    state, _ = run(home, fleet.Reported("home", make.status(turn_id=None)), now=1 * S)
    (card,) = fleet.cards(state, line, {"p-x": "小明"}, 3 * S)
    assert (card.driver, card.driver_since_s, card.turn_id) == ("小明", 3.0, grant.turn.turn_id)
    assert card.status_age_s == 2.0 and card.positions_rad == (0.5,) and card.mode == "idle"
    assert card.wait_s > 117


def test_only_operators_hear_what_the_drive_says(home, line, make):
    said = msgspec.structs.replace(make.status(), bus_note="nobody publishes /joint_states")
    (card,) = fleet.cards(run(home, fleet.Reported("home", said))[0], line, {}, 0)
    assert card.bus_note == "nobody publishes /joint_states"
    assert fleet.public(card).bus_note == ""


def test_the_card_shows_a_turn_that_only_the_cell_knows(make, line):
    state, _ = run(fleet.EMPTY, fleet.Registered(make.register("home", running_turn="t0-home-1")))
    assert fleet.cards(state, line, {}, 0)[0].turn_id == "t0-home-1"
    state, _ = run(state, fleet.Reported("home", make.status(turn_id="t0-home-2")))
    assert fleet.cards(state, line, {}, 0)[0].turn_id == "t0-home-2"


def test_the_public_card_lacks_what_is_for_operators(home, line, make):
    state, _ = run(home, fleet.Reported("home", make.status()))
    (card,) = fleet.cards(state, line, {}, 0)
    shown = fleet.public(card)
    assert (shown.positions_rad, shown.temperatures_c) == ((), ())
    kept = {"positions_rad": card.positions_rad, "temperatures_c": card.temperatures_c}
    assert msgspec.structs.replace(shown, **kept) == card


def test_puzzles_are_those_that_cells_offer_newest_version_first_by_difficulty(make):
    newer = msgspec.structs.replace(make.puzzle, version=4)
    easy = msgspec.structs.replace(make.puzzle, id="sort", difficulty=1)
    first = msgspec.structs.replace(make.register("a"), puzzles=(newer, easy))
    state, _ = run(fleet.EMPTY, fleet.Registered(make.register("b")), fleet.Registered(first))
    cards = fleet.puzzle_cards(state, {"tower": 900}, {"sort": 2})
    assert [(c.puzzle.id, c.puzzle.version, c.cell_ids, c.best_score, c.plays) for c in cards] == [
        ("sort", 3, ("a",), None, 2),
        ("tower", 4, ("a", "b"), 900, 0),
    ]
    assert fleet.puzzle_of(state, "b", "tower") == make.puzzle
    assert fleet.puzzle_of(state, "b", "sort") is None and fleet.puzzle_of(state, "z", "sort") is None
