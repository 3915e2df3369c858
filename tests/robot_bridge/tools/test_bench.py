"""Measuring an emulated bus: what is counted, and that nothing is written."""

from collections.abc import Iterator

import pytest
from servo_rig import Rig

from robot_bridge.tools.bench import bench
from robot_bridge.tools.dialect import FEETECH_STS
from robot_bridge.tools.servo_link import ServoLink

pytestmark = pytest.mark.system
IDS = (1, 2, 3, 4, 5, 6)


@pytest.fixture
def link(rig: Rig) -> Iterator[ServoLink]:
    with ServoLink(str(rig.path), 1_000_000, FEETECH_STS) as opened:
        yield opened


def test_cycles_are_counted_and_compared_with_the_wire(rig: Rig, link: ServoLink) -> None:
    found = bench(link, IDS, 20, 0.0, lambda: False)
    assert (found.cycles, found.servos, found.missing_answers, found.junk_bytes) == (20, 6, 0, 0)
    assert found.wire_ms == pytest.approx((8 + 6 + 6 * 21) * 0.01)
    assert found.over_wire > 1.0
    assert {data[4] for data in rig.chain.heard} == {0x82}


def test_missing_answers_are_counted(rig: Rig, link: ServoLink) -> None:
    rig.chain.mute(frozenset({6}))
    found = bench(link, IDS, 3, 0.0, lambda: False)
    assert (found.missing_answers, found.missing) == (3, pytest.approx(1 / 6))


def test_a_rate_is_kept_and_an_end_asked_for_leaves_figures(rig: Rig, link: ServoLink) -> None:
    asked = iter([False, False, True])
    found = bench(link, IDS, 1000, 50.0, lambda: next(asked))
    assert found.cycles == 3
    assert found.cycles_per_s < 80
