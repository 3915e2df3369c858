/** What an operator must see first, decided without any drawing: state word, why, what next, and how urgent. */
import { causeLine, LIMIT_WORDS, MODE_WORDS, STOPPED_ADVICE } from "../../i18n/arm";
import type { ArmPosture, Bilingual, Cause, CellCard, Limit, Mode, State } from "../../wire";

/** Grey while all is normal; the other two ask for a person. */
export type Urgency = "normal" | "attention" | "act";

export interface Summary {
  readonly word: Bilingual;
  readonly cause: Bilingual;
  readonly advice: Bilingual;
  readonly urgency: Urgency;
}

/** The arm as known now: from the live link when it is up, else from the hub's twice-a-second status. */
export interface Seen {
  readonly mode: Mode;
  readonly cause: Cause;
  readonly stopId: string | null;
  readonly stopGeneration: number;
  readonly posture: ArmPosture;
  /** What acts on the arm now, and after a lowering that failed what was in its way; only the live link tells. */
  readonly limits: readonly Limit[];
  readonly positions: readonly number[];
  readonly goals: readonly number[] | null;
  readonly loads: readonly number[] | null;
  readonly temperatures: readonly number[];
  readonly voltages: readonly number[] | null;
  readonly busOk: boolean;
}

const STALE_AFTER_S = 3;
const OFFLINE: Summary = {
  word: { en: "OFFLINE", zh: "离线" },
  cause: { en: "The cell does not report to the hub", zh: "工作单元没有向服务器汇报" },
  advice: {
    en: "The arm holds by itself. Look at it, then check the cell's process and network.",
    zh: "机械臂会自行保持。请先查看机械臂，再检查工作单元的进程和网络。",
  },
  urgency: "act",
};
const OLD: Bilingual = { en: "These figures are old: the hub hears nothing new", zh: "数据已过时：服务器未收到新消息" };
const OLD_ADVICE: Bilingual = {
  en: "Look at the arm itself. Then check the hub and the cell's connection to it.",
  zh: "请直接查看机械臂，再检查服务器以及工作单元与它的连接。",
};
const NOTHING: Bilingual = { en: "Nothing to do.", zh: "无需操作。" };
const HOLD_ADVICE: Bilingual = { en: "Nothing to do: the arm waits for its player.", zh: "无需操作：机械臂在等待玩家。" };
const IDLE_ADVICE: Bilingual = { en: "Nothing to do: ready for the next player.", zh: "无需操作：等待下一位玩家。" };

const LOWERING: Bilingual = { en: "LOWERING", zh: "正在放下" };
const LOWERING_CAUSE: Bilingual = { en: "On its way to its rest", zh: "正在前往休息姿态" };
const LOWERING_ADVICE: Bilingual = {
  en: "Keep clear: the arm goes slowly to its rest and lets go there. Stop ends it.",
  zh: "请勿靠近：机械臂会缓慢放下，然后松开。按停止可中断。",
};
const RELEASED: Bilingual = { en: "RELEASED", zh: "已松开" };
const RELEASED_CAUSE: Bilingual = { en: "It lies at rest without torque", zh: "已放下休息，没有力矩" };
const RELEASED_LATCHED: Bilingual = {
  en: "It lies at rest without torque. Settle what stopped it; the reset gives it torque again, where it lies.",
  zh: "机械臂已放下，没有力矩。处理停止原因后复位，它会在原处重新上力。",
};
const RELEASED_ADVICE: Bilingual = {
  en: "Nobody gets a turn meanwhile. To use the arm again, wake it up.",
  zh: "在此期间不会分配回合。要重新使用，请唤醒它。",
};

/** The card as it must be believed when the hub has been silent for so long: older by that time. */
export function aged(cell: CellCard, silence: number): CellCard {
  return { ...cell, status_age_s: cell.status_age_s + Math.max(0, silence - 1) };
}

