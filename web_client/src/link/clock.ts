/**
 * The cell's clock as seen from the page, by pings.
 *
 * An answered ping proves two bounds: the cell answered after the ping had left and before its answer came, so
 * the offset (cell minus page) lies between `answered - came` and `answered - left`, however lopsided the link.
 * Bounds loosen with time, by the most that two clocks drift apart; the tightest of each kind is kept, and the
 * truth lies between them. On a link that is the same both ways the middle is right to a fraction of the jitter,
 * the smaller the more pings there were: with ±40 ms on each way, at the page's own pace, to 2 ms (p95).
 * Bounds that cross prove a step of one clock; a wall clock that leaps against the page's proves a sleep. Both
 * begin the estimate anew. A step smaller than the stated error, of a clock that no wall clock watches, shows in
 * nothing that a ping could measure.
 */

import type { Integer64, Pong } from "../wire";

/** The offset was on one side of this (µs) at `at` (µs, page's clock). */
interface Bound {
  readonly offset: number;
  readonly at: number;
}

/** What was estimated at `at`, kept for the drift. */
interface Mark extends Bound {
  readonly error: number;
}

/** What the pings say; `offset` is cell minus page, all in microseconds. The error is a bound, not a spread. */
export interface ClockEstimate {
  readonly offset: number;
  readonly error: number;
  /** The median of the last second or two, and how much longer one in five takes. */
  readonly roundTrip: number;
  readonly jitter: number;
}

/** How much faster the cell's clock runs, in parts per million, with the bound of that figure's error. */
export interface Drift {
  readonly ppm: number;
  readonly error: number;
}

/** Why an estimate was begun anew. */
export type Restart = "step" | "sleep";

/** All that is kept; pings sent before `since` (µs) speak of a clock that is no more, `newest` is the last one sent that counted. */
export interface Clock {
  readonly least: Bound | null;
  readonly most: Bound | null;
  readonly roundTrips: readonly number[];
  readonly marks: readonly Mark[];
  readonly since: number;
  readonly newest: number;
  /** The wall clock minus the page's, and when that was looked at. */
  readonly wall: Bound | null;
  readonly restarts: number;
  readonly why: Restart | null;
}

export const NO_CLOCK: Clock = {
  least: null, most: null, roundTrips: [], marks: [], since: Number.NEGATIVE_INFINITY, newest: Number.NEGATIVE_INFINITY,
  wall: null, restarts: 0, why: null,
};

/** Two clocks may part by so much each microsecond: as at the cell (teleop/clock.py). */
export const DRIFT = 200e-6;
/** Browsers round the page's clock by as much as a millisecond, up or down. */
export const QUANTUM_US = 1_000;
const RECENT = 20;
const MARK_EVERY_US = 5_000_000;
const MARKS = 24;
/** Between two looks the wall clock may be slewed by 500 ppm, and be read this much late. */
const SLEW = 500e-6;
const SLEPT_US = 30_000;

/** Milliseconds from one ping to the next, on a connection that has been open for so many: the first seconds need many. */
export const pingPauseMs = (openMs: number): number => (openMs < HURRIED_MS ? HURRIED_PAUSE_MS : PAUSE_MS);
const HURRIED_MS = 2_000;
const HURRIED_PAUSE_MS = 20;
const PAUSE_MS = 100;

/** A 64-bit count of nanoseconds as microseconds; exact to a fraction of a microsecond for centuries. */
export const toMicroseconds = (nanoseconds: Integer64): number =>
  typeof nanoseconds === "bigint"
    ? Number(nanoseconds / 1000n) + Number(nanoseconds % 1000n) / 1000
    : nanoseconds / 1000;

/** Adds a pong that arrived at `now` (page's clock, µs); one from the future or from before a restart is no sample. */
export function addPong(clock: Clock, pong: Pong, now: number): Clock {
  const left = pong.client_us;
  if (!(now >= left) || left < clock.since) return clock;
  const answered = toMicroseconds(pong.cell_ns);
  const least = tighter(clock.least, { offset: answered - now, at: left }, 1);
  const most = tighter(clock.most, { offset: answered - left, at: left }, -1);
  if (crossed(least, most, now)) return left < clock.newest ? clock : addPong(anew(clock, "step", left), pong, now);
  const roundTrips = [...clock.roundTrips.slice(1 - RECENT), now - left];
  return marked({ ...clock, least, most, roundTrips, newest: Math.max(clock.newest, left) }, now);
}

/** Looks at the wall clock (µs) beside the page's `now`: a leap between the two is a machine that slept. */
export function lookAtWall(clock: Clock, wall: number, now: number): Clock {
  const next: Bound = { offset: wall - now, at: now };
  const { wall: last } = clock;
  if (last === null) return { ...clock, wall: next };
  const slept = Math.abs(next.offset - last.offset) > SLEPT_US + SLEW * Math.abs(now - last.at);
  return { ...(slept ? anew(clock, "sleep", now) : clock), wall: next };
}

/** The estimate at `now` (µs); null before the first pong and after a restart. */
export function estimate(clock: Clock, now: number): ClockEstimate | null {
  const { least, most } = clock;
  if (least === null || most === null) return null;
  const [low, high] = [lowest(least, now), highest(most, now)];
  const recent = [...clock.roundTrips].sort((a, b) => a - b);
  const median = recent[Math.floor(recent.length / 2)] ?? 0;
  const jitter = (recent[Math.floor(recent.length * 0.8)] ?? median) - median;
  return { offset: (low + high) / 2, error: (high - low) / 2 + QUANTUM_US, roundTrip: median, jitter };
}

/** The mean drift over the last two minutes; null within the first seconds. */
export function driftOf(clock: Clock): Drift | null {
  const [first, last] = [clock.marks[0], clock.marks[clock.marks.length - 1]];
  if (!first || !last || last.at - first.at < MARK_EVERY_US) return null;
  const span = last.at - first.at;
  return { ppm: ((last.offset - first.offset) / span) * 1e6, error: ((first.error + last.error) / span) * 1e6 };
}

const lowest = (bound: Bound, now: number): number => bound.offset - DRIFT * Math.abs(now - bound.at);
const highest = (bound: Bound, now: number): number => bound.offset + DRIFT * Math.abs(now - bound.at);

/** The bound that says more: both loosen at one rate, so that the tighter one stays so. */
function tighter(kept: Bound | null, found: Bound, sign: 1 | -1): Bound {
  if (kept === null) return found;
  const gain = sign * (found.offset - kept.offset) + DRIFT * (found.at - kept.at);
  return gain >= 0 ? found : kept;
}

const crossed = (least: Bound, most: Bound, now: number): boolean => lowest(least, now) > highest(most, now) + 2 * QUANTUM_US;

const anew = (clock: Clock, why: Restart, since: number): Clock => ({ ...NO_CLOCK, since, wall: clock.wall, restarts: clock.restarts + 1, why });

function marked(clock: Clock, now: number): Clock {
  const last = clock.marks[clock.marks.length - 1];
  const found = estimate(clock, now);
  if (found === null || (last && now - last.at < MARK_EVERY_US)) return clock;
  return { ...clock, marks: [...clock.marks.slice(1 - MARKS), { at: now, offset: found.offset, error: found.error }] };
}
