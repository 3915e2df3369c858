"""The DDS library's settings: well-formed, and on this machine alone unless asked otherwise."""

import xml.etree.ElementTree as ElementTree

import msgspec
import pytest

from robot_bridge.ros.config import Ros2Config, RosController, RosJoint
from robot_bridge.ros.dds_settings import domain_xml, interface

PLAIN = Ros2Config(joints=(RosJoint("a"), RosJoint("b")), controllers=(RosController("servo_joint", "/s"),))


def test_by_default_nothing_leaves_the_machine() -> None:
    root = ElementTree.fromstring(domain_xml(PLAIN))
    found = root.find("./Domain/General/Interfaces/NetworkInterface")
    assert found is not None and found.attrib == {"address": "127.0.0.1"}
    assert root.findtext("./Domain/General/AllowMulticast") == "false"
    assert [peer.get("Address") for peer in root.iter("Peer")] == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"peers": ("10.0.0.2",)}, None),
        ({"multicast": True}, None),
        ({"interface": "eth0"}, "eth0"),
        ({"peers": ("localhost",)}, "127.0.0.1"),
    ],
)
def test_the_interface(change: dict[str, object], expected: str | None) -> None:
    config = msgspec.structs.replace(PLAIN, **change)
    assert interface(config) == expected
    found = ElementTree.fromstring(domain_xml(config)).find("./Domain/General/Interfaces/NetworkInterface")
    assert (found is None) == (expected is None)


def test_an_interface_by_name_and_multicast() -> None:
    root = ElementTree.fromstring(
        domain_xml(msgspec.structs.replace(PLAIN, interface="eth0", multicast=True, domain=3))
    )
    found = root.find("./Domain/General/Interfaces/NetworkInterface")
    assert found is not None and found.attrib == {"name": "eth0"}
    assert root.findtext("./Domain/General/AllowMulticast") == "true"
    domain = root.find("./Domain")
    assert domain is not None and domain.get("Id") == "3"
