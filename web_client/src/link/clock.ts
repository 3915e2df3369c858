/** The cell's clock as seen from the page, by ping samples in the manner of NTP. */

import type { Integer64, Pong } from "../wire";

/** One answered ping; microseconds of the page's clock, and the cell's clock in microseconds. */
interface Sample {
  readonly at: number;
  readonly roundTrip: number;
  readonly offset: number;
}

/** What the samples say; `offset` is cell minus page, all in microseconds. */
export interface ClockEstimate {
  readonly offset: number;
  readonly error: number;
  /** The median of the last second or two, and how much longer one in five takes. */
  readonly roundTrip: number;
  readonly jitter: number;
}

/** Samples of the last seconds; the state of the clock. */
export interface Clock {
  readonly samples: readonly Sample[];
}

export const NO_CLOCK: Clock = { samples: [] };

const KEPT_US = 20_000_000;
const RECENT = 10;
/** Two quartz clocks may part by so much each microsecond. */
const DRIFT = 100e-6;

/** A 64-bit count of nanoseconds as microseconds; exact to a fraction of a microsecond for centuries. */
export const toMicroseconds = (nanoseconds: Integer64): number =>
  typeof nanoseconds === "bigint"
    ? Number(nanoseconds / 1000n) + Number(nanoseconds % 1000n) / 1000
    : nanoseconds / 1000;

/** Adds a pong that arrived at `now` (page's clock, µs); a pong from the future is no sample. */
export function addPong(clock: Clock, pong: Pong, now: number): Clock {
  const roundTrip = now - pong.client_us;
  if (!(roundTrip >= 0)) return clock;
  const offset = toMicroseconds(pong.cell_ns) - (pong.client_us + now) / 2;
  const samples = [...clock.samples.filter((sample) => now - sample.at < KEPT_US), { at: now, roundTrip, offset }];
  return { samples };
}

/** The estimate at `now` (µs): the sample with the least error, which is half its round trip and the drift since. */
export function estimate(clock: Clock, now: number): ClockEstimate | null {
  let best: { readonly offset: number; readonly error: number } | null = null;
  for (const sample of clock.samples) {
    const error = sample.roundTrip / 2 + DRIFT * Math.max(0, now - sample.at);
    if (best === null || error < best.error) best = { offset: sample.offset, error };
  }
  if (best === null) return null;
  const recent = clock.samples.slice(-RECENT).map((sample) => sample.roundTrip).sort((a, b) => a - b);
  const median = recent[Math.floor(recent.length / 2)] ?? 0;
  const jitter = (recent[Math.floor(recent.length * 0.8)] ?? median) - median;
  return { ...best, roundTrip: median, jitter };
}
