"""The bus over a link that the test plays."""

import time

import pytest

from robot_bridge.arms import ArmModel
from robot_bridge.buses.bus import ArmBus, Goals
from robot_bridge.ros.config import RosArm
from robot_bridge.ros.link import LinkView
from robot_bridge.ros.messages import Heard, JointStates, JointTrajectory, Outgoing
from robot_bridge.ros.ros_bus import RosBus

STILL = (0.0,) * 6


class PlayedLink:
    """A link without any transport."""

    def __init__(self) -> None:
        self.seen = LinkView(True)
        self.heard: list[Heard] = []
        self.published: list[Outgoing] = []
        self.counts = {"sent": 3}
        self.closed = False

    def view(self) -> LinkView:
        return self.seen

    def take(self) -> tuple[Heard, ...]:
        taken, self.heard = tuple(self.heard), []
        return taken

    def publish(self, outgoing: Outgoing) -> None:
        self.published.append(outgoing)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def link() -> PlayedLink:
    return PlayedLink()


@pytest.fixture
def bus(so101: ArmModel, config: RosArm, link: PlayedLink) -> RosBus:
    return RosBus(so101, config, link, 10_000_000)


def tell(link: PlayedLink, config: RosArm, positions: tuple[float, ...]) -> None:
    names = tuple(joint.name for joint in config.joints)
    told = JointStates(names, positions, STILL, (), 0)
    link.heard.append(Heard(told, time.monotonic_ns()))


def make_ready(bus: RosBus, link: PlayedLink, config: RosArm, positions: tuple[float, ...]) -> None:
    ends = time.monotonic() + 5
    while bus.exchange().phase != "ready":
        assert time.monotonic() < ends, bus.note
        tell(link, config, positions)


def test_it_is_a_bus(bus: RosBus) -> None:
    as_bus: ArmBus = bus
    assert as_bus.quantised((0.1, 0.2)) == (0.1, 0.2)


def test_nothing_is_sent_before_the_arm_is_ready(bus: RosBus, link: PlayedLink, so101: ArmModel) -> None:
    assert bus.exchange().phase == "absent"
    bus.send(Goals(so101.ready_rad, STILL))
    assert link.published == [] and "none of the arm's joints" in bus.note


def test_goals_become_commands_and_readings_keep_the_arms_order(
    bus: RosBus, link: PlayedLink, config: RosArm, so101: ArmModel
) -> None:
    make_ready(bus, link, config, so101.ready_rad)
    tell(link, config, so101.ready_rad)
    reading = bus.exchange()
    assert reading.held_rad == so101.ready_rad
    assert tuple(one.position_rad for one in reading.samples if one is not None) == so101.ready_rad
    assert all(one is not None and one.temperature_c is None for one in reading.samples)
    bus.send(Goals(so101.ready_rad, STILL))
    command = link.published[-1].command
    assert isinstance(command, JointTrajectory) and command.points[0].positions == so101.ready_rad
    assert bus.opened == 1 and bus.cycle_ns > 0
    assert bus.counts["sent"] == 3 and bus.counts["joint_states"] > 1


def test_after_a_loss_the_count_of_resting_ticks_begins_anew(
    bus: RosBus, link: PlayedLink, config: RosArm, so101: ArmModel
) -> None:
    make_ready(bus, link, config, so101.ready_rad)
    for _ in range(50):
        bus.send(Goals(so101.ready_rad, STILL))
    sent = len(link.published)
    assert sent < 50
    link.seen = LinkView(False, note="gone")
    bus.exchange()
    assert bus.note == "gone"
    bus.send(Goals(so101.ready_rad, STILL))
    assert len(link.published) == sent
    link.seen = LinkView(True)
    make_ready(bus, link, config, so101.ready_rad)
    bus.send(Goals(so101.ready_rad, STILL))
    assert len(link.published) == sent + 1


def test_release_and_engage_send_nothing_and_closing_closes_the_link(
    bus: RosBus, link: PlayedLink, config: RosArm, so101: ArmModel
) -> None:
    make_ready(bus, link, config, so101.ready_rad)
    bus.release()
    tell(link, config, so101.ready_rad)
    assert bus.exchange().phase == "ready"
    bus.engage()
    bus.close()
    assert link.published == [] and link.closed
