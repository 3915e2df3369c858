"""Each function that the life of a command names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "the_life_of_a_command.md").read_text()
NAMED = re.findall(r"`((?:web_client|teleop|robot_bridge|game)/[\w/.]+)(?:::(\w+))?`", TEXT)


@pytest.mark.parametrize(("path", "symbol"), NAMED, ids=["::".join(pair) for pair in NAMED])
def test_exists(path: str, symbol: str) -> None:
    source = (ROOT / path).read_text()
    if symbol:
        assert re.search(rf"\b(def|class|function|const) {symbol}\b", source), f"{symbol} is not in {path}"


def test_the_page_names_every_border() -> None:
    assert len(NAMED) >= 25
    assert {path.split("/")[0] for path, _ in NAMED} == {"web_client", "teleop", "robot_bridge", "game"}
