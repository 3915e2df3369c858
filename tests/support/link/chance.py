"""Seeded chance without state of its own: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).

Pure.
"""

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST_MIX = 0xBF58476D1CE4E5B9
_SECOND_MIX = 0x94D049BB133111EB


def draw(seed: int, count: int) -> tuple[int, tuple[float, ...]]:
    """The next seed, and `count` numbers that are even in 0 to 1 (1 excluded)."""
    numbers = []
    for _ in range(count):
        seed = (seed + _GOLDEN) & _MASK
        mixed = ((seed ^ seed >> 30) * _FIRST_MIX) & _MASK
        mixed = ((mixed ^ mixed >> 27) * _SECOND_MIX) & _MASK
        numbers.append(((mixed ^ mixed >> 31) >> 11) / (1 << 53))
    return seed, tuple(numbers)
