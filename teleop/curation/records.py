"""What the stages make of one episode, and what a run says of all of them. Pure."""

import hashlib
from typing import TypeVar

import msgspec

_Record = TypeVar("_Record", bound=msgspec.Struct)
_DIGITS = 9


class Captured(msgspec.Struct, frozen=True):
    """Where an episode comes from and where the tool was: `places` are cubes of the recipe's size."""

    episode_id: str
    contributor: str
    cell: str
    puzzle: str
    arm: str
    device: str
    source: str
    duration_s: float
    latency_s: float
    started_utc_ns: int
    places: tuple[tuple[int, int, int], ...]
    digest: str


class Annotated(msgspec.Struct, frozen=True):
    """Labels, and the ranges in which something happens: start and end in ns on the cell's clock.

    `agreement` is Cohen's kappa of the people who saved and reviewed its sub-tasks; None without a review.
    """

    labels: tuple[str, ...]
    keep_ranges_ns: tuple[tuple[int, int], ...]
    idle_share: float
    agreement: float | None = None


class Measured(msgspec.Struct, frozen=True):
    """Values by the name of their measure; `states` and `actions` are samples for set-wide measures."""

    values: dict[str, float]
    states: tuple[tuple[float, ...], ...]
    actions: tuple[tuple[float, ...], ...]


class Spread(msgspec.Struct, frozen=True):
    """One column's count, mean, squared deviations, extremes and its 1st, 50th and 99th percentiles."""

    count: int
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    least: tuple[float, ...]
    most: tuple[float, ...]
    q01: tuple[float, ...]
    q50: tuple[float, ...]
    q99: tuple[float, ...]


class Normalized(msgspec.Struct, frozen=True):
    """Statistics of one episode's measured state and applied action."""

    state: Spread
    action: Spread


class Records(msgspec.Struct, frozen=True):
    """All that the stages made of one episode file."""

    file: str
    sha256: str
    captured: Captured
    annotated: Annotated
    measured: Measured
    normalized: Normalized


class Unreadable(msgspec.Struct, frozen=True):
    """An episode file of which nothing could be made, and why."""

    file: str
    sha256: str
    reason: str


class Exclusion(msgspec.Struct, frozen=True):
    """One reason for which one episode was left out."""

    file: str
    episode_id: str
    sha256: str
    rule: str
    version: str
    measured: float | None
    threshold: float | None
    reason: str


class Selected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a recipe decided for one episode; a selection file has one such JSON line for each captured."""

    episode_id: str
    sha256: str
    keep: bool
    keep_ranges_ns: tuple[tuple[int, int], ...]
    weight: float
    labels: tuple[str, ...]
    reasons: tuple[str, ...]


def encode(record: msgspec.Struct) -> bytes:
    """A record's JSON, the same bytes each time."""
    return msgspec.json.encode(record, order="sorted")


def lines(records: tuple[msgspec.Struct, ...]) -> bytes:
    """Records as JSON lines."""
    return b"".join(encode(record) + b"\n" for record in records)


def read_lines(data: bytes, record: type[_Record]) -> tuple[_Record, ...]:
    """Records from JSON lines; raises msgspec.MsgspecError where one does not fit."""
    return tuple(msgspec.json.decode(line, type=record) for line in data.splitlines() if line)


def key(stage: str, code: str, configuration: msgspec.Struct, sha256: str) -> str:
    """What a stage's record is kept under: it changes with the input, the code and the configuration."""
    parts = (stage.encode(), code.encode(), encode(configuration), sha256.encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def rounded(value: float) -> float:
    """Nine digits: enough for every threshold, few enough to be the same on every machine."""
    return float(f"{value:.{_DIGITS}g}")
