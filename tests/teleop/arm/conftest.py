"""An emulated SO-101 on a pseudo-terminal, its servos as calibrated at nominal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from servo_rig import Rig

from robot_bridge.arms import ArmModel, load_arm, nominal_calibration


@pytest.fixture
def model() -> ArmModel:
    return load_arm("so101")


@pytest.fixture
def rig(tmp_path: Path, model: ArmModel) -> Iterator[Rig]:
    made = Rig(tmp_path / "bus", nominal_calibration(model))
    yield made
    made.close()
