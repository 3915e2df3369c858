"""Growing arrays: rows in any portions give the same chunks, which zarr's own library reads."""

import zipfile
from pathlib import Path

import numpy as np
import zarr
from hypothesis import given
from hypothesis import strategies as st

from teleop.episodes.layouts.zarr_v2 import GrowingArray, new_store, put_group


class Kept:
    """A store in memory."""

    def __init__(self) -> None:
        self.keys: dict[str, bytes] = {}

    def put(self, key: str, data: bytes) -> None:
        """Keeps the bytes, once."""
        assert key not in self.keys
        self.keys[key] = data


def grown(portions: list[int], chunk_rows: int) -> dict[str, bytes]:
    store = Kept()
    values = np.arange(sum(portions) * 2, dtype=np.int64).reshape(-1, 2)
    array = GrowingArray(store, "a", values, chunk_rows)
    first = 0
    for portion in portions:
        array.append(values[first : first + portion])
        first += portion
    array.close()
    return store.keys


@given(st.lists(st.integers(0, 9), max_size=6), st.integers(1, 7))
def test_portions_do_not_matter(portions: list[int], chunk_rows: int) -> None:
    keys = grown(portions, chunk_rows)
    assert keys == grown([sum(portions)], chunk_rows)
    assert len(keys) == 1 + -(-sum(portions) // chunk_rows)


def test_a_folder_is_read_by_zarr(tmp_path: Path) -> None:
    values = np.array([True, False, True])
    with new_store(tmp_path / "set.zarr") as store:
        put_group(store, "", {"unit": "rad"})
        array = GrowingArray(store, "flags", values, 2)
        array.append(values)
        array.close()
    group = zarr.open_group(str(tmp_path / "set.zarr"), mode="r", zarr_format=2)
    assert group["flags"][:].tolist() == values.tolist()
    assert group.attrs["unit"] == "rad"


def test_a_zip_file_holds_no_times(tmp_path: Path) -> None:
    with new_store(tmp_path / "set.zarr.zip") as store:
        put_group(store, "")
    with zipfile.ZipFile(tmp_path / "set.zarr.zip") as file:
        assert [(one.filename, one.date_time) for one in file.infolist()] == [
            (".zgroup", (1980, 1, 1, 0, 0, 0))
        ]
