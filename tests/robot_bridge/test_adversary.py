"""No setpoint, however hostile, makes any arm's command pass a limit; tests/bench/limits.py sends more."""

import pytest
from adversary import ARMS, Adversary

SETPOINTS = 2_500


@pytest.mark.parametrize("arm", ARMS)
def test_no_setpoint_makes_a_command_pass_a_limit(arm: str) -> None:
    adversary = Adversary(arm, seed=7)
    adversary.run(SETPOINTS)
    assert adversary.violations == {} and adversary.setpoints == SETPOINTS
    assert adversary.travelled_rad > 0.2
    assert adversary.refused > SETPOINTS / 50
