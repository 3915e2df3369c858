/** How a picture lies on the stage: its place and scale in CSS pixels. */

import { clamp } from "./space";
import type { Pixel } from "./camera";

/** stage = offset + scale * pixel. */
export interface Layout {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly scale: number;
}

/** The share of the picture's height or width that filling the stage may cut off. */
const LARGEST_CUT = 0.2;

/**
 * Fills the stage when little is lost by it, otherwise shows the whole picture.
 *
 * `focus` is the part of the picture (0 to 1 on each axis) to keep when something must be cut;
 * `align` is where a picture smaller than the stage goes (0 top or left, 1 bottom or right).
 */
export function layOut(
  picture: { readonly width: number; readonly height: number },
  stage: { readonly width: number; readonly height: number },
  focus: Pixel = [0.5, 0.55],
  align: Pixel = [0.5, 0.5],
): Layout {
  const across = stage.width / picture.width;
  const down = stage.height / picture.height;
  const fill = Math.max(across, down);
  const fit = Math.min(across, down);
  const scale = fill > 0 && 1 - fit / fill <= LARGEST_CUT ? fill : fit;
  const width = picture.width * scale;
  const height = picture.height * scale;
  return {
    left: offset(stage.width, width, focus[0], align[0]),
    top: offset(stage.height, height, focus[1], align[1]),
    width,
    height,
    scale,
  };
}

function offset(stage: number, size: number, focus: number, align: number): number {
  if (size <= stage) return (stage - size) * align;
  return clamp(stage / 2 - focus * size, stage - size, 0);
}

/** From picture pixels to the stage. */
export const toStage = (layout: Layout, at: Pixel): Pixel => [
  layout.left + at[0] * layout.scale,
  layout.top + at[1] * layout.scale,
];

/** From the stage to picture pixels. */
export const toPicture = (layout: Layout, at: Pixel): Pixel => [
  (at[0] - layout.left) / layout.scale,
  (at[1] - layout.top) / layout.scale,
];