/** Merges what the live link says (when it does) with the hub's card. */
export function seenOf(cell: CellCard, state: State | null): Seen | null {
  if (state !== null) {
    return {
      mode: state.mode,
      cause: state.cause,
      stopId: state.stop_id,
      stopGeneration: state.stop_generation,
      posture: state.posture,
      limits: state.limits,
      positions: state.measured_rad,
      goals: state.applied_rad,
      loads: state.loads,
      temperatures: state.temperatures_c,
      voltages: state.voltages_v,
      busOk: state.bus_ok,
    };
  }
  if (cell.mode === null || cell.cause === null) return null;
  return {
    mode: cell.mode,
    cause: cell.cause,
    stopId: cell.stop_id,
    stopGeneration: cell.stop_generation,
    posture: cell.posture,
    limits: [],
    positions: cell.positions_rad,
    goals: null,
    loads: null,
    temperatures: cell.temperatures_c,
    voltages: null,
    busOk: cell.bus_ok,
  };
}

/** Whether the arm can be lowered now: under torque, on a bus that answers, and nobody plays. */
export function canRest(seen: Seen | null): seen is Seen {
  return seen !== null && seen.mode !== "play" && seen.posture === "held" && seen.busOk;
}

/** Whether the arm can be given torque again: it lies released, and no stop waits for its reset. */
export function canWake(seen: Seen | null): seen is Seen {
  return seen !== null && seen.posture === "released" && seen.mode !== "latched" && seen.mode !== "play" && seen.busOk;
}

/** Why the arm is in its mode; a lowering that failed also names what was in its way. */
function causeFor({ cause, limits, mode, posture }: Seen): Bilingual {
  if (mode !== "latched" && posture !== "held") return posture === "resting" ? LOWERING_CAUSE : RELEASED_CAUSE;
  const line = causeLine(cause);
  if (cause !== "cannot_lower" || limits.length === 0) return line;
  const named = (language: keyof Bilingual): string => limits.map((limit) => LIMIT_WORDS[limit][language]).join(language === "zh" ? "、" : ", ");
  return { en: `${line.en}: ${named("en")}`, zh: `${line.zh}：${named("zh")}` };
}

function wordFor(seen: Seen): Bilingual {
  if (seen.posture === "resting") return LOWERING;
  return seen.posture === "released" ? RELEASED : MODE_WORDS[seen.mode];
}

function urgencyOf(seen: Seen, odd: boolean): Urgency {
  if (seen.mode === "latched" || !seen.busOk) return "act";
  return odd || seen.posture !== "held" ? "attention" : "normal";
}

function adviceFor(seen: Seen): Bilingual {
  if (seen.posture === "resting") return LOWERING_ADVICE;
  if (seen.posture === "released") return seen.mode === "latched" ? RELEASED_LATCHED : RELEASED_ADVICE;
  if (seen.mode === "latched") return STOPPED_ADVICE[seen.cause];
  if (seen.mode === "hold") return HOLD_ADVICE;
  return seen.mode === "idle" ? IDLE_ADVICE : NOTHING;
}

/** The head of the operator's page. `linked` says that the live link itself is up. */
export function summary(cell: CellCard, seen: Seen | null, linked: boolean): Summary {
  if (seen === null || (!cell.online && !linked)) return OFFLINE;
  const stale = !linked && cell.status_age_s > STALE_AFTER_S;
  return {
    word: wordFor(seen),
    cause: stale ? OLD : causeFor(seen),
    advice: stale ? OLD_ADVICE : adviceFor(seen),
    urgency: urgencyOf(seen, stale || cell.bus_note !== ""),
  };
}

const RANK: Readonly<Record<Urgency, number>> = { act: 0, attention: 1, normal: 2 };

/** Cells that need a person first, otherwise in the hub's order. */
export function bySeverity(cells: readonly CellCard[]): CellCard[] {
  const rank = (cell: CellCard): number => RANK[summary(cell, seenOf(cell, null), false).urgency];
  return [...cells].sort((a, b) => rank(a) - rank(b));
}

/** Where a value lies in its range, 0 to 1, clipped. */
export function fraction(value: number, lower: number, upper: number): number {
  if (upper <= lower) return 0;
  return Math.min(1, Math.max(0, (value - lower) / (upper - lower)));
}

const OVER_LIMIT_RAD = 0.02;
export const WARM_C = 55;
export const HOT_C = 65;

/** A joint is abnormal beyond its soft limits; near them it rests often enough. */
export function overLimit(value: number, lower: number, upper: number): boolean {
  return value < lower - OVER_LIMIT_RAD || value > upper + OVER_LIMIT_RAD;
}

/** How a servo's temperature is to be shown. */
export function heat(celsius: number): Urgency {
  if (celsius >= HOT_C) return "act";
  return celsius >= WARM_C ? "attention" : "normal";
}
