"""Every arm that has a file: the real bridge drives its emulated servos, whatever their make and number."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lone_bridge import LoneBridge

import robot_bridge.arms
from robot_bridge.arms import load_arm

pytestmark = [pytest.mark.system, pytest.mark.alone, pytest.mark.timeout(240)]
ARMS = sorted(path.stem for path in Path(robot_bridge.arms.__file__).parent.glob("*.toml"))


@pytest.fixture(params=ARMS)
def lone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LoneBridge]:
    lone = LoneBridge(tmp_path, load_arm(request.param), "servos")
    yield lone
    lone.close()


def test_it_boots_latched_stays_and_goes_where_it_is_sent(lone: LoneBridge) -> None:
    model = lone.model
    lone.until(lambda: lone.state.bus_ok)
    assert (lone.state.mode, lone.state.cause) == ("latched", "boot")
    assert lone.joints_rad == pytest.approx(model.rest_rad, abs=0.005)
    lone.play()
    lone.until(lambda: lone.farthest(model.ready_rad) < 0.02, model.ready_rad)
    pairs = zip(lone.joints_rad[:-1], model.ready_rad[:-1], strict=True)
    assert max(abs(real - asked) for real, asked in pairs) < 0.02, "the bridge is told something else"
