/**
 * Tool poses from joint angles and back, in closed form; the same rules as the bridge's.
 *
 * Pitch is the tool axis above the horizon. Roll turns the gripper about that axis: at 0 the jaws open within
 * the arm's vertical plane. The pitch gives way as little as needed where the arm cannot hold it.
 */

import type { JointLimits, PoseTarget } from "../wire";
import { linkFrames, TOOL_POINT } from "./arm";
import { clamp, place, wrapped } from "./space";

/** Jaw angles of the gripper fractions 0 and 1. */
export const JAW = { shut: -0.14, open: 1.0 } as const;

const PITCH_STEP = 0.1;
const PITCH_STEPS = 32;
const REFINEMENTS = 6;

/** The arm's vertical plane: constants of its joints at zero posture. */
const PLANE = measured();

function measured() {
  const { shoulder, upperArm, lowerArm, wrist, gripper } = linkFrames([0, 0, 0, 0, 0, 0]);
  const hand = place(gripper, [0, 0, TOOL_POINT[2]]);
  const reach = (from: readonly number[], to: readonly number[]) => {
    const across = (to[0] ?? 0) - (from[0] ?? 0);
    const up = (to[2] ?? 0) - (from[2] ?? 0);
    return { size: Math.hypot(across, up), elevation: Math.atan2(up, across) };
  };
  return {
    baseX: shoulder.origin[0],
    shoulderRadius: upperArm.origin[0] - shoulder.origin[0],
    shoulderHeight: upperArm.origin[2],
    upper: reach(upperArm.origin, lowerArm.origin),
    lower: reach(lowerArm.origin, wrist.origin),
    hand: reach(wrist.origin, hand),
    rollLeft: hand[1],
    rollZero: -Math.atan2(gripper.rotation[3], gripper.rotation[6]),
    panSign: Math.sign(shoulder.rotation[8]),
    toolUp: TOOL_POINT[0],
    toolLeft: TOOL_POINT[1],
  };
}

/** The tool pose for joint angles in wire order, the gripper last. */
export function forward(joints: readonly number[]): PoseTarget {
  const [pan = 0, lift = 0, elbow = 0, flex = 0, turn = 0, jaw = 0] = joints;
  const first = PLANE.upper.elevation - lift;
  const second = PLANE.lower.elevation - lift - elbow;
  const pitch = PLANE.hand.elevation - lift - elbow - flex;
  const roll = turn - PLANE.rollZero;
  const { up, left } = offAxis(roll);
  const radius =
    PLANE.shoulderRadius +
    PLANE.upper.size * Math.cos(first) +
    PLANE.lower.size * Math.cos(second) +
    PLANE.hand.size * Math.cos(pitch) -
    up * Math.sin(pitch);
  const height =
    PLANE.shoulderHeight +
    PLANE.upper.size * Math.sin(first) +
    PLANE.lower.size * Math.sin(second) +
    PLANE.hand.size * Math.sin(pitch) +
    up * Math.cos(pitch);
  const heading = PLANE.panSign * pan;
  return {
    type: "pose",
    x_m: PLANE.baseX + radius * Math.cos(heading) - left * Math.sin(heading),
    y_m: radius * Math.sin(heading) + left * Math.cos(heading),
    z_m: height,
    pitch_rad: pitch,
    roll_rad: roll,
    gripper: clamp((jaw - JAW.shut) / (JAW.open - JAW.shut), 0, 1),
  };
}

const ROLL_JOINT = 4;

/** The rolls that the arm can take. */
export function rollSpan(limits: readonly JointLimits[]): readonly [number, number] {
  const [lower, upper] = span(limits, ROLL_JOINT);
  return [lower - PLANE.rollZero, upper - PLANE.rollZero];
}

/** Joint angles for a pose, and whether pitch or roll had to give way. */
export interface Solution {
  readonly joints: readonly number[];
  readonly pitchRelaxed: boolean;
  readonly rollLimited: boolean;
}

/** Joint angles for this pose, elbow up; null when no pitch puts the tool there. `near` tells full turns of the roll apart. */
export function inverse(pose: PoseTarget, limits: readonly JointLimits[], near: readonly number[]): Solution | null {
  const turn = turned(pose.roll_rad + PLANE.rollZero, near[ROLL_JOINT] ?? 0, span(limits, ROLL_JOINT));
  const plane = inPlane(pose, turn.angle - PLANE.rollZero);
  if (plane === null || !within(plane.pan, span(limits, 0))) return null;
  const jaw = JAW.shut + pose.gripper * (JAW.open - JAW.shut);
  const held = bend(limits, plane, pose.z_m, pose.pitch_rad);
  const bent = held ?? relax(limits, plane, pose.z_m, pose.pitch_rad);
  if (bent === null) return null;
  return { joints: [plane.pan, ...bent, turn.angle, jaw], pitchRelaxed: held === null, rollLimited: turn.limited };
}

