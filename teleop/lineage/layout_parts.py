"""Takes the episodes that stay out of an export again, as the parts of which its format joins it anew.

One table, `TAKERS`: each taker fills a folder an episode with what the format's `join` reads, not decoding
what it need not.
"""

import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import zstandard

from teleop.episodes.exporting.contract import Facts
from teleop.episodes.exporting.rows import Columns
from teleop.episodes.layouts import aloha, mcap_files, replay_buffer, rerun_files, rlds, robomimic
from teleop.episodes.layouts.fields import Array
from teleop.episodes.layouts.hdf5 import created, opened
from teleop.episodes.lerobot_v3.parts import write_columns
from teleop.lineage.places import LayoutRefused

Wanted = Mapping[int, Path]
"""The folder to fill for the episode of each number in the export."""
Taker = Callable[[Path, Sequence[Facts], Wanted], None]
_LENGTH, _CHECKS = 8, 8


class _Shape(msgspec.Struct):
    dimensions: tuple[str, ...] = ()


class _Tensor(msgspec.Struct):
    dtype: str
    shape: _Shape


class _Nested(msgspec.Struct):
    features: "dict[str, _Feature]"


class _Sequence(msgspec.Struct):
    feature: "_Feature"


class _Feature(msgspec.Struct, rename="camel"):
    features_dict: _Nested | None = None
    tensor: _Tensor | None = None
    sequence: _Sequence | None = None


class _About(msgspec.Struct):
    """What of a zarr array's description is needed to read it."""

    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: str


def _aloha(root: Path, _facts: Sequence[Facts], wanted: Wanted) -> None:
    for number, folder in wanted.items():
        os.link(root / f"episode_{number}.hdf5", folder / aloha.PART)


def _mcap(root: Path, facts: Sequence[Facts], wanted: Wanted) -> None:
    for number, folder in wanted.items():
        os.link(root / f"{facts[number].header.episode_id}.mcap", folder / mcap_files.PART)


def _rerun(root: Path, facts: Sequence[Facts], wanted: Wanted) -> None:
    for number, folder in wanted.items():
        os.link(root / f"{facts[number].header.episode_id}.rrd", folder / rerun_files.PART)


def _robomimic(root: Path, facts: Sequence[Facts], wanted: Wanted) -> None:
    with opened(root / robomimic.FILE) as source:
        for number, folder in wanted.items():
            with created(folder / robomimic.PART) as file:
                source.copy(f"data/demo_{number}", file, name=robomimic.DEMO)
                demo = file[robomimic.DEMO]
                del demo["actions"]
                for camera in facts[number].signature.cameras:
                    del demo[f"next_obs/{camera.name}_image"]


def _rlds(root: Path, facts: Sequence[Facts], wanted: Wanted) -> None:
    folder = root / rlds.NAME / rlds.VERSION
    whole = msgspec.json.decode((folder / "features.json").read_bytes(), type=_Feature)
    kinds = dict(_kinds(whole, ""))
    shards = sorted(folder.glob(f"{rlds.NAME}-train.tfrecord-*"))
    records = (record for shard in shards for record in _records(shard))
    count = 0
    for number, record in enumerate(records):
        count += 1
        if number in wanted:
            (wanted[number] / rlds.RECORD).write_bytes(record)
            write_columns(wanted[number], kinds)
    if count != len(facts):
        raise LayoutRefused(f"it has {count} records, its list {len(facts)} episodes")


def _records(shard: Path) -> Iterator[bytes]:
    """Each record as it lies in a file: length, its check, data, their check."""
    with shard.open("rb") as stream:
        while head := stream.read(_LENGTH):
            rest = int.from_bytes(head, "little") + _CHECKS
            data = stream.read(rest)
            if len(head) < _LENGTH or len(data) < rest:
                raise LayoutRefused(f"{shard.name} is cut off")
            yield head + data


def _kinds(one: _Feature, name: str) -> Iterator[tuple[str, Array]]:
    """An empty column for each tensor of a step, by the name that the layout's parts give it."""
    if one.tensor is not None:
        sizes = [int(size) for size in one.tensor.shape.dimensions]
        yield name, np.zeros((0, *sizes), dtype=one.tensor.dtype)
    elif one.sequence is not None:
        yield from _kinds(one.sequence.feature, "")
    elif one.features_dict is not None:
        for inner, feature in one.features_dict.features.items():
            if inner != "episode_metadata":
                yield from _kinds(feature, f"{name}|{inner}" if name else inner)


def _zarr(root: Path, facts: Sequence[Facts], wanted: Wanted) -> None:
    _buffer(_FolderKeys(root / replay_buffer.FOLDER), facts, wanted)


def _zarr_zip(root: Path, facts: Sequence[Facts], wanted: Wanted) -> None:
    with zipfile.ZipFile(root / replay_buffer.ZIP) as file:
        _buffer(_ZipKeys(file), facts, wanted)


class _FolderKeys:
    """A zarr group in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, key: str) -> bytes:
        return (self._root / key).read_bytes()

    def arrays(self) -> list[str]:
        """The names of the arrays below `data`."""
        return sorted(path.parent.name for path in (self._root / "data").glob("*/.zarray"))


class _ZipKeys:
    """A zarr group in a zip file."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    def get(self, key: str) -> bytes:
        return self._file.read(key)

    def arrays(self) -> list[str]:
        """The names of the arrays below `data`, in the order of the file."""
        names = (name.split("/") for name in self._file.namelist() if name.endswith("/.zarray"))
        return [name[1] for name in names if name[0] == "data"]


def _buffer(keys: "_FolderKeys | _ZipKeys", facts: Sequence[Facts], wanted: Wanted) -> None:
    ends = _array(keys, "meta/episode_ends").astype(np.int64).tolist()
    if ends != np.cumsum([one.rows for one in facts]).tolist():
        raise LayoutRefused("its episodes end elsewhere than its list says")
    spans = dict(enumerate(zip([0, *ends], ends, strict=False)))
    cameras = [camera.name for camera in facts[0].signature.cameras]
    column_of = {name: column for column, name in replay_buffer.RENAMED.items()}
    columns: Columns = {
        column_of.get(name, name): _array(keys, f"data/{name}")
        for name in keys.arrays()
        if name not in cameras
    }
    for number, folder in wanted.items():
        first, end = spans[number]
        write_columns(folder, {name: values[first:end] for name, values in columns.items()})
        for camera in cameras:
            chunks = [keys.get(f"data/{camera}/{row}.0.0.0") for row in range(first, end)]
            (folder / f"{camera}.zstd").write_bytes(b"".join(chunks))
            np.save(folder / f"{camera}.npy", np.array([len(one) for one in chunks], dtype=np.int64))


def _array(keys: "_FolderKeys | _ZipKeys", name: str) -> Array:
    """A whole array of columns, whose chunks part only the rows."""
    about = msgspec.json.decode(keys.get(f"{name}/.zarray"), type=_About)
    rows, high = about.shape[0], about.chunks[0]
    rest = "".join(".0" for _ in about.shape[1:])
    unpack = zstandard.ZstdDecompressor().decompress
    data = b"".join(unpack(keys.get(f"{name}/{at}{rest}")) for at in range(-(-rows // high)))
    return np.frombuffer(data, dtype=about.dtype).reshape(-1, *about.shape[1:])[:rows]


TAKERS: dict[str, Taker] = {
    "robomimic": _robomimic,
    "aloha": _aloha,
    "zarr": _zarr,
    "zarr-zip": _zarr_zip,
    "mcap": _mcap,
    "rerun": _rerun,
    "rlds": _rlds,
}
