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

from teleop.durable_files import sync, write_whole
from teleop.episodes.card.describe import CARD, DESCRIPTION, redescribe
from teleop.episodes.exporting.rows import episode_uid
from teleop.lineage.cut_video import open_video, write_cut
from teleop.lineage.files import link, sync_tree
from teleop.lineage.mp4 import Mp4Refused
from teleop.lineage.places import (
    LayoutRefused,
    Places,
    Row,
    Span,
    moved,
    places_of,
    pooled_stats,
    shown_from,
    spans_in,
    whole,
)
from teleop.lineage.prov import pruned

_NUMBERED = re.compile(r"chunk-(\d+)/file-(\d+)\.\w+$")
_EPISODES, _INFO, _STATS, _EXCLUDED = (
    "meta/episodes",
    "meta/info.json",
    "meta/stats.json",
    "meta/excluded.json",
)
COPIERS = 2
PROV = "meta/prov.json"


class DatasetRefused(Exception):
    """A data set that cannot be rewritten; it is untouched, and the text says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """Which of the wanted episodes a data set holds, and how many others."""

    wanted: tuple[str, ...]
    others: int


@dataclass(frozen=True, slots=True)
class _Dataset:
    root: Path
    info: dict[str, object]
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
    uids = {uid for uid in _uids(root).values() if uid is not None}
    wanted = tuple(one for one in episode_ids if episode_uid(one) in uids)
    return Found(wanted, len(uids) - len(wanted))


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
            for one in copying:
                one.result()
        if (root / CARD).exists():
            redescribe(out, root, episode_ids)
        sync_tree(out)
    except (LayoutRefused, Mp4Refused, pa.ArrowException, msgspec.MsgspecError) as error:
        raise DatasetRefused(f"{root}: {error}") from error
    return tuple(dataset.places.number)


def _opened(root: Path, episode_ids: Collection[str]) -> _Dataset:
    info = msgspec.json.decode((root / _INFO).read_bytes(), type=dict[str, object])
    if info.get("codebase_version") != "v3.0":
        raise LayoutRefused(f"its version is {info.get('codebase_version')!r}, known is 'v3.0'")
    episodes = [
        row
        for path in sorted((root / _EPISODES).rglob("*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]
    wanted = {episode_uid(one) for one in episode_ids}
    gone = frozenset(number for number, uid in _uids(root).items() if uid in wanted)
    return _Dataset(root, info, episodes, gone, places_of(episodes, gone))


def _uids(root: Path) -> dict[int, int | None]:
    """Each episode's number and uid, from the rows themselves."""
    found: dict[int, int | None] = {}
    for path in sorted((root / "data").rglob("*.parquet")):
        try:
            table = pq.read_table(path, columns=["episode_index", "episode_uid"])
        except (pa.ArrowException, KeyError) as error:
            raise DatasetRefused(f"{path}: {error}") from error
        numbers = table.column("episode_index").to_numpy()
        uids = table.column("episode_uid").to_numpy()
        for number, at in zip(
            *(part.tolist() for part in np.unique(numbers, return_index=True)), strict=True
        ):
            if (uids[numbers == number] != uids[at]).any():
                raise DatasetRefused(f"{path}: the rows of episode {number} have several uids")
            found[number] = int(uids[at])
    return found


def _write_videos(
    dataset: _Dataset, out: Path, copiers: Executor
) -> tuple[dict[tuple[str, int], int], list[Future[None]]]:
    """Cuts or links every video file; where each camera's pictures of a kept episode now begin.

    The copying is begun only: it is done when the futures are.
    """
    copying: list[Future[None]] = []
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
            copying.append(copiers.submit(write_cut, video, kept, target))
    return first, copying


def _check_cuts(path: Path, spans: Sequence[Span], keys: list[bool]) -> None:
    for span in spans:
        if span.first + span.count > len(keys):
            raise LayoutRefused(f"{path.name} ends before episode {span.episode}")
        if not keys[span.first]:
            raise LayoutRefused(f"episode {span.episode} does not begin with a key picture in {path.name}")


