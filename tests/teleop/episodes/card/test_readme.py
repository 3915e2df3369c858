"""The card: front matter that a YAML parser reads, and what a person must know."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import yaml

from teleop.episodes.card.readme import LIMITS, readme, size_category
from teleop.episodes.card.summary import Summary
from teleop.episodes.exporting.contract import Facts


def front_matter(text: str) -> dict[str, Any]:
    start, matter, _ = text.split("---\n", 2)
    assert start == ""
    found: dict[str, Any] = yaml.safe_load(matter)
    return found


def test_a_hub_reads_its_front_matter(summary: Summary) -> None:
    assert front_matter(readme(summary)) == {
        "pretty_name": "armcade-so101-tower",
        "license": "cc-by-4.0",
        "task_categories": ["robotics"],
        "language": ["en", "zh"],
        "size_categories": ["n<1K"],
        "tags": ["armcade", "teleoperation", "imitation-learning", "some"],
    }
    notes = replace(summary.notes, parquet="data/*/*.parquet")
    configs = front_matter(readme(replace(summary, notes=notes)))["configs"]
    assert configs == [{"config_name": "default", "data_files": "data/*/*.parquet"}]


def test_it_says_what_was_left_out_and_why(summary: Summary) -> None:
    text = readme(summary)
    assert "1 of 4 episodes that were asked for." in text
    assert "| `a\\|b.mcap` | it has no verdict |" in text
    assert "Nothing: all 3 episodes that were asked for are in it." in readme(replace(summary, excluded=()))


def test_it_tells_units_origin_consent_and_limits(summary: Summary) -> None:
    text = readme(replace(summary, notes=replace(summary.notes, limits=("Beware.",))))
    for expected in (
        "| `act` | float32 | 6 | rad | joints that were with the servos",
        "| `x/joint_velocity` | float32 | 6 | rad/s |",
        "| `observation.images.wrist` | picture | 64 x 96 x 3 |",
        "Recorded 2025-10-09 to 2025-10-11 (UTC).",
        "Cells: home (2), lab (1).",
        "| tower | 1 | Build the tower | 3 | 2 |",
        "2 people played, known by pseudonym only.",
        f"| `2026-01` | en | `{'c' * 64}` | 3 |",
        "```python\nload()\n```",
        "- Beware.",
        *LIMITS,
    ):
        assert expected in text


def test_a_single_player_and_day_and_no_licence(summary: Summary, fact: Callable[..., Facts]) -> None:
    text = readme(replace(summary, facts=(fact(),), licence=""))
    assert "1 person played" in text
    assert "Recorded 2025-10-09 (UTC)." in text
    assert front_matter(text)["license"] == "unknown"
    assert "None was stated" in text


@pytest.mark.parametrize(
    ("rows", "word"), [(999, "n<1K"), (1_000, "1K<n<10K"), (99_999, "10K<n<100K"), (5_000_000, "1M<n<10M")]
)
def test_the_size_is_told_in_the_hubs_words(rows: int, word: str) -> None:
    assert size_category(rows) == word
