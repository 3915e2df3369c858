"""Exports episodes as one LeRobotDataset v3.0: whole or not at all, and the same bytes each time."""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from teleop.episodes.arrays import Pictures
from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.format import Verdict
from teleop.episodes.lerobot_v3.features import Signature, signature_of
from teleop.episodes.lerobot_v3.rows import (
    Columns,
    Place,
    aligned,
    columns,
    decodable,
    episode_uid,
    placed,
)
from teleop.episodes.lerobot_v3.tables import DataFiles, Entry, task_numbers, write_json, write_meta
from teleop.episodes.lerobot_v3.video import EncodedEpisode, PicturesDamaged, VideoTrack, encoded
from teleop.episodes.loading import Episode, open_episode
from teleop.episodes.resampling import NANOSECONDS, NoRows, Rows
from teleop.episodes.statistics import Stats, of_rows

FPS = 30
MAX_FPS = 200
EXCLUDED = "meta/excluded.json"
OnEpisode = Callable[[str, int, int], None]


class ExportRefused(Exception):
    """Nothing was exported; the text says why and what to do."""


class Excluded(msgspec.Struct, frozen=True):
    """An episode that is not in the dataset, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Exported:
    """An episode that is in the dataset; `trimmed_s` is the start for which not all streams existed."""

    episode_id: str
    rows: int
    success: bool
    trimmed_s: float


@dataclass(frozen=True, slots=True)
class Report:
    """What became of every episode that was asked for."""

    out: Path
    exported: tuple[Exported, ...]
    excluded: tuple[Excluded, ...]

    @property
    def rows(self) -> int:
        """Rows of the whole dataset."""
        return sum(one.rows for one in self.exported)


@dataclass(frozen=True, slots=True)
class _Ready:
    episode: Episode
    verdict: Verdict
    sha256: str
    rows: Rows
    columns: Columns
    pictures: dict[str, EncodedEpisode]


def export(
    paths: Sequence[Path], out: Path, fps: int = FPS, on_rows: OnEpisode = lambda _episode, _done, _of: None
) -> Report:
    """Writes a dataset of these episodes, in this order, to `out`, which must not exist yet.

    Failed turns are exported with their label; whatever cannot be exported is listed with its reason
    in the report and in `meta/excluded.json`. `on_rows` hears episode, pictures done, pictures of it.
    Raises ExportRefused, and OSError when the disk refuses.
    """
    _refuse_nonsense(paths, out, fps)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
        root = Path(folder) / "dataset"
        build = _Build(root, fps, on_rows)
        for path in paths:
            build.add(path)
        report = build.finish(out)
        root.rename(out)
    return report


def _refuse_nonsense(paths: Sequence[Path], out: Path, fps: int) -> None:
    if out.exists():
        raise ExportRefused(f"{out} exists. Choose another --out: a dataset is never overwritten.")
    if not 1 <= fps <= MAX_FPS:
        raise ExportRefused(f"{fps} frames a second cannot be exported. Choose 1 to {MAX_FPS}.")
    if not paths:
        raise ExportRefused("No episode was named. `armcade episodes list` shows what there is.")


class _Build:
    """A dataset growing in a folder of its own."""

    def __init__(self, root: Path, fps: int, on_rows: OnEpisode) -> None:
        self._root, self._fps, self._on_rows = root, fps, on_rows
        self._signature: Signature | None = None
        self._data: DataFiles | None = None
        self._tracks: dict[str, VideoTrack] = {}
        self._entries: list[tuple[Entry, tuple[int, int]]] = []
        self._exported: list[Exported] = []
        self._excluded: list[Excluded] = []

    def add(self, path: Path) -> None:
        """Adds an episode, or notes why not."""
        try:
            ready = self._prepare(path)
        except EpisodeUnreadable as error:
            self._excluded.append(Excluded(path.name, f"it {error.wrong}"))
        except (NoRows, PicturesDamaged, _Unfit) as error:
            self._excluded.append(Excluded(path.name, str(error)))
        else:
            self._append(ready)

    def finish(self, out: Path) -> Report:
        """Closes all files and writes the descriptions; raises ExportRefused for an empty dataset."""
        if self._signature is None or self._data is None:
            reasons = "\n".join(f"  {one.file}: {one.reason}" for one in self._excluded)
            raise ExportRefused(f"None of the episodes can be exported:\n{reasons}")
        self._data.close()
        for track in self._tracks.values():
            track.close()
        write_meta(self._root, self._signature, self._fps, self._entries)
        write_json(self._root / EXCLUDED, self._excluded)
        return Report(out, tuple(self._exported), tuple(self._excluded))

    def _prepare(self, path: Path) -> _Ready:
        episode = open_episode(path)
        self._check(episode)
        if episode.verdict is None:
            raise _Unfit(f"it has no verdict ({episode.closing.status})")
        pictures = {name: decodable(shown) for name, shown in episode.pictures.items()}
        rows = aligned(episode, pictures, self._fps)
        encodings = self._encode(episode, pictures, rows)
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        found = columns(episode, pictures, rows, self._fps)
        return _Ready(episode, episode.verdict, digest, rows, found, encodings)

    def _check(self, episode: Episode) -> None:
        if episode.closing.lost:
            raise _Unfit(f"{episode.closing.lost} messages were lost while it was recorded")
        if any(done.episode_id == episode.header.episode_id for done in self._exported):
            raise _Unfit(f"episode {episode.header.episode_id} is in the dataset already")
        if self._signature not in (None, signature_of(episode.header)):
            raise _Unfit("its arm, joints or cameras differ from those of the first exported episode")

    def _encode(
        self, episode: Episode, pictures: dict[str, Pictures], rows: Rows
    ) -> dict[str, EncodedEpisode]:
        cameras = signature_of(episode.header).cameras
        total, done = len(rows.t_ns) * len(cameras), 0

        def count() -> None:
            nonlocal done
            done += 1
            self._on_rows(episode.header.episode_id, done, total)

        return {
            camera.key: encoded(pictures[camera.name], rows.newest[camera.name], camera, self._fps, count)
            for camera in cameras
        }

    def _append(self, ready: _Ready) -> None:
        if self._signature is None or self._data is None:
            self._signature = signature_of(ready.episode.header)
            self._data = DataFiles(self._root, self._signature)
            self._tracks = {
                one.key: VideoTrack(self._root, one, self._fps) for one in self._signature.cameras
            }
        task = ready.episode.header.prompt.en
        tasks = task_numbers([entry for entry, _ in self._entries])
        first = sum(entry.rows for entry, _ in self._entries)
        place = Place(len(self._entries), first, tasks.get(task, len(tasks)))
        found = placed(ready.columns, place)
        file = self._data.append(found)
        spans = {key: self._tracks[key].append(pictures) for key, pictures in ready.pictures.items()}
        stats: dict[str, Stats] = {name: of_rows(values) for name, values in found.items()}
        stats |= {key: pictures.stats for key, pictures in ready.pictures.items()}
        header = ready.episode.header
        trimmed_s = (int(ready.rows.t_ns[0]) - header.started_ns) / NANOSECONDS
        entry = Entry(
            task=task,
            rows=len(ready.rows.t_ns),
            success=ready.verdict.solved,
            pseudonym=header.pseudonym,
            consent_version=header.consent.text_version,
            uid=episode_uid(header.episode_id),
            spans=spans,
            stats=stats,
            provenance=_provenance(ready, place.episode_index, trimmed_s),
        )
        self._entries.append((entry, file))
        self._exported.append(Exported(header.episode_id, entry.rows, entry.success, trimmed_s))


class _Unfit(Exception):
    """An episode that can be read but does not belong into this dataset."""


def _provenance(ready: _Ready, index: int, trimmed_s: float) -> dict[str, object]:
    header, verdict = ready.episode.header, ready.verdict
    return {
        "episode_uid": episode_uid(header.episode_id),
        "episode_index": index,
        "episode_id": header.episode_id,
        "sha256": ready.sha256,
        "turn_id": header.turn_id,
        "cell_id": header.cell_id,
        "source": header.source,
        "grasp_model": header.grasp_model,
        "software": header.software,
        "cell_config_sha256": header.cell_config_sha256,
        "calibration_sha256": header.calibration_sha256,
        "puzzle_id": header.puzzle_id,
        "puzzle_version": header.puzzle_version,
        "prompt_en": header.prompt.en,
        "prompt_zh": header.prompt.zh,
        "pseudonym": header.pseudonym,
        "consent_record": header.consent.record_id,
        "consent_version": header.consent.text_version,
        "consent_sha256": header.consent.text_sha256,
        "consent_given_utc_ns": header.consent.given_utc_ns,
        "referee_version": verdict.referee_version,
        "solved": verdict.solved,
        "reason": verdict.reason.en,
        "score": verdict.score,
        "stars": verdict.stars,
        "time_s": verdict.time_s,
        "moves": verdict.moves,
        "started_utc_ns": header.started_utc_ns,
        "started_ns": header.started_ns,
        "trimmed_start_s": trimmed_s,
        "header_json": msgspec.json.encode(header).decode(),
    }
