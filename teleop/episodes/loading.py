"""Loads episodes from their files: a directory's list, one episode as arrays, one camera's pictures."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import BinaryIO, TypeVar

import msgspec
from mcap.reader import McapReader, make_reader

from teleop.episodes import foxglove
from teleop.episodes.arrays import (
    Actions,
    Inputs,
    Observations,
    Pictures,
    action_arrays,
    input_arrays,
    observation_arrays,
    picture_arrays,
)
from teleop.episodes.container import CLOSING, PROVENANCE, camera_topic
from teleop.episodes.damage import DAMAGE, EpisodeUnreadable, check_index, unflat
from teleop.episodes.format import (
    READABLE_VERSIONS,
    Action,
    Closing,
    Command,
    Event,
    Header,
    Input,
    Network,
    Observation,
    PictureNote,
    Sent,
    Sighting,
    Verdict,
)
from teleop.episodes.messages import messages
from teleop.episodes.traces import (
    Commands,
    Networks,
    SentPictures,
    command_arrays,
    network_arrays,
    sent_arrays,
)

_Row = TypeVar("_Row", bound=msgspec.Struct)
LOOKED_INTO = 6  # chunks, of a second each, at least


@dataclass(frozen=True, slots=True)
class Overview:
    """One episode as a list shows it; `pictures` counts each camera's pictures."""

    path: Path
    header: Header
    closing: Closing
    duration_s: float
    bytes: int
    pictures: dict[str, int]

    @property
    def verdict(self) -> Verdict | None:
        """How the turn was judged; None for one that was interrupted or never judged."""
        return self.closing.verdict


@dataclass(frozen=True, slots=True)
class Listing:
    """A directory's episodes, oldest first, and the files that cannot be read, each with its reason."""

    episodes: tuple[Overview, ...]
    unreadable: tuple[EpisodeUnreadable, ...]


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode in memory; arrays and their shapes are described in `teleop.episodes.arrays` and `.traces`.

    An episode of format 1 has no `commands`, `sent` pictures or `network`, one of format 2 no `sightings`.
    """

    path: Path
    header: Header
    closing: Closing
    observations: Observations
    actions: Actions
    inputs: Inputs
    events: tuple[Event, ...]
    pictures: dict[str, Pictures]
    commands: Commands
    sent: dict[str, SentPictures]
    network: Networks
    sightings: tuple[Sighting, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """How the turn was judged; None for one that was interrupted or never judged."""
        return self.closing.verdict


def list_episodes(directory: Path) -> Listing:
    """Overviews of all sealed episodes of a directory; an absent directory holds none."""
    found: list[Overview] = []
    unreadable: list[EpisodeUnreadable] = []
    for path in sorted(directory.glob("*.mcap")):
        try:
            found.append(overview(path))
        except EpisodeUnreadable as error:
            unreadable.append(error)
    found.sort(key=lambda one: (one.header.started_utc_ns, one.header.episode_id))
    return Listing(tuple(found), tuple(unreadable))


def overview(path: Path) -> Overview:
    """Reads only the index and the metadata of an episode; raises EpisodeUnreadable."""
    with _opened(path) as (_, reader):
        header, closing = _provenance(path, reader)
        summary = reader.get_summary()
        if summary is None or summary.statistics is None:
            raise ValueError("the file has no index")
        counts = summary.statistics.channel_message_counts
        of_topic = {channel.topic: counts.get(channel.id, 0) for channel in summary.channels.values()}
        end_ns = max(summary.statistics.message_end_time, header.started_ns)
        pictures = {one.camera: of_topic.get(camera_topic(one.camera), 0) for one in header.cameras}
    duration_s = (end_ns - header.started_ns) / 1e9
    return Overview(path, header, closing, duration_s, path.stat().st_size, pictures)


def median_round_trip_s(path: Path) -> float | None:
    """The median round trip of the player's link, in s; None where the episode does not tell.

    Of a long episode only some chunks are read, evenly spread. Raises EpisodeUnreadable.
    """
    with _opened(path) as (_, reader):
        summary = reader.get_summary()
        if summary is None or all(channel.topic != "/network" for channel in summary.channels.values()):
            return None
        chunks = sorted(summary.chunk_indexes, key=lambda chunk: chunk.message_start_time)
        decoder = msgspec.json.Decoder(Network)
        found: list[int] = []
        for chunk in chunks[:: max(1, len(chunks) // LOOKED_INTO)]:
            first_ns, last_ns = chunk.message_start_time, chunk.message_end_time
            # its neighbours reach in at its edges; where they are passed over they are not read for that
            edge_ns = (last_ns - first_ns) // 8 if len(chunks) > LOOKED_INTO else 0
            messages = reader.iter_messages(
                ["/network"],
                log_time_order=False,
                starting_at=first_ns + edge_ns,
                ending_at=last_ns - edge_ns,
            )
            for _, _, message in messages:
                round_trip_ns = decoder.decode(message.data).round_trip_ns
                found += [] if round_trip_ns is None else [round_trip_ns]
    return median(found) / 1e9 if found else None


def open_episode(path: Path, pictures: bool = True) -> Episode:
    """Reads a whole episode; without `pictures` only their ids and times. Raises EpisodeUnreadable."""
    with _opened(path) as (stream, reader):
        header, closing = _provenance(path, reader)
        rows = _read_rows(stream, reader, [one.camera for one in header.cameras] if pictures else [])
        if rows.headers != [header] or rows.verdicts != ([closing.verdict] if closing.verdict else []):
            raise ValueError("its records contradict its messages")
        joints = len(header.joint_names)
        return Episode(
            path=path,
            header=header,
            closing=closing,
            observations=observation_arrays(rows.observations, joints),
            actions=action_arrays(rows.actions, joints),
            inputs=input_arrays(rows.inputs),
            events=tuple(rows.events),
            pictures=_by_camera(header, rows),
            commands=command_arrays(rows.commands),
            sent={one.camera: sent_arrays(one.camera, rows.sent) for one in header.cameras},
            network=network_arrays(rows.network),
            sightings=tuple(rows.sightings),
        )


def open_pictures(path: Path, camera: str) -> tuple[Header, Pictures]:
    """Reads only one camera's pictures; raises EpisodeUnreadable, also when there is no such camera."""
    with _opened(path) as (stream, reader):
        header, _ = _provenance(path, reader)
        names = [one.camera for one in header.cameras]
        if camera not in names:
            raise EpisodeUnreadable(
                path, f"has no camera {camera!r}", f"Its cameras are: {', '.join(names) or 'none'}."
            )
        rows = _Rows()
        topic = camera_topic(camera)
        for found, data in messages(stream, reader, ("/picture", topic)):
            _take(rows, found, data)
        notes = [note for note in rows.notes if note.camera == camera]
        return header, picture_arrays(camera, notes, rows.annex_b.get(camera, []))


