/** Keyboard: which keys are down gives the stick; some keys act once when pressed. */

import { NEUTRAL, type Stick } from "./stick";

/** What a key press asks for once. */
export type KeyAct = "gripper" | "stop_motion" | "go" | "swap_cameras" | "help";

/** Keys by their place on the keyboard (`KeyboardEvent.code`), so that every layout has the same shape under the hand. */
const AXES: ReadonlyMap<string, readonly [keyof Axes, number]> = new Map<string, readonly [keyof Axes, number]>([
  ["KeyW", ["away", 1]],
  ["ArrowUp", ["away", 1]],
  ["KeyS", ["away", -1]],
  ["ArrowDown", ["away", -1]],
  ["KeyD", ["right", 1]],
  ["ArrowRight", ["right", 1]],
  ["KeyA", ["right", -1]],
  ["ArrowLeft", ["right", -1]],
  ["KeyE", ["up", 1]],
  ["KeyQ", ["up", -1]],
  ["KeyR", ["pitch", 1]],
  ["KeyF", ["pitch", -1]],
  ["KeyC", ["roll", 1]],
  ["KeyZ", ["roll", -1]],
]);

const ACTS: ReadonlyMap<string, KeyAct> = new Map<string, KeyAct>([
  ["Space", "gripper"],
  ["Escape", "stop_motion"],
  ["Enter", "go"],
  ["NumpadEnter", "go"],
  ["KeyV", "swap_cameras"],
  ["KeyH", "help"],
]);

interface Axes {
  right: number;
  away: number;
  up: number;
  pitch: number;
  roll: number;
}

/** Whether a key moves the ghost while it is held. */
export const isAxisKey = (code: string): boolean => AXES.has(code);

/** What pressing a key asks for; null when it moves the ghost or means nothing. */
export const actOf = (code: string): KeyAct | null => ACTS.get(code) ?? null;

/** The number on a digit key, 1 to 9; null for other keys. */
export function numberOf(code: string): number | null {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1];
  return digit === undefined ? null : Number(digit);
}

/** The stick for the keys that are down; opposite keys cancel, diagonals are no faster. */
export function stickOf(down: ReadonlySet<string>): Stick {
  const axes: Axes = { right: 0, away: 0, up: 0, pitch: 0, roll: 0 };
  for (const code of down) {
    const axis = AXES.get(code);
    if (axis) axes[axis[0]] = Math.max(-1, Math.min(1, axes[axis[0]] + axis[1]));
  }
  const size = Math.hypot(axes.right, axes.away, axes.up);
  const share = size > 1 ? 1 / size : 1;
  const moving = size > 0 || axes.pitch !== 0 || axes.roll !== 0;
  if (!moving) return NEUTRAL;
  return {
    right: axes.right * share,
    away: axes.away * share,
    up: axes.up * share,
    pitch: axes.pitch,
    roll: axes.roll,
    fine: down.has("ShiftLeft") || down.has("ShiftRight"),
    device: "keyboard",
  };
}
