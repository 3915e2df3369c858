"""Scanning emulated buses: other baud rates, two servos with one id, silence, ports of this machine."""

from dataclasses import replace
from pathlib import Path

import pytest
from servo_rig import Rig

from robot_bridge.arms import ArmModel, nominal_calibration
from robot_bridge.tools.ports import Candidate
from robot_bridge.tools.scan import COMMON_IDS, list_ports, scan, scan_all
from robot_bridge.tools.servo_link import Hearing, ServoLink

pytestmark = pytest.mark.system
SOME = (1, 2, 3, 9)


def port(rig: Rig) -> Candidate:
    """The rig's port."""
    return Candidate(str(rig.path))


def test_every_servo_is_found_with_its_registers(rig: Rig) -> None:
    found = scan(port(rig))
    assert (found.baud, found.protocol, found.complaints) == (1_000_000, "feetech-sts", ())
    assert [servo.servo_id for servo in found.servos] == [1, 2, 3, 4, 5, 6]
    assert {servo.model for servo in found.servos} == {"STS3215"}
    assert all(servo.image is not None and servo.image.get("voltage") == 74 for servo in found.servos)


def test_a_scan_asks_and_writes_nothing(rig: Rig) -> None:
    scan(port(rig))
    assert {data[4] for data in rig.chain.heard} == {0x01, 0x02}


def test_another_baud_rate_is_found(tmp_path: Path, model: ArmModel) -> None:
    told: list[int] = []
    rig = Rig(tmp_path / "slow", nominal_calibration(model), baud=115_200)
    try:
        found = scan(port(rig), SOME, lambda path, baud, protocol: told.append(baud))
    finally:
        rig.close()
    assert (found.baud, [servo.servo_id for servo in found.servos]) == (115_200, [1, 2, 3])
    assert told == [1_000_000, 1_000_000, 115_200], "the usual rate of both protocols first"


def test_two_servos_with_one_id_are_told_from_a_sound_one(rig: Rig) -> None:
    rig.chain.garbled = frozenset({2})
    found = scan(port(rig), SOME)
    assert [(servo.servo_id, servo.image is None) for servo in found.servos] == [
        (1, False),
        (2, True),
        (3, False),
    ]
    assert [(one.kind, one.servo) for one in found.complaints] == [("servo_garbled", "2")]


def test_two_whole_answers_are_two_servos_with_one_id(rig: Rig) -> None:
    rig.chain.doubled = frozenset({2})
    found = scan(port(rig), SOME)
    assert [(one.kind, one.servo) for one in found.complaints] == [("id_clash", "2")]


def test_an_answer_that_came_late_is_no_second_servo(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    ping, late = ServoLink.ping, [2]

    def pinged(link: ServoLink, servo_id: int) -> Hearing:
        heard = ping(link, servo_id)
        if servo_id not in late:
            return heard
        late.remove(servo_id)
        return replace(heard, answers=heard.answers * 2)

    monkeypatch.setattr(ServoLink, "ping", pinged)
    found = scan(port(rig), SOME)
    assert found.complaints == () and not late
    assert [servo.servo_id for servo in found.servos] == [1, 2, 3]


def test_a_bus_without_servos_is_empty(rig: Rig) -> None:
    rig.chain.mute(frozenset(COMMON_IDS))
    found = scan(port(rig), (1,))
    assert (found.servos, found.complaints, found.heard_junk) == ((), (), False)


def test_a_port_that_goes_away_during_a_scan_is_told(rig: Rig) -> None:
    rig.unplug_at_read()
    found = scan(port(rig), SOME)
    assert [one.kind for one in found.complaints] == ["port_lost"]


def test_a_missing_port_does_not_end_the_scan(rig: Rig, tmp_path: Path) -> None:
    gone = Candidate(str(tmp_path / "gone"))
    first, second = scan_all([gone, port(rig)], SOME)
    assert [one.kind for one in first.complaints] == ["port_missing"]
    assert len(second.servos) == 3


def test_no_port_at_all_is_a_complaint() -> None:
    (found,) = scan_all([], SOME)
    assert [one.kind for one in found.complaints] == ["no_port"]


def test_ports_are_listed_with_their_names(tmp_path: Path) -> None:
    (tmp_path / "ttyACM0").touch()
    (tmp_path / "tty1").touch()
    by_id = tmp_path / "serial" / "by-id"
    by_id.mkdir(parents=True)
    (by_id / "usb-board").symlink_to(tmp_path / "ttyACM0")
    assert list_ports(tmp_path) == (Candidate(str(by_id / "usb-board"), (str(tmp_path / "ttyACM0"),)),)
