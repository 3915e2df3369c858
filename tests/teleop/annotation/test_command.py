"""`armcade episodes subtasks`: what was saved, else what is proposed, as rows or for LeRobot."""

import msgspec
import pytest
from synthetic_turns import recorded
from typer.testing import CliRunner

from teleop.annotation.revisions import Revision
from teleop.annotation.store import annotations_path, write_revisions
from teleop.episodes.commands import app
from teleop.wire.annotation_in import Prompt, Segment


@pytest.fixture
def episode(tmp_path):
    return recorded(tmp_path, "p-a", seconds=0.3, cameras=())


def printed(*arguments):
    answer = CliRunner().invoke(app, ["subtasks", *map(str, arguments)])
    return answer.exit_code, [msgspec.json.decode(line) for line in answer.stdout.splitlines()]


def test_the_proposal_then_what_was_saved(episode):
    code, proposed = printed(episode)
    assert code == 0
    assert [(one["label"], one["start_s"]) for one in proposed] == [("reach", 0.0), ("carry", 0.1)]
    saved = (Segment(0, 293_000_000, "other", "", "", Prompt("go", "走")),)
    write_revisions(episode, (Revision(1, "edited", "p-b", 1, 293_000_000, "proposal", "v", "v", saved),))
    assert [one["prompt_zh"] for one in printed(episode)[1]] == ["走"]
    code, told = printed(episode, "--as", "lerobot", "--language", "zh")
    assert [(one["style"], one["content"]) for one in told] == [
        ("task_aug", "Build the tower"), ("subtask", "走"),
    ]  # fmt: skip


def test_what_cannot_be_read_is_said(episode, tmp_path):
    annotations_path(episode).write_bytes(b"changed")
    assert printed(episode)[0] == 1
    assert printed(tmp_path / "none.mcap")[0] == 1