def _write_meta(dataset: _Dataset, first: dict[tuple[str, int], int], out: Path) -> None:
    kept: list[Row] = []
    for path in sorted((dataset.root / _EPISODES).rglob("*.parquet")):
        table = pq.read_table(path)
        rows = [_described(row, dataset, first) for row in table.to_pylist()]
        stay = [row for row in rows if row is not None]
        kept += stay
        if stay:
            target = out / path.relative_to(dataset.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(stay, schema=table.schema), target, compression="snappy")
            sync(target)
    rows_left = sum(whole(row, "length") for row in kept)
    info = dataset.info | {
        "total_episodes": len(kept),
        "total_frames": rows_left,
        "splits": {"train": f"0:{len(kept)}"},
    }
    _write_json(out / _INFO, info)
    stats = msgspec.json.decode((dataset.root / _STATS).read_bytes(), type=dict[str, object])
    _write_json(out / _STATS, pooled_stats(kept, list(stats)))


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
    written = {_INFO, _STATS, *(DESCRIPTION if (dataset.root / CARD).exists() else ())}
    for path in sorted(one for one in dataset.root.rglob("*") if one.is_file()):
        name = path.relative_to(dataset.root)
        if str(name) in written or name.parts[0] == "videos" or str(name).startswith(_EPISODES):
            continue
        if str(name) == _EXCLUDED:
            listed = msgspec.json.decode(path.read_bytes(), type=list[dict[str, object]])
            _write_json(out / name, [one for one in listed if Path(str(one.get("file"))).stem not in gone])
        elif str(name) == PROV:
            document = msgspec.json.decode(path.read_bytes(), type=dict[str, object])
            _write_json(out / name, pruned(document, gone))
        elif path.suffix == ".parquet" and "episode_index" in pq.read_schema(path).names:
            _write_table(path, dataset.places, out / name)
        else:
            _refuse_mention(path, gone)
            link(path, out / name)


def _write_table(path: Path, places: Places, target: Path) -> None:
    """A table without the rows that go, row group by row group; the same file when nothing moves."""
    with pq.ParquetFile(path) as source:
        numbers = source.read(columns=["episode_index"]).column("episode_index").to_numpy()
        if not places.moves(numbers):
            link(path, target)
            return
        if not places.keeps(numbers).any():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(target, source.schema_arrow, compression="snappy") as writer:
            for group in range(source.num_row_groups):
                table = _moved_rows(source.read_row_group(group), places)
                if table.num_rows:
                    writer.write_table(table, row_group_size=table.num_rows)
    sync(target)


def _moved_rows(table: pa.Table, places: Places) -> pa.Table:
    keeps = places.keeps(table.column("episode_index").to_numpy())
    kept = table if keeps.all() else table.filter(pa.array(keeps))
    numbers = kept.column("episode_index").to_numpy()
    new = {"episode_index": places.numbers(numbers)}
    if "index" in kept.schema.names:
        new["index"] = places.rows(kept.column("index").to_numpy(), numbers)
    for name, values in new.items():
        field = kept.schema.field(name)
        kept = kept.set_column(kept.schema.get_field_index(name), field, pa.array(values, type=field.type))
    return kept


def _refuse_mention(path: Path, gone: frozenset[str]) -> None:
    """A file of unknown kind may stay only if it does not name an episode that goes."""
    content = path.read_bytes()
    named = next((one for one in sorted(gone) if one.encode() in content), None)
    if named is not None:
        raise LayoutRefused(f"{path.name} names episode {named}, and how to take it out is not known")


def _write_json(path: Path, value: object) -> None:
    """Readable JSON, as the exporter writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, msgspec.json.format(msgspec.json.encode(value), indent=4) + b"\n")
