/** The arm's modes and causes as words for people, and what to do about them. */
import type { ArmPosture, Bilingual, Cause, Limit, Mode } from "../wire";

/** One big word per mode. */
export const MODE_WORDS: Readonly<Record<Mode, Bilingual>> = {
  latched: { en: "STOPPED", zh: "已停止" },
  hold: { en: "HOLDING", zh: "保持中" },
  idle: { en: "IDLE", zh: "待命" },
  play: { en: "IN PLAY", zh: "游玩中" },
};

/** Where the arm's torque stands, for the operator's list of facts. */
export const POSTURE_WORDS: Readonly<Record<ArmPosture, Bilingual>> = {
  held: { en: "held by torque", zh: "由力矩保持" },
  resting: { en: "being lowered", zh: "正在放下" },
  released: { en: "at rest, released", zh: "已放下并松开" },
};

/** Why the arm is in its mode, as it goes on after a colon; every page's only list of causes. */
export const CAUSE_WORDS: Readonly<Record<Cause, Bilingual>> = {
  none: { en: "all is well", zh: "一切正常" },
  boot: { en: "the arm has just started", zh: "机械臂刚刚启动" },
  stop_pressed: { en: "someone pressed stop", zh: "有人按下了停止" },
  operator: { en: "the operator asked for it", zh: "操作员的要求" },
  silence: { en: "no commands arrive", zh: "没有收到指令" },
  deadline: { en: "commands arrive too late", zh: "指令到达过晚" },
  hold_to_run_lost: { en: "the controls were let go", zh: "松开了控制" },
  turn_over: { en: "the turn is over", zh: "回合已结束" },
  stale_picture: { en: "the player's picture is too old", zh: "玩家画面过旧" },
  link_lost: { en: "the player's connection is gone", zh: "玩家连接中断" },
  bus_lost: { en: "no contact with the servos", zh: "与舵机失去联系" },
  servo_missing: { en: "a servo does not answer", zh: "有舵机没有应答" },
  overheat: { en: "a servo is too hot", zh: "舵机过热" },
  overload: { en: "a servo is overloaded", zh: "舵机过载" },
  voltage: { en: "the supply voltage is out of range", zh: "供电电压超出范围" },
  following_error: { en: "the arm could not follow its goal", zh: "机械臂跟不上目标" },
  rejected_commands: { en: "too many commands were refused", zh: "过多指令被拒绝" },
  servo_rebooted: { en: "a servo has restarted by itself", zh: "有舵机自行重启" },
  servo_bounds: { en: "a servo does not take its limits", zh: "有舵机未接受限位设置" },
  cannot_lower: { en: "the arm could not be lowered", zh: "机械臂无法放下" },
};

/** What keeps the arm from going on as asked, for players and operators alike. */
export const LIMIT_WORDS: Readonly<Record<Limit, Bilingual>> = {
  workspace: { en: "edge of the workspace", zh: "工作区边缘" },
  table: { en: "close to the table", zh: "靠近桌面" },
  reach: { en: "out of reach", zh: "够不到" },
  pitch_relaxed: { en: "tilt adjusted", zh: "已调整俯仰" },
  joint_position: { en: "joint at its limit", zh: "关节到达限位" },
  velocity: { en: "at full speed", zh: "已达最高速度" },
  look_ahead: { en: "waiting for the arm to follow", zh: "等待机械臂跟上" },
  speed_scale: { en: "slowed", zh: "已减速" },
  self: { en: "close to its own links", zh: "靠近自身连杆" },
  keep_out: { en: "edge of a closed area", zh: "禁入区域边缘" },
  singularity: { en: "nearly stretched", zh: "接近完全伸直" },
  contact: { en: "pressing on something, gives way", zh: "碰到东西，正在退让" },
  grip: { en: "grip is firm", zh: "已夹紧" },
  heat: { en: "motor warm, slower", zh: "电机偏热，已减速" },
  supply: { en: "supply voltage low, slower", zh: "供电电压偏低，已减速" },
  load: { en: "motor working hard, slower", zh: "电机负载大，已减速" },
};

/** A cause as a line of its own. */
export function causeLine(cause: Cause): Bilingual {
  const { en, zh } = CAUSE_WORDS[cause];
  return { en: en.charAt(0).toUpperCase() + en.slice(1), zh };
}

/** What an operator does next while the arm is stopped for this cause. */
export const STOPPED_ADVICE: Readonly<Record<Cause, Bilingual>> = {
  none: { en: "Look at the arm. When all is clear, reset.", zh: "查看机械臂，确认无碍后复位。" },
  boot: {
    en: "The arm starts stopped. Check that nobody reaches in, then reset.",
    zh: "机械臂启动时处于停止状态。确认无人伸手进入后复位。",
  },
  stop_pressed: {
    en: "Find out why. Check that nobody reaches in, then reset.",
    zh: "弄清原因，确认无人伸手进入后复位。",
  },
  operator: { en: "When what you stopped for is settled, reset.", zh: "处理完停止的原因后复位。" },
  silence: { en: "Check the cell process, then reset.", zh: "检查工作单元进程，然后复位。" },
  deadline: { en: "Check the load of the cell's computer, then reset.", zh: "检查工作单元电脑负载，然后复位。" },
  hold_to_run_lost: { en: "Look at the arm, then reset.", zh: "查看机械臂，然后复位。" },
  turn_over: { en: "Look at the arm, then reset.", zh: "查看机械臂，然后复位。" },
  stale_picture: { en: "Check the cameras, then reset.", zh: "检查摄像头，然后复位。" },
  link_lost: { en: "Look at the arm, then reset.", zh: "查看机械臂，然后复位。" },
  bus_lost: {
    en: "Check power and the bus cable. The arm may sag when power was lost. Then reset.",
    zh: "检查电源和总线线缆。断电时机械臂可能下垂。然后复位。",
  },
  servo_missing: {
    en: "Check the daisy chain up to the missing servo, then reset.",
    zh: "检查直到缺失舵机的串接线缆，然后复位。",
  },
  overheat: {
    en: "After 20 s the arm lowers itself and lets go. Look for what blocked it; let it cool by 5 °C, then reset.",
    zh: "20 秒后机械臂会自行放下并松开。检查是什么卡住了它，降温 5 °C 后复位。",
  },
  overload: {
    en: "After 20 s the arm lowers itself and lets go. Look for what blocked it or was gripped too hard, then reset.",
    zh: "20 秒后机械臂会自行放下并松开。检查是什么卡住了它或夹得过紧，然后复位。",
  },
  voltage: { en: "Check the power supply, then reset.", zh: "检查电源，然后复位。" },
  following_error: {
    en: "Look for something that holds the arm back, then reset.",
    zh: "检查是否有东西阻挡机械臂，然后复位。",
  },
  rejected_commands: { en: "End this player's turn, then reset.", zh: "结束该玩家的回合，然后复位。" },
  servo_rebooted: {
    en: "Its power dipped. Check the supply and its plug; the arm may have sagged. Then reset.",
    zh: "它的供电曾中断。检查电源和插头，机械臂可能已下垂。然后复位。",
  },
  servo_bounds: {
    en: "Run `armcade arm check` to see which register differs. No torque until the limits hold.",
    zh: "运行 `armcade arm check` 查看哪个寄存器不符。限位生效前不会上力。",
  },
  cannot_lower: {
    en: "Something is in the way, or no way down is clear. Hold the arm by hand before cutting its power.",
    zh: "有东西挡住，或没有可行的下放路径。断电前请用手扶住机械臂。",
  },
};
