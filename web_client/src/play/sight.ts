/**
 * Whether the player sees enough of the arm to drive it.
 *
 * The cell judges the same by its own clock and is the one that is obeyed; the page says at once why nothing
 * moves, and lets go of hold-to-run as well, so that a page which shows nothing never drives.
 */

/** Milliseconds since the large picture changed and since the arm was heard of; null before the first. */
export interface Sight {
  readonly pictureMs: number | null;
  readonly stateMs: number | null;
  /** Whether this browser tells when it shows a picture; the others drive at half speed. */
  readonly tells: boolean;
}

/** What the player cannot see. */
export type Blindness = "picture" | "state";

/** As at the cell: from here on the arm holds. */
export const HOLD_FROM_MS = 1_000;

/** What keeps the player from driving; null when all is seen. */
export function blindness({ pictureMs, stateMs, tells }: Sight): Blindness | null {
  if (tells && (pictureMs ?? Number.POSITIVE_INFINITY) > HOLD_FROM_MS) return "picture";
  return (stateMs ?? Number.POSITIVE_INFINITY) > HOLD_FROM_MS ? "state" : null;
}
