/** What lies on the table, as the camera sees it: pieces, slots, and which of them a pointer is on. */

import { type Pixel, project } from "../predict/camera";
import type { Frame, Vec3 } from "../predict/space";
import type { CameraCalibration, PieceInfo, PieceSeen, SlotInfo } from "../wire";
import { hull, type Outline } from "./silhouette";

/** A piece where the referee sees it: its whole outline and its top face, in picture pixels. */
export interface PieceDrawn {
  readonly id: string;
  readonly slot: string | null;
  readonly placed: boolean;
  readonly colour: string;
  readonly outline: Outline;
  readonly top: Outline;
  readonly height: number;
}

/** A slot's ring on the table, in picture pixels. */
export interface SlotDrawn {
  readonly id: string;
  readonly colour: string | null;
  readonly ring: Outline;
  readonly centre: Pixel;
}

/** What a pointer is on. */
export type Target = { readonly kind: "piece" | "slot"; readonly id: string } | null;

const RING_POINTS = 32;

/** Points that are all in front of the camera; null when one is not. */
function seenAs(calibration: CameraCalibration, view: Frame, points: readonly Vec3[]): Outline | null {
  const seen = points.map((point) => project(calibration, view, point));
  const pixels = seen.flatMap((one) => (one ? [one.at] : []));
  return pixels.length === seen.length ? pixels : null;
}

/** A flat ring around a point. */
export function ringOf(calibration: CameraCalibration, view: Frame, centre: Vec3, radius: number): Outline | null {
  const points = Array.from({ length: RING_POINTS }, (_, at): Vec3 => {
    const angle = (2 * Math.PI * at) / RING_POINTS;
    return [centre[0] + radius * Math.cos(angle), centre[1] + radius * Math.sin(angle), centre[2]];
  });
  return seenAs(calibration, view, points);
}

/** The pieces, the highest first, so that the one on top of a stack is met before the one below. */
export function drawnPieces(
  calibration: CameraCalibration,
  view: Frame,
  infos: readonly PieceInfo[],
  seen: readonly PieceSeen[],
): readonly PieceDrawn[] {
  const drawn = seen.flatMap((piece): PieceDrawn[] => {
    const info = infos.find((one) => one.id === piece.piece);
    if (!info) return [];
    const half = info.size_m / 2;
    const top = seenAs(calibration, view, square(piece, half, half));
    const bottom = seenAs(calibration, view, square(piece, half, -half));
    if (!top || !bottom) return [];
    const { slot, placed } = piece;
    return [{ id: info.id, slot, placed, colour: info.colour, outline: hull([...top, ...bottom]), top, height: piece.z_m }];
  });
  return drawn.sort((a, b) => b.height - a.height);
}

function square(piece: PieceSeen, half: number, lift: number): readonly Vec3[] {
  const [c, s] = [Math.cos(piece.yaw_rad) * half, Math.sin(piece.yaw_rad) * half];
  const z = piece.z_m + lift;
  return [
    [piece.x_m + c - s, piece.y_m + s + c, z],
    [piece.x_m - c - s, piece.y_m - s + c, z],
    [piece.x_m - c + s, piece.y_m - s - c, z],
    [piece.x_m + c + s, piece.y_m + s - c, z],
  ];
}

/** The slots' rings. */
export function drawnSlots(calibration: CameraCalibration, view: Frame, slots: readonly SlotInfo[]): readonly SlotDrawn[] {
  return slots.flatMap((slot): SlotDrawn[] => {
    const ring = ringOf(calibration, view, [slot.x_m, slot.y_m, 0], slot.radius_m);
    const centre = project(calibration, view, [slot.x_m, slot.y_m, 0]);
    return ring && centre ? [{ id: slot.id, colour: slot.colour, ring, centre: centre.at }] : [];
  });
}

/** Whether a point lies in a polygon. */
export function contains(polygon: Outline, at: Pixel): boolean {
  let inside = false;
  polygon.forEach((a, index) => {
    const b = polygon[(index + polygon.length - 1) % polygon.length] ?? a;
    const crosses = a[1] > at[1] !== b[1] > at[1];
    if (crosses && at[0] < ((b[0] - a[0]) * (at[1] - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside;
  });
  return inside;
}

const middle = (outline: Outline): Pixel => {
  const total = outline.reduce<Pixel>((sum, point) => [sum[0] + point[0], sum[1] + point[1]], [0, 0]);
  const count = Math.max(1, outline.length);
  return [total[0] / count, total[1] / count];
};

const apart = (a: Pixel, b: Pixel): number => Math.hypot(a[0] - b[0], a[1] - b[1]);

/**
 * What a pointer at a picture pixel is on: a piece, else a slot, else the nearest of either within `slack`
 * pixels, so that small things can be hit with a finger.
 */
export function targetAt(pieces: readonly PieceDrawn[], slots: readonly SlotDrawn[], at: Pixel, slack: number): Target {
  const piece = pieces.find((one) => contains(one.outline, at));
  if (piece) return { kind: "piece", id: piece.id };
  const slot = slots.find((one) => contains(one.ring, at));
  if (slot) return { kind: "slot", id: slot.id };
  let best: { readonly target: Target; readonly distance: number } = { target: null, distance: slack };
  const offer = (kind: "piece" | "slot", id: string, from: Pixel): void => {
    const distance = apart(from, at);
    if (distance < best.distance) best = { target: { kind, id }, distance };
  };
  pieces.forEach((one) => offer("piece", one.id, middle(one.outline)));
  slots.forEach((one) => offer("slot", one.id, one.centre));
  return best.target;
}

/** What a click does: choose a piece, ask for a move, or nothing. */
export type Click =
  | { readonly kind: "choose"; readonly piece: string | null }
  | { readonly kind: "move"; readonly piece: string; readonly slot: string };

/** With a piece chosen, a slot or a piece that lies in one says where to; the same piece again lets it go. */
export function clickOn(target: Target, chosen: string | null, pieces: readonly PieceDrawn[]): Click {
  if (target === null) return { kind: "choose", piece: null };
  if (target.kind === "slot") {
    return chosen === null ? { kind: "choose", piece: null } : { kind: "move", piece: chosen, slot: target.id };
  }
  if (chosen === null) return { kind: "choose", piece: target.id };
  if (chosen === target.id) return { kind: "choose", piece: null };
  const slot = pieces.find((one) => one.id === target.id)?.slot ?? null;
  return slot === null ? { kind: "choose", piece: target.id } : { kind: "move", piece: chosen, slot };
}
