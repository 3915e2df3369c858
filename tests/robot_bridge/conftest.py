"""The arm that the bridge's tests speak of."""

import pytest

from robot_bridge.arms import ArmModel, load_arm


@pytest.fixture(scope="session")
def so101() -> ArmModel:
    """The SO-101 as shipped."""
    return load_arm("so101")
