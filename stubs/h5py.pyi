from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

class AttributeManager:
    def __setitem__(self, name: str, value: object) -> None: ...

class Group:
    attrs: AttributeManager
    def __getitem__(self, name: str) -> Any: ...
    def create_group(self, name: str) -> Group: ...
    def create_dataset(
        self,
        name: str,
        shape: tuple[int, ...] | None = ...,
        dtype: str | None = ...,
        data: npt.NDArray[np.generic] | None = ...,
        chunks: tuple[int, ...] | None = ...,
        compression: str | None = ...,
        compression_opts: int | None = ...,
        track_times: bool = ...,
    ) -> Dataset: ...
    def create_virtual_dataset(self, name: str, layout: VirtualLayout) -> Dataset: ...
    def copy(self, source: str, dest: Group, name: str | None = ...) -> None: ...

class File(Group):
    filename: str
    def __init__(self, name: object, mode: str = ..., libver: str | None = ...) -> None: ...
    def __enter__(self) -> File: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

class Dataset:
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    file: File
    def __getitem__(self, key: object) -> Any: ...
    def __setitem__(self, key: object, value: object) -> None: ...

class _Properties:
    def set_obj_track_times(self, wanted: bool) -> None: ...

class VirtualLayout:
    dcpl: _Properties
    def __init__(
        self, shape: tuple[int, ...], dtype: np.dtype[np.generic], filename: str | None = ...
    ) -> None: ...
    def __setitem__(self, key: object, value: VirtualSource) -> None: ...

class VirtualSource:
    def __init__(self, path_or_dataset: Dataset) -> None: ...
    def __getitem__(self, key: object) -> VirtualSource: ...
