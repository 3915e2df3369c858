/** A calibrated camera: from points in the arm's base frame to picture pixels and back. */

import type { CameraCalibration } from "../wire";
import { type Frame, inverted, multiply, place, rotate, type Rotation, scale, transposed, type Vec3 } from "./space";

/** A place in the picture, in the calibration's pixels, x right and y down. */
export type Pixel = readonly [number, number];

/** Nearer than this a point has no sensible place in the picture. */
const NEAREST_M = 0.02;

/** A point's pixel and how large a metre is there; null when it lies behind the camera. */
export interface Projected {
  readonly at: Pixel;
  readonly pixelsPerMetre: number;
}

/** Pose of a camera: point_camera = rotation * point_arm + origin. */
export function viewOf(calibration: CameraCalibration, gripper: Frame): Frame {
  const own: Frame = { rotation: calibration.rotation, origin: calibration.translation_m };
  if (calibration.mount === "world") return own;
  const fromArm = inverted(gripper);
  return { rotation: multiply(own.rotation, fromArm.rotation), origin: place(own, fromArm.origin) };
}

/** Where a point appears in the picture; null when it is behind the camera. */
export function project(calibration: CameraCalibration, view: Frame, point: Vec3): Projected | null {
  const [x, y, z] = place(view, point);
  if (z < NEAREST_M) return null;
  return {
    at: [calibration.cx + (calibration.fx * x) / z, calibration.cy + (calibration.fy * y) / z],
    pixelsPerMetre: calibration.fx / z,
  };
}

/** The point at the given height (m above the table) that a pixel shows; null above the horizon. */
export function pointAtHeight(calibration: CameraCalibration, view: Frame, at: Pixel, height: number): Vec3 | null {
  const back = transposed(view.rotation);
  const ray = rotate(back, [(at[0] - calibration.cx) / calibration.fx, (at[1] - calibration.cy) / calibration.fy, 1]);
  const eye = scale(rotate(back, view.origin), -1);
  const along = (height - eye[2]) / ray[2];
  if (!Number.isFinite(along) || along <= 0) return null;
  return [eye[0] + ray[0] * along, eye[1] + ray[1] * along, height];
}

/** Unit vectors on the table: `right` on the screen, and `away` from the viewer. */
export interface ViewAxes {
  readonly right: readonly [number, number];
  readonly away: readonly [number, number];
}

/** Directions of the keys for a camera that stands still; a camera straight above takes screen-up as away. */
export function viewAxes(rotation: Rotation): ViewAxes {
  const right = flat(rotation[0], rotation[1]) ?? [0, -1];
  const ahead = flat(rotation[6], rotation[7]);
  const up = flat(-rotation[3], -rotation[4]);
  const steep = Math.abs(rotation[8]) > 0.95;
  return { right, away: (steep ? (up ?? ahead) : (ahead ?? up)) ?? [1, 0] };
}

function flat(x: number, y: number): readonly [number, number] | null {
  const size = Math.hypot(x, y);
  return size < 1e-6 ? null : [x / size, y / size];
}
