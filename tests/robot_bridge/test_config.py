"""The [bridge] table."""

from pathlib import Path

import pytest

from robot_bridge.config import BridgeConfig, read_config
from robot_bridge.toml_table import InvalidTable
from robot_bridge.zones import KeepOut

GOOD = '[cell]\nid = "home"\n[bridge]\narm = "so101"\nport = "p"\ncalibration = "c"\nsocket = "s"\n'


def test_only_the_bridges_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cell.toml"
    path.write_text(GOOD)
    assert read_config(path) == BridgeConfig(arm="so101", port="p", calibration="c", socket="s", rate_hz=100)


def box(name: str, x_m: str = "[0.1, 0.2]") -> str:
    sides = f"x_m = {x_m}\ny_m = [-0.1, 0.1]\nz_m = [0.0, 0.3]\n"
    return f'[[bridge.keep_out]]\nname = "{name}"\n{sides}'


def test_keep_out_boxes_are_read(tmp_path: Path) -> None:
    path = tmp_path / "cell.toml"
    path.write_text(GOOD + box("camera_mast") + box("wall", "[0.3, 0.4]"))
    mast, wall = read_config(path).keep_out
    assert mast == KeepOut("camera_mast", (0.1, 0.2), (-0.1, 0.1), (0.0, 0.3))
    assert wall.x_m == (0.3, 0.4)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (GOOD.replace("port", "prot"), "did you mean `port`"),
        (GOOD + "rate_hz = 10\n", ">= 50"),
        ("[cell]\n", r"has no \[bridge\] table"),
        ("bridge = 3\n", r"has no \[bridge\] table"),
        ("[bridge", "cell.toml: "),
        (GOOD + box("mast", "[0.2, 0.2]"), "'mast' is empty"),
        (GOOD + box("mast", "[0.1, inf]"), "<= 2.0"),
        (GOOD + box("mast", "[0.1, nan]"), "float"),
        (GOOD + box("mast") + box("mast"), "same name"),
        (GOOD + box("mast").replace("y_m", "ym"), "did you mean `y_m`"),
        (GOOD + "".join(box(f"b{k}") for k in range(17)), "length <= 16"),
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
