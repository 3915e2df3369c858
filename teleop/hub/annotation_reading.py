"""Reads episodes for those who annotate them; blocking, for worker threads."""

from pathlib import Path

from teleop.annotation.evidence import Evidence, evidence_of
from teleop.annotation.things import Things, things_of
from teleop.episodes.reader import EpisodeUnreadable, open_episode
from teleop.hub.episode_index import EpisodeFault


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
