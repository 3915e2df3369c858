"""Where episodes of a data set move to when some are taken out: numbers, rows, pictures. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from teleop.episodes.statistics import of_counting

Row = dict[str, object]
Numbers = npt.NDArray[np.int64]


class LayoutRefused(ValueError):
    """A data set that is not laid out as expected; the text says what does not fit."""


@dataclass(frozen=True, slots=True)
class Places:
    """For every kept episode's old number: its new number and how many rows before it have gone."""

    number: Mapping[int, int]
    shift: Mapping[int, int]

    def keeps(self, episode_index: Numbers) -> npt.NDArray[np.bool_]:
        """Which of these rows stay."""
        return np.isin(episode_index, list(self.number))

    def numbers(self, episode_index: Numbers) -> Numbers:
        """New episode numbers of kept rows."""
        return _looked_up(self.number, episode_index)

    def rows(self, index: Numbers, episode_index: Numbers) -> Numbers:
        """New row numbers of kept rows."""
        return index - _looked_up(self.shift, episode_index)

    def moves(self, episode_index: Numbers) -> bool:
        """Whether any of these rows goes or gets another number."""
        return not self.keeps(episode_index).all() or any(
            self.number[one] != one or self.shift[one] for one in np.unique(episode_index).tolist()
        )


@dataclass(frozen=True, slots=True)
class Span:
    """An episode's pictures in a video file: first picture and how many."""

    episode: int
    first: int
    count: int


def places_of(episodes: Sequence[Row], gone: Collection[int]) -> Places:
    """The new places of all episodes but those that go, in the order of their rows."""
    number: dict[int, int] = {}
    shift: dict[int, int] = {}
    rows_gone = 0
    for row in sorted(episodes, key=lambda one: whole(one, "dataset_from_index")):
        episode = whole(row, "episode_index")
        if episode in gone:
            rows_gone += whole(row, "length")
        else:
            number[episode], shift[episode] = len(number), rows_gone
    return Places(number, shift)


def whole(row: Mapping[str, object], name: str) -> int:
    """A whole number of a row; raises LayoutRefused."""
    value = row.get(name)
    if not isinstance(value, int):
        raise LayoutRefused(f"an episode has no number {name!r}")
    return value


def seconds(row: Mapping[str, object], name: str) -> float:
    """A time of a row in s; raises LayoutRefused."""
    value = row.get(name)
    if not isinstance(value, float):
        raise LayoutRefused(f"an episode has no time {name!r}")
    return value


def spans_in(episodes: Sequence[Row], key: str, chunk: int, file: int, fps: int) -> list[Span]:
    """The episodes that lie in one video file of a camera, in the order of their pictures."""
    name = f"videos/{key}"
    found = [
        Span(whole(row, "episode_index"), round(seconds(row, f"{name}/from_timestamp") * fps),
             whole(row, "length"))
        for row in episodes
        if (whole(row, f"{name}/chunk_index"), whole(row, f"{name}/file_index")) == (chunk, file)
    ]  # fmt: skip
    found.sort(key=lambda span: span.first)
    for before, after in zip(found, found[1:], strict=False):
        if before.first + before.count > after.first:
            raise LayoutRefused(f"episodes {before.episode} and {after.episode} share pictures of {key}")
    return found


def moved(row: Row, places: Places) -> Row:
    """A kept episode's description at its new place; videos are moved by `shown_from`."""
    episode = whole(row, "episode_index")
    number, shift = places.number[episode], places.shift[episode]
    new = row | {
        "episode_index": number,
        "dataset_from_index": whole(row, "dataset_from_index") - shift,
        "dataset_to_index": whole(row, "dataset_to_index") - shift,
    }
    count = whole(row, "length")
    for feature, stats in (
        ("episode_index", of_counting(number, count, step=0)),
        ("index", of_counting(whole(row, "dataset_from_index") - shift, count)),
    ):
        for part, value in stats.values().items():
            name = f"stats/{feature}/{part}"
            if name in row:
                new[name] = value
    return new


def shown_from(row: Row, key: str, first: int, fps: int) -> Row:
    """The description with this camera's pictures beginning at picture `first` of the same file."""
    count = whole(row, "length")
    name = f"videos/{key}"
    return row | {f"{name}/from_timestamp": first / fps, f"{name}/to_timestamp": (first + count) / fps}


def _looked_up(table: Mapping[int, int], keys: Numbers) -> Numbers:
    distinct, where = np.unique(keys, return_inverse=True)
    values = np.array([table[one] for one in distinct.tolist()], dtype=np.int64)
    return values[where] if len(values) else keys
