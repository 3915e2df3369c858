from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_fallback.servo_bus.faults import Late, Noise
from sim_fallback.servo_bus.injector import batched_ns, lateness_ns, spoilt

chances = st.floats(0.0, 1.0)
noises = st.builds(Noise, drop=chances, flip=chances, junk=chances)
LONG = bytes(range(256)) * 40


@given(st.binary(max_size=200), st.integers(0, 2**32))
def test_without_noise_bytes_stay_as_they_are(data: bytes, seed: int) -> None:
    assert spoilt(data, Noise(), Random(seed)) == data


@given(st.binary(max_size=200), noises, st.integers(0, 2**32))
def test_the_same_seed_spoils_the_same_bytes(data: bytes, noise: Noise, seed: int) -> None:
    assert spoilt(data, noise, Random(seed)) == spoilt(data, noise, Random(seed))


@given(st.binary(max_size=200), chances, st.integers(0, 2**32))
def test_flips_turn_one_bit_of_a_byte_and_keep_the_length(data: bytes, chance: float, seed: int) -> None:
    found = spoilt(data, Noise(flip=chance), Random(seed))
    assert len(found) == len(data)
    assert all((a ^ b).bit_count() <= 1 for a, b in zip(data, found, strict=True))


@pytest.mark.parametrize(
    ("noise", "low", "high"),
    [
        (Noise(drop=1.0), 0, 0),
        (Noise(junk=1.0), 2 * len(LONG), 2 * len(LONG)),
        (Noise(drop=0.1), 0.88 * len(LONG), 0.92 * len(LONG)),
        (Noise(junk=0.1), 1.08 * len(LONG), 1.12 * len(LONG)),
    ],
)
def test_bytes_are_lost_and_added_as_often_as_asked(noise: Noise, low: float, high: float) -> None:
    assert low <= len(spoilt(LONG, noise, Random(1))) <= high


def test_flips_come_as_often_as_asked() -> None:
    found = spoilt(LONG, Noise(flip=0.1), Random(1))
    turned = sum(a != b for a, b in zip(LONG, found, strict=True))
    assert 0.08 * len(LONG) <= turned <= 0.12 * len(LONG)


def test_an_answer_is_late_by_what_was_asked_as_often_as_asked() -> None:
    random = Random(1)
    found = [lateness_ns(Late(0.25, 80.0), random) for _ in range(2000)]
    assert set(found) == {0, 80_000_000}
    assert 400 < found.count(80_000_000) < 600
    assert lateness_ns(Late(0.0, 80.0), random) == 0


@given(st.integers(0, 10**12), st.sampled_from([1.0, 4.0, 16.0]))
def test_the_adapters_timer_hands_over_at_its_next_tick(at_ns: int, timer_ms: float) -> None:
    handed = batched_ns(at_ns, timer_ms)
    assert handed % (timer_ms * 1e6) == 0
    assert 0 <= handed - at_ns < timer_ms * 1e6


def test_no_timer_hands_over_at_once() -> None:
    assert batched_ns(12_345, 0.0) == 12_345