@dataclass(slots=True)
class _Rows:
    headers: list[Header] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    network: list[Network] = field(default_factory=list)
    notes: list[PictureNote] = field(default_factory=list)
    annex_b: dict[str, list[bytes]] = field(default_factory=dict)


def _taker(row: type[_Row], into: Callable[[_Rows], list[_Row]]) -> Callable[[_Rows, bytes], None]:
    decoder = msgspec.json.Decoder(row)

    def take(rows: _Rows, data: bytes) -> None:
        into(rows).append(decoder.decode(data))

    return take


_TAKERS = {
    "/header": _taker(Header, lambda rows: rows.headers),
    "/observation": _taker(Observation, lambda rows: rows.observations),
    "/action": _taker(Action, lambda rows: rows.actions),
    "/command": _taker(Command, lambda rows: rows.commands),
    "/input": _taker(Input, lambda rows: rows.inputs),
    "/picture": _taker(PictureNote, lambda rows: rows.notes),
    "/sent": _taker(Sent, lambda rows: rows.sent),
    "/network": _taker(Network, lambda rows: rows.network),
    "/event": _taker(Event, lambda rows: rows.events),
    "/sighting": _taker(Sighting, lambda rows: rows.sightings),
    "/verdict": _taker(Verdict, lambda rows: rows.verdicts),
}


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, McapReader]]:
    if path.name.endswith((".part", ".journal")):
        raise EpisodeUnreadable(
            path,
            "is not finished",
            "It is still being written, or `armcade episodes recover` makes it whole.",
        )
    try:
        with path.open("rb") as stream:
            check_index(stream)
            yield stream, make_reader(stream, validate_crcs=True)
    except FileNotFoundError as error:
        raise EpisodeUnreadable(
            path, "does not exist", "`armcade episodes list` shows what there is."
        ) from error
    except OSError as error:
        raise EpisodeUnreadable(
            path, f"cannot be read ({error})", "Check the disk and its permissions."
        ) from error
    except DAMAGE as error:
        raise EpisodeUnreadable(
            path,
            f"is damaged or no Armcade episode ({error or type(error).__name__})",
            "Compare it with its .sha256 file, and take it from a backup.",
        ) from error


def _provenance(path: Path, reader: McapReader) -> tuple[Header, Closing]:
    records = {record.name: record.metadata for record in reader.iter_metadata()}
    if PROVENANCE not in records:
        raise EpisodeUnreadable(
            path,
            "is an MCAP file, but no Armcade episode",
            "Record it with `armcade play` or `armcade cell`.",
        )
    version = records[PROVENANCE].get("format_version")
    if version not in {str(one) for one in READABLE_VERSIONS}:
        known = ", ".join(map(str, READABLE_VERSIONS))
        raise EpisodeUnreadable(
            path,
            f"has episode format {version}, this Armcade reads {known}",
            "Install the Armcade that wrote it, or a newer one.",
        )
    if CLOSING not in records:
        raise EpisodeUnreadable(
            path, "was never sealed", "Record it again, or recover it from its .part file."
        )
    return unflat(records[PROVENANCE], Header), unflat(records[CLOSING], Closing)


def _read_rows(stream: BinaryIO, reader: McapReader, cameras: Sequence[str]) -> _Rows:
    rows = _Rows()
    for topic, data in messages(stream, reader, {*_TAKERS, *map(camera_topic, cameras)}):
        _take(rows, topic, data)
    return rows


def _take(rows: _Rows, topic: str, data: bytes) -> None:
    taker = _TAKERS.get(topic)
    if taker is not None:
        taker(rows, data)
        return
    camera, _, annex_b = foxglove.decode_video(data)
    rows.annex_b.setdefault(camera, []).append(annex_b)


def _by_camera(header: Header, rows: _Rows) -> dict[str, Pictures]:
    notes: dict[str, list[PictureNote]] = {one.camera: [] for one in header.cameras}
    for note in rows.notes:
        notes[note.camera].append(note)
    return {
        camera: picture_arrays(camera, found, rows.annex_b.get(camera, [])) for camera, found in notes.items()
    }
