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
    "start",
    "tighter",
    "unclipped",
    "group",
    "tripped",
]


@dataclass(frozen=True, slots=True)
class Expectation:
    """A register that should lie within these bounds (both included), as the servo counts.

    Where only some of its bits matter, `mask` are those and `wanted` says in words how they should be. Within
    the bounds but not `usual` is worth a notice, with the advice `unusual`.
    """

    register: str
    lowest: int
    highest: int
    severity: Verdict
    advice: AdviceKey
    mask: int = 0
    wanted: str = ""
    usual: int | None = None
    unusual: AdviceKey = "none"


@dataclass(frozen=True, slots=True)
class Row:
    """One register of one servo: what should be, what is, and what to do when they differ."""

    servo: str
    register: str
    expected: str
    found: str
    verdict: Verdict
    advice: AdviceKey


_UNLOADING = 0b0010_1100  # overheat, overcurrent, overload
_MULTI_TURN = 0b0001_0000
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
        "Measure the supply under load: 6-8.4 V for 7.4 V servos, 11-12.6 V for 12 V ones, 5 V for XL330s.",
        "带载测量供电：7.4 V 舵机应为 6-8.4 V，12 V 舵机应为 11-12.6 V，XL330 应为 5 V。",
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
    "start": (
        "The bridge writes this bound when it starts without torque; so does `armcade arm calibrate`.",
        "bridge 在无力矩状态下启动时会写入此上限；`armcade arm calibrate` 也会写入。",
    ),
    "tighter": (
        "The arm's file allows more; the servo keeps to this, and the joint may lag. Raise it if not meant.",
        "机械臂文件允许更高的值；舵机会按此值限制，关节会滞后。若非有意，请调高。",
    ),
    "unclipped": (
        "In this mode the servo keeps no position limits of its own; only the bridge does.",
        "此模式下舵机自身不执行位置限位，仅由 bridge 限制。",
    ),
    "group": (
        "A servo must face and follow as the arm's file says: `armcade arm calibrate` sets it.",
        "舵机的方向和跟随关系须与机械臂文件一致：用 `armcade arm calibrate` 设置。",
    ),
    "tripped": (
        "The servo stopped itself when nobody spoke to it any more. The bridge clears that when it starts.",
        "总线静默后舵机已自行停止。bridge 启动时会清除该状态。",
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
        Expectation(
            "unload_mask", _UNLOADING, _UNLOADING, "wrong", "factory", mask=_UNLOADING, wanted="bits 2, 3, 5"
        ),
        Expectation("phase", 0, 0, "wrong", "factory", mask=_MULTI_TURN, wanted="bit 4 clear"),
    )
    return general if entry is None else (*general, *calibrated(entry))


def calibrated(entry: JointCalibration) -> tuple[Expectation, ...]:
    """What calibration left in the servo of a joint, and that the joint stands within its range."""
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
    return tuple(_row(servo, image, one) for one in wanted)


def _row(servo: Named, image: Image, one: Expectation) -> Row:
    register, found = image.registers[one.register], image.get(one.register)
    verdict, advice = _verdict(one, found & one.mask if one.mask else found)
    return Row(
        servo.label,
        register.label,
        one.wanted or _bounds(register, one),
        f"{found:#04x}" if one.mask else shown(register, found),
        verdict,
        advice,
    )


def _verdict(one: Expectation, found: int) -> tuple[Verdict, AdviceKey]:
    if not one.lowest <= found <= one.highest:
        return one.severity, one.advice
    return ("ok", "none") if one.usual in (None, found) else ("notice", one.unusual)


def _bounds(register: Register, one: Expectation) -> str:
    if one.lowest == one.highest:
        return shown(register, one.lowest)
    lowest = f"{one.lowest * register.scale:g}"
    return f"{lowest} to {shown(register, one.highest)}"


def worst(rows: Sequence[Row]) -> Verdict:
    """The gravest verdict of all rows."""
    found = {row.verdict for row in rows}
    return "wrong" if "wrong" in found else "notice" if "notice" in found else "ok"
