"""Judges a recorded turn again, from what its referee saw, and compares that with its verdict. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from game import referee
from game.puzzle import Puzzle
from game.referee import REFEREE_VERSION
from game.rules import PieceSighting
from game.scoring import SCORING_VERSION, UNSOLVED, score
from teleop.episodes.format import Closing, Event, Header, Sighting, Verdict

BEGUN = "turn_begun"
WITH_SIGHTINGS = 3
"""Episodes of earlier formats hold nothing of what the referee saw."""


class CannotJudge(Exception):
    """A turn that cannot be judged again; the text says why."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the referee and the scoring say of a turn; `time_s` is None for one that is not solved."""

    solved: bool
    time_s: float | None
    moves: int
    score: int
    stars: int


def puzzle_sha256(puzzle: Puzzle) -> str:
    """SHA-256 of a puzzle as it is judged: its fields as JSON with sorted keys."""
    return hashlib.sha256(msgspec.json.encode(puzzle, order="sorted")).hexdigest()


def judged_again(
    header: Header,
    closing: Closing,
    events: Sequence[Event],
    sightings: Sequence[Sighting],
    puzzles: Mapping[str, Puzzle],
) -> tuple[Judgement, Judgement]:
    """What was said of a turn, and what its sightings say; raises CannotJudge."""
    puzzle, verdict = _puzzle(header, puzzles), closing.verdict
    begun_ns = [event.t_ns for event in events if event.kind == BEGUN]
    if verdict is None:
        raise CannotJudge("it has no verdict")
    if closing.lost:
        raise CannotJudge(f"{closing.lost} of its messages were lost")
    if len(begun_ns) != 1:
        raise CannotJudge(f"its turn began {len(begun_ns)} times")
    return _told(verdict), judgement(puzzle, begun_ns[0], sightings)


def judgement(puzzle: Puzzle, begun_ns: int, sightings: Sequence[Sighting]) -> Judgement:
    """What the referee says of a turn that began then, having seen these in their order."""
    state = referee.start(puzzle, begun_ns)
    time_s: float | None = None
    for one in sightings:
        pieces = tuple(PieceSighting(*msgspec.structs.astuple(piece)) for piece in one.pieces)
        state, effects = referee.step(state, referee.Sighting(one.capture_ns, pieces), one.t_ns)
        reached = [effect.time_s for effect in effects if isinstance(effect, referee.GoalReached)]
        time_s = reached[0] if reached else time_s
    points = UNSOLVED if time_s is None else score(puzzle, time_s, state.moves)
    return Judgement(time_s is not None, time_s, state.moves, points.points, points.stars)


def differences(told: Judgement, found: Judgement) -> list[str]:
    """What came out otherwise, a sentence each; nothing when all is the same."""
    return [
        f"{name}: {getattr(told, name)} then, {getattr(found, name)} now"
        for name in Judgement.__slots__
        if getattr(told, name) != getattr(found, name)
    ]


def _told(verdict: Verdict) -> Judgement:
    time_s = verdict.time_s if verdict.solved else None
    return Judgement(verdict.solved, time_s, verdict.moves, verdict.score, verdict.stars)


def _puzzle(header: Header, puzzles: Mapping[str, Puzzle]) -> Puzzle:
    """The puzzle as it was judged, when the rules that judged it are those of this version."""
    if header.format_version < WITH_SIGHTINGS:
        raise CannotJudge(f"format {header.format_version} does not tell what the referee saw")
    rules = (header.referee_version, header.scoring_version)
    if rules != (REFEREE_VERSION, SCORING_VERSION):
        known = f"{REFEREE_VERSION} and {SCORING_VERSION}"
        raise CannotJudge(f"it was judged by {' and '.join(rules)}, this Armcade has {known}")
    puzzle = puzzles.get(header.puzzle_id)
    if puzzle is None or puzzle_sha256(puzzle) != header.puzzle_sha256:
        named = f"{header.puzzle_id} version {header.puzzle_version}"
        raise CannotJudge(f"its puzzle, {named}, is not one that this Armcade has")
    return puzzle
