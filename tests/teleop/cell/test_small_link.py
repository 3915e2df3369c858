"""A link that falls from 3 Mbit/s to 500 kbit/s and comes back, in simulated time."""

import pytest
from small_link.drop import run


@pytest.mark.parametrize("seed", [0, 3, 4])
def test_on_a_link_that_becomes_small_the_picture_stays_young_and_all_is_soon_well_again(seed):
    seen = run(seed)
    assert seen.pictures_s >= 29.8
    assert seen.oldest_s <= 0.7 and seen.oldest_after_s <= 0.3
    assert seen.slowest_s <= 0.55
    assert seen.recovery_s <= 5.0
