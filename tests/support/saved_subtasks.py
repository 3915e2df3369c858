"""Saves sub-tasks beside recorded episodes, as people do on their pages."""

from pathlib import Path

from teleop.annotation.revisions import Revision, next_revision
from teleop.annotation.store import write_revisions
from teleop.wire.annotation_in import Label, Prompt, SaveAnnotation, Segment

SENTENCES: dict[str, Prompt] = {
    "reach": Prompt("reach for the red cube", "伸向红色方块"),
    "grasp": Prompt("grasp the red cube", "抓住红色方块"),
    "carry": Prompt("carry the red cube", "移动红色方块"),
}
MILLISECOND_NS = 1_000_000


def segments(*parts: tuple[int, Label], length_ms: int) -> tuple[Segment, ...]:
    """Segments from their beginnings in ms."""
    ends = [begin for begin, _ in parts[1:]] + [length_ms]
    return tuple(
        Segment(
            begin * MILLISECOND_NS,
            end * MILLISECOND_NS,
            label,
            "red",
            "",
            SENTENCES.get(label, Prompt(label, label)),
        )
        for (begin, label), end in zip(parts, ends, strict=True)
    )


def save(episode: Path, *saved: tuple[str, tuple[Segment, ...], bool]) -> tuple[Revision, ...]:
    """Saves what each author leaves, a review where that is said, blind."""
    history: tuple[Revision, ...] = ()
    for author, parts, review in saved:
        wish = SaveAnnotation(len(history), review, "proposal", "events-2", parts)
        history = (*history, next_revision(history, wish, author, len(history), parts[-1].end_ns))
    write_revisions(episode, history)
    return history
