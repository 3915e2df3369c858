/**
 * Whether the arm is where the ghost stands, by the arm's own report: sooner and surer than a late picture shows it.
 *
 * It has arrived when it has followed the message that put the ghost there, its motion has come to that place, and it
 * was measured near it. Nothing here is foreseen. The next motion of the ghost ends it.
 */

import { apart } from "../predict/reference";
import type { PoseTarget, State } from "../wire";
import type { Drive } from "./drive";

/** A motion this near its end is as good as over (m, rad). */
const ENDED = { far: 0.001, turned: 0.02 };
/** Where the arm is measured then: less off than what a gripper has to spare beside a piece (m, rad). */
const MEASURED = { far: 0.004, turned: 0.06 };

/** Where the ghost stands, and the first message that said so. */
interface Stand {
  readonly pose: PoseTarget;
  readonly sequence: number;
}

/** See the module's text. */
export class Arrival {
  #stand: Stand | null = null;
  #arrived = false;

  /** Whether the arm is at the ghost. */
  get arrived(): boolean {
    return this.#arrived;
  }

  /** Takes in the ghost of this frame, which goes out under this number. */
  lead({ ghost, following }: Drive, sequence: number): void {
    const pose = following || ghost === null ? null : ghost.pose;
    if (pose !== null && this.#stand !== null && same(pose, this.#stand.pose)) return;
    this.#stand = pose && { pose, sequence };
    this.#arrived = false;
  }

  /** Takes in what the arm says of itself. */
  hear(state: State): void {
    const stand = this.#stand;
    const followed = stand !== null && state.mode === "play" && state.applied_sequence >= stand.sequence;
    this.#arrived = followed && near(state.applied_pose, stand.pose, ENDED) && near(state.measured_pose, stand.pose, MEASURED);
  }
}

/** The jaws go their own way: they are drawn as they are. */
const same = (a: PoseTarget, b: PoseTarget): boolean => apart(a, b) === 0 && a.pitch_rad === b.pitch_rad && a.roll_rad === b.roll_rad;

const near = (arm: PoseTarget, ghost: PoseTarget, { far, turned }: typeof ENDED): boolean =>
  apart(arm, ghost) <= far && Math.max(Math.abs(arm.pitch_rad - ghost.pitch_rad), Math.abs(arm.roll_rad - ghost.roll_rad)) <= turned;
