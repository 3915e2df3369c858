"""The guidance of `armcade arm calibrate`, in English and Chinese. Pure."""

from collections.abc import Mapping

from robot_bridge.tools.calibrating import Note, Phase
from robot_bridge.tools.texts import Language, Pair, pick

GUIDANCE: Mapping[Phase, Pair] = {
    "warn": (
        "The torque goes off now and the arm FALLS. Hold it with one hand, the other out of the gripper.\n"
        "No other program may use this arm. Press y when you hold it; Ctrl-C ends, nothing changed.",
        "接下来将关闭力矩，机械臂会【掉落】。一只手扶住它，另一只手远离夹爪。\n"
        "不要有其他程序使用该机械臂。扶好后按 y；按 Ctrl-C 退出，不做任何改动。",
    ),
    "free": ("Torque off, old offsets cleared ...", "正在关闭力矩并清除旧偏移 ..."),
    "middle": (
        "Put every joint near the middle of its range, the gripper half open. Roughly is enough.\n"
        "Press Enter when the arm is there.",
        "把每个关节放到行程中间附近，夹爪半开，大致即可。\n放好后按回车。",
    ),
    "home": ("Writing the homing offsets ...", "正在写入零位偏移 ..."),
    "sweep": (
        "Move every joint by hand slowly from one end to the other until its bar is green.\n"
        "Press Enter when all are; a takes a joint that cannot go further as it is.",
        "用手缓慢地把每个关节从一端移到另一端，直到进度条变绿。\n"
        "全部完成后按回车；按 a 接受无法移动更远的关节。",
    ),
    "store": ("Writing offsets and limits, reading each back ...", "正在写入偏移和限位，并逐一回读 ..."),
    "file": ("Writing the calibration file ...", "正在写入标定文件 ..."),
    "done": ("Done.", "完成。"),
    "stopped": ("Stopped.", "已停止。"),
    "failed": ("Failed.", "失败。"),
}
RESUMED: Pair = (
    "An unfinished calibration of this arm was found; it goes on where it stopped.",
    "找到该机械臂未完成的标定，将从中断处继续。",
)
NOTES: Mapping[Note, Pair] = {
    "": ("", ""),
    "unread": ("No answer from: {names}", "没有应答：{names}"),
    "short": ("Not swept far enough yet: {names}", "行程还不够：{names}"),
    "too_long": (
        "More than a whole turn, begun anew: {names}. Is the horn loose?",
        "超过一整圈，已重新开始：{names}。舵盘是否松动？",
    ),
}
_UNTOUCHED: Pair = ("Nothing was changed.", "没有做任何改动。")
_CLEARED: Pair = (
    "The torque is OFF: lay the arm down. Servos may hold offset 0 and open limits; the file is unchanged, "
    "so the bridge refuses this arm. Run the same command again, or with --restore to put all back.",
    "力矩已【关闭】：请把机械臂放平。舵机可能是零偏移和开放限位；标定文件未改动，"
    "因此 bridge 会拒绝该机械臂。再次运行同一命令继续，或加 --restore 恢复原值。",
)
_HOMED: Pair = (
    "The torque is OFF: lay the arm down. Servos carry new offsets and open limits; the file is unchanged, "
    "so the bridge refuses this arm. Run the same command again to go on from here, or with --restore.",
    "力矩已【关闭】：请把机械臂放平。舵机已有新偏移和开放限位；标定文件未改动，"
    "因此 bridge 会拒绝该机械臂。再次运行同一命令即可继续，或加 --restore 恢复原值。",
)
_STORED: Pair = (
    "The torque is OFF: lay the arm down. Servos carry the new calibration, or some of it; the file is "
    "unchanged. Run the same command again to finish.",
    "力矩已【关闭】：请把机械臂放平。舵机已写入（部分）新标定；文件未改动。再次运行同一命令以完成。",
)
LEFT: Mapping[Phase, Pair] = {
    "warn": _UNTOUCHED,
    "free": _CLEARED,
    "middle": _CLEARED,
    "home": _CLEARED,
    "sweep": _HOMED,
    "store": _STORED,
    "file": _STORED,
}
WRITTEN: Pair = (
    "Calibration written to the servos, read back, and to {file}\n"
    "The torque is off. Next: armcade arm check, then armcade arm jog.",
    "标定已写入舵机并回读确认，文件：{file}\n力矩已关闭。下一步：armcade arm check，然后 armcade arm jog。",
)
RESTORED: Pair = (
    "The servos hold what they held before the calibration began. The torque is off.",
    "舵机已恢复标定前的数值。力矩已关闭。",
)


def note(kind: Note, names: tuple[str, ...], language: Language) -> str:
    """The note of the calibration with the joints that it names."""
    return pick(NOTES[kind], language).format(names=", ".join(names))
