"""Carrying a calibration's work out on emulated servos: read back, kept, resumed, restored."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from servo_rig import Rig

from robot_bridge.arms import ArmModel, nominal_calibration, read_calibration
from robot_bridge.tools.calibrating import Carried, Failed, File, Free, Home, Readings, Saved, State, Store
from robot_bridge.tools.complaint import Named, ToolFailed
from robot_bridge.tools.dialect import FEETECH_STS
from robot_bridge.tools.servo_link import ServoLink
from robot_bridge.tools.travel import Travel
from robot_bridge.tools.unfinished import beside, load
from robot_bridge.tools.workbench import Workbench

pytestmark = pytest.mark.system
OFFSETS = (10, -20, 30, -40, 50, -60)


@pytest.fixture
def link(rig: Rig) -> Iterator[ServoLink]:
    with ServoLink(str(rig.path), 1_000_000, FEETECH_STS) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "so101.json"


def held(link: ServoLink, model: ArmModel, name: str) -> list[int]:
    """What the servos hold in one register."""
    return [link.read(Named(one.servo_id), FEETECH_STS.registers[name]) for one in model.joints]


def test_a_calibration_is_written_locked_and_read_back(link: ServoLink, model: ArmModel, file: Path) -> None:
    bench = Workbench(link, model, file)
    entries = tuple(replace(one, homing_offset=9) for one in nominal_calibration(model))
    for effect in (Free(clear=True), Home(OFFSETS), Store(entries), File(entries)):
        assert bench.carry_out(effect) == Carried()
    assert held(link, model, "homing_offset") == [9] * 6
    assert held(link, model, "min_position") == [one.range_min for one in entries]
    assert held(link, model, "lock") == [1] * 6
    assert held(link, model, "torque_enable") == [0] * 6
    assert read_calibration(file, model) == entries
    assert not beside(file).exists()


def test_what_was_held_before_is_kept_and_put_back(link: ServoLink, model: ArmModel, file: Path) -> None:
    before = held(link, model, "max_position")
    bench = Workbench(link, model, file)
    bench.carry_out(Free(clear=True))
    bench.carry_out(Home(OFFSETS))
    assert held(link, model, "max_position") == [4095] * 6
    again = Workbench(link, model, file)
    assert again.has_unfinished
    again.restore()
    assert held(link, model, "max_position") == before
    assert held(link, model, "homing_offset") == [0] * 6
    assert not beside(file).exists()


def test_an_unfinished_one_is_gone_on_from_only_while_the_servos_carry_it(
    link: ServoLink, model: ArmModel, file: Path
) -> None:
    bench = Workbench(link, model, file)
    assert bench.saved is None
    bench.carry_out(Free(clear=True))
    assert Workbench(link, model, file).saved is None
    bench.carry_out(Home(OFFSETS))
    bench.keep(State("sweep", (Travel(2, 1, 3),) * 6, offsets=OFFSETS))
    assert Workbench(link, model, file).saved == Saved(OFFSETS, ((1, 3),) * 6)
    bench.keep(State("sweep", (Travel(),) * 6, offsets=OFFSETS))
    assert Workbench(link, model, file).saved == Saved(OFFSETS, ())
    link.write(Named(3), "homing_offset", 0)
    assert Workbench(link, model, file).saved is None


def test_the_unfinished_one_of_another_arm_is_not_touched(
    link: ServoLink, model: ArmModel, file: Path
) -> None:
    Workbench(link, replace(model, name="other"), file).carry_out(Free(clear=False))
    assert not Workbench(link, model, file).has_unfinished


def test_nothing_is_kept_before_there_is_something(link: ServoLink, model: ArmModel, file: Path) -> None:
    bench = Workbench(link, model, file)
    bench.keep(State("warn", ()))
    assert load(file) is None
    with pytest.raises(ToolFailed, match="nothing_to_restore"):
        bench.restore()


def test_a_servo_that_refuses_is_named_and_its_memory_is_locked_again(
    rig: Rig, link: ServoLink, model: ArmModel, file: Path
) -> None:
    bench = Workbench(link, model, file)
    rig.chain.refused = frozenset({(4, 31)})
    rig.poke(4, 31, b"\x05\x00")
    event = bench.carry_out(Free(clear=True))
    assert isinstance(event, Failed)
    assert (event.complaint.servo, event.complaint.register) == ("4 (wrist_flex)", "31 homing_offset")
    assert held(link, model, "lock") == [1] * 6


def test_multi_turn_feedback_is_switched_off(rig: Rig, link: ServoLink, model: ArmModel, file: Path) -> None:
    rig.poke(2, 18, b"\x1c")
    Workbench(link, model, file).carry_out(Free(clear=True))
    assert held(link, model, "phase")[1] == 12


def test_another_model_of_servo_is_refused_before_anything_is_written(
    rig: Rig, link: ServoLink, model: ArmModel, file: Path
) -> None:
    with pytest.raises(ToolFailed) as failed:
        Workbench(link, replace(model, servo=replace(model.servo, model_number=1284)), file)
    told = failed.value.complaint
    assert (told.kind, told.servo, told.expected, told.found) == (
        "wrong_model",
        "1 (shoulder_pan)",
        "STS3032",
        "STS3215",
    )


def test_a_sagging_supply_is_refused_before_anything_is_written(
    rig: Rig, link: ServoLink, model: ArmModel, file: Path
) -> None:
    rig.chain.set_supply(4.6)
    rig.settle()
    with pytest.raises(ToolFailed, match="low_voltage"):
        Workbench(link, model, file)


def test_positions_are_told_until_the_port_goes(
    rig: Rig, link: ServoLink, model: ArmModel, file: Path
) -> None:
    bench = Workbench(link, model, file)
    readings = bench.positions()
    assert isinstance(readings, Readings)
    assert None not in readings.positions
    rig.bus.unplug()
    assert isinstance(bench.positions(), Failed)


def test_a_file_that_cannot_be_written_is_told(link: ServoLink, model: ArmModel, tmp_path: Path) -> None:
    (tmp_path / "no_folder").touch()
    bench = Workbench(link, model, tmp_path / "no_folder" / "so101.json")
    event = bench.carry_out(File(nominal_calibration(model)))
    assert isinstance(event, Failed)
    assert event.complaint.kind == "file_unwritable"
