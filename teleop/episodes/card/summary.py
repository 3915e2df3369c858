"""An export in figures, for its card and its metadata. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from teleop.episodes.card.notes import Notes
from teleop.episodes.exporting.contract import Excluded, Facts
from teleop.episodes.exporting.signature import Signature
from teleop.episodes.exporting.taking import ChosenBy

NAMED = 3


@dataclass(frozen=True, slots=True)
class Summary:
    """What a card tells: the format, the episodes, and what is not among them.

    `licence` is an SPDX or hub identifier, empty when nobody stated one.
    """

    notes: Notes
    fps: int
    facts: Sequence[Facts]
    excluded: Sequence[Excluded]
    licence: str = ""

    @property
    def name(self) -> str:
        """The dataset's name: arm and puzzles."""
        puzzles = sorted({one.header.puzzle_id for one in self.facts})
        return "-".join(["armcade", self.signature.arm, *puzzles[:NAMED], *["more"] * (len(puzzles) > NAMED)])

    @property
    def signature(self) -> Signature:
        """What all episodes share."""
        return self.facts[0].signature

    @property
    def rows(self) -> int:
        """Rows of all episodes."""
        return sum(one.rows for one in self.facts)

    @property
    def solved(self) -> int:
        """How many turns were solved."""
        return sum(one.verdict.solved for one in self.facts)

    @property
    def first_day(self) -> str:
        """The UTC day of the oldest episode, ISO 8601."""
        return _day(min(one.header.started_utc_ns for one in self.facts))

    @property
    def last_day(self) -> str:
        """The UTC day of the newest episode, ISO 8601."""
        return _day(max(one.header.started_utc_ns for one in self.facts))

    @property
    def trimmed_s(self) -> float:
        """The longest start that an episode lost, since not all its streams existed yet."""
        return max(one.trimmed_s for one in self.facts)

    @property
    def sentence(self) -> str:
        """The dataset in one sentence."""
        sources = " and ".join(f"{count} {_SOURCE[source]}" for source, count in self.count("source").items())
        return (
            f"{len(self.facts)} episodes ({self.solved} solved, {len(self.facts) - self.solved} not), "
            f"{self.rows} rows at {self.fps} a second, of a robot arm ({self.signature.arm}) that people "
            f"drove from a browser to solve puzzles; {sources}."
        )

    def count(self, what: str) -> dict[str, int]:
        """How many episodes have each value of `what`, a field of the header, most frequent first."""
        counts = Counter(str(getattr(one.header, what)) for one in self.facts)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def runs(self) -> tuple[ChosenBy, ...]:
        """The runs of recipes that chose the episodes, each once."""
        found = dict.fromkeys(one.chosen_by for one in self.facts if one.chosen_by.run_sha256)
        return tuple(sorted(found, key=lambda one: one.run_sha256))

    def labels(self) -> dict[str, int]:
        """How many episodes bear each label of a selection."""
        return dict(sorted(Counter(label for one in self.facts for label in one.labels).items()))

    def annotation(self) -> dict[str, int]:
        """How many episodes have their sub-tasks in each state: none, unreviewed, accepted, corrected."""
        return dict(sorted(Counter(one.standing.state for one in self.facts).items()))

    def sentences(self) -> dict[str, int]:
        """How many annotated episodes have sentences of each version."""
        versions = (one.standing.prompt_version for one in self.facts if one.standing.segments)
        return dict(sorted(Counter(versions).items()))

    def consents(self) -> dict[tuple[str, str, str], int]:
        """How many episodes were recorded under each consent text: version, language, SHA-256."""
        agreed = [one.header.consent for one in self.facts]
        return dict(
            sorted(Counter((one.text_version, one.language, one.text_sha256) for one in agreed).items())
        )

    def puzzles(self) -> dict[tuple[str, int, str], tuple[int, int]]:
        """Episodes, and how many were solved, of each puzzle: id, version, task."""
        found: dict[tuple[str, int, str], tuple[int, int]] = {}
        for one in self.facts:
            key = (one.header.puzzle_id, one.header.puzzle_version, one.task)
            count, solved = found.get(key, (0, 0))
            found[key] = (count + 1, solved + one.verdict.solved)
        return dict(sorted(found.items()))


_SOURCE = {"real": "recorded on a real arm", "sim": "recorded in simulation"}


def _day(utc_ns: int) -> str:
    return str(np.datetime64(utc_ns, "ns").astype("datetime64[D]"))
