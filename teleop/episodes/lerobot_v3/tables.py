"""The parquet and JSON files of a dataset, in the layout of LeRobotDataset v3.0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from teleop.episodes.exporting.rows import Columns
from teleop.episodes.exporting.signature import Signature
from teleop.episodes.lerobot_v3.features import Feature, arrow_schema, described, frame_features
from teleop.episodes.lerobot_v3.limits import MEGABYTE, Limits
from teleop.episodes.lerobot_v3.video import Span
from teleop.episodes.statistics import FIELDS, Stats, pooled

CODEBASE_VERSION = "v3.0"
DATA_PATH = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
VIDEO_PATH = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"
EPISODES_PATH = "meta/episodes/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the dataset keeps about one episode: task, label, origin, places and statistics."""

    task: str
    rows: int
    success: bool
    pseudonym: str
    consent_version: str
    uid: int
    spans: dict[str, Span]
    stats: dict[str, Stats]
    provenance: Mapping[str, object]


class DataFiles:
    """Appends episodes to data files of limited size, one row group each."""

    def __init__(self, root: Path, signature: Signature, limits: Limits) -> None:
        """Prepares files below `root/data`; they are opened when rows come."""
        self._root, self._limits = root, limits
        self._features = frame_features(signature)
        self._schema = arrow_schema(signature)
        self._writer: pq.ParquetWriter | None = None
        self._file, self._bytes = -1, 0

    def append(self, columns: Columns) -> tuple[int, int]:
        """Writes an episode's rows and returns chunk and file index."""
        arrays = [_arrow(feature, columns) for feature in self._features]
        table = pa.Table.from_arrays(arrays, schema=self._schema)
        if self._writer is None or self._bytes + table.nbytes > self._limits.data_bytes:
            self._open_next()
        chunk, file = self._limits.place(self._file)
        if self._writer is not None:
            self._writer.write_table(table, row_group_size=max(1, table.num_rows))
        self._bytes += table.nbytes
        return chunk, file

    def close(self) -> None:
        """Finishes the open file, if any."""
        if self._writer is not None:
            self._writer.close()
        self._writer, self._bytes = None, 0

    def _open_next(self) -> None:
        self.close()
        self._file += 1
        chunk, file = self._limits.place(self._file)
        path = self._root / DATA_PATH.format(chunk_index=chunk, file_index=file)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(path, self._schema, compression="snappy")


def write_meta(
    root: Path,
    signature: Signature,
    fps: int,
    entries: Sequence[tuple[Entry, tuple[int, int]]],
    limits: Limits,
) -> None:
    """Writes everything below `root/meta`; each entry comes with its data chunk and file index."""
    tasks = task_numbers([entry for entry, _ in entries])
    total = sum(entry.rows for entry, _ in entries)
    info = {
        "codebase_version": CODEBASE_VERSION,
        "robot_type": signature.arm,
        "total_episodes": len(entries),
        "total_frames": total,
        "total_tasks": len(tasks),
        "chunks_size": limits.files_per_chunk,
        "data_files_size_in_mb": limits.data_bytes // MEGABYTE,
        "video_files_size_in_mb": limits.video_bytes // MEGABYTE,
        "fps": fps,
        "splits": {"train": f"0:{len(entries)}"},
        "data_path": DATA_PATH,
        "video_path": VIDEO_PATH if signature.cameras else None,
        "features": described(signature, fps),
    }
    meta = root / "meta"
    meta.mkdir(parents=True, exist_ok=True)
    write_json(meta / "info.json", info)
    write_json(meta / "stats.json", _pooled_stats([entry.stats for entry, _ in entries]))
    _write_tasks(meta / "tasks.parquet", tasks)
    _write_episodes(root, signature, entries, limits)
    _write_provenance(meta / "provenance.parquet", [entry for entry, _ in entries])


def task_numbers(entries: Sequence[Entry]) -> dict[str, int]:
    """Each task's number, in the order in which the episodes bring them."""
    return {task: number for number, task in enumerate(dict.fromkeys(entry.task for entry in entries))}


