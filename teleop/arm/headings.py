"""Headings and sums of what `armcade arm scan`, `check` and `bench` print, in English and Chinese. Pure."""

from robot_bridge.tools.texts import Pair

SERVOS: tuple[Pair, ...] = (
    ("id", "ID"),
    ("joint", "关节"),
    ("model", "型号"),
    ("firmware", "固件"),
    ("supply", "供电"),
    ("temp.", "温度"),
    ("position", "位置"),
    ("torque", "力矩"),
    ("faults", "故障"),
)
REGISTERS: tuple[Pair, ...] = (
    ("servo", "舵机"),
    ("register", "寄存器"),
    ("expected", "应为"),
    ("found", "实为"),
    ("", ""),
)
BARS: tuple[Pair, ...] = (
    ("joint", "关节"),
    ("lowest", "最低"),
    ("now", "当前"),
    ("highest", "最高"),
    ("", ""),
    ("swept", "行程"),
)
TIMES: tuple[Pair, ...] = (
    ("", ""),
    ("wire", "线路"),
    ("median", "中位数"),
    ("p95", "p95"),
    ("p99", "p99"),
    ("longest", "最长"),
)
CYCLE: Pair = ("state of {servos} servos, ms", "{servos} 个舵机的状态，毫秒")
MEASURED: Pair = (
    "{cycles} cycles, {rate:.0f} a second; the median is {over:.2f} x wire time\n"
    "missing answers {missing} ({share:.2%}), junk bytes {junk}, this process used {cpu:.1%} of a core",
    "{cycles} 个周期，每秒 {rate:.0f} 个；中位数为线路时间的 {over:.2f} 倍\n"
    "缺失应答 {missing}（{share:.2%}），无效字节 {junk}，本进程占用一个核心的 {cpu:.1%}",
)
IDENTITY: Pair = ("calibration: {name}", "标定：{name}")
STRANGER: Pair = ("calibration: not known on this machine", "标定：本机没有对应的文件")
UNREADABLE: Pair = ("unreadable", "无法读取")
TORQUE: tuple[Pair, Pair] = (("off", "关"), ("on", "开"))
FAULTLESS: Pair = ("none", "无")
JUNK: Pair = (
    "Something answers here, but no protocol explains it: noise, or two servos with one id.",
    "此处有应答，但不符合任何协议：可能是干扰，或两个舵机使用同一 ID。",
)
SILENCE: Pair = (
    "No servo answered at any baud rate. Is the servos' power on?",
    "在任何波特率下都没有舵机应答。舵机电源是否已打开？",
)
SUM: Pair = (
    "{rows} registers: {ok} ok, {notice} notice, {wrong} wrong",
    "{rows} 个寄存器：{ok} 正常，{notice} 注意，{wrong} 错误",
)
UNCOMPARED: Pair = (
    "No calibration at {file}: offsets and limits were not compared.",
    "没有标定文件 {file}：未比较偏移和限位。",
)
