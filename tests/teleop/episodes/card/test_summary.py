"""An export's figures."""

from collections.abc import Callable
from dataclasses import replace

import msgspec

from teleop.episodes.card.summary import Summary
from teleop.episodes.exporting.contract import Facts


def test_it_counts(summary: Summary) -> None:
    assert (summary.rows, summary.solved) == (72, 2)
    assert (summary.first_day, summary.last_day) == ("2025-10-09", "2025-10-11")
    assert summary.count("pseudonym") == {"quiet-otter": 2, "loud-fox": 1}
    assert list(summary.count("cell_id")) == ["home", "lab"]
    assert summary.consents() == {("2026-01", "en", "c" * 64): 3}
    assert summary.puzzles() == {("tower", 1, "Build the tower"): (3, 2)}
    assert summary.trimmed_s == 0.025


def test_its_sentence_says_what_it_is(summary: Summary) -> None:
    assert "3 episodes (2 solved, 1 not), 72 rows at 30 a second" in summary.sentence
    assert "3 recorded in simulation" in summary.sentence
    real = msgspec.structs.replace(
        summary.facts[0], header=msgspec.structs.replace(summary.facts[0].header, source="real")
    )
    mixed = replace(summary, facts=(real, *summary.facts[1:]))
    assert "2 recorded in simulation and 1 recorded on a real arm" in mixed.sentence


def test_its_name_tells_arm_and_puzzles(summary: Summary, fact: Callable[..., Facts]) -> None:
    assert summary.name == "armcade-so101-tower"
    many = tuple(fact(number, puzzle_id=name) for number, name in enumerate("dcba"))
    assert replace(summary, facts=many).name == "armcade-so101-a-b-c-more"
    assert replace(summary, facts=many[:3]).name == "armcade-so101-b-c-d"
