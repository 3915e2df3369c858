"""The statistics that LeRobotDataset v3.0 keeps of every feature, per episode and pooled. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from teleop.episodes.arrays import Floats

QUANTILES = {"q01": 0.01, "q10": 0.10, "q50": 0.50, "q90": 0.90, "q99": 0.99}
FIELDS = ("min", "max", "mean", "std", "count", *QUANTILES)
LEVELS = 256


@dataclass(frozen=True, slots=True)
class Stats:
    """One feature's statistics, each an array of the feature's own shape; `count` counts samples."""

    min: Floats
    max: Floats
    mean: Floats
    std: Floats
    count: int
    quantiles: dict[str, Floats]

    def values(self) -> dict[str, object]:
        """The fields as nested lists, in the order and shape that the format asks for."""
        arrays = {"min": self.min, "max": self.max, "mean": self.mean, "std": self.std}
        listed: dict[str, object] = {name: array.tolist() for name, array in arrays.items()}
        listed["count"] = [self.count]
        return listed | {name: array.tolist() for name, array in self.quantiles.items()}


def of_rows(values: npt.NDArray[np.generic]) -> Stats:
    """Statistics over rows: shape (R,) gives arrays of shape (1,), shape (R, n) gives (n,)."""
    rows = values.astype(np.float64)
    if rows.ndim == 1:
        rows = rows[:, None]
    quantiles = np.quantile(rows, list(QUANTILES.values()), axis=0)
    return Stats(
        min=rows.min(axis=0),
        max=rows.max(axis=0),
        mean=rows.mean(axis=0),
        std=rows.std(axis=0),
        count=len(rows),
        quantiles=dict(zip(QUANTILES, quantiles, strict=True)),
    )


class PictureStats:
    """Collects statistics of RGB pictures as one histogram a channel; values are scaled to 0..1."""

    def __init__(self) -> None:
        """Starts with no picture."""
        self._histogram = np.zeros((3, LEVELS), dtype=np.int64)
        self._pictures = 0

    def add(self, rgb: npt.NDArray[np.uint8]) -> None:
        """Adds one picture, shape (height, width, 3), values 0..255."""
        for channel in range(3):
            self._histogram[channel] += np.bincount(rgb[:, :, channel].reshape(-1), minlength=LEVELS)
        self._pictures += 1

    def result(self) -> Stats:
        """Statistics with arrays of shape (3, 1, 1); raises ValueError without a picture."""
        if self._pictures == 0:
            raise ValueError("no picture was counted")
        levels = np.arange(LEVELS) / (LEVELS - 1)
        total = self._histogram.sum(axis=1)
        mean = (self._histogram @ levels) / total
        variance = np.maximum((self._histogram @ levels**2) / total - mean**2, 0.0)
        rising = self._histogram.cumsum(axis=1)
        present = self._histogram > 0
        return Stats(
            min=_per_channel(levels[present.argmax(axis=1)]),
            max=_per_channel(levels[LEVELS - 1 - present[:, ::-1].argmax(axis=1)]),
            mean=_per_channel(mean),
            std=_per_channel(np.sqrt(variance)),
            count=self._pictures,
            quantiles={
                name: _per_channel(levels[(rising >= part * total[:, None]).argmax(axis=1)])
                for name, part in QUANTILES.items()
            },
        )


def pooled(parts: Sequence[Stats]) -> Stats:
    """Statistics of all episodes together, as `pooled_columns` makes them."""
    arrays = {
        "min": [part.min for part in parts],
        "max": [part.max for part in parts],
        "mean": [part.mean for part in parts],
        "std": [part.std for part in parts],
        "count": [np.array([part.count], dtype=np.float64) for part in parts],
    } | {name: [part.quantiles[name] for part in parts] for name in QUANTILES}
    return pooled_columns({name: np.stack(each) for name, each in arrays.items()})


def pooled_columns(columns: Mapping[str, Floats]) -> Stats:
    """Statistics of all episodes together: exact but for quantiles, which keep the outermost.

    Each field of `FIELDS` is an array with an episode a row. Quantiles below the median are the least of the
    episodes', above it the greatest, the median is the mean weighted by count.
    """
    counts = columns["count"].reshape(-1)
    means = columns["mean"]
    weights = (counts / counts.sum()).reshape((-1,) + (1,) * (means.ndim - 1))
    mean = (means * weights).sum(axis=0)
    variance = ((columns["std"] ** 2 + (means - mean) ** 2) * weights).sum(axis=0)
    quantiles: dict[str, Floats] = {}
    for name, level in QUANTILES.items():
        each = columns[name]
        if level == 0.5:
            quantiles[name] = (each * weights).sum(axis=0)
        else:
            quantiles[name] = each.min(axis=0) if level < 0.5 else each.max(axis=0)
    return Stats(
        min=columns["min"].min(axis=0),
        max=columns["max"].max(axis=0),
        mean=mean,
        std=np.sqrt(variance),
        count=int(counts.sum()),
        quantiles=quantiles,
    )


def of_counting(first: int, count: int, step: int = 1) -> Stats:
    """What `of_rows` says of `count` whole numbers from `first` (step 1) or of one number (step 0), at once.

    Bit for bit the same up to 2^40.
    """
    numbers = np.arange(count, dtype=np.float64) * step
    at = np.array(list(QUANTILES.values())) * (count - 1)
    below = np.floor(at)
    share = at - below
    low = first + below * step
    high = first + np.minimum(below + 1, count - 1) * step
    gap = high - low
    quantiles = np.where(share < 0.5, low + gap * share, high - gap * (1 - share))
    return Stats(
        min=np.array([float(first)]),
        max=np.array([float(first + (count - 1) * step)]),
        mean=np.array([(first + numbers).mean()]),
        std=np.array([numbers.std()]),
        count=count,
        quantiles={name: quantiles[place : place + 1] for place, name in enumerate(QUANTILES)},
    )


def _per_channel(values: Floats) -> Floats:
    return values.reshape(3, 1, 1)
