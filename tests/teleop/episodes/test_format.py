"""The page about the format tells of every topic, column and state, and its examples run."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from teleop.episodes.container import JSON_TOPICS
from teleop.episodes.exporting.signature import signature_of
from teleop.episodes.format import Closing, Header, Message
from teleop.episodes.lerobot_v3.features import frame_features

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "episode_format.md").read_text()


def test_every_message_and_topic_is_described() -> None:
    for topic, struct in JSON_TOPICS.items():
        assert f"| `{topic}` | JSON `armcade.{struct.__name__}` |" in PAGE
    assert {struct.__name__ for struct in get_args(Message)} - {"Picture"} <= {
        struct.__name__ for struct in JSON_TOPICS.values()
    }


def test_every_column_of_the_export_is_described(synthetic: Any) -> None:
    for feature in frame_features(signature_of(synthetic.header(synthetic.Script(cameras=("wrist",))))):
        assert f"`{feature.name.replace('.wrist', '.<camera>')}`" in PAGE


def test_every_state_of_a_file_is_described() -> None:
    states = get_args(next(one.type for one in msgspec.structs.fields(Closing) if one.name == "status"))
    assert all(f"| `{state}` |" in PAGE for state in states)


@pytest.mark.parametrize("number", [0, 1])
def test_the_examples_run(number: int, record: Any) -> None:
    folder = record(episode_id="episode").path.parent
    example = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[number]
    subprocess.run([sys.executable, "-c", example], cwd=folder, check=True, capture_output=True)


def test_a_header_that_is_not_one_is_refused(synthetic: Any) -> None:
    whole = msgspec.json.decode(msgspec.json.encode(synthetic.header(synthetic.Script())))
    for change in ({"format_version": 4}, {"surprise": 1}, {"episode_id": "a/b"}, {"started_ns": -1}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(whole | change, Header)
