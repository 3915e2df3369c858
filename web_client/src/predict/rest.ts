/**
 * Where the arm comes to rest for a ghost that stays where it is, and the tool's way there.
 *
 * Known here as in the bridge: reach, workspace, table, the arm's own links, joints' limits, the tool's and the
 * joints' speeds. Not known: keep-out boxes, contact and grip, and a servo that lags behind its goals.
 */

import type { PoseTarget } from "../wire";
import { aimAt, type ArmBounds } from "./aim";
import { forward } from "./inverse";
import { advance } from "./reference";

/** Where the arm comes to rest, and the tool's way there. */
export interface Rest {
  readonly joints: readonly number[];
  readonly pose: PoseTarget;
  readonly way: readonly PoseTarget[];
}

const REST_STEP_S = 0.04;
const REST_STEPS = 80;
const MINUTE_RAD = 1e-5;

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
  return { joints: at, pose, way };
}
