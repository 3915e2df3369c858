/** Gamepads with the standard mapping: sticks with a radial dead zone and a gentle curve. */

import { NEUTRAL, type Stick } from "./stick";

/** What is needed of the browser's Gamepad. */
export interface PadReading {
  readonly id: string;
  readonly connected: boolean;
  readonly mapping: string;
  readonly axes: readonly number[];
  readonly buttons: readonly { readonly pressed: boolean; readonly value: number }[];
}

const DEAD_ZONE = 0.15;
const CURVE = 1.6;

/** Buttons of the standard mapping. */
const BUTTON = {
  a: 0, b: 1, x: 2, y: 3, leftBumper: 4, rightBumper: 5, leftTrigger: 6, rightTrigger: 7, back: 8, start: 9,
} as const;

/** A stick's two axes with the dead zone taken out and small motions made finer. */
export function shaped(x: number, y: number): readonly [number, number] {
  const size = Math.hypot(x, y);
  if (!(size > DEAD_ZONE)) return [0, 0];
  const beyond = Math.min(1, (size - DEAD_ZONE) / (1 - DEAD_ZONE));
  const gain = beyond ** CURVE / size;
  return [x * gain, y * gain];
}

/** Buttons that act when pressed. */
export interface PadButtons {
  readonly gripper: boolean;
  readonly stop: boolean;
  readonly go: boolean;
  readonly swapCameras: boolean;
}

/** One reading of a gamepad. */
export interface Pad {
  readonly stick: Stick;
  readonly buttons: PadButtons;
}

const axis = (pad: PadReading, at: number): number => pad.axes[at] ?? 0;
const pressed = (pad: PadReading, at: number): boolean => pad.buttons[at]?.pressed ?? false;
const value = (pad: PadReading, at: number): number => pad.buttons[at]?.value ?? 0;
const trimmed = (amount: number): number => (Math.abs(amount) < DEAD_ZONE ? 0 : amount);

/**
 * Left stick: away and right. Right stick: up (vertical) and pitch (horizontal).
 * Triggers roll; a held bumper makes everything fine. A: gripper, B: stop motion, Start: go on.
 */
export function readPad(pad: PadReading): Pad {
  const [right, toward] = shaped(axis(pad, 0), axis(pad, 1));
  const [tilt, down] = shaped(axis(pad, 2), axis(pad, 3));
  const roll = trimmed(value(pad, BUTTON.rightTrigger) - value(pad, BUTTON.leftTrigger));
  const stick: Stick = {
    right,
    away: zeroed(-toward),
    up: zeroed(-down),
    pitch: tilt,
    roll,
    fine: pressed(pad, BUTTON.leftBumper) || pressed(pad, BUTTON.rightBumper),
    device: "gamepad",
  };
  return {
    stick: right || toward || tilt || down || roll ? stick : NEUTRAL,
    buttons: {
      gripper: pressed(pad, BUTTON.a),
      stop: pressed(pad, BUTTON.b),
      go: pressed(pad, BUTTON.start),
      swapCameras: pressed(pad, BUTTON.y),
    },
  };
}

const zeroed = (amount: number): number => (amount === 0 ? 0 : amount);

/** The gamepad to listen to: the first connected one with the standard mapping. */
export function choosePad(pads: readonly (PadReading | null)[]): PadReading | null {
  return pads.find((pad) => pad !== null && pad.connected && pad.mapping === "standard") ?? null;
}

/** Which buttons went down since the last reading. */
export function newlyPressed(before: PadButtons | null, now: PadButtons): PadButtons {
  return {
    gripper: now.gripper && !before?.gripper,
    stop: now.stop && !before?.stop,
    go: now.go && !before?.go,
    swapCameras: now.swapCameras && !before?.swapCameras,
  };
}
