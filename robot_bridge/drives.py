"""Builds the arm's drive that the cell's configuration asks for; nothing above the bus knows which it is.

Drives whose packages are extras are imported only when they are chosen.
"""

from pathlib import Path
from typing import TypeVar

from robot_bridge.arms import ArmModel, read_calibration
from robot_bridge.buses.bus import ArmBus
from robot_bridge.buses.serial_bus import SerialBus
from robot_bridge.buses.servo_angles import ServoAngles
from robot_bridge.config import BridgeConfig
from robot_bridge.ros.config import Ros2Config, RosArm, RosbridgeConfig, check_arm
from robot_bridge.ros.link import Link
from robot_bridge.ros.ros_bus import RosBus
from robot_bridge.toml_table import InvalidTable

Arm = TypeVar("Arm", bound=RosArm)
_BUS_SHARE = 0.6


def build(config: BridgeConfig, model: ArmModel) -> ArmBus:
    """The drive, not yet reached; raises InvalidTable when its table does not fit the arm or is missing."""
    period_ns = 1_000_000_000 // config.rate_hz
    match config.drive:
        case "serial":
            return _serial(config, model, period_ns)
        case "ros2":
            by_dds = _table(config.ros2, "ros2", model)
            return RosBus(model, by_dds, _dds_link(by_dds), period_ns)
        case "rosbridge":
            by_text = _table(config.rosbridge, "rosbridge", model)
            return RosBus(model, by_text, _rosbridge_link(by_text), period_ns)


def _serial(config: BridgeConfig, model: ArmModel, period_ns: int) -> SerialBus:
    if config.port is None or config.calibration is None:
        missing = "port" if config.port is None else "calibration"
        raise InvalidTable(f"[bridge]: the serial drive needs `{missing}`")
    calibration = read_calibration(Path(config.calibration), model)
    return SerialBus(config.port, ServoAngles(model, calibration), int(period_ns * _BUS_SHARE))


def _table(table: Arm | None, name: str, model: ArmModel) -> Arm:
    """The chosen drive's own table, checked against the arm."""
    if table is None:
        raise InvalidTable(f'[bridge]: drive = "{name}" needs a table [bridge.{name}]')
    check_arm(table, len(model.joints), f"[bridge.{name}]")
    return table


def _dds_link(config: Ros2Config) -> Link:
    try:
        from robot_bridge.ros.dds_link import DdsLink
    except ModuleNotFoundError as error:
        raise InvalidTable(
            f'drive = "ros2" needs the package {error.name}: pip install "armcade[ros2]"'
        ) from error
    return DdsLink(config)


def _rosbridge_link(config: RosbridgeConfig) -> Link:
    try:
        from robot_bridge.ros.rosbridge_link import RosbridgeLink
    except ModuleNotFoundError as error:
        raise InvalidTable(
            f'drive = "rosbridge" needs the package {error.name}: pip install websockets'
        ) from error
    return RosbridgeLink(config)
