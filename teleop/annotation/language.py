"""Annotations as rows for data sets: a plain table, and LeRobot's language columns. Pure.

LeRobot keeps what is said in `language_persistent`, on every row of an episode: a sub-task holds from its
`timestamp` until the next one's. https://huggingface.co/docs/lerobot, `lerobot/datasets/language.py`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from teleop.wire.annotation_in import Prompt, Segment
from teleop.wire.browser_in import Language

SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class SubTask:
    """One segment as a row; seconds since the data set's first row of the episode."""

    start_s: float
    end_s: float
    label: str
    piece: str
    slot: str
    prompt_en: str
    prompt_zh: str


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """One entry of LeRobot's `language_persistent`."""

    role: str
    content: str
    style: str
    timestamp: float
    camera: str | None = None
    tool_calls: None = None

    def plain(self) -> dict[str, object]:
        """The entry as a data set's writer takes it."""
        return asdict(self)


def rows(segments: Sequence[Segment], first_ns: int, last_ns: int) -> tuple[SubTask, ...]:
    """The segments between two moments since the episode's start, in seconds from the first."""
    return tuple(
        SubTask(
            start_s=(max(one.start_ns, first_ns) - first_ns) / SECOND_NS,
            end_s=(min(one.end_ns, last_ns) - first_ns) / SECOND_NS,
            label=one.label,
            piece=one.piece,
            slot=one.slot,
            prompt_en=one.prompt.en,
            prompt_zh=one.prompt.zh,
        )
        for one in segments
        if one.start_ns < last_ns and one.end_ns > first_ns
    )


def language_persistent(sub_tasks: Sequence[SubTask], task: Prompt, language: Language) -> list[LanguageRow]:
    """What LeRobot keeps of an episode: its task in the other language, then every sub-task."""
    other = task.zh if language == "en" else task.en
    found = [LanguageRow("user", other, "task_aug", 0.0)]
    for one in sub_tasks:
        said = one.prompt_en if language == "en" else one.prompt_zh
        found.append(LanguageRow("assistant", said, "subtask", one.start_s))
    return found
