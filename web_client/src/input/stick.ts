/** What the player's hands ask for, whatever the device; each axis from -1 to 1. */

import type { InputDevice } from "../wire";

/** A wish for motion as the viewer sees it. */
export interface Stick {
  /** Right on the screen. */
  readonly right: number;
  /** Away from the viewer. */
  readonly away: number;
  readonly up: number;
  /** Positive lifts the tool's tip toward the horizon. */
  readonly pitch: number;
  readonly roll: number;
  /** Slower, for the last millimetres. */
  readonly fine: boolean;
  readonly device: InputDevice;
}

export const NEUTRAL: Stick = { right: 0, away: 0, up: 0, pitch: 0, roll: 0, fine: false, device: "none" };

/** Whether the player is moving the ghost right now. */
export const isMoving = (stick: Stick): boolean =>
  stick.right !== 0 || stick.away !== 0 || stick.up !== 0 || stick.pitch !== 0 || stick.roll !== 0;

/** The first device that moves wins; so a hand on the gamepad does not fight one on the keyboard. */
export const firstMoving = (sticks: readonly Stick[]): Stick => sticks.find(isMoving) ?? NEUTRAL;
