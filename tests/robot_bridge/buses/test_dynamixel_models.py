"""Which models bound their current, and where."""

import pytest

from robot_bridge.buses.dynamixel_models import current_limit


@pytest.mark.parametrize(
    ("model", "share", "limit"),
    [(1200, 1000, 1470), (1190, 500, 735), (1020, 800, 684), (1120, 1000, 1636), (1200, 0, 1)],
)
def test_a_share_of_the_stall_torque_is_that_share_of_the_stall_current(
    model: int, share: int, limit: int
) -> None:
    assert current_limit(model, share) == limit


@pytest.mark.parametrize("model", [1060, 1070, 777])
def test_other_models_have_no_limit_of_current(model: int) -> None:
    assert current_limit(model, 500) is None
