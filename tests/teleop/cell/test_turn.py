"""The life of a turn: the table's rows, and laws over random event sequences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.cell import texts, turn
from teleop.wire.hub_to_cell import Consent, Lease

S = 1_000_000_000


def lease(epoch: int) -> Lease:
    consent = Consent("c", "v1", "0" * 64, "en", 0)
    return Lease(1, f"turn-{epoch}", epoch, "ada", "tower", 1, "en", 120.0, consent)


GRANTED = turn.Granted(lease(1), 120.0)
SOLVED = turn.Solved(texts.TIME_UP, 42.0)


def run(*events: turn.Event, step_s: float = 1.0) -> tuple[turn.TurnState, list[turn.Effect]]:
    """Plays events one second apart from a free cell."""
    state, all_effects = turn.TurnState(), []
    for i, event in enumerate(events):
        state, effects = turn.step(state, event, round(i * step_s * S))
        all_effects += effects
    return state, all_effects


TO_PLAYING = (GRANTED, turn.PlayerHere(), turn.ReadyToRun(), turn.Prepared())


def test_a_turn_that_is_not_recorded_ends_only_while_it_is_played():
    state, effects = run(*TO_PLAYING, turn.RecordingFailed())
    assert state.phase == "sealing"
    assert effects[-1] == turn.Finish(lease(1), "not_recorded", texts.NOT_RECORDED, 1.0, played=True)
    before, _ = run(*TO_PLAYING[:3], turn.RecordingFailed())
    assert before.phase == "preparing"


def test_a_turn_that_is_solved():
    state, effects = run(*TO_PLAYING, SOLVED, turn.Sealed())
    assert state.phase == "free" and state.lease is None
    assert effects == [
        turn.Open(lease(1)),
        turn.Prepare(lease(1)),
        turn.Begin(lease(1), 3 * S + 120 * S),
        turn.Finish(lease(1), "solved", texts.TIME_UP, 42.0, played=True),
    ]


@pytest.mark.parametrize(
    ("before", "wait_s", "ending"),
    [
        ((GRANTED,), 20, "no_show"),
        ((GRANTED, turn.PlayerHere()), 60, "not_started"),
        ((GRANTED, turn.PlayerHere(), turn.ReadyToRun()), 60, "preparing_failed"),
        (TO_PLAYING, 120, "time_up"),
        ((*TO_PLAYING, turn.PlayerGone()), 10, "player_gone"),
        ((GRANTED, turn.PlayerHere(), turn.PlayerGone()), 10, "player_gone"),
    ],
)
def test_what_takes_too_long_ends(before, wait_s, ending):
    state, _ = run(*before)
    begun = (len(before) - 1) * S
    same, nothing = turn.step(state, turn.Tick(), begun + wait_s * S - 1)
    assert same == state and nothing == ()
    ended, effects = turn.step(state, turn.Tick(), begun + wait_s * S)
    assert ended.phase == "sealing"
    assert isinstance(effects[0], turn.Finish) and effects[0].ending == ending
    assert effects[0].played == (len(before) >= 4)


def test_a_player_who_comes_back_goes_on():
    state, _ = run(*TO_PLAYING, turn.PlayerGone(), turn.PlayerGone(), turn.PlayerHere())
    assert state.gone_ns is None
    _, effects = turn.step(state, turn.Tick(), 30 * S)
    assert effects == ()


def test_absence_counts_from_its_beginning():
    state, _ = run(*TO_PLAYING, turn.PlayerGone(), turn.PlayerGone())
    assert state.gone_ns == 4 * S


@pytest.mark.parametrize(
    ("event", "ending"),
    [
        (turn.GivenBack(), "given_back"),
        (turn.Revoked("turn-1"), "revoked"),
    ],
)
@pytest.mark.parametrize("phase", range(1, 5))
def test_a_turn_can_end_in_every_phase(phase, event, ending):
    state, effects = run(*TO_PLAYING[:phase], event)
    assert state.phase == "sealing"
    assert isinstance(effects[-1], turn.Finish) and effects[-1].ending == ending


def test_staging_that_fails_ends_the_turn():
    _, effects = run(*TO_PLAYING[:3], turn.PreparingFailed())
    assert isinstance(effects[-1], turn.Finish) and effects[-1].ending == "preparing_failed"


def test_taking_back_another_turn_changes_nothing():
    state, _ = run(*TO_PLAYING)
    assert turn.step(state, turn.Revoked("turn-9"), 9 * S) == (state, ())


def test_a_newer_lease_waits_until_the_running_turn_is_sealed():
    newer = turn.Granted(lease(2), 60.0)
    state, effects = run(*TO_PLAYING, newer)
    assert isinstance(effects[-1], turn.Finish) and effects[-1].ending == "revoked"
    assert effects[-1].time_s == pytest.approx(1.0)
    state, effects = turn.step(state, turn.Sealed(), 9 * S)
    assert state.phase == "waiting" and effects == (turn.Open(lease(2)),)


def test_a_lease_that_comes_while_sealing_waits_and_can_be_taken_back():
    sealing, _ = run(*TO_PLAYING, turn.GivenBack(), turn.Granted(lease(2), 60.0))
    assert sealing.phase == "sealing"
    same, _ = turn.step(sealing, turn.Revoked("turn-9"), 9 * S)
    assert same == sealing
    without, _ = turn.step(sealing, turn.Revoked("turn-2"), 9 * S)
    assert turn.step(without, turn.Sealed(), 9 * S)[0].phase == "free"
    assert turn.step(without, turn.Revoked("turn-2"), 9 * S)[0] == without


EVENTS = st.sampled_from(
    [
        GRANTED,
        turn.Granted(lease(2), 30.0),
        turn.PlayerHere(),
        turn.PlayerGone(),
        turn.ReadyToRun(),
        turn.Prepared(),
        turn.PreparingFailed(),
        SOLVED,
        turn.GivenBack(),
        turn.Revoked("turn-1"),
        turn.Sealed(),
        turn.Tick(),
    ]
)


@given(st.lists(st.tuples(EVENTS, st.integers(0, 15 * S)), max_size=60))
def test_every_opened_turn_finishes_once_and_only_a_prepared_one_begins(history):
    state, now_ns, open_turn, begun = turn.TurnState(), 0, None, False
    for event, later_ns in history:
        now_ns += later_ns
        state, effects = turn.step(state, event, now_ns)
        for effect in effects:
            if isinstance(effect, turn.Open):
                assert open_turn is None
                open_turn, begun = effect.lease, False
            elif isinstance(effect, turn.Begin):
                assert effect.lease == open_turn and not begun
                begun = True
            elif isinstance(effect, turn.Finish):
                assert effect.lease == open_turn and effect.played == begun
                open_turn = None
        assert (open_turn is not None) == (state.phase not in ("free", "sealing"))
