/** A posture inside every bound for a pose that was asked for: the bridge's own rules, step for step. */

import type { JointLimits, KeepOutBox, Limit, PoseTarget, Workspace } from "../wire";
import { forward, inverse, JAW, type Solution } from "./inverse";
import { SO101 } from "./model";
import { lowestGuard } from "./rooms";
import { clamp } from "./space";

const HALVINGS = 8;
const LIFTS = 4;

/** What bounds the arm, as the cell told the page. */
export interface ArmBounds {
  readonly limits: readonly JointLimits[];
  readonly workspace: Workspace;
  readonly keepOut?: readonly KeepOutBox[];
}

/** Where the arm will be told to go, and which limits made it another place than the one asked for. */
export interface Aim {
  readonly joints: readonly number[];
  readonly pose: PoseTarget;
  readonly acted: readonly Limit[];
}

/** The allowed posture for this pose, seen from the posture where the reference stands. */
export function aimAt(target: PoseTarget, start: readonly number[], bounds: ArmBounds): Aim {
  const acted: Limit[] = [];
  const inside = boxed(target, bounds.workspace);
  if (inside !== target) acted.push("workspace");
  const found = inverse(inside, bounds.limits, start);
  if (found === null) acted.push("reach");
  const reached = found ?? reachToward(inside, start, bounds);
  const lifted = lift(reached, start, bounds);
  if (lifted !== reached) acted.push("table");
  if (lifted.pitchRelaxed) acted.push("pitch_relaxed");
  const joints = within(lifted.joints, bounds.limits);
  if (lifted.rollLimited || joints.some((value, at) => value !== lifted.joints[at])) acted.push("joint_position");
  return { joints, pose: forward(joints), acted };
}

/** The posture with every joint inside its soft limits. */
export function within(joints: readonly number[], limits: readonly JointLimits[]): readonly number[] {
  const inside = (value: number, at: number): number => {
    const limit = limits[at];
    return limit ? clamp(value, limit.lower_rad, limit.upper_rad) : value;
  };
  return joints.every((value, at) => inside(value, at) === value) ? joints : joints.map(inside);
}

function boxed(pose: PoseTarget, { x_m, y_m, z_m }: Workspace): PoseTarget {
  const [x, y, z] = [clamp(pose.x_m, ...x_m), clamp(pose.y_m, ...y_m), clamp(pose.z_m, ...z_m)];
  return x === pose.x_m && y === pose.y_m && z === pose.z_m ? pose : { ...pose, x_m: x, y_m: y, z_m: z };
}

/** The pose at this fraction of the straight way from a to b. */
export function between(a: PoseTarget, b: PoseTarget, part: number): PoseTarget {
  const at = (from: number, to: number): number => from + part * (to - from);
  return {
    type: "pose",
    x_m: at(a.x_m, b.x_m),
    y_m: at(a.y_m, b.y_m),
    z_m: at(a.z_m, b.z_m),
    pitch_rad: at(a.pitch_rad, b.pitch_rad),
    roll_rad: at(a.roll_rad, b.roll_rad),
    gripper: at(a.gripper, b.gripper),
  };
}

/** The farthest reachable posture on the straight way from where the arm stands. */
function reachToward(pose: PoseTarget, start: readonly number[], { limits }: ArmBounds): Solution {
  const from = forward(start);
  const jaw = JAW.shut + pose.gripper * (JAW.open - JAW.shut);
  let best: Solution = { joints: [...start.slice(0, -1), jaw], pitchRelaxed: false, rollLimited: false };
  let [low, high] = [0, 1];
  for (let round = 0; round < HALVINGS; round += 1) {
    const middle = (low + high) / 2;
    const found = inverse(between(from, pose, middle), limits, start);
    if (found === null) high = middle;
    else [low, best] = [middle, found];
  }
  return best;
}

/** The solution raised until every guard point clears the table; itself when they all do. */
function lift(solution: Solution, start: readonly number[], { limits }: ArmBounds): Solution {
  let missing = SO101.tableClearance - lowestGuard(solution.joints);
  if (missing <= 0) return solution;
  let pose = forward(solution.joints);
  for (let round = 0; round < LIFTS; round += 1) {
    pose = { ...pose, z_m: pose.z_m + missing + 1e-6 };
    const raised = inverse(pose, limits, start);
    if (raised === null) break;
    missing = SO101.tableClearance - lowestGuard(raised.joints);
    if (missing <= 0) return raised;
  }
  return { joints: start, pitchRelaxed: false, rollLimited: false };
}
