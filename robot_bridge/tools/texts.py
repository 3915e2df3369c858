"""Every sentence of the tools' complaints and advice, in English and Chinese. Pure."""

from collections.abc import Mapping
from typing import Literal

from robot_bridge.tools.complaint import Complaint, Kind

Language = Literal["en", "zh"]
Pair = tuple[str, str]

SENTENCES: Mapping[Kind, Pair] = {
    "port_missing": ("There is no port {where}.", "没有串口 {where}。"),
    "port_denied": ("This user may not open {where}.", "当前用户无权打开 {where}。"),
    "port_busy": ("Another process holds {where}.", "另一个程序正占用 {where}。"),
    "port_refused": ("{where} cannot be opened: {found}.", "无法打开 {where}：{found}。"),
    "port_lost": ("{where} went away while it was in use: {found}.", "{where} 在使用中断开：{found}。"),
    "no_port": ("No serial port was found on this machine.", "本机没有找到串口。"),
    "no_arm": (
        "No port carries a whole {expected}; found: {found}.",
        "没有串口接着完整的 {expected}；找到：{found}。",
    ),
    "many_arms": ("Several ports carry a {expected}: {found}.", "有多个串口接着 {expected}：{found}。"),
    "unspoken": (
        "The tools do not speak {found}, the protocol of the {expected}, yet.",
        "工具暂不支持 {expected} 所用的协议 {found}。",
    ),
    "servo_silent": (
        "Servo {servo} on {where} does not answer (asked for register {register}).",
        "{where} 上的舵机 {servo} 没有应答（读取寄存器 {register}）。",
    ),
    "servo_garbled": (
        "Servo {servo} on {where} answers, but damaged (asked for register {register}).",
        "{where} 上的舵机 {servo} 有应答，但数据损坏（读取寄存器 {register}）。",
    ),
    "id_clash": ("Two servos on {where} have the id {servo}.", "{where} 上有两个舵机使用同一 ID {servo}。"),
    "not_taken": (
        "Servo {servo}, register {register}: expected {expected}, found {found}.",
        "舵机 {servo}，寄存器 {register}：应为 {expected}，实为 {found}。",
    ),
    "wrong_model": (
        "Servo {servo} is a {found}, this arm has a {expected} there.",
        "舵机 {servo} 的型号是 {found}，该机械臂此处应为 {expected}。",
    ),
    "low_voltage": (
        "Servo {servo} has {found}; its EEPROM must not be written below {expected}.",
        "舵机 {servo} 的电压为 {found}；低于 {expected} 时不可写入 EEPROM。",
    ),
    "bad_arm": ("{found}", "{found}"),
    "bad_file": ("{found}", "{found}"),
    "file_unwritable": ("{where} cannot be written: {found}.", "无法写入 {where}：{found}。"),
    "nothing_to_restore": (
        "There is no unfinished calibration beside {where}.",
        "{where} 旁边没有未完成的标定。",
    ),
    "not_a_terminal": ("This needs a terminal with a keyboard.", "需要带键盘的终端。"),
    "bridge_ended": ("The bridge ended: {found}", "bridge 进程已结束：{found}"),
    "bridge_silent": ("The bridge says nothing: {found}", "bridge 进程没有消息：{found}"),
}
_WIRING: Pair = (
    "Look at the cable into that servo and the one before it; each plug must sit fully.",
    "检查该舵机及其前一个舵机的线缆，插头要插到底。",
)
_SUPPLY: Pair = (
    "Measure the supply at the board, loaded: 6-8.4 V for 7.4 V servos, 11-12.6 V for 12 V, 5 V for XL330.",
    "带载测量控制板供电：7.4 V 舵机应为 6-8.4 V，12 V 舵机应为 11-12.6 V，XL330 应为 5 V。",
)
_BAUD: Pair = (
    "Another baud rate? `armcade arm scan --port PORT` tries them all.",
    "波特率不同？用 `armcade arm scan --port 串口` 逐一尝试。",
)
_PLUG: Pair = (
    "Plug the board's USB cable in (a data cable, not a charging one), then `armcade arm scan`.",
    "插好控制板的 USB 线（要数据线，不是充电线），然后运行 `armcade arm scan`。",
)
_CLASH: Pair = (
    "Leave only one of the two on the bus, give it another id with the maker's tool, then plug the other in.",
    "总线上只留其中一个舵机，用厂家工具改 ID，再接上另一个。",
)
ADVICE: Mapping[Kind, tuple[Pair, ...]] = {
    "port_missing": (_PLUG,),
    "port_denied": (
        (
            "`armcade arm udev | sudo tee /etc/udev/rules.d/60-armcade.rules`, then plug the board in anew.",
            "运行 `armcade arm udev | sudo tee /etc/udev/rules.d/60-armcade.rules`，然后重新插拔控制板。",
        ),
    ),
    "port_busy": (
        (
            "End the other program first: `armcade bridge`, `armcade cell` or a LeRobot script.",
            "先结束另一个程序：`armcade bridge`、`armcade cell` 或 LeRobot 脚本。",
        ),
    ),
    "port_refused": (_PLUG,),
    "port_lost": (
        (
            "USB cable or board lost contact, or lost power. Plug it in again and start the command again.",
            "USB 线或控制板接触不良或掉电。重新插好后再次运行命令。",
        ),
    ),
    "no_port": (_PLUG,),
    "no_arm": (
        (
            "Give the port with --port; `armcade arm scan` shows what is there.",
            "用 --port 指定串口；`armcade arm scan` 列出现有设备。",
        ),
        _SUPPLY,
        _WIRING,
    ),
    "many_arms": (("Choose one with --port.", "用 --port 选择其中一个。"),),
    "bad_arm": (("Choose one with --arm.", "用 --arm 选择机械臂。"),),
    "unspoken": (),
    "servo_silent": (_SUPPLY, _WIRING, _BAUD),
    "servo_garbled": (
        (
            "Two servos with this id? `armcade arm scan --port PORT` tells.",
            "是否两个舵机同一 ID？`armcade arm scan --port 串口` 可判断。",
        ),
        _WIRING,
        _SUPPLY,
    ),
    "id_clash": (_CLASH,),
    "not_taken": (
        _SUPPLY,
        (
            "Switch the servos' power off and on, then start again; a servo that still refuses is worn out.",
            "断电重启舵机后重试；仍拒绝写入的舵机应更换。",
        ),
    ),
    "wrong_model": (
        (
            "Choose the right arm with --arm, or put the right servo in.",
            "用 --arm 选择正确的机械臂，或换上正确的舵机。",
        ),
    ),
    "low_voltage": (_SUPPLY,),
    "bad_file": (("Calibrate anew: `armcade arm calibrate`.", "重新标定：`armcade arm calibrate`。"),),
    "file_unwritable": (
        (
            "Choose another file with --file. The calibration is kept; running again goes on from here.",
            "用 --file 另选文件。标定进度已保存，再次运行即可继续。",
        ),
    ),
    "nothing_to_restore": (),
    "not_a_terminal": (("Run it in a terminal or over `ssh -t`.", "请在终端中运行，或使用 `ssh -t`。"),),
    "bridge_ended": (("`armcade arm check` looks at every servo.", "`armcade arm check` 会检查每个舵机。"),),
    "bridge_silent": (("`armcade arm check` looks at every servo.", "`armcade arm check` 会检查每个舵机。"),),
}


def pick(pair: Pair, language: Language) -> str:
    """The text in this language."""
    return pair[1] if language == "zh" else pair[0]


def sentence(complaint: Complaint, language: Language) -> str:
    """What is wrong, in one sentence."""
    return pick(SENTENCES[complaint.kind], language).format(
        where=complaint.where,
        servo=complaint.servo,
        register=complaint.register,
        expected=complaint.expected,
        found=complaint.found,
    )


def advice(complaint: Complaint, language: Language) -> tuple[str, ...]:
    """What to do about it, most likely first."""
    return tuple(pick(pair, language) for pair in ADVICE[complaint.kind])


def language_of(wish: str, environment: Mapping[str, str]) -> Language:
    """The language asked for, else the one of the locale, else English."""
    names = (wish, *(environment.get(key, "") for key in ("LC_ALL", "LC_MESSAGES", "LANG")))
    named = next((name for name in names if name), "")
    return "zh" if named.lower().startswith("zh") else "en"
