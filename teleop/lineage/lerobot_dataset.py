"""Takes episodes out of a LeRobotDataset v3.0: a new folder beside it, everyone else's bytes unchanged.

Video packets are copied, row groups keep every recorded value, and what does not change is the same file
(a hard link). Only the numbers that say where an episode lies in the data set are written anew.
"""

import re
from collections.abc import Collection, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from teleop.durable_files import write_whole
from teleop.episodes.card.describe import CARD, DESCRIPTION, redescribe
from teleop.episodes.exporting.rows import episode_uid
from teleop.episodes.lerobot_v3.subtasks import PATH as SUBTASKS
from teleop.lineage.cut_video import open_video, write_cut
from teleop.lineage.dataset_tables import (
    EPISODES,
    DatasetRefused,
    Described,
    pooled_stats,
    uids,
    write_episodes,
    write_rows,
    write_subtasks,
)
from teleop.lineage.files import link, sync_tree
from teleop.lineage.mp4 import Mp4Refused
from teleop.lineage.places import (
    LayoutRefused,
    Places,
    Row,
    Span,
    moved,
    places_of,
    shown_from,
    spans_in,
    whole,
)
from teleop.lineage.plan import Found, refuse_mention
from teleop.lineage.prov import pruned

_NUMBERED = re.compile(r"chunk-(\d+)/file-(\d+)\.\w+$")
_INFO, _STATS, _EXCLUDED = "meta/info.json", "meta/stats.json", "meta/excluded.json"
COPIERS = 3
PROV = "meta/prov.json"


@dataclass(frozen=True, slots=True)
class _Dataset:
    root: Path
    info: dict[str, object]
    described: tuple[Described, ...]
    episodes: list[Row]
    gone: frozenset[int]
    places: Places

    @property
    def fps(self) -> int:
        return whole(self.info, "fps")


def holds(root: Path, episode_ids: Collection[str]) -> Found:
    """Which of these episodes lie in the data set, by the `episode_uid` of its rows.

    Raises DatasetRefused, OSError.
    """
    held = set(uids(root).values())
    wanted = tuple(one for one in episode_ids if episode_uid(one) in held)
    return Found(wanted, len(held) - len(wanted))


def write_without(root: Path, episode_ids: Collection[str], out: Path) -> tuple[int, ...]:
    """Writes the data set without these episodes to `out`; the old numbers of those that stay are returned.

    Everything is on disk when this returns. Raises DatasetRefused (nothing usable is in `out` then), OSError.
    """
    try:
        dataset = _opened(root, episode_ids)
        if not dataset.places.number:
            raise DatasetRefused(f"{root}: no episode would be left")
        with ThreadPoolExecutor(COPIERS) as copiers:
            first, copying = _write_videos(dataset, out, copiers)
            _write_meta(dataset, first, out)
            _write_others(dataset, frozenset(episode_ids), out)
            hashes = {str(path.relative_to(out)): one.result() for path, one in copying.items()}
        if (root / CARD).exists():
            redescribe(out, root, episode_ids, hashes)
        sync_tree(out)
    except (LayoutRefused, Mp4Refused, pa.ArrowException, msgspec.MsgspecError) as error:
        raise DatasetRefused(f"{root}: {error}") from error
    return tuple(dataset.places.number)


def _opened(root: Path, episode_ids: Collection[str]) -> _Dataset:
    info = msgspec.json.decode((root / _INFO).read_bytes(), type=dict[str, object])
    if info.get("codebase_version") != "v3.0":
        raise LayoutRefused(f"its version is {info.get('codebase_version')!r}, known is 'v3.0'")
    described = tuple(Described(path) for path in sorted((root / EPISODES).rglob("*.parquet")))
    wanted = {episode_uid(one) for one in episode_ids}
    gone = frozenset(number for number, uid in uids(root).items() if uid in wanted)
    rows = [row for one in described for row in one.rows]
    return _Dataset(root, info, described, rows, gone, places_of(rows, gone))


