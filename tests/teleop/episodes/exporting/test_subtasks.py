"""Sub-tasks as columns: every moment lies in one segment, and none is said where there is none."""

from typing import get_args

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from saved_subtasks import segments

from teleop.annotation.prompts import LABELS
from teleop.annotation.standing import NOTHING, Standing
from teleop.episodes.exporting.subtasks import NONE, lines_of, numbered, said, table
from teleop.wire.annotation_in import Label

MS = 1_000_000
PARTS = segments((0, "reach"), (300, "grasp"), (500, "reach"), length_ms=900)


def test_each_sub_task_is_named_once_behind_none() -> None:
    assert [one.label for one in table(PARTS)] == ["", "reach", "grasp"]
    assert said(PARTS, "zh") == ("none", "伸向红色方块", "抓住红色方块")
    assert table(()) == (NONE,)


def test_rows_without_segments_are_none() -> None:
    found = numbered((), np.array([0, 5]))
    assert {name: values.tolist() for name, values in found.items()} == {
        "subtask_index": [0, 0],
        "subtask_label": [-1, -1],
    }


def test_a_segment_begins_with_its_start_and_the_last_holds_its_end() -> None:
    found = numbered(PARTS, np.array([-1, 0, 300 * MS - 1, 300 * MS, 500 * MS, 900 * MS]))
    assert found["subtask_index"].tolist() == [1, 1, 1, 2, 1, 1]
    assert [LABELS[label] for label in found["subtask_label"].tolist()] == [
        "reach",
        "reach",
        "reach",
        "grasp",
        "reach",
        "reach",
    ]


@given(
    st.lists(st.sampled_from(get_args(Label)), min_size=1, max_size=8),
    st.lists(st.integers(0, 799), max_size=20),
)
def test_number_and_label_tell_of_the_segment_that_holds_the_moment(
    labels: list[Label], moments: list[int]
) -> None:
    parts = segments(*((at * 100, label) for at, label in enumerate(labels)), length_ms=len(labels) * 100)
    found = numbered(parts, np.array(moments, dtype=np.int64) * MS)
    for moment, number, label in zip(
        moments, found["subtask_index"].tolist(), found["subtask_label"].tolist(), strict=True
    ):
        expected = parts[min(moment // 100, len(parts) - 1)]
        assert (table(parts)[number].label, LABELS[label]) == (expected.label, expected.label)


def test_lines_are_the_segments_with_their_state() -> None:
    saved = Standing("accepted", 2, segments=PARTS)
    found = lines_of("ep-0", saved, "en")
    assert [(one.start_ns, one.end_ns, one.label, one.subtask) for one in found] == [
        (0, 300 * MS, "reach", "reach for the red cube"),
        (300 * MS, 500 * MS, "grasp", "grasp the red cube"),
        (500 * MS, 900 * MS, "reach", "reach for the red cube"),
    ]
    assert {(one.episode_id, one.state, one.revision) for one in found} == {("ep-0", "accepted", 2)}
    assert lines_of("ep-0", NOTHING, "en") == []
