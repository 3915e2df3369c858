"""The cell's configuration: what is read, and how mistakes are told."""

import pytest

from robot_bridge.toml_table import InvalidTable
from teleop.cell.config import read_config

GOOD = """
[cell]
id = "home"
name_en = "Home"
name_zh = "家"
hub_url = "ws://127.0.0.1:8000/api/cell"
token_file = "/t"
bridge_socket = "/b"
episodes_dir = "/e"
state_dir = "/s"
source = "sim"
grasp_model = "assisted"
puzzles = ["tower"]
[[cameras]]
name = "overview"
ring = "r1"
calibration = "/c1"
referee = true
[[cameras]]
name = "wrist"
ring = "r2"
calibration = "/c2"
[bridge]
arm = "so101"
calibration = "/so101.json"
rate_hz = 100
[sim]
anything = true
"""


def test_a_good_file_is_read_and_known_by_its_hash(tmp_path):
    path = tmp_path / "cell.toml"
    path.write_text(GOOD)
    config = read_config(path)
    assert (config.cell.id, config.referee_camera.name, config.arm.arm) == ("home", "overview", "so101")
    path.write_text(GOOD + "\n")
    assert read_config(path).sha256 != config.sha256
    assert config.arm.keep_out == () and config.cell.unrecorded == "go_on"
    path.write_text(GOOD.replace("[[cameras]]", 'unrecorded = "end_turn"\n[[cameras]]', 1))
    assert read_config(path).cell.unrecorded == "end_turn"


BOX = '[[bridge.keep_out]]\nname = "mast"\nx_m = [0.1, 0.2]\ny_m = [-0.1, 0.1]\nz_m = [0.0, {high}]\n'


def test_the_bridge_s_keep_out_boxes_are_known_here_too(tmp_path):
    path = tmp_path / "cell.toml"
    path.write_text(GOOD.replace("[sim]", BOX.format(high=0.3) + "[sim]"))
    (mast,) = read_config(path).arm.keep_out
    assert (mast.x_m, mast.y_m, mast.z_m) == ((0.1, 0.2), (-0.1, 0.1), (0.0, 0.3))
    path.write_text(GOOD.replace("[sim]", BOX.format(high=0.0) + "[sim]"))
    with pytest.raises(InvalidTable, match="mast"):
        read_config(path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("hub_url", "hub_ulr", "hub_url"),
        ('source = "sim"', 'source = "toy"', "source"),
        ("referee = true", "", "exactly one camera"),
        ('name = "wrist"', 'name = "overview"', "same name"),
        ("[bridge]", "[brigde]", "no `bridge` table"),
        ('puzzles = ["tower"]', "puzzles = []", "puzzles"),
        ("[cell]", "[cell", "cell.toml"),
        ("ws://", "http://", "hub_url"),
    ],
)
def test_a_mistake_is_named(tmp_path, old, new, told):
    path = tmp_path / "cell.toml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(InvalidTable, match=told):
        read_config(path)
