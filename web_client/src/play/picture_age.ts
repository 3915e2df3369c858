/** How old a picture is when it reaches the screen, from its RTP time stamp and the cell's clock. */

const TICKS_PER_US = 0.09;
const MODULUS = 2 ** 32;
/** A difference beyond this is no age but a mistaken pairing. */
const MOST_MS = 30_000;

/**
 * Milliseconds from capture to `shown` (µs on the page's clock); null when they cannot be told.
 *
 * `origin` is the RTP time stamp of the cell's time 0, `offset` the cell's clock minus the page's (µs).
 */
export function pictureAge(stamp: number, origin: number | null, offset: number | null, shown: number): number | null {
  if (origin === null || offset === null) return null;
  const captured = modulo(stamp - origin, MODULUS);
  const now = modulo((shown + offset) * TICKS_PER_US, MODULUS);
  const ticks = modulo(now - captured + MODULUS / 2, MODULUS) - MODULUS / 2;
  const ms = ticks / (TICKS_PER_US * 1000);
  return Math.abs(ms) > MOST_MS ? null : ms;
}

/** Between two pictures of a camera that runs; a longer pause is a picture that stands still. */
const PAUSE_MS = 100;
const RECENT = 10;

/**
 * How old the picture on the screen is now, in milliseconds, from how old the last ones were when they came and how
 * long ago the newest one was shown; null when either is unknown.
 */
export function ageOnScreen(ages: readonly number[], quietMs: number | null): number | null {
  const age = median(ages.slice(-RECENT));
  if (age === null || quietMs === null) return null;
  return age + (quietMs > PAUSE_MS ? quietMs : 0);
}

/** The middle value; null for none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

const modulo = (value: number, base: number): number => ((value % base) + base) % base;
