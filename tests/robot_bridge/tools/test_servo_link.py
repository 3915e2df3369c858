"""One question at a time to emulated servos: answers, refusals, silence, and a port that goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from servo_rig import Rig

from robot_bridge.buses.serial_port import PortLost
from robot_bridge.tools import servo_link
from robot_bridge.tools.complaint import Complaint, Kind, Named, ToolFailed
from robot_bridge.tools.dialect import FEETECH_STS
from robot_bridge.tools.registers import FEETECH
from robot_bridge.tools.servo_link import ServoLink

pytestmark = pytest.mark.system
ELBOW = Named(3, "elbow_flex")


@pytest.fixture
def link(rig: Rig) -> Iterator[ServoLink]:
    with ServoLink(str(rig.path), 1_000_000, FEETECH_STS) as opened:
        yield opened


def complaint_of(failed: pytest.ExceptionInfo[ToolFailed], kind: Kind) -> Complaint:
    """The complaint, which must be of this kind."""
    assert failed.value.complaint.kind == kind
    return failed.value.complaint


def test_registers_are_read_and_a_write_is_read_back(link: ServoLink) -> None:
    assert link.read(ELBOW, FEETECH["model"]) == 777
    link.write(ELBOW, "homing_offset", -123)
    assert link.read(ELBOW, FEETECH["homing_offset"]) == -123
    assert link.image(ELBOW).get("homing_offset") == -123


def test_a_refused_write_names_servo_register_and_both_values(link: ServoLink, rig: Rig) -> None:
    rig.chain.refused = frozenset({(3, 31)})
    with pytest.raises(ToolFailed) as failed:
        link.write(ELBOW, "homing_offset", 55)
    told = complaint_of(failed, "not_taken")
    assert (told.servo, told.register) == ("3 (elbow_flex)", "31 homing_offset")
    assert (told.expected, told.found) == ("55 steps", "0 steps")


def test_a_silent_servo_is_named_and_the_others_give_their_positions(link: ServoLink, rig: Rig) -> None:
    rig.chain.mute(frozenset({3}))
    with pytest.raises(ToolFailed) as failed:
        link.read(ELBOW, FEETECH["model"])
    assert complaint_of(failed, "servo_silent").servo == "3 (elbow_flex)"
    assert [at is None for at in link.positions([2, 3, 4])] == [False, True, False]


def test_answers_that_collide_are_told_from_silence(link: ServoLink, rig: Rig) -> None:
    rig.chain.garbled = frozenset({3})
    assert len(link.ping(3).answers) == 1
    with pytest.raises(ToolFailed) as failed:
        link.image(ELBOW)
    complaint_of(failed, "servo_garbled")


def test_a_port_that_goes_away_is_told(link: ServoLink, rig: Rig) -> None:
    rig.bus.unplug()
    with pytest.raises(ToolFailed) as failed:
        link.positions([1, 2, 3])
    complaint_of(failed, "port_lost")


def test_a_port_in_use_is_told(link: ServoLink, rig: Rig) -> None:
    with pytest.raises(ToolFailed) as failed:
        ServoLink(str(rig.path), 1_000_000, FEETECH_STS)
    complaint_of(failed, "port_busy")


def test_a_missing_port_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed) as failed:
        ServoLink(str(tmp_path / "none"), 1_000_000, FEETECH_STS)
    assert complaint_of(failed, "port_missing").where == str(tmp_path / "none")


def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ToolFailed) as failed:
        ServoLink(str(tmp_path / "file"), 1_000_000, FEETECH_STS)
    complaint_of(failed, "port_refused")


def test_a_port_of_somebody_else_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, baud: int) -> None:
        raise PortLost(f"[Errno 13] could not open port {path}: Permission denied")

    monkeypatch.setattr(servo_link, "SerialPort", refuse)
    with pytest.raises(ToolFailed) as failed:
        ServoLink("/dev/ttyACM0", 1_000_000, FEETECH_STS)
    complaint_of(failed, "port_denied")
