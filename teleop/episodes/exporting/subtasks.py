"""Sub-tasks as columns: which one each row lies in, and the sentences that the numbers stand for. Pure."""

from collections.abc import Sequence

import msgspec
import numpy as np

from teleop.annotation.prompts import LABELS
from teleop.annotation.standing import Standing
from teleop.episodes.arrays import Integers
from teleop.wire.annotation_in import Prompt, Segment
from teleop.wire.browser_in import Language

NO_LABEL = -1
SUBTASKS = "subtasks.jsonl"


class SubTask(msgspec.Struct, frozen=True):
    """What segments can share: label (empty: none), piece, slot, and the sentence in both languages."""

    label: str
    piece: str
    slot: str
    prompt: Prompt

    def said(self, language: Language) -> str:
        """The sentence."""
        return self.prompt.en if language == "en" else self.prompt.zh


NONE = SubTask("", "", "", Prompt("none", "none"))


class Line(msgspec.Struct, frozen=True):
    """One segment of one episode; times in ns since the `started_ns` of its header."""

    episode_id: str
    start_ns: int
    end_ns: int
    label: str
    piece: str
    slot: str
    subtask: str
    state: str
    revision: int


def subtask_of(segment: Segment) -> SubTask:
    """What a segment is about."""
    return SubTask(segment.label, segment.piece, segment.slot, segment.prompt)


def table(segments: Sequence[Segment]) -> tuple[SubTask, ...]:
    """All that segments are about, each once, in their order; number 0 is always `none`."""
    return tuple(dict.fromkeys((NONE, *(subtask_of(one) for one in segments))))


def said(segments: Sequence[Segment], language: Language) -> tuple[str, ...]:
    """The sentences of the table in their order."""
    return tuple(one.said(language) for one in table(segments))


def lines_of(episode_id: str, standing: Standing, language: Language) -> list[Line]:
    """An episode's segments, for formats that keep it as it was recorded."""
    return [
        Line(
            episode_id=episode_id,
            start_ns=one.start_ns,
            end_ns=one.end_ns,
            label=one.label,
            piece=one.piece,
            slot=one.slot,
            subtask=subtask_of(one).said(language),
            state=standing.state,
            revision=standing.revision,
        )
        for one in standing.segments
    ]


def numbered(segments: Sequence[Segment], since_start_ns: Integers) -> dict[str, Integers]:
    """For each moment (R, ns since the episode's start) `subtask_index` into the table, and `subtask_label`.

    The label is its place in `LABELS`; without segments every row is 0, and -1.
    """
    if not segments:
        none = np.zeros(len(since_start_ns), dtype=np.int64)
        return {"subtask_index": none, "subtask_label": none + NO_LABEL}
    starts = np.array([one.start_ns for one in segments], dtype=np.int64)
    at = np.clip(np.searchsorted(starts, since_start_ns, side="right") - 1, 0, None)
    known = table(segments)
    numbers = np.array([known.index(subtask_of(one)) for one in segments], dtype=np.int64)
    labels = np.array([LABELS.index(one.label) for one in segments], dtype=np.int64)
    return {"subtask_index": numbers[at], "subtask_label": labels[at]}
