/** Poses and frames by the bridge's own kinematics, and how to read them. */

import type { JointLimits, PoseTarget, Workspace } from "../../src/wire";
import document from "../../../tests/web_client/vectors.json";

export interface ForwardCase {
  readonly joints: readonly number[];
  readonly pose: readonly number[];
  readonly frames: Readonly<Record<string, readonly number[]>>;
}

export interface InverseCase {
  readonly pose: readonly number[];
  readonly near: readonly number[];
  readonly answer: { readonly joints: readonly number[]; readonly pitch_relaxed: boolean; readonly roll_limited: boolean } | null;
}

export const FORWARD: readonly ForwardCase[] = document.forward;
export const INVERSE: readonly InverseCase[] = document.inverse;
export const LIMITS: readonly JointLimits[] = document.limits;

const pair = (values: readonly number[]): readonly [number, number] => [values[0] ?? 0, values[1] ?? 0];

export const WORKSPACE: Workspace = {
  x_m: pair(document.workspace.x_m),
  y_m: pair(document.workspace.y_m),
  z_m: pair(document.workspace.z_m),
};

export function poseOf(row: readonly number[]): PoseTarget {
  const [x_m = 0, y_m = 0, z_m = 0, pitch_rad = 0, roll_rad = 0, gripper = 0] = row;
  return { type: "pose", x_m, y_m, z_m, pitch_rad, roll_rad, gripper };
}

/** The arm's ready posture and pose. */
export const READY: ForwardCase = FORWARD[1] ?? { joints: [], pose: [], frames: {} };
