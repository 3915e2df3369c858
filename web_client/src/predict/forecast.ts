/**
 * The arm's motion over the next moments.
 *
 * Known here as in the bridge: reach, workspace, table, the arm's own links, keep-out boxes, joints' limits, the
 * tool's speed and lead, the speed scale, and bounded velocity, acceleration and jerk. Not known: contact and grip,
 * look-ahead of a servo that lags, and the stop of a motion that would leave its stopping room.
 */

import type { PoseTarget } from "../wire";
import { type Aim, aimAt, type ArmBounds } from "./aim";
import { forward } from "./inverse";
import { PERIOD_S, SO101 } from "./model";
import { after, type Caps, inTime, type Moving, quickest } from "./profile";
import { advance, apart } from "./reference";

/** The arm's motion and the reference that it follows. */
export interface Course {
  readonly joints: readonly Moving[];
  readonly reference: readonly number[];
}

/** So far ahead (s) the motion is foreseen; what comes after is a way without times. */
export const PATH_S = 0.4;
const STILL = 1e-7;
const THERE_RAD = 1e-4;
const TOOL_STEP_S = 1e-4;
const TOOL_MARGIN = 0.94;
const SLOWEST_RAD_S = 0.02;

/** Standing at these joint angles. */
export const standing = (joints: readonly number[]): Course => ({
  joints: joints.map((position) => ({ position, velocity: 0, acceleration: 0 })),
  reference: joints,
});

/** Whether the arm has come to its aim, or as good as that. */
export const isAtRest = ({ joints }: Course, aim: Aim): boolean =>
  joints.every((joint, at) => Math.abs(joint.velocity) < SLOWEST_RAD_S && Math.abs(joint.position - (aim.joints[at] ?? 0)) < THERE_RAD);

/** The course one period later on its way to the aim. */
export function stepCourse(course: Course, aim: Aim, bounds: ArmBounds, speedScale: number): Course {
  const goal = course.joints.map((joint) => joint.position);
  const reference = advance(course.reference, aim, bounds, { period: PERIOD_S, speedScale, goal }).joints;
  return { joints: paced(course.joints, reference), reference };
}

/** The arm `seconds` later, for a pose that stays. */
export function forecast(course: Course, target: PoseTarget, bounds: ArmBounds, seconds: number, speedScale = 1): Course {
  let at = course;
  let aim = aimAt(target, at.reference, bounds);
  for (let left = Math.round(seconds / PERIOD_S); left > 0; left -= 1) {
    if (aim.acted.includes("reach")) aim = aimAt(target, at.reference, bounds);
    at = stepCourse(at, aim, bounds, speedScale);
  }
  return at;
}

/** The next motion, with slower joints when the tool would become too fast. */
function paced(joints: readonly Moving[], target: readonly number[]): readonly Moving[] {
  const next = follow(joints, target, SO101.velocity);
  const speeds = slower(next);
  return speeds === null ? next : follow(joints, target, speeds);
}

/** All joints one period later; the arm's joints arrive together, the jaw by itself. */
export function follow(joints: readonly Moving[], target: readonly number[], speeds: readonly number[]): readonly Moving[] {
  if (joints.every(isStill) && joints.every((joint, at) => Math.abs(joint.position - (target[at] ?? 0)) < 1e-9)) return joints;
  const caps = speeds.map((velocity, at): Caps => ({ velocity, acceleration: SO101.acceleration[at] ?? 1, jerk: SO101.jerk[at] ?? 1 }));
  const jaw = joints.length - 1;
  const alone = joints.map((joint, at) => quickest(joint, target[at] ?? 0, caps[at] ?? NO_CAPS));
  const together = Math.max(...alone.map((profile) => profile.time));
  return joints.map((joint, at) => {
    const own = alone[at];
    const profile = own && at === jaw ? own : inTime(joint, target[at] ?? 0, caps[at] ?? NO_CAPS, together, own);
    return after(joint, profile.phases, PERIOD_S);
  });
}

const NO_CAPS: Caps = { velocity: 1, acceleration: 1, jerk: 1 };

const isStill = ({ velocity, acceleration }: Moving): boolean => Math.abs(velocity) < STILL && Math.abs(acceleration) < STILL;

/** Speed bounds under which this motion keeps the tool's cap; null when it keeps it already. */
function slower(joints: readonly Moving[]): readonly number[] | null {
  const bound = joints.map(({ velocity, acceleration: a }, at) => velocity + (a * Math.abs(a)) / (2 * (SO101.jerk[at] ?? 1)));
  const before = forward(joints.map(({ position }, at) => position - (bound[at] ?? 0) * TOOL_STEP_S));
  const later = forward(joints.map(({ position }, at) => position + (bound[at] ?? 0) * TOOL_STEP_S));
  const speed = apart(before, later) / (2 * TOOL_STEP_S);
  const cap = SO101.toolSpeed * TOOL_MARGIN;
  if (speed <= cap) return null;
  const jaw = joints.length - 1;
  return bound.map((v, at) => (at === jaw ? (SO101.velocity[at] ?? 0) : Math.max(SLOWEST_RAD_S, (Math.abs(v) * cap) / speed)));
}
