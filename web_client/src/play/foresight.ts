/**
 * What the page foresees of the arm while the player drives it: where it is by now, and where it will rest.
 *
 * The twin begins where the arm was when hands first moved the ghost. Each report of the arm corrects it, and says
 * whether the arm presses against something. A hold, a stop or a puzzle move ends it at once: the ghost is then
 * where the arm is.
 */

import type { ArmBounds } from "../predict/aim";
import { type Pressing, pressingOf } from "../predict/leash";
import { type Rest, restAfter } from "../predict/rest";
import type { Vec3 } from "../predict/space";
import { Twin } from "../predict/twin";
import type { State } from "../wire";
import { Arrival } from "./arrival";
import type { Drive } from "./drive";

/** The way to where the arm will rest is looked for anew this often; the ghost itself moves with each frame. */
const REST_EVERY_S = 0.05;
const KEPT_MISSES = 1_200;
const NOWHERE: readonly Vec3[] = [];

/** See the module's text; times in seconds. */
export class Foresight {
  readonly #bounds: ArmBounds;
  #twin: Twin | null = null;
  #state: State | null = null;
  #rest: Rest | null = null;
  #restAt = Number.NEGATIVE_INFINITY;
  #pressing: Pressing | null = null;
  readonly #arrival = new Arrival();
  readonly #missed: number[] = [];
  #begun = 0;

  constructor(bounds: ArmBounds) {
    this.#bounds = bounds;
  }

  /** Where the arm will rest if the player lets go now, and its way there; null while the ghost follows the arm. */
  get rest(): Rest | null {
    return this.#rest;
  }

  /** How the arm presses against something; null while it does not. */
  get pressing(): Pressing | null {
    return this.#pressing;
  }

  /** Where the arm is taken to be by now (rad); null while the ghost follows the arm. */
  get joints(): readonly number[] | null {
    return this.#twin?.course.joints.map(({ position }) => position) ?? null;
  }

  /** The tool's way from what the arm is known to have done to where it is taken to be by now. */
  get behind(): readonly Vec3[] {
    return this.#state === null ? NOWHERE : (this.#twin?.since(this.#state.applied_sequence) ?? NOWHERE);
  }

  /** How far (m) the tool was, in the arm's latest reports, from where it had been foreseen; oldest first. */
  get missed(): readonly number[] {
    return this.#missed;
  }

  /** How often the ghost has left the arm: one more after each hold. */
  get begun(): number {
    return this.#begun;
  }

  /** Whether the arm says that it stands at the ghost. */
  get arrived(): boolean {
    return this.#arrival.arrived;
  }

  /** Takes in what the arm says of itself. */
  hear(state: State): void {
    this.#state = state;
    this.#arrival.hear(state);
    if (state.mode !== "play") this.#forget();
    const heard = this.#twin?.hear(state.applied_sequence, state.applied_rad) ?? null;
    const presses = heard !== null && state.limits.includes("contact");
    this.#pressing = presses ? pressingOf(heard.target, state.applied_pose) : null;
    if (heard === null) return;
    this.#missed.push(heard.missed);
    if (this.#missed.length > KEPT_MISSES) this.#missed.shift();
  }

  /** Leads the twin to where the ghost of this frame is, which goes out under this number. */
  lead(drive: Drive, sequence: number, at: number): void {
    const { ghost, following } = drive;
    this.#arrival.lead(drive, sequence);
    if (following || ghost === null || this.#state === null || this.#state.applied_rad.length === 0) {
      this.#forget();
      return;
    }
    if (this.#twin === null) {
      this.#twin = new Twin(this.#bounds, this.#state.applied_rad, at);
      this.#begun += 1;
    }
    this.#twin.follow(ghost.pose, sequence, this.#state.speed_scale, at);
    if (at - this.#restAt < REST_EVERY_S) return;
    this.#restAt = at;
    this.#rest = restAfter(ghost.pose, this.#twin.course, this.#bounds, this.#state.speed_scale);
  }

  #forget(): void {
    this.#twin = this.#rest = this.#pressing = null;
    this.#restAt = Number.NEGATIVE_INFINITY;
  }
}
