"""What the arm commands print as JSON. Pure."""

from dataclasses import asdict

from robot_bridge.tools.scan import FoundBus, FoundServo


def scan_report(bus: FoundBus, identity: str | None) -> dict[str, object]:
    """One port of a scan; registers in the servo's own units."""
    return {
        "port": bus.port.path,
        "names": list(bus.port.names),
        "baud": bus.baud,
        "protocol": bus.protocol,
        "calibration": identity,
        "heard_junk": bus.heard_junk,
        "servos": [_servo(servo) for servo in bus.servos],
        "complaints": [asdict(one) for one in bus.complaints],
    }


def _servo(servo: FoundServo) -> dict[str, object]:
    image = servo.image
    found: dict[str, object] = {"id": servo.servo_id, "model": servo.model, "readable": image is not None}
    if image is not None:
        found["registers"] = {name: image.get(name) for name in image.registers}
    return found