def _write_videos(
    dataset: _Dataset, out: Path, copiers: Executor
) -> tuple[dict[tuple[str, int], int], dict[Path, Future[str]]]:
    """Cuts or links every video file; where each camera's pictures of a kept episode now begin.

    The copying is begun only: a new file is there when its future is, which then is its SHA-256.
    """
    copying: dict[Path, Future[str]] = {}
    first: dict[tuple[str, int], int] = {}
    for path in sorted((dataset.root / "videos").rglob("*.mp4")):
        named = _NUMBERED.search(str(path))
        if named is None:
            raise LayoutRefused(f"{path.name} has no number")
        key = path.relative_to(dataset.root / "videos").parts[0]
        spans = spans_in(dataset.episodes, key, int(named[1]), int(named[2]), dataset.fps)
        stay = [span for span in spans if span.episode not in dataset.gone]
        target = out / path.relative_to(dataset.root)
        if len(stay) == len(spans):
            link(path, target)
            first |= {(key, span.episode): span.first for span in stay}
            continue
        at = 0
        for span in stay:
            first[key, span.episode] = at
            at += span.count
        if stay:
            video = open_video(path)
            _check_cuts(path, spans, video.samples.key.tolist())
            kept = np.concatenate([np.arange(one.first, one.first + one.count) for one in stay])
            copying[target] = copiers.submit(write_cut, video, kept, target)
    return first, copying


def _check_cuts(path: Path, spans: Sequence[Span], keys: list[bool]) -> None:
    for span in spans:
        if span.first + span.count > len(keys):
            raise LayoutRefused(f"{path.name} ends before episode {span.episode}")
        if not keys[span.first]:
            raise LayoutRefused(f"episode {span.episode} does not begin with a key picture in {path.name}")


def _write_meta(dataset: _Dataset, first: dict[tuple[str, int], int], out: Path) -> None:
    kept: list[Row] = []
    tables: list[pa.Table] = []
    for one in dataset.described:
        rows = [_described(row, dataset, first) for row in one.rows]
        table = one.changed(rows)
        if table.num_rows:
            kept += [row for row in rows if row is not None]
            tables.append(table)
            write_episodes(table, out / one.path.relative_to(dataset.root))
    info = dataset.info | {
        "total_episodes": len(kept),
        "total_frames": sum(whole(row, "length") for row in kept),
        "splits": {"train": f"0:{len(kept)}"},
    }
    _write_json(out / _INFO, info)
    stats = msgspec.json.decode((dataset.root / _STATS).read_bytes(), type=dict[str, object])
    _write_json(out / _STATS, pooled_stats(pa.concat_tables(tables), list(stats)))


def _described(row: Row, dataset: _Dataset, first: dict[tuple[str, int], int]) -> Row | None:
    """A kept episode's new description; None for one that goes."""
    number = whole(row, "episode_index")
    if number in dataset.gone:
        return None
    new = moved(row, dataset.places)
    for (key, episode), picture in first.items():
        if episode == number:
            new = shown_from(new, key, picture, dataset.fps)
    return new


def _write_others(dataset: _Dataset, gone: frozenset[str], out: Path) -> None:
    """Everything else: tables lose the rows of what goes, the list of exclusions its names."""
    written = {_INFO, _STATS, *((*DESCRIPTION, PROV) if (dataset.root / CARD).exists() else ())}
    for path in sorted(one for one in dataset.root.rglob("*") if one.is_file()):
        name = path.relative_to(dataset.root)
        if str(name) in written or name.parts[0] == "videos" or str(name).startswith(EPISODES):
            continue
        if str(name) == _EXCLUDED:
            listed = msgspec.json.decode(path.read_bytes(), type=list[dict[str, object]])
            _write_json(out / name, [one for one in listed if Path(str(one.get("file"))).stem not in gone])
        elif str(name) == PROV:
            document = msgspec.json.decode(path.read_bytes(), type=dict[str, object])
            _write_json(out / name, pruned(document, gone))
        elif str(name) == SUBTASKS:
            write_subtasks(path, sorted((out / "data").rglob("*.parquet")), out / name)
        elif path.suffix == ".parquet" and "episode_index" in pq.read_schema(path).names:
            write_rows(path, dataset.places, out / name)
        else:
            refuse_mention(path.name, path.read_bytes(), gone)
            link(path, out / name)


def _write_json(path: Path, value: object) -> None:
    """Readable JSON, as the exporter writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, msgspec.json.format(msgspec.json.encode(value), indent=4) + b"\n")
