"""The referee: from what the camera sees, frame by frame, to what happened and whether the goal stands.

Each piece has a track: its last second of sightings, and the place it is known to have. A place changes
only when most of at least three sightings over 0.4 s agree on it and hardly move. A piece that is hidden
keeps its last pose with a growing age. The goal stands when every piece of it was seen settled in its
place a moment ago, or lies hidden under a piece that was.

Pure: frozen state, `state, effects = step(state, event, now_ns)`. All times are CLOCK_MONOTONIC ns.
"""

from dataclasses import dataclass, replace

from game.puzzle import Place, Puzzle
from game.rules import Loose, PieceSighting, Resting, spot
from game.table import facing_arm_rad, resting_z_m
from game.tracks import Track, settled_spot
from game.words import Words

REFEREE_VERSION = "referee-1"
FRESH_NS = 1_000_000_000

SOLVED = Words(
    en="Every piece lies where the puzzle wants it.",
    zh="所有方块都已放到指定位置。",
)
TIME_IS_UP = Words(en="Time ran out before the goal was reached.", zh="时间到，目标尚未完成。")


@dataclass(frozen=True, slots=True)
class Sighting:
    """All pieces that one picture shows; pieces without a sighting were hidden."""

    capture_ns: int
    pieces: tuple[PieceSighting, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed without a picture."""


Event = Sighting | Tick


@dataclass(frozen=True, slots=True)
class PieceLifted:
    """A piece left the place it was known to have."""

    piece: str


@dataclass(frozen=True, slots=True)
class PiecePlaced:
    """A piece came to rest in a slot."""

    piece: str
    slot: str
    level: int


@dataclass(frozen=True, slots=True)
class PieceDropped:
    """A piece came to rest on the table, in no slot."""

    piece: str


@dataclass(frozen=True, slots=True)
class GoalReached:
    """The goal stands; `time_s` runs from the start to the picture that showed it."""

    reason: Words
    time_s: float


@dataclass(frozen=True, slots=True)
class TimeUp:
    """The time limit passed first."""

    reason: Words


Effect = PieceLifted | PiecePlaced | PieceDropped | GoalReached | TimeUp


@dataclass(frozen=True, slots=True)
class RefereeState:
    """Everything the referee remembers."""

    puzzle: Puzzle
    started_ns: int
    tracks: tuple[Track, ...]
    newest_ns: int
    moves: int = 0
    over: bool = False


@dataclass(frozen=True, slots=True)
class PieceView:
    """A piece for the player's page: last pose, the slot it is in, and for how long it was not seen."""

    sighting: PieceSighting
    slot: str | None
    placed: bool
    age_ns: int


def start(puzzle: Puzzle, now_ns: int) -> RefereeState:
    """Returns the referee of a turn whose pieces were just set up at the puzzle's start."""
    return RefereeState(puzzle, now_ns, tuple(_staged(puzzle, place) for place in puzzle.start), now_ns)


def step(state: RefereeState, event: Event, now_ns: int) -> tuple[RefereeState, tuple[Effect, ...]]:
    """Takes one event; returns the next state and what happened. After the end nothing happens."""
    if state.over:
        return state, ()
    effects: tuple[Effect, ...] = ()
    if isinstance(event, Sighting) and event.capture_ns > state.newest_ns:
        state, effects = _look(state, event)
    if effects and isinstance(effects[-1], GoalReached):
        return replace(state, over=True), effects
    if now_ns >= _deadline_ns(state):
        return replace(state, over=True), (*effects, TimeUp(TIME_IS_UP))
    return state, effects


def filled(state: RefereeState) -> int:
    """Returns how many of the goal's places hold their piece, as far as the referee knows."""
    known = {track.resting_place for track in state.tracks}
    return sum(place in known for place in state.puzzle.goal)


def wanted(state: RefereeState) -> int:
    """Returns how many places the goal names."""
    return len(state.puzzle.goal)


def elapsed_s(state: RefereeState, now_ns: int) -> float:
    """Returns the time on the player's clock."""
    return (now_ns - state.started_ns) / 1e9


def views(state: RefereeState, now_ns: int) -> tuple[PieceView, ...]:
    """Returns every piece as last seen."""
    return tuple(_view(track, state.started_ns, now_ns) for track in state.tracks)


def _deadline_ns(state: RefereeState) -> int:
    return state.started_ns + round(state.puzzle.time_limit_s * 1e9)


def _staged(puzzle: Puzzle, place: Place) -> Track:
    slot = puzzle.slot(place.slot)
    height, yaw = resting_z_m(puzzle, place, puzzle.start), facing_arm_rad(slot.x_m, slot.y_m)
    return Track(place.piece, place, PieceSighting(place.piece, slot.x_m, slot.y_m, height, yaw, 0.0))


def _view(track: Track, started_ns: int, now_ns: int) -> PieceView:
    seen_ns = track.looks[-1].capture_ns if track.looks else started_ns
    place = track.resting_place
    return PieceView(track.pose, place.slot if place else None, place is not None, now_ns - seen_ns)


def _look(state: RefereeState, sighting: Sighting) -> tuple[RefereeState, tuple[Effect, ...]]:
    """Takes one picture in, piece by piece from the table up, and judges the goal."""
    state = replace(state, newest_ns=sighting.capture_ns)
    effects: tuple[Effect, ...] = ()
    known = {track.piece for track in state.tracks}
    for seen in sorted(sighting.pieces, key=lambda one: one.z_m):
        if seen.piece in known:
            state, news = _follow(state, seen)
            effects += news
    if sighting.capture_ns <= _deadline_ns(state) and _stands(state):
        effects += (GoalReached(SOLVED, elapsed_s(state, sighting.capture_ns)),)
    return state, effects


def _follow(state: RefereeState, seen: PieceSighting) -> tuple[RefereeState, tuple[Effect, ...]]:
    """Takes one piece's sighting into its track."""
    (track,) = (one for one in state.tracks if one.piece == seen.piece)
    track = track.seen(state.newest_ns, seen, spot(state.puzzle, seen, _resting(state, seen.piece)))
    match settled_spot(track.looks):
        case Place() as place:
            return _settle(state, track, place)
        case Loose():
            return _settle(state, track, None)
        case _ if track.has_left() and not track.lifted:
            return _with(state, replace(track, lifted=True)), (PieceLifted(track.piece),)
        case _:
            return _with(state, track), ()


def _settle(
    state: RefereeState, track: Track, place: Place | None
) -> tuple[RefereeState, tuple[Effect, ...]]:
    """Makes `place` (None: loose on the table) the place where the piece is known to lie."""
    landed = replace(track, place=place, confirmed_ns=state.newest_ns, lifted=False)
    if place == track.place and not track.lifted:
        return _with(state, landed), ()
    state = _with(_evicted(state, track.piece, place), landed)
    state = replace(state, moves=state.moves + (place != track.place))
    lifted = () if track.lifted else (PieceLifted(track.piece),)
    if place is None:
        return state, (*lifted, PieceDropped(track.piece))
    return state, (*lifted, PiecePlaced(track.piece, place.slot, place.level))


def _evicted(state: RefereeState, piece: str, place: Place | None) -> RefereeState:
    """Marks a hidden piece that was believed to lie where this one came to rest as gone from there."""
    for track in state.tracks:
        other = track.resting_place
        same = other and place and (other.slot, other.level) == (place.slot, place.level)
        if same and track.piece != piece:
            state = _with(state, replace(track, lifted=True))
    return state


def _with(state: RefereeState, track: Track) -> RefereeState:
    tracks = tuple(track if one.piece == track.piece else one for one in state.tracks)
    return replace(state, tracks=tracks)


def _resting(state: RefereeState, without: str) -> tuple[Resting, ...]:
    others = (track for track in state.tracks if track.piece != without)
    return tuple(
        Resting(track.resting_place, track.pose.x_m, track.pose.y_m)
        for track in others
        if track.resting_place is not None
    )


def _stands(state: RefereeState) -> bool:
    """Tells whether every place of the goal is proven to hold its piece."""
    return all(_proven(state, place) for place in state.puzzle.goal)


def _proven(state: RefereeState, place: Place) -> bool:
    """A place is proven by a fresh settled look, or by an older one and a proven piece on top."""
    track = next((one for one in state.tracks if one.resting_place == place), None)
    if track is None or track.confirmed_ns is None:
        return False
    if state.newest_ns - track.confirmed_ns <= FRESH_NS:
        return True
    above = (place.slot, place.level + 1)
    resting = (one.resting_place for one in state.tracks)
    return any(_proven(state, one) for one in resting if one and (one.slot, one.level) == above)
