"""Choosing the port that carries a whole arm, and the files that may belong to it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from servo_rig import Rig

from robot_bridge.arms import ArmModel, nominal_calibration, write_calibration
from robot_bridge.tools import whole_arm
from robot_bridge.tools.complaint import Complaint, ToolFailed
from robot_bridge.tools.ports import Candidate
from robot_bridge.tools.scan import scan
from robot_bridge.tools.whole_arm import carries, dialect_of, find_port, images, known

Lists = Callable[[list[Path]], None]


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Lists:
    """Lets this machine have these ports."""

    def use(paths: list[Path]) -> None:
        monkeypatch.setattr(whole_arm, "list_ports", lambda: tuple(Candidate(str(path)) for path in paths))

    return use


def failure(model: ArmModel) -> Complaint:
    """Why no port was chosen."""
    with pytest.raises(ToolFailed) as failed:
        find_port(model)
    return failed.value.complaint


@pytest.mark.system
def test_the_one_port_with_the_whole_arm_is_chosen(
    rig: Rig, model: ArmModel, listed: Lists, tmp_path: Path
) -> None:
    listed([tmp_path / "gone", rig.path])
    assert find_port(model) == str(rig.path)


@pytest.mark.system
def test_an_arm_with_a_missing_servo_is_not_chosen(rig: Rig, model: ArmModel, listed: Lists) -> None:
    rig.chain.mute(frozenset({6}))
    listed([rig.path])
    told = failure(model)
    assert (told.kind, told.found) == ("no_arm", f"{rig.path} (5)")


@pytest.mark.system
def test_of_two_arms_none_is_chosen(rig: Rig, model: ArmModel, listed: Lists, tmp_path: Path) -> None:
    second = Rig(tmp_path / "second", nominal_calibration(model))
    try:
        listed([rig.path, second.path])
        assert failure(model).kind == "many_arms"
    finally:
        second.close()


def test_a_machine_without_ports_is_told(model: ArmModel, listed: Lists) -> None:
    listed([])
    assert failure(model).kind == "no_port"


def test_a_protocol_that_the_tools_do_not_speak_is_told(
    model: ArmModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_arm, "DIALECTS", ())
    with pytest.raises(ToolFailed, match="unspoken"):
        dialect_of(model)


@pytest.mark.system
def test_only_servos_that_were_read_carry_an_arm(rig: Rig, model: ArmModel) -> None:
    rig.chain.garbled = frozenset({2})
    found = scan(Candidate(str(rig.path)))
    assert not carries(found, model)
    assert sorted(images(found)) == [1, 3, 4, 5, 6]


def test_files_of_other_arms_are_passed_over(model: ArmModel, tmp_path: Path) -> None:
    entries = nominal_calibration(model)
    write_calibration(tmp_path / "left.json", model, entries)
    other = replace(model, joints=tuple(replace(joint, name=joint.name + "_2") for joint in model.joints))
    write_calibration(tmp_path / "other.json", other, entries)
    (tmp_path / "broken.json").write_text("{")
    found = known(sorted(tmp_path.glob("*.json")), (model,))
    assert [(one.name, one.calibration) for one in found] == [("left", entries)]
