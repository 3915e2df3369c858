"""What each safety register of a servo should hold, as data, and the verdict on what it does hold. Pure.

A row is `wrong` when the arm must not be driven so, `notice` when it may, but somebody should know.
Bounds of the servo's own protection: the maker's defaults for the 3215 servos, and the arm's file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from robot_bridge.arms import ArmModel, JointCalibration
from robot_bridge.arms.model import Joint
from robot_bridge.tools.complaint import Named
from robot_bridge.tools.registers import Image, Register, shown
from robot_bridge.tools.texts import Pair

Verdict = Literal["ok", "notice", "wrong"]
AdviceKey = Literal[
    "none",
    "model",
    "calibrate",
    "limits",
    "factory",
    "power_on",
    "supply",
    "heat",
    "fault",
    "posture",
    "answer",
]


@dataclass(frozen=True, slots=True)
class Expectation:
    """A register that should lie within these bounds (both included), as the servo counts."""

    register: str
    lowest: int
    highest: int
    severity: Verdict
    advice: AdviceKey


@dataclass(frozen=True, slots=True)
class Row:
    """One register of one servo: what should be, what is, and what to do when they differ."""

    servo: str
    register: str
    expected: str
    found: str
    verdict: Verdict
    advice: AdviceKey


ADVICE: dict[AdviceKey, Pair] = {
    "none": ("", ""),
    "model": (
        "Another kind of servo sits here. Put the right one in, or choose the right arm with --arm.",
        "此处装的是另一种舵机。换上正确型号，或用 --arm 选择正确的机械臂。",
    ),
    "calibrate": (
        "This is another arm, or it was calibrated elsewhere: give its file (--calibration) or calibrate.",
        "这是另一台机械臂，或在别处标定过：用 --calibration 指定它的文件，或重新标定。",
    ),
    "limits": (
        "The bridge writes these limits when it starts. If they stay wrong after that, calibrate anew.",
        "bridge 启动时会写入这些限位。若启动后仍不对，请重新标定。",
    ),
    "factory": (
        "Set the maker's value with the maker's tool (EEPROM, unlock first), then check again.",
        "用厂家工具恢复出厂值（EEPROM，先解锁），然后再检查。",
    ),
    "power_on": (
        "Switch the servos' power off and on; the EEPROM must be locked while the arm works.",
        "断电重启舵机；工作时 EEPROM 必须上锁。",
    ),
    "supply": (
        "Measure the supply under load: 6-8.4 V for 7.4 V servos, 11-12.6 V for 12 V servos.",
        "带载测量供电：7.4 V 舵机应为 6-8.4 V，12 V 舵机应为 11-12.6 V。",
    ),
    "heat": (
        "Let the arm rest until it has cooled; look for a joint that is blocked.",
        "让机械臂冷却；检查是否有关节卡住。",
    ),
    "fault": (
        "The servo reports a fault: relieve the joint by hand, switch the power off and on, check again.",
        "舵机报告故障：用手卸载该关节，断电重启后再检查。",
    ),
    "posture": (
        "The joint stands outside its calibrated range: move it back by hand with the torque off.",
        "关节超出标定范围：关闭力矩后用手移回。",
    ),
    "answer": (
        "No answer, or a damaged one: look at the cables, the supply, and for a second servo with this id.",
        "没有应答或数据损坏：检查线缆、供电，以及是否有同 ID 的舵机。",
    ),
}


def expectations(
    model: ArmModel, joint: Joint, entry: JointCalibration | None, full_scale: int = 1000
) -> tuple[Expectation, ...]:
    """What a Feetech servo of this joint should hold; without an entry, its offset and limits are open."""
    servo = model.servo
    low_v, high_v = round(servo.min_voltage_v * 10), round(servo.max_voltage_v * 10)
    hottest = round(servo.max_temperature_c)
    number = servo.model_number if joint.model_number is None else joint.model_number
    general = (
        Expectation("model", number, number, "wrong", "model"),
        Expectation("id", joint.servo_id, joint.servo_id, "wrong", "model"),
        Expectation("response_level", 1, 1, "wrong", "factory"),
        Expectation("return_delay", 0, 0, "notice", "factory"),
        Expectation("mode", 0, 0, "wrong", "factory"),
        Expectation("max_temperature", min(hottest, 60), 80, "wrong", "factory"),
        Expectation("max_voltage", 80, max(80, high_v + 5), "wrong", "factory"),
        Expectation("min_voltage", 35, 60, "wrong", "factory"),
        Expectation("max_torque", 1, full_scale, "wrong", "factory"),
        Expectation("torque_limit", 1, full_scale, "wrong", "power_on"),
        Expectation("protection_current", 1, 511, "notice", "factory"),
        Expectation("protective_torque", 0, 30, "notice", "factory"),
        Expectation("overload_torque", 20, 90, "notice", "factory"),
        Expectation("lock", 1, 1, "wrong", "power_on"),
        Expectation("voltage", low_v, high_v, "wrong", "supply"),
        Expectation("temperature", 0, hottest, "wrong", "heat"),
        Expectation("status", 0, 0, "wrong", "fault"),
    )
    return general if entry is None else (*general, *_calibrated(entry))


def _calibrated(entry: JointCalibration) -> tuple[Expectation, ...]:
    return (
        Expectation("homing_offset", entry.homing_offset, entry.homing_offset, "wrong", "calibrate"),
        Expectation("min_position", entry.range_min, entry.range_min, "wrong", "limits"),
        Expectation("max_position", entry.range_max, entry.range_max, "wrong", "limits"),
        Expectation("position", entry.range_min, entry.range_max, "wrong", "posture"),
    )


def judge(servo: Named, image: Image | None, wanted: Sequence[Expectation]) -> tuple[Row, ...]:
    """One row per expectation; a servo without an image is one wrong row."""
    if image is None:
        return (Row(servo.label, "-", "an answer", "none", "wrong", "answer"),)
    return (*(_row(servo, image, one) for one in wanted), *_bits(servo, image))


def _row(servo: Named, image: Image, one: Expectation) -> Row:
    register, found = image.registers[one.register], image.get(one.register)
    fits = one.lowest <= found <= one.highest
    return Row(
        servo.label,
        register.label,
        _bounds(register, one),
        shown(register, found),
        "ok" if fits else one.severity,
        "none" if fits else one.advice,
    )


def _bounds(register: Register, one: Expectation) -> str:
    if one.lowest == one.highest:
        return shown(register, one.lowest)
    lowest = f"{one.lowest * register.scale:g}"
    return f"{lowest} to {shown(register, one.highest)}"


_OVERHEAT_CURRENT_OVERLOAD = 0b0010_1100
_MULTI_TURN = 0b0001_0000


def _bits(servo: Named, image: Image) -> tuple[Row, ...]:
    """The two registers of which only some bits matter: what unloads the motor, and multi-turn feedback."""
    mask, phase = image.get("unload_mask"), image.get("phase")
    guarded = mask & _OVERHEAT_CURRENT_OVERLOAD == _OVERHEAT_CURRENT_OVERLOAD
    single = not phase & _MULTI_TURN
    return (
        Row(
            servo.label,
            image.registers["unload_mask"].label,
            "bits 2, 3, 5",
            f"{mask:#04x}",
            "ok" if guarded else "wrong",
            "none" if guarded else "factory",
        ),
        Row(
            servo.label,
            image.registers["phase"].label,
            "bit 4 clear",
            f"{phase:#04x}",
            "ok" if single else "wrong",
            "none" if single else "factory",
        ),
    )


def worst(rows: Sequence[Row]) -> Verdict:
    """The gravest verdict of all rows."""
    found = {row.verdict for row in rows}
    return "wrong" if "wrong" in found else "notice" if "notice" in found else "ok"
