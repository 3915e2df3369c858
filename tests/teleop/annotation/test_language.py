"""Rows for data sets: clipped to the rows that are exported, in LeRobot's own fields."""

from teleop.annotation.language import language_persistent, rows
from teleop.wire.annotation_in import Prompt, Segment

S = 1_000_000_000
SEGMENTS = (
    Segment(0, 2 * S, "reach", "red", "", Prompt("reach for it", "伸向它")),
    Segment(2 * S, 5 * S, "carry", "red", "ring", Prompt("carry it", "搬运它")),
    Segment(5 * S, 9 * S, "retreat", "", "", Prompt("go", "走")),
)


def test_rows_are_clipped_and_counted_from_the_first():
    found = rows(SEGMENTS, S, 5 * S)
    assert [(one.start_s, one.end_s, one.label) for one in found] == [
        (0.0, 1.0, "reach"),
        (1.0, 4.0, "carry"),
    ]
    assert (found[1].slot, found[1].prompt_zh) == ("ring", "搬运它")


def test_lerobot_is_told_of_every_sub_task_and_of_the_task_in_the_other_language():
    task = Prompt("Sort them", "归位")
    english = language_persistent(rows(SEGMENTS, 0, 9 * S), task, "en")
    assert english[0].plain() == {
        "role": "user", "content": "归位", "style": "task_aug", "timestamp": 0.0, "camera": None,
        "tool_calls": None,
    }  # fmt: skip
    assert [(one.content, one.timestamp) for one in english[1:]] == [
        ("reach for it", 0.0), ("carry it", 2.0), ("go", 5.0),
    ]  # fmt: skip
    chinese = language_persistent(rows(SEGMENTS, 0, 9 * S), task, "zh")
    assert [one.content for one in chinese] == ["Sort them", "伸向它", "搬运它", "走"]
