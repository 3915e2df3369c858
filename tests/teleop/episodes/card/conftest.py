"""Facts of exported episodes, without exporting any."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from teleop.episodes.card.notes import Notes
from teleop.episodes.card.summary import Summary
from teleop.episodes.exporting.contract import Excluded, Facts

DAY_NS = 86_400 * 1_000_000_000


@pytest.fixture
def fact(synthetic: Any) -> Callable[..., Facts]:
    """One episode's facts; its number shifts its day."""

    def made(number: int = 0, rows: int = 30, solved: bool = True, **changes: Any) -> Facts:
        script = synthetic.Script(episode_id=f"ep-{number}", solved=solved)
        header = synthetic.header(script)
        started = header.started_utc_ns + number * DAY_NS
        header = msgspec.structs.replace(header, **{"started_utc_ns": started, **changes})
        first_ns = header.started_ns + 25_000_000
        return Facts(f"ep-{number}.mcap", "d" * 64, header, synthetic.verdict(script), rows, first_ns)

    return made


@pytest.fixture
def summary(fact: Callable[..., Facts]) -> Summary:
    """Three episodes of two people, one failed and one left out."""
    facts = (fact(0), fact(1, solved=False, pseudonym="loud-fox"), fact(2, rows=12, cell_id="lab"))
    notes = Notes("Some format", "load()", tags=("some",), places={"action": "act"}, elsewhere="x/{name}")
    return Summary(notes, 30, facts, (Excluded("a|b.mcap", "it has no\nverdict"),), "CC-BY-4.0")
