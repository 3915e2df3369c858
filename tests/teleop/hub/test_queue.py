"""The queue's rules one by one, and its laws under any sequence of events."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from teleop.hub import queue
from teleop.hub.queue import (
    CellGone,
    CellRegistered,
    CellReported,
    Expired,
    Granted,
    Join,
    LeaseUnsent,
    Leave,
    Over,
    Refused,
    StillHere,
    Tick,
    TurnEnded,
)

S = queue.SECOND_NS


def run(state, *events, now=0):
    """Steps through events; gives the last state and all effects."""
    effects = []
    for event in events:
        state, more = queue.step(state, event, now)
        effects += more
    return state, effects


def join(name, cell="a", puzzle="tower"):
    return Join(name, cell, puzzle, 120.0)


@pytest.fixture
def fresh():
    return queue.begin("t1", {}, ())


@pytest.fixture
def ready(fresh):
    """Cell `a`, online and free, whose highest epoch was 4."""
    return run(fresh, CellRegistered("a", 4, None), CellReported("a", False, None))[0]


def test_the_first_in_line_gets_the_turn_with_a_higher_epoch(ready):
    state, effects = run(ready, join("x"))
    (grant,) = effects
    assert isinstance(grant, Granted)
    assert (grant.turn.turn_id, grant.turn.epoch, grant.turn.cell_id) == ("t1-a-5", 5, "a")
    assert queue.turn_of(state, "x") == grant.turn and queue.place_of(state, "x") is None
    assert grant.turn.ends_ns == 120 * S


def test_a_registered_cell_is_not_ready_before_it_reports(fresh):
    state, effects = run(fresh, CellRegistered("a", 0, None), join("x"))
    assert effects == []
    assert isinstance(run(state, CellReported("a", False, None))[1][0], Granted)


@pytest.mark.parametrize(
    "event", [CellReported("a", True, None), CellReported("a", False, "t0-a-1"), CellGone("a")], ids=repr
)
def test_no_turn_on_a_cell_that_is_latched_busy_or_away(ready, event):
    state, effects = run(ready, event, join("x"))
    assert effects == []
    assert isinstance(run(state, CellReported("a", False, None))[1][0], Granted)


def test_joins_are_refused_for_a_reason(ready):
    assert run(ready, join("x", "nowhere"))[1] == [Refused("x", "unknown_cell")]
    state, _ = run(ready, join("x"))
    assert run(state, join("x"))[1] == [Refused("x", "turn_running")]
    many = [join(f"p{n}") for n in range(queue.MAX_PLACES_PER_CELL)]
    state, effects = run(state, *many, join("late"))
    assert effects == [Refused("late", "queue_full")]
    assert len(queue.line(state, "a")) == queue.MAX_PLACES_PER_CELL


def test_one_place_per_player(ready):
    state, _ = run(ready, CellRegistered("b", 0, None), join("driver"), join("x"), join("y"))
    same, _ = run(state, join("x", puzzle="swap"))
    assert [p.subject for p in queue.line(same, "a")] == ["x", "y"]
    assert queue.place_of(same, "x").puzzle_id == "swap"
    moved, _ = run(state, join("x", "b"))
    assert [p.subject for p in queue.line(moved, "a")] == ["y"]
    assert [p.subject for p in queue.line(moved, "b")] == ["x"]


def test_leaving_gives_up_the_place(ready):
    state, _ = run(ready, join("driver"), join("x"), Leave("x"), Leave("nobody"))
    assert queue.line(state, "a") == ()


def test_a_silent_page_loses_its_place_after_fifteen_seconds(ready):
    state, _ = run(ready, join("driver"), join("x"), join("y"))
    state, _ = queue.step(state, StillHere("y"), 10 * S)
    state, effects = queue.step(state, Tick(), 15 * S)
    assert effects == ()
    state, effects = queue.step(state, Tick(), 15 * S + 1)
    assert [(type(e), e.place.subject) for e in effects] == [(Expired, "x")]
    assert [p.subject for p in queue.line(state, "a")] == ["y"]


def test_a_result_ends_the_turn_and_the_next_follows(ready):
    state, effects = run(ready, join("x"), join("y"))
    first = effects[0].turn
    state, effects = run(state, CellReported("a", False, first.turn_id), TurnEnded(first.turn_id))
    assert [type(e) for e in effects] == [Over] and effects[0].reason == "result"
    assert run(state, TurnEnded(first.turn_id), TurnEnded("unknown"))[1] == []
    _, effects = run(state, CellReported("a", False, None))
    assert (effects[0].turn.place.subject, effects[0].turn.epoch) == ("y", 6)


def test_a_confirmed_turn_is_over_when_the_cell_says_so(ready):
    state, effects = run(ready, join("x"))
    turn = effects[0].turn
    state, _ = run(state, CellReported("a", False, turn.turn_id))
    state, effects = run(state, CellReported("a", False, None))
    assert effects == [Over(replace(turn, confirmed=True), "ended_at_cell")]
    assert queue.place_of(state, "x") is None


def test_a_lease_in_flight_is_waited_for_then_given_back(ready):
    state, effects = run(ready, join("x"), join("y"))
    turn = effects[0].turn
    state, effects = queue.step(state, CellReported("a", False, None), queue.LEASE_ARRIVES_NS)
    assert effects == ()
    state, effects = queue.step(state, CellReported("a", False, None), queue.LEASE_ARRIVES_NS + 1)
    assert effects[0] == Over(turn, "lease_lost")
    assert isinstance(effects[1], Granted) and effects[1].turn.place.subject == "x"
    assert effects[1].turn.epoch == turn.epoch + 1


def test_a_lease_that_could_not_be_sent_waits_for_the_cells_next_word(ready):
    state, effects = run(ready, join("x"))
    turn = effects[0].turn
    state, effects = run(state, LeaseUnsent(turn.turn_id, keep_place=True), Tick())
    assert effects == [Over(turn, "lease_lost")]
    assert queue.place_of(state, "x") is not None
    assert isinstance(run(state, CellReported("a", False, None))[1][0], Granted)


def test_a_void_lease_costs_the_place(ready):
    state, effects = run(ready, join("x"), join("y"))
    turn = effects[0].turn
    state, effects = run(state, LeaseUnsent(turn.turn_id, keep_place=False))
    assert effects[0] == Over(turn, "lease_void")
    assert effects[1].turn.place.subject == "y" and queue.place_of(state, "x") is None


@pytest.mark.parametrize("keep", [True, False])
def test_an_unknown_lease_changes_nothing(ready, keep):
    assert run(ready, LeaseUnsent("unknown", keep_place=keep)) == (ready, [])


def test_a_cell_that_dials_again_with_its_turn_goes_on(ready):
    state, effects = run(ready, join("x"))
    turn = effects[0].turn
    state, effects = run(state, CellGone("a"), CellRegistered("a", turn.epoch, turn.turn_id))
    assert effects == [] and queue.turn_of(state, "x").confirmed


@pytest.mark.parametrize(("confirmed", "reason"), [(True, "ended_at_cell"), (False, "lease_lost")])
def test_a_cell_that_dials_again_without_its_turn_has_ended_it(ready, confirmed, reason):
    state, effects = run(ready, join("x"))
    turn = effects[0].turn
    if confirmed:
        state, _ = run(state, CellReported("a", False, turn.turn_id))
    state, effects = run(state, CellRegistered("a", 9, None))
    assert effects[0].reason == reason
    assert (queue.place_of(state, "x") is None) == confirmed
    assert state.seats["a"].epoch == 9


def test_a_turn_of_a_cell_that_never_comes_back_frees_its_player(ready):
    state, effects = run(ready, join("x"), CellGone("a"))
    late = 120 * S + queue.UNHEARD_TURN_NS
    assert queue.step(state, Tick(), late)[1] == ()
    state, effects = queue.step(state, Tick(), late + 1)
    assert [e.reason for e in effects] == ["unheard"]
    assert run(state, join("x"))[1] == []


def test_an_unknown_cell_that_reports_or_leaves_is_nobody(fresh):
    assert run(fresh, CellReported("z", False, None), CellGone("z")) == (fresh, [])


def test_the_queue_begins_with_what_was_open_before(fresh):
    place = queue.Place("x", "a", "tower", 120.0, 0, 0)
    turn = queue.Turn("t0-a-3", "a", 3, place, 0, confirmed=True)
    state = queue.begin("t1", {"a": 3, "b": 7}, (turn,))
    assert queue.turn_named(state, "t0-a-3") == turn and queue.turn_named(state, "other") is None
    assert queue.turn_of(state, "x") == turn and queue.turn_of(state, "y") is None
    state, effects = run(state, CellRegistered("b", 2, None), CellReported("b", False, None), join("y", "b"))
    assert effects[0].turn.epoch == 8


def test_the_wait_counts_the_turn_that_runs_and_those_ahead(ready):
    assert queue.wait_s(ready, "a", 1, 0) == 0.0
    assert queue.wait_s(ready, "nowhere", 1, 0) == 0.0
    state, _ = run(ready, join("x"), join("y"), join("z"))
    one_turn = 120.0 + queue.TURN_OVERHEAD_S
    assert queue.wait_s(state, "a", 1, 20 * S) == pytest.approx(one_turn - 20)
    assert queue.wait_s(state, "a", 2, 20 * S) == pytest.approx(2 * one_turn - 20)
    assert queue.wait_s(state, "a", 1, 900 * S) == queue.TURN_OVERHEAD_S


CELLS = st.sampled_from(["a", "b"])
PLAYERS = st.sampled_from([f"p{n}" for n in range(5)])


class AnyOrder(RuleBasedStateMachine):
    """Whatever happens in whatever order, the laws hold; a model of each cell says what it runs."""

    def __init__(self):
        super().__init__()
        self.state = queue.begin("t", {"a": 3}, ())
        self.now = 0
        self.epochs = {"a": [3], "b": [0]}
        self.issued = []

    def tell(self, event):
        before = self.state
        self.state, effects = queue.step(self.state, event, self.now)
        for effect in effects:
            if isinstance(effect, Granted):
                self.check_grant(before, event, effect.turn)
        return effects

    def check_grant(self, before, event, turn):
        seen = self.epochs[turn.cell_id]
        assert turn.epoch > max(seen)
        seen.append(turn.epoch)
        self.issued.append(turn)
        seat = self.state.seats[turn.cell_id]
        assert seat.online and not seat.latched and seat.reported_turn is None
        waiting = queue.line(self.state, turn.cell_id)
        assert all(turn.place.order < other.order for other in waiting), "first come, first served"

    @rule(seconds=st.integers(0, 20))
    def time(self, seconds):
        self.now += seconds * S
        self.tell(Tick())

    @rule(player=PLAYERS, cell=CELLS)
    def joins(self, player, cell):
        self.tell(join(player, cell))

    @rule(player=PLAYERS)
    def leaves(self, player):
        self.tell(Leave(player))

    @rule(player=PLAYERS)
    def shows(self, player):
        self.tell(StillHere(player))

    @rule(cell=CELLS, running=st.booleans(), epoch=st.integers(0, 6))
    def registers(self, cell, running, epoch):
        self.epochs[cell].append(epoch)
        turn = self.state.seats[cell].turn if cell in self.state.seats else None
        self.tell(CellRegistered(cell, epoch, turn.turn_id if running and turn else None))

    @rule(cell=CELLS, latched=st.booleans(), runs=st.sampled_from(["lease", "none", "other"]))
    def reports(self, cell, latched, runs):
        turn = self.state.seats[cell].turn if cell in self.state.seats else None
        named = {"lease": turn.turn_id if turn else None, "none": None, "other": "t9-old-1"}[runs]
        self.tell(CellReported(cell, latched, named))

    @rule(cell=CELLS)
    def goes(self, cell):
        self.tell(CellGone(cell))

    @precondition(lambda self: self.issued)
    @rule(data=st.data(), what=st.sampled_from(["ended", "kept", "void"]))
    def ends(self, data, what):
        turn = data.draw(st.sampled_from(self.issued))
        events = {
            "ended": TurnEnded(turn.turn_id),
            "kept": LeaseUnsent(turn.turn_id, keep_place=True),
            "void": LeaseUnsent(turn.turn_id, keep_place=False),
        }
        self.tell(events[what])

    @invariant()
    def one_turn_and_one_place_per_player(self):
        turns = [seat.turn for seat in self.state.seats.values() if seat.turn is not None]
        holders = [turn.place.subject for turn in turns] + [place.subject for place in self.state.places]
        assert len(holders) == len(set(holders))

    @invariant()
    def a_seat_holds_a_turn_of_its_cell_and_knows_its_epoch(self):
        for cell, seat in self.state.seats.items():
            assert all(seat.epoch >= turn.epoch for turn in self.issued if turn.cell_id == cell)
            assert seat.turn is None or (
                seat.turn.cell_id == cell and seat.turn in self.issued_or_confirmed()
            )

    def issued_or_confirmed(self):
        return [*self.issued, *(replace(turn, confirmed=True) for turn in self.issued)]

    @invariant()
    def places_stand_in_the_order_they_were_taken(self):
        orders = [place.order for place in self.state.places]
        assert orders == sorted(orders)

    @invariant()
    def turn_ids_are_never_used_twice(self):
        ids = [turn.turn_id for turn in self.issued]
        assert len(ids) == len(set(ids))


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyOrder = AnyOrder.TestCase


@given(st.lists(PLAYERS, min_size=1, max_size=12))
def test_players_are_served_in_the_order_they_came(names):
    state, served = queue.begin("t", {}, ()), []
    state, _ = run(state, CellRegistered("a", 0, None))
    state, _ = run(state, *(join(name) for name in names))
    state, effects = run(state, CellReported("a", False, None))
    while effects:
        turns = [effect.turn for effect in effects if isinstance(effect, Granted)]
        served += [turn.place.subject for turn in turns]
        state, effects = run(state, *(TurnEnded(turn.turn_id) for turn in turns))
    assert served == list(dict.fromkeys(names))
