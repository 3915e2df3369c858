"""The bridge's reasons for refusing a command and for its mode, in English and Chinese. Pure."""

from collections.abc import Mapping

from robot_bridge.tools.texts import Language, Pair, pick
from robot_bridge.wire.state import Cause

_NOT_NOW: Mapping[str, Pair] = {
    "latched": ("The arm is stopped: reset the stop first.", "机械臂已停止：请先复位。"),
    "idle": ("The arm is idle: nothing is enabled yet.", "机械臂待命中：尚未使能。"),
    "play": ("The arm is in play: end that first.", "机械臂正在运行：请先结束。"),
    "hold": ("The arm is held: enable it anew.", "机械臂保持中：请重新使能。"),
}
REFUSALS: Mapping[str, Pair] = {
    **{f"not_while_{mode}": pair for mode, pair in _NOT_NOW.items()},
    **{f"setpoint_while_{mode}": pair for mode, pair in _NOT_NOW.items()},
    "old_stop_generation": (
        "It was sent before the newest stop; try again.",
        "该指令发出于最近一次停止之前，请重试。",
    ),
    "old_lease": ("Another session has taken over since.", "已有新的会话接管。"),
    "lease_over": ("This session was ended.", "本次会话已结束。"),
    "another_lease_plays": ("Another session moves the arm.", "另一个会话正在控制机械臂。"),
    "wrong_lease": ("Another session moves the arm.", "另一个会话正在控制机械臂。"),
    "old_sequence": ("A newer command came first.", "已收到更新的指令。"),
    "lowering": ("The arm is being lowered; wait.", "机械臂正在放下，请等待。"),
    "wrong_stop_id": (
        "There is a newer stop than the one shown: look, then reset again.",
        "已有比所示更新的停止：请查看后再次复位。",
    ),
    "old_order": ("This order was carried out already.", "该指令已执行过。"),
    "already_released": ("The arm lies released already.", "机械臂已放下并松开。"),
    "bus_not_ready": (
        "Not every servo is ready: `armcade arm check` names what is wrong.",
        "并非所有舵机就绪：用 `armcade arm check` 查看问题。",
    ),
    "deadline_passed": (
        "The command came too late: this computer is too busy.",
        "指令到达过晚：本机过于繁忙。",
    ),
    "wrong_joint_count": ("The command is for another arm.", "该指令属于另一种机械臂。"),
    "oversized": ("The command is too long.", "指令过长。"),
    "invalid": ("The command holds a value out of bounds.", "指令中有超出范围的值。"),
    "malformed": ("The command cannot be read.", "无法读取该指令。"),
    "fault_overheat": (
        "A servo is too hot: let it cool, then reset.",
        "舵机过热：冷却后再复位。",
    ),
    "fault_overload": (
        "A servo is overloaded: relieve the joint, then reset.",
        "舵机过载：卸载该关节后再复位。",
    ),
    "fault_voltage": (
        "The supply is out of bounds: measure it under load.",
        "供电超出范围：请带载测量。",
    ),
    "fault_bus_lost": (
        "No servo answers: look at the cable and the servos' power.",
        "没有舵机应答：检查线缆和舵机电源。",
    ),
    "fault_servo_missing": (
        "A servo does not answer, or is not the one it should be: `armcade arm check` names it.",
        "有舵机没有应答或与配置不符：用 `armcade arm check` 查看。",
    ),
    "fault_servo_rebooted": (
        "A servo restarted by itself: look at its supply.",
        "有舵机自行重启：检查其供电。",
    ),
    "fault_servo_bounds": (
        "A servo does not take its bounds: `armcade arm check` names it.",
        "有舵机未接受上限设置：用 `armcade arm check` 查看。",
    ),
    "fault_following_error": (
        "The arm does not follow: look for what blocks it.",
        "机械臂未能跟随：检查是否受阻。",
    ),
}
CAUSES: Mapping[Cause, str] = {
    "none": "一切正常",
    "boot": "刚刚启动",
    "stop_pressed": "有人按下停止",
    "operator": "操作员要求",
    "silence": "没有指令到达",
    "deadline": "指令到达过晚",
    "hold_to_run_lost": "松开了按键",
    "turn_over": "回合结束",
    "stale_picture": "画面过旧",
    "link_lost": "连接中断",
    "bus_lost": "与舵机失去联系",
    "servo_missing": "有舵机没有应答或与配置不符",
    "overheat": "舵机过热",
    "overload": "舵机过载",
    "voltage": "供电超出范围",
    "following_error": "未能跟随目标",
    "rejected_commands": "过多指令被拒绝",
    "servo_rebooted": "有舵机自行重启",
    "servo_bounds": "有舵机未接受上限设置",
    "cannot_lower": "无法放下",
}
"""In English a cause is told by its own name, as in the bridge's log."""


def cause_told(cause: Cause, language: Language) -> str:
    """Why the arm is in its mode."""
    return pick((cause, CAUSES[cause]), language)


def refusal(reason: str, language: Language) -> str:
    """The reason in this language; one that is not known is told as the bridge names it."""
    return pick(REFUSALS[reason], language) if reason in REFUSALS else reason.replace("_", " ")
