/**
 * The ghost: where the player wants the tool, integrated in the page with no network in between.
 *
 * Its pose is absolute, so letting go leaves it where it is. Speed and acceleration are limited so that a
 * tap is a small step and a held key is smooth; the workspace and the arm's reach are walls to slide along.
 */

import type { PoseTarget, PoseVelocity, Workspace } from "../wire";
import type { Stick } from "../input/stick";
import type { ViewAxes } from "./camera";
import { SO101 } from "./model";
import { clamp } from "./space";

/** Speeds at full stick, m/s and rad/s, and how quickly they are reached and left. */
export interface Pace {
  readonly speed: number;
  readonly turn: number;
  readonly fine: number;
  readonly rise: number;
  readonly fall: number;
}

/** `rise` and `fall` are times (s) from rest to full speed and back. A ghost that is let go stands in the next frame, where it was seen. */
export const PACE: Pace = { speed: 0.15, turn: 1.1, fine: 0.3, rise: 0.07, fall: 0.01 };

/** What the arm keeps for catching up with a ghost that moves at its full speed. */
const FOLLOWED = 0.9;

/** The pace at which an arm slowed to this fraction can still follow; itself as long as the arm is quick enough. */
export function followable(pace: Pace, speedScale: number): Pace {
  const [speed, turn] = [FOLLOWED * speedScale * SO101.toolSpeed, FOLLOWED * speedScale * SO101.toolTurn];
  return speed >= pace.speed && turn >= pace.turn ? pace : { ...pace, speed: Math.min(pace.speed, speed), turn: Math.min(pace.turn, turn) };
}

/** Answers the nearest pose to `to` that the arm can take, sliding from `from`; the pitch may be relaxed. */
export type Reach = (from: PoseTarget, to: PoseTarget) => PoseTarget;

/**
 * The ghost's pose and its velocity in the same axes.
 *
 * Where the arm cannot hold the pitch that the player chose, the pose has the nearest one it can hold;
 * `pitchWish` keeps the choice, so that the tool tilts back as soon as there is room.
 */
export interface Ghost {
  readonly pose: PoseTarget;
  readonly velocity: PoseVelocity;
  /** The eased wish of the player's hands; walls take away what they stop. */
  readonly drive: PoseVelocity;
  readonly pitchWish: number;
}

/** The pitch at which the jaws pass a cube and set it down level; what the tool tilts to until the player tilts it. */
export const WORKING_PITCH = (-85 * Math.PI) / 180;

const AT_REST: PoseVelocity = { x_m_s: 0, y_m_s: 0, z_m_s: 0, pitch_rad_s: 0, roll_rad_s: 0 };
const LONGEST_STEP_S = 0.05;

/** A ghost that stands still. */
export const ghostAt = (pose: PoseTarget, pitchWish = pose.pitch_rad): Ghost => ({
  pose,
  velocity: AT_REST,
  drive: AT_REST,
  pitchWish,
});

/** Whether the ghost has come to rest. */
export const isResting = (ghost: Ghost): boolean => Object.values(ghost.drive).every((part) => part === 0);

/** The velocity that a stick asks for, in the arm's axes. */
export function wished(stick: Stick, axes: ViewAxes, pace: Pace): PoseVelocity {
  const speed = pace.speed * (stick.fine ? pace.fine : 1);
  const turn = pace.turn * (stick.fine ? pace.fine : 1);
  return {
    x_m_s: speed * (axes.right[0] * stick.right + axes.away[0] * stick.away),
    y_m_s: speed * (axes.right[1] * stick.right + axes.away[1] * stick.away),
    z_m_s: speed * stick.up,
    pitch_rad_s: turn * stick.pitch,
    roll_rad_s: turn * stick.roll,
  };
}

/** What holds the ghost back. */
export interface Bounds {
  readonly workspace: Workspace;
  readonly reach: Reach;
  readonly roll: readonly [number, number];
}

/** Moves the ghost for `seconds`; long gaps (a busy page) count only in part, so that it never leaps. */
export function moveGhost(ghost: Ghost, wish: PoseVelocity, seconds: number, bounds: Bounds, pace: Pace): Ghost {
  const dt = clamp(seconds, 0, LONGEST_STEP_S);
  if (dt === 0) return ghost;
  const v = eased(ghost.drive, wish, dt, pace);
  const tilting = v.pitch_rad_s !== 0;
  const pitch = tilting ? walled(ghost.pose.pitch_rad, v.pitch_rad_s * dt, PITCH) : tiltedBack(ghost, v, pace.turn * dt);
  const pose = bounds.reach(ghost.pose, stepped(ghost.pose, pitch, v, dt, bounds));
  const velocity = between(ghost.pose, pose, dt);
  return { pose, velocity, drive: blocked(v, velocity), pitchWish: tilting ? pose.pitch_rad : ghost.pitchWish };
}

/** The pitch on its way to the wish, at most `most` further; only moving hands tilt the tool. */
function tiltedBack(ghost: Ghost, v: PoseVelocity, most: number): number {
  const { pitch_rad } = ghost.pose;
  const moving = Object.values(v).some((part) => part !== 0);
  return moving ? pitch_rad + clamp(ghost.pitchWish - pitch_rad, -most, most) : pitch_rad;
}

