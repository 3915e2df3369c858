"""LeRobotDataset v3.0 as a format of export: its parts, and how they become one dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from teleop.episodes.card.notes import Notes
from teleop.episodes.exporting.choice import Chosen, columns_of
from teleop.episodes.exporting.contract import Excluded, Facts, OnPicture, Part, Report
from teleop.episodes.exporting.origin import provenance
from teleop.episodes.exporting.rows import episode_uid
from teleop.episodes.exporting.signature import signature_of
from teleop.episodes.exporting.subtasks import table
from teleop.episodes.exporting.work import FPS, How, export_episodes
from teleop.episodes.lerobot_v3.full_rate import join_streams, write_streams
from teleop.episodes.lerobot_v3.limits import Limits
from teleop.episodes.lerobot_v3.parts import read_columns, read_pictures, write_columns, write_pictures
from teleop.episodes.lerobot_v3.places import Place, placed
from teleop.episodes.lerobot_v3.splicing import copied_rows
from teleop.episodes.lerobot_v3.subtasks import SubTasks
from teleop.episodes.lerobot_v3.tables import DataFiles, Entry, task_numbers, write_json, write_meta
from teleop.episodes.lerobot_v3.video import Span, VideoTrack, spliced
from teleop.episodes.statistics import Stats, of_rows
from teleop.wire.browser_in import Language

DEFAULT = Limits()
EXCLUDED = "meta/excluded.json"
NOTES = Notes(
    title="LeRobotDataset v3.0",
    tags=("LeRobot",),
    loading="""from lerobot.datasets.lerobot_dataset import LeRobotDataset

dataset = LeRobotDataset("local/dataset", root=".")
solved = [i for i, success in enumerate(dataset.meta.episodes["success"]) if success]""",
    parquet="data/*/*.parquet",
    limits=("Pictures are H.264; one that was encoded anew is nearly, not exactly, the recorded one.",),
)


@dataclass(frozen=True, slots=True)
class LeRobot:
    """LeRobotDataset v3.0 at `fps` rows a second; without `copy` all pictures are encoded anew."""

    fps: int = FPS
    copy: bool = True
    limits: Limits = DEFAULT
    version: int = 9

    @property
    def notes(self) -> Notes:
        """What its card says of the format."""
        return NOTES

    def write_part(self, chosen: Chosen, folder: Path, on_picture: OnPicture) -> dict[str, float]:
        """Keeps the episode's columns, its streams, and its pictures as a dataset's video holds them."""
        told: dict[str, float] = {}
        write_streams(folder, chosen.episode)
        write_columns(folder, columns_of(chosen, self.fps))
        for camera in signature_of(chosen.episode.header).cameras:
            recorded, newest = chosen.pictures[camera.name], chosen.rows.newest[camera.name]
            copied = copied_rows(recorded, newest) if self.copy else np.zeros(len(newest), dtype=np.bool_)
            pictures = spliced(recorded, newest, copied, camera, self.fps, on_picture)
            write_pictures(folder, camera, pictures)
            told[f"copied_pictures/{camera.name}"] = float(pictures.copied)
        return told

    def join(self, parts: Sequence[Part], excluded: Sequence[Excluded], root: Path) -> None:
        """Writes the dataset with all its files."""
        dataset = _Dataset(root, self.fps, parts[0].facts, self.limits)
        for part in parts:
            dataset.append(part)
        dataset.close()
        join_streams([part.folder for part in parts], root)
        write_json(root / EXCLUDED, excluded)


def export(paths: Sequence[Path], out: Path, fps: int = FPS, how: How | None = None) -> Report:
    """Writes a dataset of these episodes, failed turns with their label; see `export_episodes`."""
    return export_episodes(paths, out, LeRobot(fps), how)


class _Dataset:
    """A dataset growing in a folder of its own."""

    def __init__(self, root: Path, fps: int, first: Facts, limits: Limits) -> None:
        self._root, self._fps, self._limits = root, fps, limits
        self._signature = first.signature
        self._language: Language = first.language
        self._data = DataFiles(root, self._signature, limits)
        self._tracks = {
            camera.key: VideoTrack(root, camera, fps, limits) for camera in self._signature.cameras
        }
        self._subtasks = SubTasks()
        self._entries: list[tuple[Entry, tuple[int, int]]] = []

    def append(self, part: Part) -> None:
        """Adds an episode behind the others."""
        facts, header = part.facts, part.facts.header
        tasks = task_numbers([entry for entry, _ in self._entries])
        first = sum(entry.rows for entry, _ in self._entries)
        subtasks = self._subtasks.place(table(facts.standing.segments))
        place = Place(len(self._entries), first, tasks.get(facts.task, len(tasks)), subtasks)
        found = placed(read_columns(part.folder), place)
        file = self._data.append(found)
        stats: dict[str, Stats] = {name: of_rows(values) for name, values in found.items()}
        spans: dict[str, Span] = {}
        for camera in self._signature.cameras:
            pictures = read_pictures(part.folder, camera)
            spans[camera.key] = self._tracks[camera.key].append(pictures)
            stats[camera.key] = pictures.stats
        entry = Entry(
            task=facts.task,
            rows=facts.rows,
            success=facts.verdict.solved,
            pseudonym=header.pseudonym,
            consent_version=header.consent.text_version,
            uid=episode_uid(header.episode_id),
            spans=spans,
            stats=stats,
            provenance=provenance(facts, place.episode_index),
        )
        self._entries.append((entry, file))

    def close(self) -> None:
        """Finishes all files and writes the descriptions."""
        self._data.close()
        for track in self._tracks.values():
            track.close()
        write_meta(self._root, self._signature, self._fps, self._entries, self._limits)
        self._subtasks.write(self._root, self._language)
