from dataclasses import replace

import pytest

from game.puzzle import Place
from game.rules import IN_AIR, LOOSE, PieceSighting, Spot
from game.tracks import Look, Track, majority, settled_spot

HERE, THERE = Place("a", "left"), Place("a", "right")
SEEN = PieceSighting("a", 0.2, 0.1, 0.015, 0.0, 0.1)


def looks(*spots: Spot | None, every_ms: int = 100, drift_m: float = 0.0) -> tuple[Look, ...]:
    return tuple(
        Look(at * every_ms * 1_000_000, replace(SEEN, x_m=0.2 + at * drift_m), one)
        for at, one in enumerate(spots)
        if one is not None
    )


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (looks(HERE), None),
        (looks(HERE, HERE, HERE, HERE), None),
        (looks(HERE, HERE, HERE, HERE, HERE), HERE),
        (looks(HERE, None, None, None, HERE), None),
        (looks(HERE, None, HERE, None, HERE), HERE),
        (looks(HERE, HERE, THERE, HERE, HERE), HERE),
        (looks(THERE, HERE, HERE, HERE, HERE), None),
        (looks(HERE, HERE, THERE, HERE, THERE), None),
        (looks(HERE, HERE, THERE, THERE), None),
        (looks(HERE, HERE, HERE, THERE, THERE), None),
        (looks(HERE, HERE, LOOSE, THERE, THERE, IN_AIR), None),
        (looks(HERE, HERE, HERE, HERE, HERE, drift_m=0.0024), HERE),
        (looks(HERE, HERE, HERE, HERE, HERE, drift_m=0.0026), None),
        (looks(LOOSE, LOOSE, LOOSE, every_ms=200), LOOSE),
    ],
)
def test_settles_when_most_of_the_last_400_ms_agree_and_lie_still(
    made: tuple[Look, ...], expected: Spot | None
) -> None:
    assert settled_spot(made) == expected


def test_a_majority_is_more_than_half() -> None:
    assert majority([HERE, THERE]) is None
    assert majority([HERE, THERE, HERE]) == HERE
    assert majority([]) is None


def test_looks_older_than_a_second_are_forgotten() -> None:
    track = Track("a", HERE, SEEN, looks(HERE))
    assert len(track.seen(999_000_000, SEEN, HERE).looks) == 2
    assert len(track.seen(1_000_000_000, SEEN, HERE).looks) == 1


@pytest.mark.parametrize(
    ("place", "made", "left"),
    [
        (HERE, looks(THERE), False),
        (HERE, looks(HERE, IN_AIR), False),
        (HERE, looks(HERE, IN_AIR, IN_AIR), True),
        (HERE, looks(IN_AIR, IN_AIR, HERE, HERE), False),
        (None, looks(LOOSE, LOOSE), False),
        (None, looks(IN_AIR, HERE), True),
    ],
)
def test_a_piece_has_left_when_two_of_three_looks_say_so(
    place: Place | None, made: tuple[Look, ...], left: bool
) -> None:
    assert Track("a", place, SEEN, made).has_left() is left


def test_a_lifted_piece_rests_nowhere() -> None:
    assert Track("a", HERE, SEEN).resting_place == HERE
    assert Track("a", HERE, SEEN, lifted=True).resting_place is None
