"""One episode between its worker and its dataset: columns and encoded pictures in files of numpy."""

from pathlib import Path

import numpy as np

from teleop.episodes.exporting.rows import Columns
from teleop.episodes.exporting.signature import Camera
from teleop.episodes.lerobot_v3.video import EncodedEpisode, EncodedPicture
from teleop.episodes.statistics import QUANTILES, Stats

COLUMNS = "columns.npz"


def write_columns(folder: Path, found: Columns) -> None:
    """Keeps all columns in one file."""
    np.savez(folder / COLUMNS, allow_pickle=False, **found)


def read_columns(folder: Path) -> Columns:
    """What `write_columns` kept."""
    with np.load(folder / COLUMNS, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def write_pictures(folder: Path, camera: Camera, episode: EncodedEpisode) -> None:
    """Keeps one camera's pictures, one after the other, and beside them where each ends and statistics."""
    stats = episode.stats
    (folder / f"{camera.name}.h264").write_bytes(b"".join(one.annex_b for one in episode.pictures))
    np.savez(
        folder / f"{camera.name}.npz",
        allow_pickle=False,
        bytes=np.array([len(one.annex_b) for one in episode.pictures], dtype=np.int64),
        keyframe=np.array([one.keyframe for one in episode.pictures], dtype=np.bool_),
        count=np.array(stats.count, dtype=np.int64),
        copied=np.array(episode.copied, dtype=np.int64),
        min=stats.min,
        max=stats.max,
        mean=stats.mean,
        std=stats.std,
        **stats.quantiles,
    )


def read_pictures(folder: Path, camera: Camera) -> EncodedEpisode:
    """What `write_pictures` kept."""
    annex_b = (folder / f"{camera.name}.h264").read_bytes()
    with np.load(folder / f"{camera.name}.npz", allow_pickle=False) as arrays:
        ends = np.cumsum(arrays["bytes"]).tolist()
        spans = zip([0, *ends], ends, arrays["keyframe"].tolist(), strict=False)
        stats = Stats(
            min=arrays["min"],
            max=arrays["max"],
            mean=arrays["mean"],
            std=arrays["std"],
            count=int(arrays["count"]),
            quantiles={name: arrays[name] for name in QUANTILES},
        )
        copied = int(arrays["copied"])
    pictures = tuple(EncodedPicture(annex_b[start:end], keyframe) for start, end, keyframe in spans)
    return EncodedEpisode(pictures, stats, copied)
