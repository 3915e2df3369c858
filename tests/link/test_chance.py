"""The generator against its author's own numbers, and its evenness."""

from link.chance import draw


def test_it_is_the_published_generator():
    seed, found = draw(1234567, 3)
    published = (6457827717110365317, 3203168211198807973, 9817491932198370423)
    assert found == tuple((number >> 11) / 2**53 for number in published)
    assert draw(1234567, 2)[1] + draw(draw(1234567, 2)[0], 1)[1] == found
    assert draw(1234567, 3)[0] == seed


def test_it_is_even():
    _, found = draw(1, 20_000)
    tenths = [sum(int(10 * number) == tenth for number in found) for tenth in range(10)]
    assert all(1_800 < count < 2_200 for count in tenths)
