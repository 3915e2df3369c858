"""Reads episodes for the hub's pages; blocking, for worker threads."""

from datetime import UTC, datetime
from pathlib import Path

from teleop.episodes.container import checksum_path
from teleop.episodes.format import Closing
from teleop.episodes.reader import (
    EpisodeUnreadable,
    Overview,
    median_round_trip_s,
    overview,
    series,
    video_mp4,
)
from teleop.hub.episode_index import EpisodeFault
from teleop.wire.browser_out import EpisodeCard, Judged, Series


def card(path: Path) -> EpisodeCard:
    """One row of the researcher's list; raises EpisodeFault."""
    try:
        return _card(overview(path), median_round_trip_s(path))
    except (EpisodeUnreadable, OSError) as error:
        raise EpisodeFault(_said(error)) from error


def plots(path: Path) -> Series:
    """The plots of an episode; raises EpisodeFault."""
    try:
        return series(path)
    except (EpisodeUnreadable, OSError) as error:
        raise EpisodeFault(_said(error)) from error


def video(path: Path, camera: str) -> bytes:
    """One camera of an episode as MP4; raises EpisodeFault."""
    try:
        return video_mp4(path, camera)
    except (EpisodeUnreadable, OSError) as error:
        raise EpisodeFault(_said(error)) from error


def _card(found: Overview, round_trip_s: float | None) -> EpisodeCard:
    header, verdict = found.header, found.verdict
    began = datetime.fromtimestamp(header.started_utc_ns / 1e9, UTC)
    return EpisodeCard(
        episode_id=header.episode_id,
        turn_id=header.turn_id,
        puzzle_id=header.puzzle_id,
        puzzle_title=header.puzzle_title,
        pseudonym=header.pseudonym,
        solved=verdict is not None and verdict.solved,
        duration_s=found.duration_s,
        started_utc_ns=header.started_utc_ns,
        source=header.source,
        bytes=found.bytes,
        sha256=_checksum(found.path),
        cameras=tuple(camera for camera, pictures in found.pictures.items() if pictures),
        cell_id=header.cell_id,
        judged=_judged(found.closing),
        day=began.date().isoformat(),
        rules=f"{header.puzzle_id} {header.puzzle_version} / {header.referee_version}",
        round_trip_s=round_trip_s,
        pictures=sum(found.pictures.values()),
    )


def _judged(closing: Closing) -> Judged:
    if closing.verdict is not None:
        return "solved" if closing.verdict.solved else "not_solved"
    return "interrupted" if closing.status == "interrupted" else "unjudged"


def _checksum(path: Path) -> str:
    """The hash that was written when the episode was sealed; empty when it is gone."""
    kept = checksum_path(path)
    return kept.read_text(encoding="ascii").split(" ", 1)[0].strip() if kept.is_file() else ""


def _said(error: EpisodeUnreadable | OSError) -> str:
    """What is wrong, without the path."""
    return error.wrong if isinstance(error, EpisodeUnreadable) else str(error.strerror)
