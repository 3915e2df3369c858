/** Two episodes on one clock: where each begins, and their values at the same moments; no browser in here. */
import type { Series, Tracks } from "../../wire";

/** What both episodes are aligned at. */
export type Anchor = "start" | "motion" | "grasp";
export const ANCHORS: readonly Anchor[] = ["start", "motion", "grasp"];
const FINEST_S = 0.05;
const MOST_POINTS = 2000;

/** When an episode reaches its anchor, in seconds since its start; null when it never does. */
export function anchorOf(tracks: Tracks, anchor: Anchor): number | null {
  if (anchor === "start") return 0;
  return anchor === "motion" ? tracks.motion_s : tracks.grasp_s;
}

/** How much of each episode's beginning is left out, so that both reach the anchor at once; null if one never does. */
export function offsets(a: Tracks, b: Tracks, anchor: Anchor): readonly [number, number] | null {
  const [one, other] = [anchorOf(a, anchor), anchorOf(b, anchor)];
  if (one === null || other === null) return null;
  const sooner = Math.min(one, other);
  return [one - sooner, other - sooner];
}

/** Moments of the common clock, from 0 to its end. */
export function moments(length: number): number[] {
  const apart = Math.max(FINEST_S, length / MOST_POINTS);
  return Array.from({ length: Math.floor(length / apart) + 1 }, (_, row) => row * apart);
}

/** A row of values at moments of the common clock: the newest at or before each, none outside the episode. */
export function valuesAt(times: readonly number[], values: readonly number[], offset: number, at: readonly number[]): (number | null)[] {
  let row = -1;
  return at.map((moment) => {
    const own = moment + offset;
    while ((times[row + 1] ?? Infinity) <= own) row += 1;
    return row < 0 || own > (times.at(-1) ?? 0) + FINEST_S ? null : (values[row] ?? null);
  });
}

/** The joints that both arms have, by name, as places in each. */
export function sharedJoints(a: Series, b: Series): { readonly name: string; readonly a: number; readonly b: number }[] {
  return a.joint_names.flatMap((name, index) => {
    const other = b.joint_names.indexOf(name);
    return other === -1 ? [] : [{ name, a: index, b: other }];
  });
}
