"""The simulation reads its own tables and says what is wrong with them."""

import pytest

from robot_bridge.toml_table import InvalidTable
from sim_fallback.config import parse_config, read_config

GOOD = """
[cell]
id = "home"
[bridge]
arm = "so101"
[[cameras]]
name = "overview"
ring = "armcade-home-overview"
calibration = "/tmp/overview.json"
referee = true
[sim]
seed = 1
bus = "/tmp/bus"
socket = "/tmp/sim.sock"
calibration = "/tmp/so101.json"
metrics_port = 0
"""


def test_a_good_file(tmp_path):
    path = tmp_path / "cell.toml"
    path.write_text(GOOD)
    config = read_config(path)
    assert (config.arm, config.sim.seed, config.cameras[0].ring) == ("so101", 1, "armcade-home-overview")


def test_an_unknown_key_names_the_nearest():
    with pytest.raises(InvalidTable, match="did you mean `socket`"):
        parse_config(GOOD.replace("socket =", "sockett ="), "cell.toml")


def test_a_file_without_a_simulation():
    with pytest.raises(InvalidTable, match="nothing to simulate"):
        parse_config("[cell]", "cell.toml")


def test_no_toml():
    with pytest.raises(InvalidTable, match=r"cell\.toml"):
        parse_config("[sim", "cell.toml")


def test_a_port_out_of_range():
    with pytest.raises(InvalidTable, match="metrics_port"):
        parse_config(GOOD.replace("metrics_port = 0", "metrics_port = 70000"), "cell.toml")


def test_no_file(tmp_path):
    with pytest.raises(InvalidTable, match="No such file"):
        read_config(tmp_path / "nowhere.toml")
