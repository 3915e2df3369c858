/** Points, rotations and rigid transforms in three dimensions; metres and radians. */

export type Vec3 = readonly [number, number, number];
/** Row-major 3x3 rotation. */
export type Rotation = readonly [number, number, number, number, number, number, number, number, number];

/** A frame seen from another: point_outer = rotation * point_inner + origin. */
export interface Frame {
  readonly rotation: Rotation;
  readonly origin: Vec3;
}

export const UNTURNED: Rotation = [1, 0, 0, 0, 1, 0, 0, 0, 1];
export const WORLD: Frame = { rotation: UNTURNED, origin: [0, 0, 0] };

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

export const scale = (a: Vec3, factor: number): Vec3 => [a[0] * factor, a[1] * factor, a[2] * factor];

export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export const length = (a: Vec3): number => Math.hypot(a[0], a[1], a[2]);

export const distance = (a: Vec3, b: Vec3): number => length(subtract(a, b));

/** The angle's equal in (-pi, pi]. */
export function wrapped(angle: number): number {
  const turned = angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
  return turned === -Math.PI ? Math.PI : turned;
}

export function rotate(r: Rotation, p: Vec3): Vec3 {
  return [
    r[0] * p[0] + r[1] * p[1] + r[2] * p[2],
    r[3] * p[0] + r[4] * p[1] + r[5] * p[2],
    r[6] * p[0] + r[7] * p[1] + r[8] * p[2],
  ];
}

export const transposed = (r: Rotation): Rotation => [r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]];

/** Matrix product `a * b`. */
export function multiply(a: Rotation, b: Rotation): Rotation {
  return [
    a[0] * b[0] + a[1] * b[3] + a[2] * b[6],
    a[0] * b[1] + a[1] * b[4] + a[2] * b[7],
    a[0] * b[2] + a[1] * b[5] + a[2] * b[8],
    a[3] * b[0] + a[4] * b[3] + a[5] * b[6],
    a[3] * b[1] + a[4] * b[4] + a[5] * b[7],
    a[3] * b[2] + a[4] * b[5] + a[5] * b[8],
    a[6] * b[0] + a[7] * b[3] + a[8] * b[6],
    a[6] * b[1] + a[7] * b[4] + a[8] * b[7],
    a[6] * b[2] + a[7] * b[5] + a[8] * b[8],
  ];
}

/** Where a point of the inner frame lies in the outer one. */
export const place = (frame: Frame, point: Vec3): Vec3 => add(rotate(frame.rotation, point), frame.origin);

/** The frame `inner`, given in `outer`, as seen from where `outer` is given. */
export const compose = (outer: Frame, inner: Frame): Frame => ({
  rotation: multiply(outer.rotation, inner.rotation),
  origin: place(outer, inner.origin),
});

/** The inverse of a frame. */
export function inverted(frame: Frame): Frame {
  const rotation = transposed(frame.rotation);
  return { rotation, origin: scale(rotate(rotation, frame.origin), -1) };
}

/** Rotation about the fixed axes x, then y, then z (the convention of robot description files). */
export function fromRollPitchYaw(roll: number, pitch: number, yaw: number): Rotation {
  const [sr, cr, sp, cp, sy, cy] = [
    Math.sin(roll), Math.cos(roll), Math.sin(pitch), Math.cos(pitch), Math.sin(yaw), Math.cos(yaw),
  ];
  return [
    cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr,
    sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr,
    -sp, cp * sr, cp * cr,
  ];
}

/** Rotation about z. */
export function turnAboutZ(angle: number): Rotation {
  const [s, c] = [Math.sin(angle), Math.cos(angle)];
  return [c, -s, 0, s, c, 0, 0, 0, 1];
}
