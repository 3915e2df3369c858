"""What `armcade arm jog` says, in English and Chinese. Pure."""

from collections.abc import Mapping

from robot_bridge.tools.refusal_texts import refusal
from robot_bridge.tools.texts import Language, Pair, pick

JOG_KEYS: Pair = (
    "up/down or 1-8: joint   hold left/right: move   [ ]: slower, faster\n"
    "space: STOP   r: reset the stop shown   q or Ctrl-C: stop and end",
    "上/下 或 1-8：选关节   按住左/右：移动   [ ]：减速、加速\n"
    "空格：停止   r：复位所示的停止   q 或 Ctrl-C：停止并退出",
)
JOG_NOTES: Mapping[str, Pair] = {
    "latched": ("Latched: press r first; it moves nothing.", "已锁定：先按 r，复位不会引起运动。"),
    "silent": ("The bridge has no fresh measurement of the arm.", "bridge 没有机械臂的最新测量值。"),
}
JOG_ENDED: Pair = (
    "The bridge has ended after a controlled stop. The servos keep their torque and hold the arm.",
    "bridge 已受控停止并结束。舵机保持力矩，机械臂保持不动。",
)
JOG_WARNING: Pair = (
    "The arm gets torque and will hold where it is. Nothing moves before a key is held. Press y to begin.",
    "机械臂将上力矩并保持原位。按住按键之前不会移动。按 y 开始。",
)


def jog_note(kind: str, language: Language) -> str:
    """What jogging has to say: its own note, or why the bridge refused."""
    if kind in JOG_NOTES:
        return pick(JOG_NOTES[kind], language)
    return refusal(kind, language)
