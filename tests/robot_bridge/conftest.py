"""The arm that the bridge's tests speak of."""

import pytest
from hypothesis import settings

from robot_bridge.arms import ArmModel, load_arm

# A busy machine may take its time over one example; that says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def so101() -> ArmModel:
    """The SO-101 as shipped."""
    return load_arm("so101")
