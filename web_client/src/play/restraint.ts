/**
 * Which limit the page tells the player about: one that has acted for a while, and is told for a while, so
 * that words never flicker. Limits that belong to ordinary driving are not told.
 */

import type { Limit } from "../wire";

/** What may be told; `slowed` stands for every lowered speed. */
export type Restraint = Exclude<Limit, "velocity" | "look_ahead" | "pitch_relaxed" | "speed_scale"> | "slowed";

/** For each restraint how long it has acted and will be remembered (s), and which is told now. */
export interface Restraints {
  readonly levels: ReadonlyMap<Restraint, number>;
  readonly told: Restraint | null;
}

export const UNRESTRAINED: Restraints = { levels: new Map(), told: null };
/** Several that act together are told in this order. */
export const RESTRAINTS: readonly Restraint[] = [
  "keep_out", "self", "contact", "table", "singularity", "reach", "workspace", "joint_position", "grip", "heat", "supply", "load", "slowed",
];
const TOLD_AFTER_S = 0.3;
const FULL_S = 1;
/** A limit may act in every other tick only: what it loses in a gap is half of what it gains. */
const FADES = 0.5;
const SLOWED_BELOW = 0.95;

/** The restraints after `seconds` in which these limits acted. */
export function stepRestraints(before: Restraints, limits: readonly Limit[], speedScale: number, seconds: number): Restraints {
  const acting = new Set<string>(speedScale < SLOWED_BELOW ? [...limits, "slowed"] : limits);
  const levels = new Map<Restraint, number>();
  for (const one of RESTRAINTS) {
    const level = Math.min(FULL_S, (before.levels.get(one) ?? 0) + (acting.has(one) ? seconds : -FADES * seconds));
    if (level > 0) levels.set(one, level);
  }
  const stays = before.told !== null && levels.has(before.told);
  const told = stays ? before.told : (RESTRAINTS.find((one) => (levels.get(one) ?? 0) >= TOLD_AFTER_S) ?? null);
  if (told !== null && !stays) levels.set(told, FULL_S);
  return { levels, told };
}