type Span = readonly [number, number];
type Bend = readonly [number, number, number];

interface InPlane {
  readonly pan: number;
  readonly radius: number;
  readonly up: number;
}

const span = (limits: readonly JointLimits[], joint: number): Span => {
  const limit = limits[joint];
  return limit ? [limit.lower_rad, limit.upper_rad] : [-Math.PI, Math.PI];
};

const within = (angle: number, [lower, upper]: Span): boolean => lower <= angle && angle <= upper;

/** Where the tool point lies off the roll axis: upward in the plane, and to the left of it. */
function offAxis(roll: number): { readonly up: number; readonly left: number } {
  const [c, s] = [Math.cos(roll), Math.sin(roll)];
  return {
    up: PLANE.toolUp * c - PLANE.toolLeft * s,
    left: PLANE.rollLeft + PLANE.toolUp * s + PLANE.toolLeft * c,
  };
}

function turned(wanted: number, near: number, limits: Span): { readonly angle: number; readonly limited: boolean } {
  const full = 2 * Math.PI;
  const nearest = wanted + full * Math.round((near - wanted) / full);
  const found = [nearest, wanted, nearest - full, nearest + full].find((angle) => within(angle, limits));
  return found === undefined ? { angle: clamp(nearest, ...limits), limited: true } : { angle: found, limited: false };
}

function inPlane(pose: PoseTarget, roll: number): InPlane | null {
  const { up, left } = offAxis(roll);
  const ahead = pose.x_m - PLANE.baseX;
  const square = ahead * ahead + pose.y_m * pose.y_m - left * left;
  if (square <= 0) return null;
  const radius = Math.sqrt(square);
  const heading = Math.atan2(pose.y_m, ahead) - Math.atan2(left, radius);
  return { pan: PLANE.panSign * wrapped(heading), radius, up };
}

/** Lift, elbow and flex for a tool point in the plane; null past a limit. */
function bend(limits: readonly JointLimits[], plane: InPlane, height: number, pitch: number): Bend | null {
  const [c, s] = [Math.cos(pitch), Math.sin(pitch)];
  const across = plane.radius - PLANE.shoulderRadius - PLANE.hand.size * c + plane.up * s;
  const over = height - PLANE.shoulderHeight - PLANE.hand.size * s - plane.up * c;
  const { size: upper } = PLANE.upper;
  const { size: lower } = PLANE.lower;
  const cosine = (across * across + over * over - upper * upper - lower * lower) / (2 * upper * lower);
  if (!(Math.abs(cosine) <= 1)) return null;
  const angle = Math.acos(cosine);
  const first = Math.atan2(over, across) + Math.atan2(lower * Math.sin(angle), upper + lower * cosine);
  const lift = wrapped(PLANE.upper.elevation - first);
  const elbow = PLANE.lower.elevation - PLANE.upper.elevation + angle;
  const flex = wrapped(PLANE.hand.elevation - pitch - lift - elbow);
  const inside = within(lift, span(limits, 1)) && within(elbow, span(limits, 2)) && within(flex, span(limits, 3));
  return inside ? [lift, elbow, flex] : null;
}

/** The posture whose pitch is nearest to the wanted one, upward first, found by steps and halving. */
function relax(limits: readonly JointLimits[], plane: InPlane, height: number, pitch: number): Bend | null {
  for (let step = 1; step < PITCH_STEPS; step += 1) {
    for (const sign of [1, -1]) {
      const good = pitch + sign * step * PITCH_STEP;
      const bent = bend(limits, plane, height, good);
      if (bent) return refine(limits, plane, height, good, good - sign * PITCH_STEP) ?? bent;
    }
  }
  return null;
}

function refine(limits: readonly JointLimits[], plane: InPlane, height: number, good: number, bad: number): Bend | null {
  let best: Bend | null = null;
  for (let round = 0; round < REFINEMENTS; round += 1) {
    const middle = (good + bad) / 2;
    const bent = bend(limits, plane, height, middle);
    if (bent) [good, best] = [middle, bent];
    else bad = middle;
  }
  return best;
}
