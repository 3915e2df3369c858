"""The pulse: who answers is there, who does not is missed within a second, and strangers cannot answer."""

from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.pulse import (
    CLOSE_PERIOD_NS,
    DOUBTFUL_PERIOD_NS,
    DRIFT_NS,
    MAX_OPEN,
    OVERDUE_NS,
    PERIOD_NS,
    SILENT_NS,
    PulseState,
    answer,
    ask,
    due,
    growth,
    late_ns,
    overdue,
    silent,
    standing_ns,
)

MS = 1_000_000
NAMES = [index.to_bytes(12, "big") for index in range(800)]


def asked(count: int) -> PulseState:
    state = PulseState()
    for index in range(count):
        now_ns = index * PERIOD_NS
        assert due(state, now_ns) and not due(ask(state, NAMES[index], now_ns), now_ns + PERIOD_NS - 1)
        state = ask(state, NAMES[index], now_ns)
    return state


def test_nobody_is_missed_before_the_first_question():
    assert not silent(PulseState(), 10**15)


def test_who_never_answers_is_missed_after_700_ms():
    state = asked(6)
    assert not silent(state, SILENT_NS)
    assert silent(state, SILENT_NS + 1)


def test_an_answer_however_late_is_a_sign_of_life_and_measures_the_way():
    state = answer(asked(6), NAMES[1], PERIOD_NS + 600 * MS)
    assert state.round_trip_ns == 600 * MS and NAMES[1] not in dict(state.open)
    assert not silent(state, PERIOD_NS + 600 * MS + SILENT_NS)
    assert answer(state, NAMES[1], 5_000 * MS) == state


@given(st.binary(min_size=12, max_size=12))
def test_only_the_name_of_an_open_question_answers(name):
    state = asked(5)
    assert (answer(state, name, MS) == state) == (name not in NAMES[:5])


def test_who_was_not_asked_is_not_missed():
    state = ask(asked(3), NAMES[9], 10**10)
    assert not silent(state, 10**10 + SILENT_NS) and silent(state, 10**10 + SILENT_NS + 1)


def test_questions_are_forgotten_after_a_while():
    state = asked(MAX_OPEN + 3)
    assert len(state.open) == MAX_OPEN
    assert answer(state, NAMES[2], 10**10) == state


