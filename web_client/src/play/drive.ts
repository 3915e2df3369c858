/**
 * One step of driving: from hands, hold-to-run and the newest arm state to the ghost and what is sent.
 *
 * The ghost follows the arm whenever the player does not drive: before the start, on hold or stop, and while
 * the arm does a puzzle move. It drives from the moment that hands move it, from where the arm is.
 */

import { isMoving, type Stick } from "../input/stick";
import type { Run } from "../input/run";
import {
  type Bounds, drawnTo, followable, type Ghost, ghostAt, isResting, keptAt, moveGhost, PACE, wished, withGripper, WORKING_PITCH,
} from "../predict/ghost";
import type { ViewAxes } from "../predict/camera";
import { leashed, type Pressing } from "../predict/leash";
import type { InputDevice, Limit, State } from "../wire";

/** Memory from frame to frame; times in seconds. */
export interface Drive {
  readonly ghost: Ghost | null;
  readonly following: boolean;
  /** The puzzle move that hands have cancelled; the cell may need a moment to hear of it. */
  readonly cancelled: number | null;
  readonly restedFor: number;
  /** How long the gripper's toggle still counts as hands on. */
  readonly toggledFor: number;
  /** What the player last asked of the gripper. */
  readonly gripper: number | null;
}

export const IDLE: Drive = {
  ghost: null,
  following: true,
  cancelled: null,
  restedFor: 0,
  toggledFor: 0,
  gripper: null,
};

/** What a frame brings. */
export interface Hands {
  readonly stick: Stick;
  readonly toggleGripper: boolean;
  readonly seconds: number;
}

/** Where the turn stands. */
export interface Setting {
  readonly playing: boolean;
  readonly run: Run;
  /** Whether the player sees enough to drive. */
  readonly sees: boolean;
  readonly state: State | null;
  readonly axes: ViewAxes;
  readonly bounds: Bounds;
  /** How the arm presses against something; null while it does not. */
  readonly pressing?: Pressing | null;
}

const TOGGLE_COUNTS_S = 0.12;
const SETTLE_AFTER_S = 0.5;
const SETTLE_TIME_S = 0.25;
/** Limits that keep the arm from where the ghost is, for good. */
const LASTING: ReadonlySet<Limit> = new Set<Limit>(["workspace", "table", "reach", "joint_position", "self", "keep_out", "contact"]);
/** Between what a held piece keeps the jaws at and the opening that the arm starts with. */
export const SHUT_BELOW = 0.42;

/** Whether hands are on: this cancels a puzzle move, and keeps the cell from taking up motion again. */
export const handsOn = (drive: Drive, stick: Stick): boolean => isMoving(stick) || drive.toggledFor > 0;

/** What `Control.device` says. */
export function deviceOf(drive: Drive, state: State, stick: Stick): InputDevice {
  if (isMoving(stick)) return stick.device;
  return state.move_id !== null && drive.following ? "puzzle" : "none";
}

/**
 * What a report of the arm changes at once: a hold or stop takes the ghost back to the arm, also when the arm follows
 * again before this page, busy with something else, has drawn its next frame.
 */
export const hearArm = (drive: Drive, state: State): Drive => (state.mode === "play" ? drive : follow(drive, state));

/** The next frame. */
export function stepDrive(drive: Drive, hands: Hands, setting: Setting): Drive {
  const { state } = setting;
  if (state === null) return IDLE;
  const mayDrive = setting.playing && setting.run.running && setting.sees && state.mode === "play";
  const toggled = mayDrive && hands.toggleGripper;
  const timed: Drive = { ...drive, toggledFor: toggled ? TOGGLE_COUNTS_S : Math.max(0, drive.toggledFor - hands.seconds) };
  const move = state.move_id;
  const cancelled = move === null ? null : handsOn(timed, hands.stick) ? move : timed.cancelled;
  if (!mayDrive || (move !== null && move !== cancelled)) return follow({ ...timed, cancelled }, state);
  const start = timed.ghost ?? follow(timed, state).ghost ?? ghostAt(state.applied_pose, WORKING_PITCH);
  return steer({ ...timed, cancelled, ghost: start }, start, hands, setting, state, toggled);
}

function follow(drive: Drive, state: State): Drive {
  const applied = state.applied_pose;
  const gripping = drive.gripper === 0 && applied.gripper < SHUT_BELOW;
  const ghost = ghostAt(gripping ? { ...applied, gripper: 0 } : applied, drive.ghost?.pitchWish ?? WORKING_PITCH);
  return { ...drive, ghost, following: true, restedFor: 0, gripper: gripping ? 0 : null };
}

function steer(drive: Drive, start: Ghost, hands: Hands, setting: Setting, state: State, toggled: boolean): Drive {
  const gripper = toggled ? (start.pose.gripper < SHUT_BELOW ? 1 : 0) : null;
  const held = gripper === null ? start : withGripper(start, gripper);
  const free = moveGhost(held, wished(hands.stick, setting.axes, followable(PACE, state.speed_scale)), hands.seconds, setting.bounds, PACE);
  const moved = setting.pressing ? keptAt(free, start.pose, leashed(start.pose, free.pose, setting.pressing, hands.seconds), hands.seconds) : free;
  const resting = isResting(moved) && !isMoving(hands.stick);
  const restedFor = resting ? drive.restedFor + hands.seconds : 0;
  const kept = state.limits.some((limit) => LASTING.has(limit));
  const settle = kept && restedFor > SETTLE_AFTER_S;
  return {
    ...drive,
    ghost: settle ? drawnTo(moved, state.applied_pose, hands.seconds, SETTLE_TIME_S) : moved,
    following: false,
    restedFor,
    gripper: gripper ?? drive.gripper,
  };
}
