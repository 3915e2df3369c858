"""Every arm that the bridge ships, one after the other."""

from importlib import resources

import pytest

from robot_bridge.arms import ArmModel, load_arm

FILES = sorted(
    item.name.removesuffix(".toml")
    for item in resources.files("robot_bridge.arms").iterdir()
    if item.name.endswith(".toml")
)


@pytest.fixture(scope="package", params=FILES)
def arm(request: pytest.FixtureRequest) -> ArmModel:
    """Each arm whose file lies in `robot_bridge/arms`."""
    return load_arm(request.param)
