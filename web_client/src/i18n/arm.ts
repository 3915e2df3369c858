/** The arm's modes and causes as words for people, and what to do about them. */
import type { Bilingual, Cause, Mode } from "../wire";

/** One big word per mode. */
export const MODE_WORDS: Readonly<Record<Mode, Bilingual>> = {
  latched: { en: "STOPPED", zh: "已停止" },
  hold: { en: "HOLDING", zh: "保持中" },
  idle: { en: "IDLE", zh: "待命" },
  play: { en: "IN PLAY", zh: "游玩中" },
};

/** Why the arm is in its mode. */
export const CAUSE_WORDS: Readonly<Record<Cause, Bilingual>> = {
  none: { en: "All is well", zh: "一切正常" },
  boot: { en: "Just started", zh: "刚刚启动" },
  stop_pressed: { en: "Someone pressed stop", zh: "有人按下了停止" },
  operator: { en: "Stopped by an operator", zh: "操作员停止" },
  silence: { en: "No commands arrive", zh: "没有收到指令" },
  deadline: { en: "Commands arrive too late", zh: "指令到达过晚" },
  hold_to_run_lost: { en: "The player let go", zh: "玩家松开了操作" },
  turn_over: { en: "The turn is over", zh: "回合已结束" },
  stale_picture: { en: "The player's picture is too old", zh: "玩家画面过旧" },
  link_lost: { en: "The player's connection is gone", zh: "玩家连接中断" },
  bus_lost: { en: "No contact with the servos", zh: "与舵机失去联系" },
  servo_missing: { en: "A servo does not answer", zh: "有舵机没有应答" },
  overheat: { en: "A servo is too hot", zh: "舵机过热" },
  overload: { en: "A servo is overloaded", zh: "舵机过载" },
  voltage: { en: "Supply voltage out of range", zh: "供电电压超出范围" },
  following_error: { en: "The arm does not follow its goal", zh: "机械臂未跟随目标" },
  rejected_commands: { en: "Too many commands were refused", zh: "过多指令被拒绝" },
};

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
    en: "Let the servo cool below 50 °C. Look for something that blocks the arm. Then reset.",
    zh: "等舵机降到 50 °C 以下，检查是否有东西卡住机械臂，然后复位。",
  },
  overload: {
    en: "Look for something that blocks the arm or was gripped too hard, then reset.",
    zh: "检查是否有东西卡住机械臂或夹得过紧，然后复位。",
  },
  voltage: { en: "Check the power supply, then reset.", zh: "检查电源，然后复位。" },
  following_error: {
    en: "Look for something that holds the arm back, then reset.",
    zh: "检查是否有东西阻挡机械臂，然后复位。",
  },
  rejected_commands: { en: "End this player's turn, then reset.", zh: "结束该玩家的回合，然后复位。" },
};
