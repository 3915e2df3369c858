"""Reads episodes for those who annotate them; blocking, for worker threads."""

from dataclasses import dataclass
from pathlib import Path

from game.puzzle import load_puzzles
from teleop.annotation.evidence import Evidence, evidence_of
from teleop.annotation.prompts import Names
from teleop.episodes.reader import EpisodeUnreadable, open_episode
from teleop.hub.episode_index import EpisodeFault
from teleop.wire.player_out import Bilingual


@dataclass(frozen=True, slots=True)
class Things:
    """What the puzzle of an episode calls its pieces and slots, and all of them that there are."""

    names: Names
    pieces: tuple[str, ...]
    slots: tuple[str, ...]


def evidence(path: Path) -> tuple[Evidence, Things]:
    """What an episode tells its annotators; raises EpisodeFault."""
    try:
        episode = open_episode(path, pictures=False)
    except EpisodeUnreadable as error:
        raise EpisodeFault(error.wrong) from error
    known = things_of(episode.header.puzzle_id, episode.header.puzzle_version)
    found = evidence_of(episode, known.names)
    pieces, slots = ({*known.pieces, *found.pieces}, {*known.slots, *found.slots})
    return found, Things(known.names, tuple(sorted(pieces)), tuple(sorted(slots)))


def things_of(puzzle_id: str, version: int) -> Things:
    """Pieces and slots with their names; none where that version of the puzzle is not at hand."""
    puzzle = load_puzzles().get(puzzle_id)
    if puzzle is None or puzzle.version != version:
        return Things({}, (), ())
    pieces = {one.id: Bilingual(one.name.en, one.name.zh) for one in puzzle.pieces}
    slots = {one.id: Bilingual(one.name.en, one.name.zh) for one in puzzle.slots}
    return Things({**slots, **pieces}, tuple(pieces), tuple(slots))
