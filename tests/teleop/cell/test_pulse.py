"""The pulse: who answers is there, who does not is missed within a second, and strangers cannot answer."""

from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.pulse import MAX_OPEN, PERIOD_NS, SILENT_NS, PulseState, answer, ask, due, silent

MS = 1_000_000
NAMES = [bytes([index]) * 12 for index in range(200)]


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
            name = NAMES[now_ns // PERIOD_NS % len(NAMES)]
            state = ask(state, name, now_ns)
            if now_ns + half_ns <= dies_ns:
                waiting.append((now_ns + 2 * half_ns, name))
        now_ns += 20 * MS
        for due_ns, name in [one for one in waiting if one[0] <= now_ns]:
            state = answer(state, name, due_ns)
        waiting = [one for one in waiting if one[0] > now_ns]
    assert dies_ns - half_ns <= now_ns <= dies_ns + half_ns + SILENT_NS + 2 * 20 * MS
