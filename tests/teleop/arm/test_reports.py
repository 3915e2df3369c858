"""What a scan prints as JSON."""

import json

from robot_bridge.tools.complaint import Complaint
from robot_bridge.tools.ports import Candidate
from robot_bridge.tools.registers import FEETECH, Image
from robot_bridge.tools.scan import FoundBus, FoundServo
from teleop.arm.reports import scan_report


def test_a_port_is_told_with_its_servos_and_complaints() -> None:
    memory = bytearray(71)
    memory[5] = 3
    servos = (FoundServo(3, "STS3215", Image(FEETECH, bytes(memory))), FoundServo(4, "", None))
    complaint = Complaint("servo_garbled", where="/dev/x", servo="4")
    found = FoundBus(Candidate("/dev/x", ("/dev/y",)), 1_000_000, "feetech-sts", servos, (complaint,))
    told = json.loads(json.dumps(scan_report(found, "left")))
    assert (told["port"], told["names"], told["calibration"]) == ("/dev/x", ["/dev/y"], "left")
    assert [(one["id"], one["readable"]) for one in told["servos"]] == [(3, True), (4, False)]
    assert told["servos"][0]["registers"]["id"] == 3
    assert "registers" not in told["servos"][1]
    assert told["complaints"][0]["kind"] == "servo_garbled"
