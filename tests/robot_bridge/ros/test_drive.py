"""A drive behind ROS: present, ready and lost again, in simulated time."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.ros.config import RosArm, RosController, RosJoint
from robot_bridge.ros.drive import STILL_NS, STILL_RAD, Drive, Seen, measured, reading, start, step
from robot_bridge.ros.link import LinkView
from robot_bridge.ros.messages import Heard, JointStates

MS = 1_000_000
CONFIG = RosArm(
    joints=(RosJoint("a"), RosJoint("b")), controllers=(RosController("joint_trajectory", "/arm"),)
)
UP = LinkView(True)
DOWN = LinkView(False, note="the plug is out")


def states(now: int, a: float = 0.1, b: float = 0.2, stamp: int = 0) -> Heard:
    return Heard(JointStates(("b", "a"), (b, a), (), (), stamp), now)


def run(drive: Drive, since: int, until: int, link: LinkView = UP, config: RosArm = CONFIG) -> Drive:
    for now in range(since, until, 10 * MS):
        drive = step(config, drive, Seen(link, (states(now),)), now)
    return drive


READY = run(start(CONFIG), 0, 400 * MS)


def test_absent_until_something_is_heard() -> None:
    drive = step(CONFIG, start(CONFIG), Seen(DOWN, ()), 0)
    assert (drive.phase, drive.trouble, drive.note) == ("absent", "bus_lost", "the plug is out")
    drive = step(CONFIG, drive, Seen(UP, ()), 10 * MS)
    assert drive.phase == "absent" and "none of the arm's joints is told of on /joint_states" in drive.note
    assert reading(drive).samples == (None, None)


def test_ready_once_it_stood_still_and_then_held_where_it_stands() -> None:
    drive = start(CONFIG)
    ready_at = None
    for now in range(0, 400 * MS, 10 * MS):
        drive = step(CONFIG, drive, Seen(UP, (states(now),)), now)
        if ready_at is None and drive.phase == "ready":
            ready_at = now
    assert ready_at == STILL_NS
    told = reading(drive)
    assert told.held_rad == (0.1, 0.2) == measured(drive)
    assert told.trouble == "none" and drive.note == ""


def test_a_moving_arm_is_not_ready() -> None:
    drive = start(CONFIG)
    for tick in range(200):
        drive = step(CONFIG, drive, Seen(UP, (states(tick * 10 * MS, a=0.002 * tick),)), tick * 10 * MS)
    assert drive.phase == "starting" and drive.trouble == "none"
    assert 0.002 * STILL_NS / (10 * MS) > STILL_RAD


def test_every_arm_that_was_absent_before_is_counted() -> None:
    assert start(CONFIG).met == 0 and READY.met == 1
    silent = step(CONFIG, READY, Seen(UP, ()), 800 * MS)
    assert silent.met == 1 and run(silent, 810 * MS, 900 * MS).met == 2


@pytest.mark.parametrize(
    ("link", "phase", "note"),
    [
        (DOWN, "absent", "the plug is out"),
        (LinkView(False, mismatch="misfit"), "absent", "misfit"),
        (LinkView(True, unheard=("/arm",)), "starting", "no controller listens to /arm"),
        (LinkView(True, ("/arm",), "misfit"), "starting", "misfit"),
    ],
)
def test_a_link_that_breaks_takes_readiness_at_once(link: LinkView, phase: str, note: str) -> None:
    drive = step(CONFIG, READY, Seen(link, (states(400 * MS),)), 400 * MS)
    assert (drive.phase, drive.trouble, drive.note) == (phase, "bus_lost", note)
    assert reading(drive).held_rad is None


def test_a_misfit_beside_a_whole_arm_is_only_told_of() -> None:
    drive = step(CONFIG, READY, Seen(LinkView(True, (), "misfit"), (states(400 * MS),)), 400 * MS)
    assert drive.phase == "ready" and drive.note == "misfit"


def test_silence_is_a_loss_and_one_silent_joint_is_named() -> None:
    last = 390 * MS
    drive = step(CONFIG, READY, Seen(UP, ()), last + 200 * MS)
    assert drive.phase == "ready"
    assert step(CONFIG, drive, Seen(UP, ()), last + 201 * MS).phase == "absent"
    half = Heard(JointStates(("a",), (0.1,), (), (), 0), last + 201 * MS)
    drive = step(CONFIG, READY, Seen(UP, (half,)), last + 201 * MS)
    assert (drive.phase, drive.trouble) == ("starting", "servo_missing")
    assert drive.note == "/joint_states does not tell of b"


def test_back_after_a_loss_it_holds_where_the_arm_then_is() -> None:
    drive = step(CONFIG, READY, Seen(DOWN, ()), 400 * MS)
    for now in range(500 * MS, 800 * MS, 10 * MS):
        drive = step(CONFIG, drive, Seen(UP, (states(now, a=0.7),)), now)
    assert reading(drive).held_rad == (0.7, 0.2)


def stamped(now: int, stamp: int) -> Heard:
    return states(now, stamp=stamp)


def test_a_backlog_is_not_taken_for_fresh() -> None:
    drive = start(CONFIG)
    for now in range(10 * MS, 400 * MS, 10 * MS):
        drive = step(CONFIG, drive, Seen(UP, (stamped(now, now),)), now)
    assert drive.phase == "ready"
    backlog = tuple(stamped(800 * MS, 390 * MS + 10 * MS * n) for n in range(20))
    drive = step(CONFIG, drive, Seen(UP, backlog), 800 * MS)
    assert drive.phase == "absent" and drive.late == 20
    ignoring = msgspec.structs.replace(CONFIG, stamps="ignored")
    assert step(ignoring, start(CONFIG), Seen(UP, backlog), 800 * MS).late == 0


def test_after_a_lost_link_the_clocks_are_compared_anew() -> None:
    drive = step(CONFIG, start(CONFIG), Seen(UP, (stamped(10 * MS, 10**15),)), 10 * MS)
    drive = step(CONFIG, drive, Seen(DOWN, ()), 20 * MS)
    drive = step(CONFIG, drive, Seen(UP, (stamped(30 * MS, 5),)), 30 * MS)
    assert drive.phase == "starting" and drive.late == 0


EVENTS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.floats(-1, 1), st.integers(1, 150 * MS)), max_size=60
)


@given(events=EVENTS)
def test_ready_always_means_whole_fresh_and_held_where_it_was_measured(
    events: list[tuple[bool, bool, float, int]],
) -> None:
    drive, now = start(CONFIG), 0
    for up, talks, where, pause in events:
        now += pause
        heard = (states(now, a=where),) if talks else ()
        before = drive
        drive = step(CONFIG, drive, Seen(UP if up else DOWN, heard), now)
        told = reading(drive)
        assert (told.held_rad is not None) == (told.phase == "ready")
        if told.phase != "ready":
            continue
        assert up and all(one is not None and now - one.at_ns <= 200 * MS for one in told.samples)
        if before.phase != "ready":
            assert told.held_rad == measured(drive)
