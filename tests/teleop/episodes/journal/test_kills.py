"""A recording cell is killed for real: the running turn loses little, ended ones nothing."""

from pathlib import Path

import pytest
from killed_recordings import kill_one


@pytest.mark.system
@pytest.mark.parametrize("after_s", [0.35, 0.83, 1.21])
def test_kill_9_costs_at_most_a_quarter_of_a_second(tmp_path: Path, after_s: float) -> None:
    left = kill_one(tmp_path, 0.4, after_s)
    assert left.lost_ms <= 250 and left.damaged == ()
    assert left.closed + left.recovered > 0
