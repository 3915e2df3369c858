"""The drive that a configuration asks for, and what is said when it cannot be built."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from robot_bridge import drives
from robot_bridge.arms import ArmModel, nominal_calibration, write_calibration
from robot_bridge.buses.serial_bus import SerialBus
from robot_bridge.config import BridgeConfig
from robot_bridge.ros.ros_bus import RosBus
from robot_bridge.toml_table import InvalidTable, read_table


def config(so101: ArmModel, **table: Any) -> BridgeConfig:
    return read_table({"arm": "so101", "socket": "s", **table}, BridgeConfig, "cell.toml [bridge]")


def ros(so101: ArmModel, **more: Any) -> dict[str, Any]:
    joints = [{"name": name} for name in so101.joint_names]
    return {"joints": joints, "controllers": [{"kind": "forward_command", "topic": "/c"}], **more}


def test_serial_is_the_default(so101: ArmModel, tmp_path: Path) -> None:
    path = tmp_path / "arm.json"
    write_calibration(path, so101, nominal_calibration(so101))
    assert isinstance(drives.build(config(so101, port="p", calibration=str(path)), so101), SerialBus)


def test_rosbridge(so101: ArmModel) -> None:
    bus = drives.build(config(so101, drive="rosbridge", rosbridge=ros(so101, url="ws://127.0.0.1:1")), so101)
    assert isinstance(bus, RosBus)
    bus.close()


def test_ros2(so101: ArmModel) -> None:
    bus = drives.build(config(so101, drive="ros2", ros2=ros(so101, domain=99)), so101)
    assert isinstance(bus, RosBus)
    bus.close()


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({}, "the serial drive needs `port`"),
        ({"port": "p"}, "the serial drive needs `calibration`"),
        ({"drive": "ros2"}, r'drive = "ros2" needs a table \[bridge.ros2\]'),
        ({"drive": "rosbridge"}, r'drive = "rosbridge" needs a table \[bridge.rosbridge\]'),
        (
            {"drive": "ros2", "ros2": {"joints": [{"name": "a"}] * 2, "controllers": []}},
            r"\[bridge\].*length",
        ),
        (
            {
                "drive": "ros2",
                "ros2": {
                    "joints": [{"name": "a"}] * 2,
                    "controllers": [{"kind": "servo_joint", "topic": "/s"}],
                },
            },
            r"\[bridge.ros2\]: `joints` has 2 entries for an arm of 6",
        ),
    ],
)
def test_what_is_missing_is_said(so101: ArmModel, table: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidTable, match=complaint):
        drives.build(config(so101, **table), so101)


@pytest.mark.parametrize(
    ("drive", "package", "advice"),
    [("ros2", "cyclonedds", r"armcade\[ros2\]"), ("rosbridge", "websockets", "pip install websockets")],
)
def test_a_missing_package_is_named(
    so101: ArmModel, monkeypatch: pytest.MonkeyPatch, drive: str, package: str, advice: str
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("dds_link", "rosbridge_link", "idl"):
        monkeypatch.delitem(sys.modules, f"robot_bridge.ros.{name}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    chosen = config(
        so101, drive=drive, **{drive: ros(so101, **({"url": "ws://h"} if drive == "rosbridge" else {}))}
    )
    with pytest.raises(InvalidTable, match=f"{package}.*{advice}"):
        drives.build(chosen, so101)


def test_the_bridge_starts_without_the_packages_of_drives_that_it_does_not_use() -> None:
    program = (
        "import sys; sys.modules.update(dict.fromkeys(('cyclonedds', 'websockets')))\n"
        "import robot_bridge.__main__, robot_bridge.drives"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
