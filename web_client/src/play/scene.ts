/** From arm state and ghost to what is drawn: all in picture pixels of one camera. */

import { FIXED_FINGER_X, linkFrames, TOOL_POINT } from "../predict/arm";
import { type Pixel, project, viewOf } from "../predict/camera";
import type { Rest } from "../predict/rest";
import { forward, inverse } from "../predict/inverse";
import { add, clamp, distance, type Frame, rotate, type Vec3 } from "../predict/space";
import type { CameraCalibration, JointLimits, PieceInfo, PieceSeen, PoseTarget, State } from "../wire";
import type { Drive } from "./drive";
import type { Foresight } from "./foresight";
import type { GhostDrawn } from "./overlay";
import { silhouette } from "./silhouette";
import { ringOf } from "./table";

const AGREE_M = 0.008;
const SAME_M = 0.001;
const APART_M = 0.06;
const FOOT_RADIUS_M = 0.011;
const OVER_PIECE = 0.75;
const HELD_MIN = 0.12;

/** A camera's pose now; the wrist camera moves with the measured arm. */
export const cameraView = (calibration: CameraCalibration, state: State | null): Frame =>
  viewOf(calibration, linkFrames(state?.measured_rad ?? []).gripper);

const tipOf = (pose: PoseTarget): Vec3 => [pose.x_m, pose.y_m, pose.z_m];

/** How far ghost and arm are apart, 0 to 1, position and angles together. */
export function apartness(ghost: PoseTarget, arm: PoseTarget): number {
  const angles = Math.abs(ghost.pitch_rad - arm.pitch_rad) + Math.abs(ghost.roll_rad - arm.roll_rad);
  const total = distance(tipOf(ghost), tipOf(arm)) + 0.05 * angles + 0.02 * Math.abs(ghost.gripper - arm.gripper);
  return clamp((total - AGREE_M) / (APART_M - AGREE_M), 0, 1);
}

/** Height of what lies under a point: the top of a piece, or the table. */
export function surfaceUnder(tip: Vec3, pieces: readonly PieceSeen[], infos: readonly PieceInfo[]): number {
  let height = 0;
  for (const piece of pieces) {
    const size = infos.find((one) => one.id === piece.piece)?.size_m ?? 0;
    const top = piece.z_m + size / 2;
    const near = Math.hypot(piece.x_m - tip[0], piece.y_m - tip[1]) < size * OVER_PIECE;
    if (near && top > height && piece.z_m < tip[2]) height = top;
  }
  return height;
}

/** Whether something is between the jaws: asked to shut, they stay open. */
const holding = (asked: PoseTarget, state: State): boolean =>
  asked.gripper < HELD_MIN && state.measured_pose.gripper > HELD_MIN;

/** Where the middle of a held piece is: against the fixed finger, not at the tool point. */
function besideFinger(tip: Vec3, gripper: Frame, infos: readonly PieceInfo[]): Vec3 {
  const size = infos[0]?.size_m ?? 0;
  return add(tip, rotate(gripper.rotation, [FIXED_FINGER_X + size / 2 - TOOL_POINT[0], 0, 0]));
}

/** What is needed to draw the ghost. */
export interface GhostScene {
  readonly calibration: CameraCalibration;
  readonly view: Frame;
  readonly limits: readonly JointLimits[];
  readonly drive: Drive;
  readonly state: State;
  /** Where the arm is by now and will come to rest, as far as that is foreseen. */
  readonly foresight: Pick<Foresight, "rest" | "behind" | "joints" | "arrived"> | null;
  readonly pieces: readonly PieceSeen[];
  readonly infos: readonly PieceInfo[];
}

/**
 * The rest that the ghost is drawn at: where the arm will not come to the ghost, the ghost is shown where the arm
 * will be. A rest is foreseen less often than the ghost moves, so that it is held against the ghost of its own time.
 */
export const elsewhere = (rest: Rest | null): Rest | null =>
  rest !== null && distance(tipOf(rest.asked), tipOf(rest.pose)) > SAME_M ? rest : null;

/** The tool's way from where the arm is measured to where it will rest; `behind` is what it has been told and not yet done. */
export function wayOf(state: State, ghost: PoseTarget, rest: Rest | null, behind: readonly Vec3[] = []): readonly Vec3[] {
  const between = rest === null ? [] : rest.way.slice(1).map(tipOf);
  return [tipOf(state.measured_pose), ...behind, ...between, tipOf(shownPose(ghost, rest))];
}

/** The pose that the ghost is drawn at: where the arm will come to rest. */
export const shownPose = (ghost: PoseTarget, rest: Rest | null): PoseTarget => elsewhere(rest)?.pose ?? ghost;

/** The pose with the jaws as open as they are taken to be by now (rad): they need their time, and the player sees when they have had it. */
export const withJaws = (pose: PoseTarget, now: readonly number[] | null): PoseTarget =>
  now === null ? pose : { ...pose, gripper: forward(now).gripper };

/** The ghost as the camera would see it; null before the arm has reported. */
export function drawnGhost(scene: GhostScene): GhostDrawn | null {
  const { calibration, view, limits, drive, state } = scene;
  const pose = drive.ghost?.pose;
  if (!pose) return null;
  const rest = drive.following ? null : (scene.foresight?.rest ?? null);
  const other = elsewhere(rest);
  const wished = drive.following ? state.applied_rad : (inverse(pose, limits, state.applied_rad)?.joints ?? state.applied_rad);
  const joints = [...(other?.joints ?? wished).slice(0, -1), ...(scene.foresight?.joints ?? wished).slice(-1)];
  const tip = tipOf(other?.pose ?? pose);
  const over = holding(pose, state) ? besideFinger(tip, linkFrames(joints).gripper, scene.infos) : tip;
  const foot: Vec3 = [over[0], over[1], Math.min(over[2], surfaceUnder(over, scene.pieces, scene.infos))];
  const seen = (point: Vec3): Pixel | null => project(calibration, view, point)?.at ?? null;
  const way = wayOf(state, pose, rest, scene.foresight?.behind).map(seen).filter((at) => at !== null);
  const fixed = calibration.mount === "world";
  return {
    outlines: fixed ? silhouette(calibration, view, joints) : [],
    apart: drive.following ? 0 : apartness(pose, state.measured_pose),
    driving: !drive.following,
    arrived: scene.foresight?.arrived ?? false,
    way,
    tip: seen(tip),
    foot: seen(foot),
    footRing: ringOf(calibration, view, foot, FOOT_RADIUS_M) ?? [],
  };
}
