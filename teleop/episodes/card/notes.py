"""What a format says of itself on the dataset's card. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Notes:
    """A format's title, hub tags, code that loads it, and where columns lie when not under their own names.

    `places` maps a column to its place and `elsewhere` says where all other columns lie, with {name}.
    `whole_ns` says that columns of float64 seconds stand as int64, under names that end in _ns.
    `parquet` is the glob of files whose columns bear our names, if any; `whole` names folders that are
    described as one; `limits` are what one must know beyond what holds for every format.
    """

    title: str
    loading: str
    tags: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    elsewhere: str = "{name}"
    pictures: str = "observation.images.{name}"
    whole_ns: bool = False
    parquet: str = ""
    whole: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
