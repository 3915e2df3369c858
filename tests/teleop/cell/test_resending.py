"""What is lost is sent again, but never so much that it fills the link."""

from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.resending import MOST_BYTES, RECENT, SHARE, Resending, again, paused, sent

PACKET = 1_200


def after(count: int, first: int = 65_500) -> Resending:
    state = Resending()
    for number in range(count):
        state = sent(state, (first + number) % 2**16, 1, PACKET)
    return state


def test_what_was_sent_is_sent_again_also_where_the_numbers_wrap():
    state = after(100)
    assert again(state, 65_500, PACKET)[1] and again(state, 63, PACKET)[1]
    assert not again(state, 64, PACKET)[1] and not again(state, 65_499, PACKET)[1]
    assert not again(Resending(), 0, PACKET)[1]


def test_a_picture_of_several_packets_is_noted_as_if_they_were_noted_one_by_one():
    assert sent(Resending(), 9, 10, 10 * PACKET) == after(10, 0)


def test_the_old_is_of_no_use():
    assert not again(after(RECENT + 1, 0), 0, PACKET)[1]


def test_what_was_sent_before_a_pause_is_not_sent_again():
    state = sent(paused(after(10, 0)), 10, 1, PACKET)
    assert [again(state, number, PACKET)[1] for number in (9, 10)] == [False, True]


@given(st.lists(st.booleans(), max_size=300))
def test_no_more_is_sent_again_than_a_share_of_what_was_sent(course):
    state, first_sent, repeated, number = after(1, 0), PACKET, 0, 0
    for is_new in course:
        if is_new:
            number, first_sent = number + 1, first_sent + PACKET
            state = sent(state, number, 1, PACKET)
        else:
            state, passes = again(state, number, PACKET)
            repeated += PACKET * passes
        assert repeated <= MOST_BYTES + SHARE * first_sent
