"""What a format of export must do, what it is given, and what became of every episode. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from teleop.annotation.standing import NOTHING, Standing
from teleop.episodes.card.notes import Notes
from teleop.episodes.exporting.choice import Chosen, task_of
from teleop.episodes.exporting.signature import Signature, signature_of
from teleop.episodes.exporting.taking import NOBODY, ChosenBy
from teleop.episodes.format import Header, Verdict
from teleop.episodes.resampling import NANOSECONDS
from teleop.wire.browser_in import Language

OnPicture = Callable[[], None]


class Facts(msgspec.Struct, frozen=True):
    """What a part tells of its episode: file, origin, verdict, how many rows and when the first is.

    `figures` are the resampling error (see `errors`) and what the format counted. `first_ns` is the first row
    before a selection's ranges were cut out; `weight` and `labels` are the selection's. `language` is that of
    the task and the sub-tasks' sentences, `standing` what people saved of its sub-tasks, `chosen_by` the
    recipe's run that kept it.
    """

    file: str
    sha256: str
    header: Header
    verdict: Verdict
    rows: int
    first_ns: int
    figures: dict[str, float] = {}
    weight: float = 1.0
    labels: tuple[str, ...] = ()
    language: Language = "en"
    standing: Standing = NOTHING
    chosen_by: ChosenBy = NOBODY

    @property
    def task(self) -> str:
        """The puzzle's prompt in the export's language."""
        return task_of(self.header, self.language)

    @property
    def signature(self) -> Signature:
        """What it must share with the others of its dataset."""
        return signature_of(self.header)

    @property
    def trimmed_s(self) -> float:
        """The start for which not all streams existed, in s."""
        return (self.first_ns - self.header.started_ns) / NANOSECONDS


@dataclass(frozen=True, slots=True)
class Part:
    """One episode's share of an export: the folder that `write_part` filled, and its facts."""

    folder: Path
    facts: Facts


class Excluded(msgspec.Struct, frozen=True):
    """An episode that is not in the export, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of every episode that was asked for."""

    out: Path
    exported: tuple[Facts, ...]
    excluded: tuple[Excluded, ...]

    @property
    def rows(self) -> int:
        """Rows of the whole export."""
        return sum(one.rows for one in self.exported)


class Format(Protocol):
    """A format with its settings: a frozen dataclass of a module, so that worker processes get it whole.

    Its repr is part of every part's name: whatever changes a part's bytes must be a field, or in the sources
    that `parts.SOURCES` names.
    """

    @property
    def fps(self) -> int:
        """Rows a second."""
        ...

    @property
    def version(self) -> int:
        """What readers know of the layout; that the code changed is seen by the hash of its sources."""
        ...

    @property
    def notes(self) -> Notes:
        """What the export's card says of the format."""
        ...

    def write_part(self, chosen: Chosen, folder: Path, on_picture: OnPicture) -> Mapping[str, float] | None:
        """Writes what this episode alone decides into an empty folder; runs in a worker process.

        Calls `on_picture` for each picture it has done. Raises LeftOut or PicturesDamaged for an episode
        that does not belong into the export, OSError when the disk refuses. May return figures to tell:
        the same names for each episode of a dataset.
        """

    def join(self, parts: Sequence[Part], excluded: Sequence[Excluded], root: Path) -> None:
        """Makes the export of its parts, one or more, in this order, in the empty folder `root`."""
