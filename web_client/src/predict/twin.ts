/**
 * The arm as the page takes it to be by now, ahead of what it has heard of it.
 *
 * The twin follows what the page sends by the bridge's own rules, one period of the bridge at a time, and remembers
 * what it followed in each and where it stood. What the arm reports of a sequence number is compared with where the
 * twin stood for that number: with the nearest of those places, so that a message which took longer is no error. What
 * is left over is taken out of the twin bit by bit, so that nothing leaps; a twin that is started anew does leap.
 */

import type { PoseTarget } from "../wire";
import { type Aim, aimAt, type ArmBounds } from "./aim";
import { type Course, standing, stepCourse } from "./forecast";
import { forward } from "./inverse";
import { PERIOD_S } from "./model";
import { apart } from "./reference";
import type { Vec3 } from "./space";

/** One period: what was followed, and where the arm stood at its end, before any correction. */
interface Step {
  readonly sequence: number;
  readonly target: PoseTarget;
  readonly raw: readonly number[];
  readonly tool: Vec3;
}

/** What the arm's report of a sequence number says of the twin. */
export interface Heard {
  /** How far apart (m) the reported tool and the twin's were. */
  readonly missed: number;
  /** The pose that was followed. */
  readonly target: PoseTarget;
}

/** The longest round trip that is of use, in periods of the bridge. */
const KEPT = 150;
/** A busy page catches up at most this much; the rest is left to the correction. */
const MOST_STEPS = 12;
/** From a number's arrival to the report of it: a setpoint may be in force for this many periods longer than here. */
const LATER_STEPS = 6;
const BLED_IN_S = 0.08;
const SHARE = 1 - Math.exp(-PERIOD_S / BLED_IN_S);
/** Less than the step of a servo is no error. */
const MINUTE_RAD = 0.0016;

/** See the module's text. */
export class Twin {
  readonly #bounds: ArmBounds;
  #course: Course;
  #aim: Aim | null = null;
  #target: PoseTarget | null = null;
  #at: number;
  #steps: Step[] = [];
  /** What the corrections have added up to, and what is still to be added (rad). */
  #shift: readonly number[];
  #error: readonly number[];

  /** Stands at these joint angles from `at` (s) on. */
  constructor(bounds: ArmBounds, joints: readonly number[], at: number) {
    this.#bounds = bounds;
    this.#course = standing(joints);
    this.#at = at;
    this.#shift = this.#error = joints.map(() => 0);
  }

  /** The motion now. */
  get course(): Course {
    return this.#course;
  }

  /** Follows this pose, which goes out under this number, until `at` (s). */
  follow(target: PoseTarget, sequence: number, speedScale: number, at: number): void {
    const due = Math.floor((at - this.#at) / PERIOD_S + 1e-6);
    if (due <= 0) return;
    this.#at += due * PERIOD_S;
    this.#take(target);
    for (let left = Math.min(due, MOST_STEPS); left > 0; left -= 1) this.#step(target, sequence, speedScale);
  }

  /** Takes in where the arm stands by the setpoint of this number; null when that is too long ago, or unknown. */
  hear(sequence: number, applied: readonly number[]): Heard | null {
    const first = this.#steps.findIndex((step) => step.sequence >= sequence);
    const known = this.#steps[first];
    if (!known) return null;
    let nearest = known;
    let least = Number.POSITIVE_INFINITY;
    for (const step of this.#steps.slice(Math.max(0, first - 1), first + LATER_STEPS)) {
      const far = this.#apartFrom(step, applied);
      if (far < least) [nearest, least] = [step, far];
    }
    const there = nearest.raw.map((angle, at) => angle + (this.#shift[at] ?? 0));
    const error = applied.map((angle, at) => angle - (there[at] ?? angle));
    this.#error = error.every((part) => Math.abs(part) < MINUTE_RAD) ? error.map(() => 0) : error;
    return { missed: apart(forward(applied), forward(there)), target: known.target };
  }

  /** Where the tool went since the arm followed this number, oldest first: what the arm has still before it. */
  since(sequence: number): readonly Vec3[] {
    return this.#steps.filter((step) => step.sequence > sequence).map((step) => step.tool);
  }

  #take(target: PoseTarget): void {
    if (target === this.#target && this.#aim !== null && !this.#aim.acted.includes("reach")) return;
    this.#target = target;
    this.#aim = aimAt(target, this.#course.reference, this.#bounds);
  }

  #step(target: PoseTarget, sequence: number, speedScale: number): void {
    if (this.#aim === null) return;
    this.#course = shifted(stepCourse(this.#course, this.#aim, this.#bounds, speedScale), this.#bled());
    const raw = this.#course.joints.map(({ position }, at) => position - (this.#shift[at] ?? 0));
    const { x_m, y_m, z_m } = forward(this.#course.joints.map(({ position }) => position));
    this.#steps.push({ sequence, target, raw, tool: [x_m, y_m, z_m] });
    if (this.#steps.length > KEPT) this.#steps.shift();
  }

  /** The part of the error that this period takes away; null for none. */
  #bled(): readonly number[] | null {
    if (this.#error.every((part) => part === 0)) return null;
    const parts = this.#error.map((part) => SHARE * part);
    this.#error = this.#error.map((part, at) => part - (parts[at] ?? 0));
    this.#shift = this.#shift.map((sum, at) => sum + (parts[at] ?? 0));
    return parts;
  }

  #apartFrom({ raw }: Step, applied: readonly number[]): number {
    let sum = 0;
    for (const [at, angle] of applied.entries()) sum += (angle - (raw[at] ?? 0) - (this.#shift[at] ?? 0)) ** 2;
    return sum;
  }
}

function shifted({ joints, reference }: Course, by: readonly number[] | null): Course {
  if (by === null) return { joints, reference };
  return {
    joints: joints.map((joint, at) => ({ ...joint, position: joint.position + (by[at] ?? 0) })),
    reference: reference.map((angle, at) => angle + (by[at] ?? 0)),
  };
}