function eased(now: PoseVelocity, wish: PoseVelocity, dt: number, pace: Pace): PoseVelocity {
  const toward = (from: number, to: number, full: number): number => {
    const slowing = Math.abs(to) < Math.abs(from) || to * from < 0;
    const most = (full / (slowing ? pace.fall : pace.rise)) * dt;
    return from + clamp(to - from, -most, most);
  };
  return {
    x_m_s: toward(now.x_m_s, wish.x_m_s, pace.speed),
    y_m_s: toward(now.y_m_s, wish.y_m_s, pace.speed),
    z_m_s: toward(now.z_m_s, wish.z_m_s, pace.speed),
    pitch_rad_s: toward(now.pitch_rad_s, wish.pitch_rad_s, pace.turn),
    roll_rad_s: toward(now.roll_rad_s, wish.roll_rad_s, pace.turn),
  };
}

function stepped(pose: PoseTarget, pitch: number, v: PoseVelocity, dt: number, bounds: Bounds): PoseTarget {
  const { x_m, y_m, z_m } = bounds.workspace;
  return {
    type: "pose",
    x_m: walled(pose.x_m, v.x_m_s * dt, x_m),
    y_m: walled(pose.y_m, v.y_m_s * dt, y_m),
    z_m: walled(pose.z_m, v.z_m_s * dt, z_m),
    pitch_rad: pitch,
    roll_rad: walled(pose.roll_rad, v.roll_rad_s * dt, bounds.roll),
    gripper: pose.gripper,
  };
}

/** Beyond straight down or well above the horizon no puzzle needs the tool. */
const PITCH = [-Math.PI / 2, Math.PI / 4] as const;

/** A step that stops at the walls; what already lies outside may only come back. */
function walled(from: number, step: number, span: readonly [number, number]): number {
  const low = Math.min(span[0], from);
  const high = Math.max(span[1], from);
  return clamp(from + step, low, high);
}

/** Bounds of what is sent as velocity; a relaxed pitch may jump. */
const FASTEST_M_S = 1;
const FASTEST_RAD_S = 6;

function between(from: PoseTarget, to: PoseTarget, dt: number): PoseVelocity {
  const rate = (a: number, b: number, most: number): number => clamp((b - a) / dt, -most, most);
  return {
    x_m_s: rate(from.x_m, to.x_m, FASTEST_M_S),
    y_m_s: rate(from.y_m, to.y_m, FASTEST_M_S),
    z_m_s: rate(from.z_m, to.z_m, FASTEST_M_S),
    pitch_rad_s: rate(from.pitch_rad, to.pitch_rad, FASTEST_RAD_S),
    roll_rad_s: rate(from.roll_rad, to.roll_rad, FASTEST_RAD_S),
  };
}

/** Takes out of the drive what a wall stopped, so that turning back is felt at once. */
function blocked(drive: PoseVelocity, got: PoseVelocity): PoseVelocity {
  const left = (wanted: number, moved: number): number => {
    if (wanted * moved <= 0) return 0;
    return Math.abs(moved) < Math.abs(wanted) ? moved : wanted;
  };
  return {
    x_m_s: left(drive.x_m_s, got.x_m_s),
    y_m_s: left(drive.y_m_s, got.y_m_s),
    z_m_s: left(drive.z_m_s, got.z_m_s),
    pitch_rad_s: left(drive.pitch_rad_s, got.pitch_rad_s),
    roll_rad_s: left(drive.roll_rad_s, got.roll_rad_s),
  };
}

/** The ghost of this frame, kept at another pose than it moved to from `before`. */
export function keptAt(ghost: Ghost, before: PoseTarget, pose: PoseTarget, seconds: number): Ghost {
  const dt = clamp(seconds, 0, LONGEST_STEP_S);
  if (pose === ghost.pose || dt === 0) return ghost;
  const velocity = between(before, pose, dt);
  return { ...ghost, pose, velocity, drive: blocked(ghost.drive, velocity) };
}

/** The ghost with its gripper opened or shut. */
export const withGripper = (ghost: Ghost, gripper: number): Ghost => ({ ...ghost, pose: { ...ghost.pose, gripper } });

/** Brings a resting ghost toward where the arm says it can go, so that the two end up as one. */
export function drawnTo(ghost: Ghost, applied: PoseTarget, seconds: number, time: number): Ghost {
  const share = 1 - Math.exp(-clamp(seconds, 0, LONGEST_STEP_S) / time);
  const blend = (from: number, to: number): number => from + (to - from) * share;
  return ghostAt({
    type: "pose",
    x_m: blend(ghost.pose.x_m, applied.x_m),
    y_m: blend(ghost.pose.y_m, applied.y_m),
    z_m: blend(ghost.pose.z_m, applied.z_m),
    pitch_rad: blend(ghost.pose.pitch_rad, applied.pitch_rad),
    roll_rad: blend(ghost.pose.roll_rad, applied.roll_rad),
    gripper: ghost.pose.gripper,
  }, ghost.pitchWish);
}