def write_json(path: Path, value: object) -> None:
    """Writes readable JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=4) + b"\n")


def _arrow(feature: Feature, columns: Columns) -> pa.Array:
    values = np.ascontiguousarray(columns[feature.name])
    if feature.names is None:
        return pa.array(values, type=feature.arrow_type)
    return pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), len(feature.names))


def _pooled_stats(stats: Sequence[dict[str, Stats]]) -> dict[str, object]:
    return {name: pooled([one[name] for one in stats]).values() for name in stats[0]}


def _write_tasks(path: Path, tasks: dict[str, int]) -> None:
    columns = [
        {
            "name": "task_index",
            "field_name": "task_index",
            "pandas_type": "int64",
            "numpy_type": "int64",
            "metadata": None,
        },
        {
            "name": "task",
            "field_name": "task",
            "pandas_type": "unicode",
            "numpy_type": "object",
            "metadata": None,
        },
    ]
    note = {"index_columns": ["task"], "column_indexes": [], "columns": columns, "pandas_version": "2.0.0"}
    schema = pa.schema(
        [pa.field("task_index", pa.int64()), pa.field("task", pa.string())],
        metadata={"pandas": msgspec.json.encode(note).decode()},
    )
    rows = [{"task_index": number, "task": task} for task, number in tasks.items()]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, compression="snappy")


def _write_episodes(
    root: Path, signature: Signature, entries: Sequence[tuple[Entry, tuple[int, int]]], limits: Limits
) -> None:
    files: list[list[dict[str, object]]] = [[]]
    first = size = 0
    for number, (entry, place) in enumerate(entries):
        row = _episode_row(number, first, entry, place)
        added = len(msgspec.json.encode(row))
        if files[-1] and size + added > limits.data_bytes:
            files.append([])
            size = 0
        chunk, file = limits.place(len(files) - 1)
        files[-1].append(row | {"meta/episodes/chunk_index": chunk, "meta/episodes/file_index": file})
        size += added
        first += entry.rows
    schema = _episode_schema(signature)
    for at, rows in enumerate(files):
        chunk, file = limits.place(at)
        path = root / EPISODES_PATH.format(chunk_index=chunk, file_index=file)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, compression="snappy")


def _episode_row(number: int, first: int, entry: Entry, place: tuple[int, int]) -> dict[str, object]:
    row: dict[str, object] = {
        "episode_index": number,
        "tasks": [entry.task],
        "length": entry.rows,
        "data/chunk_index": place[0],
        "data/file_index": place[1],
        "dataset_from_index": first,
        "dataset_to_index": first + entry.rows,
        "success": entry.success,
        "provenance/pseudonym": entry.pseudonym,
        "provenance/consent_version": entry.consent_version,
        "provenance/episode_uid": entry.uid,
    }
    for key, span in entry.spans.items():
        row[f"videos/{key}/chunk_index"] = span.chunk_index
        row[f"videos/{key}/file_index"] = span.file_index
        row[f"videos/{key}/from_timestamp"] = span.from_s
        row[f"videos/{key}/to_timestamp"] = span.to_s
    for feature, stats in entry.stats.items():
        row |= {f"stats/{feature}/{name}": value for name, value in stats.values().items()}
    return row


def _episode_schema(signature: Signature) -> pa.Schema:
    number, text, real = pa.int64(), pa.string(), pa.float64()
    fields = [
        pa.field("episode_index", number),
        pa.field("tasks", pa.list_(text)),
        pa.field("length", number),
        pa.field("data/chunk_index", number),
        pa.field("data/file_index", number),
        pa.field("dataset_from_index", number),
        pa.field("dataset_to_index", number),
    ]
    for camera in signature.cameras:
        fields.append(pa.field(f"videos/{camera.key}/chunk_index", number))
        fields.append(pa.field(f"videos/{camera.key}/file_index", number))
        fields.append(pa.field(f"videos/{camera.key}/from_timestamp", real))
        fields.append(pa.field(f"videos/{camera.key}/to_timestamp", real))
    shapes = {feature.name: pa.list_(real) for feature in frame_features(signature)}
    shapes |= {camera.key: pa.list_(pa.list_(pa.list_(real))) for camera in signature.cameras}
    for name, shape in shapes.items():
        fields += [
            pa.field(f"stats/{name}/{part}", pa.list_(number) if part == "count" else shape)
            for part in FIELDS
        ]
    fields.append(pa.field("success", pa.bool_()))
    fields.append(pa.field("provenance/pseudonym", text))
    fields.append(pa.field("provenance/consent_version", text))
    fields.append(pa.field("provenance/episode_uid", number))
    fields.append(pa.field("meta/episodes/chunk_index", number))
    fields.append(pa.field("meta/episodes/file_index", number))
    return pa.schema(fields)


def _write_provenance(path: Path, entries: Sequence[Entry]) -> None:
    types: dict[type, pa.DataType] = {int: pa.int64(), bool: pa.bool_(), float: pa.float64()}
    schema = pa.schema(
        [pa.field(name, types.get(type(value), pa.string())) for name, value in entries[0].provenance.items()]
    )
    rows = [entry.provenance for entry in entries]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, compression="snappy")
