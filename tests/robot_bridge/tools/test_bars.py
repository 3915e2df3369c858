"""Live bars of a calibration."""

from robot_bridge.tools.bars import bars
from robot_bridge.tools.calibrating import Job, Joint, State
from robot_bridge.tools.dialect import FEETECH_STS
from robot_bridge.tools.travel import Travel

JOB = Job((Joint("lift", 2, False, 2048), Joint("roll", 5, True, 3641)), 4096, FEETECH_STS.homing, -1)


def test_a_bar_shows_the_way_swept_and_the_place() -> None:
    lift, roll = bars(JOB, State("sweep", (Travel(1024, 1024, 2300), Travel())), 8)
    assert lift.cells == ("empty", "empty", "here", "swept", "swept", "empty", "empty", "empty")
    assert (lift.name, lift.low, lift.at, lift.high, lift.enough) == ("lift", 1024, 1024, 2300, True)
    assert (roll.cells, roll.at, roll.share, roll.enough) == (("empty",) * 8, None, 1.0, True)


def test_a_range_past_the_end_of_the_turn_stays_in_the_picture() -> None:
    lift, _ = bars(JOB, State("sweep", (Travel(None, -600, 500), Travel(5000, 5000, 5000))), 8)
    assert lift.cells[0] == "swept"
    assert (lift.share, lift.enough) == (1100 / 2048, False)
