/** The arm's reach, the table and its own links as walls that the ghost slides along, not ones that it sticks to. */

import type { PoseTarget } from "../wire";
import type { ArmBounds } from "./aim";
import { PAN_AXIS_X } from "./arm";
import type { Reach } from "./ghost";
import { forward, inverse } from "./inverse";
import { keeperOf } from "./rooms";

const HALVINGS = 5;

/** How far along each way the slide has got, about the arm's own vertical axis. */
interface Polar {
  readonly heading: number;
  readonly radius: number;
  readonly height: number;
}

/**
 * The reach of an arm within these bounds; `near` answers its present joint angles.
 *
 * What stands too near to something already may not come nearer, and may always go away.
 */
export function reachOf(bounds: ArmBounds, near: () => readonly number[]): Reach {
  const solved = (pose: PoseTarget) => inverse(pose, bounds.limits, near());
  return (from, to) => {
    const start = solved(from)?.joints;
    if (start === undefined) return to; // outside already: any way is a way back, and the bridge guards the arm
    const keeps = keeperOf(start, bounds);
    const held = (pose: PoseTarget): PoseTarget | null => {
      const solution = solved(pose);
      if (solution === null || !keeps(solution.joints)) return null;
      return solution.pitchRelaxed ? { ...pose, pitch_rad: forward(solution.joints).pitch_rad } : pose;
    };
    return held(to) ?? slide(held, from, to);
  };
}

type Held = (pose: PoseTarget) => PoseTarget | null;

/** Takes the part of the step that can be done: first around, then in and out, then up and down. */
function slide(held: Held, from: PoseTarget, to: PoseTarget): PoseTarget {
  const [start, goal] = [polar(from), polar(to)];
  let best = from;
  let at = start;
  for (const way of ["heading", "radius", "height"] as const) {
    const share = furthest((part) => held(posed(to, { ...at, [way]: blend(start[way], goal[way], part) })));
    if (share === null) continue;
    at = { ...at, [way]: blend(start[way], goal[way], share.part) };
    best = share.pose;
  }
  return best;
}

/** The largest part of a step that can be held, to a thirty-second of it. */
function furthest(attempt: (part: number) => PoseTarget | null): { readonly part: number; readonly pose: PoseTarget } | null {
  const whole = attempt(1);
  if (whole) return { part: 1, pose: whole };
  let [good, bad] = [0, 1];
  let found: { readonly part: number; readonly pose: PoseTarget } | null = null;
  for (let round = 0; round < HALVINGS; round += 1) {
    const part = (good + bad) / 2;
    const pose = attempt(part);
    if (pose) [good, found] = [part, { part, pose }];
    else bad = part;
  }
  return found;
}

const blend = (a: number, b: number, part: number): number => a + (b - a) * part;

const polar = (pose: PoseTarget): Polar => ({
  heading: Math.atan2(pose.y_m, pose.x_m - PAN_AXIS_X),
  radius: Math.hypot(pose.x_m - PAN_AXIS_X, pose.y_m),
  height: pose.z_m,
});

const posed = (pose: PoseTarget, at: Polar): PoseTarget => ({
  ...pose,
  x_m: PAN_AXIS_X + at.radius * Math.cos(at.heading),
  y_m: at.radius * Math.sin(at.heading),
  z_m: at.height,
});
