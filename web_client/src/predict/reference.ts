/** The reference: the point that runs ahead of the motion toward the aim, by the bridge's own rules. */

import type { PoseTarget } from "../wire";
import { type Aim, type ArmBounds, between, within } from "./aim";
import { forward, inverse } from "./inverse";
import { SO101 } from "./model";
import { blend, clearStep, type Step } from "./rooms";
import { clamp } from "./space";

/** What bounds one step: s, fraction of full speed, and the goals that the motion has reached (null: no lead). */
export interface Stride {
  readonly period: number;
  readonly speedScale: number;
  readonly goal: readonly number[] | null;
}

/** The reference one period later. The arm is taken to follow its goals; look-ahead and contact act in the bridge alone. */
export function advance(reference: readonly number[], aim: Aim, bounds: ArmBounds, stride: Stride): Step {
  if (reference.every((value, at) => value === aim.joints[at])) return { joints: reference, acted: [] };
  const reach = stride.period * stride.speedScale;
  const jaw = reference.length - 1;
  const arm = bounded(reference, straightStep(reference, aim, bounds, stride), reach);
  const jawReach = (SO101.velocity[jaw] ?? 0) * reach;
  const from = reference[jaw] ?? 0;
  const shut = clamp(aim.joints[jaw] ?? from, from - jawReach, from + jawReach);
  const step = clearStep(reference, [...arm, shut], bounds, stride.period);
  return { joints: within(step.joints, bounds.limits), acted: step.acted };
}

export const apart = (a: PoseTarget, b: PoseTarget): number => Math.hypot(a.x_m - b.x_m, a.y_m - b.y_m, a.z_m - b.z_m);

/** Arm joints after a step that the tool's speed and its lead allow. */
function straightStep(start: readonly number[], aim: Aim, { limits }: ArmBounds, stride: Stride): readonly number[] {
  const from = forward(start);
  const part = Math.min(partOf(from, aim.pose, stride), roomAhead(from, aim.pose, stride));
  if (part >= 1) return aim.joints.slice(0, -1);
  const found = inverse(between(from, aim.pose, part), limits, start);
  return (found?.joints ?? blend(start, aim.joints, part)).slice(0, -1);
}

function partOf(from: PoseTarget, to: PoseTarget, { period, speedScale }: Stride): number {
  const turn = Math.max(Math.abs(to.pitch_rad - from.pitch_rad), Math.abs(to.roll_rad - from.roll_rad));
  const need = Math.max(apart(from, to) / SO101.toolSpeed, turn / SO101.toolTurn);
  const reach = period * speedScale;
  return need <= reach ? 1 : reach / need;
}

function roomAhead(from: PoseTarget, to: PoseTarget, { goal }: Stride): number {
  const way = apart(from, to);
  if (way === 0 || goal === null) return 1;
  return Math.max(0, SO101.toolLead - apart(from, forward(goal))) / way;
}

/** The step scaled as a whole so that no joint is too fast. */
function bounded(start: readonly number[], arm: readonly number[], reach: number): readonly number[] {
  let ratio = 1;
  arm.forEach((value, at) => {
    const step = Math.abs(value - (start[at] ?? 0));
    const most = (SO101.velocity[at] ?? 0) * reach;
    if (step > most) ratio = Math.min(ratio, most / step);
  });
  return ratio === 1 ? arm : blend(start.slice(0, -1), arm, ratio);
}
