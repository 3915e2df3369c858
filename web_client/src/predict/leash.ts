/**
 * What keeps the ghost from running away from an arm that presses against something.
 *
 * That it would touch something could not be foreseen; that it does is told. Until the arm is free again the ghost
 * stays within a leash of it in the direction in which it presses, and free in every other.
 */

import type { PoseTarget } from "../wire";
import { dot, length, scale, subtract, type Vec3 } from "./space";

/** Where a pressing arm's tool stands, and the unit vector in which it was told to go on. */
export interface Pressing {
  readonly at: Vec3;
  readonly toward: Vec3;
}

export const LEASH_M = 0.02;
/** A ghost that is too far already comes back this fast (m/s). */
const BACK_M_S = 0.15;
const MINUTE_M = 0.003;

const tipOf = ({ x_m, y_m, z_m }: PoseTarget): Vec3 => [x_m, y_m, z_m];

/** How the arm presses, from the pose that it was told and the one that it came to; null when these are one. */
export function pressingOf(told: PoseTarget, applied: PoseTarget): Pressing | null {
  const way = subtract(tipOf(told), tipOf(applied));
  const far = length(way);
  return far < MINUTE_M ? null : { at: tipOf(applied), toward: scale(way, 1 / far) };
}

/** The pose on its way from `before`, kept from going further than the leash, or on its way back to that. */
export function leashed(before: PoseTarget, pose: PoseTarget, { at, toward }: Pressing, seconds: number): PoseTarget {
  const ahead = (of: PoseTarget): number => dot(subtract(tipOf(of), at), toward);
  const allowed = Math.max(LEASH_M, ahead(before) - BACK_M_S * seconds);
  const over = ahead(pose) - allowed;
  if (over <= 0) return pose;
  return { ...pose, x_m: pose.x_m - over * toward[0], y_m: pose.y_m - over * toward[1], z_m: pose.z_m - over * toward[2] };
}
