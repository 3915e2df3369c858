"""Beside the rows: every observation, action and input of all episodes as recorded, with its true time.

One table a stream, one row group an episode; `t_ns` is the cell's clock, as everywhere in an episode.
"""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from teleop.episodes.arrays import Actions, Inputs, Observations
from teleop.episodes.loading import Episode

FOLDER = "full_rate"
STREAMS = ("observations", "actions", "inputs")
_Stream = Observations | Actions | Inputs
_INDEX = pa.field("episode_index", pa.int64())


def write_streams(folder: Path, episode: Episode) -> None:
    """Keeps an episode's streams, for `join_streams`."""
    (folder / FOLDER).mkdir()
    streams: tuple[_Stream, ...] = (episode.observations, episode.actions, episode.inputs)
    for name, stream in zip(STREAMS, streams, strict=True):
        pq.write_table(_table(stream), folder / FOLDER / f"{name}.parquet", compression="zstd")


def join_streams(parts: Sequence[Path], root: Path) -> None:
    """Writes the tables of a dataset from the folders of its episodes, in their order."""
    (root / FOLDER).mkdir()
    for name in STREAMS:
        target = root / FOLDER / f"{name}.parquet"
        tables = (pq.read_table(part / FOLDER / f"{name}.parquet") for part in parts)
        first = next(tables)
        with pq.ParquetWriter(target, first.schema, compression="zstd") as writer:
            for number, table in enumerate((first, *tables)):
                numbers = pa.array(np.full(table.num_rows, number, dtype=np.int64))
                placed = table.set_column(0, _INDEX, numbers)
                writer.write_table(placed, row_group_size=max(1, table.num_rows))


def _table(stream: _Stream) -> pa.Table:
    hints = get_type_hints(type(stream))
    rows = len(stream.t_ns)
    columns, kinds = [pa.array(np.zeros(rows, dtype=np.int64))], [_INDEX]
    for field in fields(stream):
        array, kind = _column(getattr(stream, field.name), get_args(hints[field.name]))
        columns.append(array)
        kinds.append(pa.field(field.name, kind))
    return pa.Table.from_arrays(columns, schema=pa.schema(kinds))


def _column(values: object, item: tuple[object, ...]) -> tuple[pa.Array, pa.DataType]:
    if isinstance(values, np.ndarray):
        value = {"f": pa.float64(), "i": pa.int64(), "b": pa.bool_()}[values.dtype.kind]
        if values.ndim == 1:
            return pa.array(values, type=value), value
        kind = pa.list_(value, values.shape[1])
        flat = pa.array(np.ascontiguousarray(values).reshape(-1), type=value)
        return pa.FixedSizeListArray.from_arrays(flat, values.shape[1]), kind
    kind = pa.list_(pa.string()) if item and item[0] == tuple[str, ...] else pa.string()
    return pa.array(values, type=kind), kind
