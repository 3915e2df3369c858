"""The builders' page names every arm command, option, exit code and safety register that there is."""

import re
from pathlib import Path

import pytest
import typer.main

from robot_bridge.arms import load_arm, nominal_calibration
from robot_bridge.buses.servo_spec import chain_spec
from robot_bridge.tools.dynamixel_expectations import dynamixel_expectations
from robot_bridge.tools.expectations import expectations
from robot_bridge.tools.jogging import LEAD_S, RUN_NS, SPEEDS_RAD_S
from robot_bridge.tools.registers import DYNAMIXEL, FEETECH
from teleop.arm.hands_on import app
from teleop.arm.options import CANNOT, EXIT_CODES, HUNG_UP, INTERRUPTED

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "builders.md").read_text()


def test_every_command_is_there_and_no_other() -> None:
    group = typer.main.get_group(app)
    assert set(re.findall(r"armcade arm (\w+)", PAGE)) == set(group.commands)


def test_every_exit_code_is_there() -> None:
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}
    assert codes == {0, 1, CANNOT, HUNG_UP, INTERRUPTED}
    assert codes == {int(code) for code in re.findall(r"\d+", EXIT_CODES)}


def table(maker: str) -> str:
    """The rows of this maker's registers."""
    _, _, after = PAGE.partition(f"| {maker} registers |")
    return after.partition("\n\n")[0]


def test_every_register_that_must_be_right_is_in_the_table() -> None:
    model = load_arm("so101")
    wanted = expectations(model, model.joints[0], nominal_calibration(model)[0])
    for one in wanted:
        if one.severity == "wrong":
            assert re.search(rf"\b{FEETECH[one.register].address}\b", table("Feetech")), one.register


@pytest.mark.parametrize("at", [0, 6], ids=["with a current sensor", "without"])
def test_every_dynamixel_register_that_must_be_right_is_in_the_table(at: int) -> None:
    model = load_arm("widowx_250")
    entries = nominal_calibration(model)
    servo = chain_spec(model, entries).servos[at]
    for one in dynamixel_expectations(model, servo, entries[at]):
        if one.severity == "wrong":
            assert re.search(rf"\b{DYNAMIXEL[one.register].address}\b", table("Dynamixel")), one.register


def test_the_numbers_of_jogging_are_those_in_force() -> None:
    text = " ".join(PAGE.split())
    assert f"a press moves it for {RUN_NS / 1e9:g} s" in text
    assert f"at most {LEAD_S:g} s of travel ahead" in text
    first, second, third = SPEEDS_RAD_S
    assert f"{first:g}, {second:g} or {third:g} rad/s" in text
