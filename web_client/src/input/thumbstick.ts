/** A stick drawn on a touch screen: where the thumb went from where it came down. */

import { clamp } from "../predict/space";
import { shaped } from "./gamepad";

/** The knob's offset in CSS pixels, and the axes (right and up positive) after dead zone and curve. */
export interface Thumb {
  readonly dx: number;
  readonly dy: number;
  readonly x: number;
  readonly y: number;
}

export const AT_REST: Thumb = { dx: 0, dy: 0, x: 0, y: 0 };

/** The stick for a thumb that moved by (dx, dy) CSS pixels on a stick of the given radius. */
export function thumbAt(dx: number, dy: number, radius: number): Thumb {
  const size = Math.hypot(dx, dy);
  const kept = size > radius ? radius / size : 1;
  const [x, y] = shaped(clamp((dx * kept) / radius, -1, 1), clamp((-dy * kept) / radius, -1, 1));
  return { dx: dx * kept, dy: dy * kept, x, y };
}