@given(st.integers(0, 20), st.integers(10, 500))
def test_a_death_is_noticed_within_a_second_up_to_200_ms_round_trip(answered, round_trip_ms):
    """Steps every 20 ms as the cell does; the browser dies at a random moment."""
    state, waiting, now_ns = PulseState(), [], 0
    dies_ns = answered * PERIOD_NS + 37 * MS
    half_ns = round_trip_ms * MS // 2
    while not silent(state, now_ns):
        if due(state, now_ns):
            name = NAMES[now_ns // (20 * MS) % len(NAMES)]
            state = ask(state, name, now_ns)
            if now_ns + half_ns <= dies_ns:
                waiting.append((now_ns + 2 * half_ns, name))
        now_ns += 20 * MS
        for due_ns, name in [one for one in waiting if one[0] <= now_ns]:
            state = answer(state, name, due_ns)
        waiting = [one for one in waiting if one[0] > now_ns]
    assert dies_ns - half_ns <= now_ns <= dies_ns + half_ns + SILENT_NS + 2 * 20 * MS


def answered(*round_trips_ms: int) -> PulseState:
    state = PulseState()
    for index, took_ms in enumerate(round_trips_ms):
        sent_ns, name = index * 1_000 * MS, NAMES[index % 40]
        state = answer(ask(state, name, sent_ns), name, sent_ns + took_ms * MS)
    return state


def test_a_queue_shows_in_two_late_answers_but_not_in_one():
    assert late_ns(PulseState()) == 0 and late_ns(answered(50)) == 0
    assert late_ns(answered(50, 50, 300)) < MS
    assert 246 * MS < late_ns(answered(50, 50, 300, 400)) <= 250 * MS
    assert late_ns(answered(50, 300, 300, 60)) < 10 * MS + MS


def test_the_queue_is_seen_to_grow_and_to_drain():
    assert growth(PulseState()) == growth(answered(50)) == 0.0
    assert growth(answered(50, 550)) == 0.5 and growth(answered(550, 50)) == -0.5


def closely_answered(*round_trips_ms: int) -> PulseState:
    state = PulseState()
    for index, took_ms in enumerate(round_trips_ms):
        sent_ns, name = index * CLOSE_PERIOD_NS, NAMES[index]
        state = answer(ask(state, name, sent_ns), name, sent_ns + took_ms * MS)
    return state


def test_whose_link_matters_is_asked_more_often():
    state = ask(PulseState(), NAMES[0], 0)
    assert due(state, CLOSE_PERIOD_NS, closely=True) and not due(state, CLOSE_PERIOD_NS)
    assert not due(state, CLOSE_PERIOD_NS - 1, closely=True)


def test_a_burst_that_passes_at_once_is_no_queue():
    assert late_ns(closely_answered(50, 50, *[150] * 8)) < 2 * MS
    assert late_ns(closely_answered(50, 50, *[150] * 12)) > 99 * MS


def test_a_queue_stays_when_not_one_of_the_last_answers_was_quick():
    assert standing_ns(PulseState()) == standing_ns(closely_answered(50, 90, 90, 90)) == 0
    assert standing_ns(closely_answered(50, *[90] * 30)) < MS + 30 * DRIFT_NS
    assert 36 * MS < standing_ns(closely_answered(50, *[90] * 60)) <= 40 * MS
    assert standing_ns(closely_answered(50, *[90] * 59, 50)) < MS


def test_how_late_answers_usually_are_is_followed_slowly():
    assert PulseState().usual_late_ns == 0 and answered(50).usual_late_ns == 0
    assert 35 * MS < closely_answered(*[50, 130] * 400).usual_late_ns < 42 * MS
    assert closely_answered(*[50] * 100, 300).usual_late_ns < 3 * MS


def test_an_answer_that_was_overtaken_measures_nothing():
    state = PulseState()
    for index in range(3):
        state = ask(state, NAMES[index], index * PERIOD_NS)
    newest = answer(state, NAMES[2], 400 * MS)
    overtaken = answer(newest, NAMES[0], 500 * MS)
    assert (overtaken.heard_ns, overtaken.round_trip_ns) == (500 * MS, newest.round_trip_ns)


def test_who_is_late_is_asked_sooner():
    state = answered(50, 50, 120)
    assert due(state, 2_000 * MS + DOUBTFUL_PERIOD_NS)


def test_a_longer_route_becomes_the_ordinary_one():
    state = answered(50, *[90] * 900)
    assert late_ns(state) == 0 and state.least_ns == 90 * MS


def test_questions_without_an_answer_are_overdue_and_asked_again_sooner():
    assert overdue(asked(3), 10**12) == 0
    state = answered(50)
    begun_ns = 1_000 * MS
    for index in range(3):
        state = ask(state, NAMES[50 + index], begun_ns + index * PERIOD_NS)
    late_at_ns = begun_ns + 50 * MS + OVERDUE_NS
    assert overdue(state, late_at_ns) == 0 and overdue(state, late_at_ns + 1) == 1
    assert overdue(state, late_at_ns + 2 * PERIOD_NS + 1) == 3
    asked_ns = begun_ns + 2 * PERIOD_NS
    assert not due(state, asked_ns + DOUBTFUL_PERIOD_NS - 1) and due(state, asked_ns + DOUBTFUL_PERIOD_NS)


def test_what_was_asked_before_the_newest_answer_is_lost_and_not_late():
    state = answered(50)
    for index in range(3):
        state = ask(state, NAMES[50 + index], 1_000 * MS + index * PERIOD_NS)
    state = answer(state, NAMES[52], 1_400 * MS)
    assert overdue(state, 10**12) == 0 and len(state.open) == 2


def test_what_is_lost_on_the_way_is_counted_and_what_is_only_late_is_not():
    state = PulseState()
    for index in range(4_000):
        name, now_ns = index.to_bytes(12, "big"), index * CLOSE_PERIOD_NS
        state = ask(state, name, now_ns)
        if index % 25:
            state = answer(state, name, now_ns + 30 * MS)
    assert abs(state.lost - 0.04) < 0.005
    for index in range(10):
        state = ask(state, NAMES[index], 10**12 + index * CLOSE_PERIOD_NS)
    before = state.lost
    for index in range(10):
        state = answer(state, NAMES[index], 10**12 + 500 * MS + index * CLOSE_PERIOD_NS)
    assert state.lost <= before
    assert answer(state, NAMES[150], 10**13) == state
