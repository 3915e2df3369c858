"""The [bridge] table."""

from pathlib import Path

import pytest

from robot_bridge.config import BridgeConfig, read_config
from robot_bridge.toml_table import InvalidTable

GOOD = '[cell]\nid = "home"\n[bridge]\narm = "so101"\nport = "p"\ncalibration = "c"\nsocket = "s"\n'


def test_only_the_bridges_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cell.toml"
    path.write_text(GOOD)
    assert read_config(path) == BridgeConfig("so101", "p", "c", "s", 100)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (GOOD.replace("port", "prot"), "did you mean `port`"),
        (GOOD + "rate_hz = 10\n", ">= 50"),
        ("[cell]\n", r"has no \[bridge\] table"),
        ("bridge = 3\n", r"has no \[bridge\] table"),
        ("[bridge", "cell.toml: "),
    ],
)
def test_wrong_files_are_refused_in_words(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "cell.toml"
    path.write_text(text)
    with pytest.raises(InvalidTable, match=complaint):
        read_config(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidTable, match=r"none\.toml: No such file"):
        read_config(tmp_path / "none.toml")
