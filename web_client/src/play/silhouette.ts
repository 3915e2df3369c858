/** The arm's outline as the camera would see it: one convex shape for each part. */

import { type Links, linkFrames } from "../predict/arm";
import { type Pixel, project } from "../predict/camera";
import { type Frame, place, type Vec3 } from "../predict/space";
import type { CameraCalibration } from "../wire";

/** A part of a link: a box in the link's frame, turned about the frame's z (m, rad). */
interface Part {
  readonly link: keyof Links;
  readonly low: Vec3;
  readonly high: Vec3;
  readonly turn?: number;
}

/** Without the base, which never moves; a little slimmer than the real parts, so that the ghost reads as a drawing and not as a second arm. */
const PARTS: readonly Part[] = [
  { link: "shoulder", low: [-0.046, -0.022, -0.06], high: [0.01, 0.024, -0.01] },
  { link: "upperArm", low: [-0.125, -0.01, -0.006], high: [0.01, 0.01, 0.044] },
  { link: "lowerArm", low: [-0.142, -0.01, -0.006], high: [0.01, 0.015, 0.044] },
  { link: "wrist", low: [-0.014, -0.058, 0], high: [0.011, 0.01, 0.044] },
  { link: "gripper", low: [-0.024, -0.018, -0.05], high: [0.026, 0.018, -0.004] },
  { link: "gripper", low: [-0.016, -0.008, -0.104], high: [-0.0079, 0.008, -0.048] },
  { link: "jaw", low: [0.003, -0.081, 0.011], high: [0.011, 0, 0.027], turn: -0.24 },
];

/** A convex polygon in picture pixels. */
export type Outline = readonly Pixel[];

/** Outlines of all parts that lie in front of the camera. */
export function silhouette(calibration: CameraCalibration, view: Frame, joints: readonly number[]): readonly Outline[] {
  const links = linkFrames(joints);
  const outlines: Outline[] = [];
  for (const part of PARTS) {
    const seen = corners(part).map((corner) => project(calibration, view, place(links[part.link], corner)));
    const points = seen.flatMap((one) => (one ? [one.at] : []));
    if (points.length === seen.length) outlines.push(hull(points));
  }
  return outlines;
}

function corners({ low, high, turn = 0 }: Part): readonly Vec3[] {
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  return [low[0], high[0]].flatMap((x) =>
    [low[1], high[1]].flatMap((y) => [low[2], high[2]].map((z): Vec3 => [c * x - s * y, s * x + c * y, z])),
  );
}

/** The convex hull of points, in order around it. */
export function hull(points: readonly Pixel[]): Outline {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const below = chain(sorted);
  const above = chain(sorted.reverse());
  return [...below.slice(0, -1), ...above.slice(0, -1)];
}

function chain(points: readonly Pixel[]): Pixel[] {
  const kept: Pixel[] = [];
  for (const point of points) {
    while (kept.length >= 2 && turnOf(kept[kept.length - 2], kept[kept.length - 1], point) <= 0) kept.pop();
    kept.push(point);
  }
  return kept;
}

function turnOf(a: Pixel | undefined, b: Pixel | undefined, c: Pixel): number {
  if (!a || !b) return 1;
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}
