/** The least distance from a straight line of finite length to a box, by the bridge's own search. */

import type { KeepOutBox } from "../wire";
import type { Vec3 } from "./space";

const GOLDEN = (Math.sqrt(5) - 1) / 2;
const SECTIONS = 18;

/** The signed distance (m) from a point to a box, below 0 inside. */
export function depth({ x_m, y_m, z_m }: KeepOutBox, x: number, y: number, z: number): number {
  const dx = Math.max(x_m[0] - x, x - x_m[1]);
  const dy = Math.max(y_m[0] - y, y - y_m[1]);
  const dz = Math.max(z_m[0] - z, z - z_m[1]);
  const inside = Math.max(dx, dy, dz);
  return inside <= 0 ? inside : Math.hypot(Math.max(dx, 0), Math.max(dy, 0), Math.max(dz, 0));
}

/** The least distance from a segment to a box, minus the depth where it reaches inside. */
export function toBox([a, b]: readonly [Vec3, Vec3], box: KeepOutBox): number {
  const at = (part: number): number =>
    depth(box, a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]), a[2] + part * (b[2] - a[2]));
  let [low, high, first, second] = [0, 1, 1 - GOLDEN, GOLDEN];
  let [near, far] = [at(first), at(second)];
  for (let section = 0; section < SECTIONS; section += 1) {
    if (near < far) {
      [high, second, far] = [second, first, near];
      first = high - GOLDEN * (high - low);
      near = at(first);
    } else {
      [low, first, near] = [first, second, far];
      second = low + GOLDEN * (high - low);
      far = at(second);
    }
  }
  return Math.min(near, far, at(0), at(1));
}
