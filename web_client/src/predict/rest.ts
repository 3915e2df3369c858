/**
 * Where the arm comes to rest for a ghost that stays where it is, and the tool's way there.
 *
 * Known here as in the bridge: reach, workspace, table, the arm's own links, keep-out boxes, joints' limits, the
 * tool's and the joints' speeds. Not known: contact and grip, and a servo that lags behind its goals.
 */

import type { PoseTarget } from "../wire";
import { aimAt, type ArmBounds } from "./aim";
import { type Course, isAtRest, PATH_S, stepCourse } from "./forecast";
import { forward } from "./inverse";
import { PERIOD_S } from "./model";
import { advance } from "./reference";

/** Where the arm comes to rest, and the tool's way there. */
export interface Rest {
  /** The pose of the ghost that it was foreseen for. */
  readonly asked: PoseTarget;
  readonly joints: readonly number[];
  readonly pose: PoseTarget;
  readonly way: readonly PoseTarget[];
}

const REST_STEP_S = 0.04;
const REST_STEPS = 80;
const MINUTE_RAD = 1e-5;
/** Every so many periods of the motion a point of the way. */
const PATH_EVERY = 4;

/** Where an arm on this course comes to rest for this pose: its motion over the next moments, then the way that is left. */
export function restAfter(target: PoseTarget, course: Course, bounds: ArmBounds, speedScale: number): Rest {
  const aim = aimAt(target, course.reference, bounds);
  const way: PoseTarget[] = [];
  let at = course;
  for (let step = 0; step * PERIOD_S < PATH_S && !isAtRest(at, aim); step += 1) {
    if (step % PATH_EVERY === 0) way.push(forward(placesOf(at)));
    at = stepCourse(at, aim, bounds, speedScale);
  }
  const left = restFor(target, placesOf(at), bounds);
  return { ...left, way: [...way, ...left.way] };
}

const placesOf = ({ joints }: Course): readonly number[] => joints.map(({ position }) => position);

/** Where the arm, now at these joint angles, comes to rest for this pose. */
export function restFor(target: PoseTarget, joints: readonly number[], bounds: ArmBounds): Rest {
  const aim = aimAt(target, joints, bounds);
  const way = [forward(joints)];
  let at = joints;
  for (let step = 0; step < REST_STEPS; step += 1) {
    const next = advance(at, aim, bounds, { period: REST_STEP_S, speedScale: 1, goal: null }).joints;
    const moved = next.some((value, joint) => Math.abs(value - (at[joint] ?? 0)) > MINUTE_RAD);
    at = next;
    way.push(forward(at));
    if (!moved) break;
  }
  const pose = way[way.length - 1] ?? aim.pose;
  return { asked: target, joints: at, pose, way };
}
