"""Grasps and releases from the jaws alone, and whether another attempt is a retry."""

import msgspec
import pytest
from cell_neighbours import POSE, BridgeDouble

from teleop.cell.handling import GAP, LIFTED_M, OPENED, SURE_NS, Handling, hear, step

TICK_NS = 10_000_000


@pytest.fixture
def arm(tmp_path):
    bridge = BridgeDouble(tmp_path / "bridge.sock")
    yield bridge.state()
    bridge.close()


class Jaws:
    """Plays what the jaws do, tick by tick."""

    def __init__(self, arm):
        self.arm, self.state, self.now_ns = arm, Handling(), 0
        self.notes = []

    def hold(self, seconds, measured, applied, limits=(), speed=0.0, rise=0.0):
        pose = msgspec.structs.replace(POSE, gripper=measured, z_m=POSE.z_m + rise)
        goal = msgspec.structs.replace(POSE, gripper=applied)
        jaw = msgspec.structs.replace(self.arm.joints[-1], velocity_rad_s=speed)
        arm = msgspec.structs.replace(
            self.arm,
            measured_pose=pose,
            applied_pose=goal,
            limits=limits,
            joints=(*self.arm.joints[:-1], jaw),
        )
        for _ in range(round(seconds * 100)):
            self.now_ns += TICK_NS
            self.state, notes = step(self.state, arm, self.now_ns)
            self.notes += notes

    def hears(self, kind):
        self.state = hear(self.state, kind)

    def kinds(self):
        found, self.notes = [one.kind for one in self.notes], []
        return found


def test_jaws_that_shut_on_nothing_hold_nothing(arm):
    jaws = Jaws(arm)
    jaws.hold(0.3, 0.5, 0.5 - GAP / 2)
    jaws.hold(0.3, 0.5, 0.2, speed=-1.0)
    jaws.hold(0.05, 0.2, 0.0)
    jaws.hold(0.3, 0.0, 0.0)
    assert jaws.kinds() == []


@pytest.mark.parametrize(("applied", "limits"), [(0.2, ()), (0.4, ("velocity", "grip"))])
def test_a_piece_is_lifted_and_let_go(arm, applied, limits):
    jaws = Jaws(arm)
    jaws.hold(0.5, 0.4, applied, limits)
    (grasp,) = jaws.notes
    assert grasp.data == {"grasp": 1, "opening": 0.4, "since_ns": TICK_NS}
    assert jaws.now_ns - TICK_NS >= SURE_NS
    jaws.hears("piece_lifted")
    jaws.hold(0.5, 0.4 + OPENED, 0.6)
    jaws.hold(0.5, 0.7, 0.7)
    assert [one.kind for one in jaws.notes] == ["grasp", "release"]
    assert (
        jaws.notes[1].data == {"grasp": 1, "held_s": 0.5, "lifted": True}
        or jaws.notes[1].data["held_s"] > 0.5
    )


def test_a_grasp_that_lifted_nothing_makes_the_next_a_retry(arm):
    jaws = Jaws(arm)
    for _ in range(2):
        jaws.hold(0.3, 0.4, 0.2)
        jaws.hold(0.3, 0.7, 0.7)
    assert [one.data.get("reason") for one in jaws.notes if one.kind == "retry"] == ["nothing_lifted"]
    assert jaws.kinds() == ["grasp", "release", "grasp", "retry", "release"]


@pytest.mark.parametrize(("rise", "lifted"), [(LIFTED_M * 0.9, False), (LIFTED_M * 1.1, True)])
def test_what_rose_with_the_tool_was_lifted_though_the_jaws_hide_it(arm, rise, lifted):
    jaws = Jaws(arm)
    jaws.hold(0.3, 0.4, 0.2)
    for height in (rise, 0.0):
        jaws.hold(0.1, 0.4, 0.2, rise=height)
    jaws.hold(0.1, 0.7, 0.7)
    assert [one.data["lifted"] for one in jaws.notes if one.kind == "release"] == [lifted]
    assert jaws.state.retry == ("" if lifted else "nothing_lifted")


def test_a_dropped_piece_makes_the_next_a_retry_and_a_placed_one_does_not(arm):
    jaws = Jaws(arm)
    for ending in ("piece_dropped", "piece_placed", "piece_placed"):
        jaws.hold(0.3, 0.4, 0.2)
        jaws.hears("piece_lifted")
        jaws.hold(0.3, 0.7, 0.7)
        jaws.hears(ending)
    jaws.hears("goal_reached")
    retries = [one.data for one in jaws.notes if one.kind == "retry"]
    assert retries == [{"grasp": 2, "reason": "piece_dropped"}]


def test_jaws_that_close_further_around_a_piece_still_hold_it(arm):
    jaws = Jaws(arm)
    jaws.hold(0.3, 0.4, 0.2)
    jaws.hold(0.3, 0.3, 0.2)
    jaws.hold(0.1, 0.3 + OPENED / 2, 0.3)
    assert jaws.kinds() == ["grasp"]
    jaws.hold(0.1, 0.3 + 1.1 * OPENED, 0.5)
    assert jaws.kinds() == ["release"]


def test_an_arm_that_is_not_measured_tells_nothing(arm):
    jaws = Jaws(arm)
    jaws.hold(0.08, 0.4, 0.2)
    jaws.state, notes = step(jaws.state, msgspec.structs.replace(arm, joints=()), jaws.now_ns)
    assert notes == ()
    jaws.hold(0.08, 0.4, 0.2)
    assert jaws.kinds() == []
