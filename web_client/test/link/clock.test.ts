import { describe, expect, it } from "vitest";
import {
  addPong, type Clock, DRIFT, driftOf, estimate, lookAtWall, NO_CLOCK, pingPauseMs, QUANTUM_US, toMicroseconds,
} from "../../src/link/clock";
import type { Pong } from "../../src/wire";

const pongOf = (left: number, answered: number): Pong => ({
  type: "pong", version: 1, client_us: left, cell_ns: Math.round(answered * 1000), offset_ns: null, error_ns: null, round_trip_ns: null, rtp_origins: [],
});
const at = (clock: Clock, left: number, answered: number, came: number): Clock => addPong(clock, pongOf(left, answered), came);

describe("the clock", () => {
  it("knows nothing at first", () => {
    expect(estimate(NO_CLOCK, 0)).toBeNull();
    expect(driftOf(NO_CLOCK)).toBeNull();
  });

  it("is right for a link that is the same both ways", () => {
    const found = estimate(at(NO_CLOCK, 1_000, 506_000, 11_000), 11_000);
    expect(found).toMatchObject({ offset: 500_000, roundTrip: 10_000, jitter: 0 });
    expect(found?.error).toBeCloseTo(5_000 + QUANTUM_US + DRIFT * 10_000, 6);
  });

  it("joins the quickest way there with the quickest way back", () => {
    const one = at(NO_CLOCK, 0, 5_000, 95_000);
    const both = at(one, 200_000, 280_000, 285_000);
    expect(Math.abs(estimate(both, 285_000)?.offset ?? 99)).toBeLessThan(100);
    expect(estimate(both, 285_000)?.error).toBeLessThan(5_000 + QUANTUM_US + 100);
  });

  it("grows unsure with time, and forgets bounds that have loosened", () => {
    const clock = at(NO_CLOCK, 0, 5_000, 10_000);
    expect(estimate(clock, 10_000_000)?.error).toBeCloseTo(5_000 + QUANTUM_US + 2_000, 6);
    const later = at(clock, 400_000_000, 400_030_000, 400_060_000);
    expect(estimate(later, 400_060_000)?.error).toBeLessThan(30_000 + QUANTUM_US + 20);
  });

  it("does not count a pong from the future", () => {
    expect(at(NO_CLOCK, 5_000, 0, 1_000)).toBe(NO_CLOCK);
  });

  it("tells how much longer one in five takes", () => {
    let clock = NO_CLOCK;
    for (let n = 0; n < 20; n += 1) {
      const trip = n % 4 === 3 ? 70_000 : 20_000;
      clock = at(clock, n * 200_000, n * 200_000 + trip / 2, n * 200_000 + trip);
    }
    expect(estimate(clock, 4_000_000)).toMatchObject({ roundTrip: 20_000, jitter: 50_000 });
  });

  it("begins anew when bounds cross, says so, and hears no more of pings from before", () => {
    const clock = at(NO_CLOCK, 0, 5_000, 10_000);
    const stepped = at(clock, 1_000_000, 3_005_000, 1_010_000);
    expect(stepped).toMatchObject({ restarts: 1, why: "step", roundTrips: [10_000] });
    expect(estimate(stepped, 1_010_000)?.offset).toBe(2_000_000);
    expect(at(stepped, 900_000, 905_000, 1_020_000)).toBe(stepped);
  });

  it("does not take a pong that comes out of order over a step for a step back", () => {
    const slept = at(NO_CLOCK, 2_000_000, 9_005_000, 2_010_000);
    expect(at(slept, 1_000_000, 1_005_000, 3_900_000)).toBe(slept);
  });

  it("begins anew when the wall clock leaps against the page's, not when it is slewed", () => {
    let clock = lookAtWall(at(NO_CLOCK, 0, 5_000, 10_000), 1e12, 10_000);
    clock = lookAtWall(clock, 1e12 + 60_000_000 + 20_000, 60_010_000);
    expect(estimate(clock, 60_010_000)).not.toBeNull();
    const slept = lookAtWall(clock, 1e12 + 60_240_000 + 500_000, 60_210_000);
    expect(slept).toMatchObject({ restarts: 1, why: "sleep" });
    expect(estimate(slept, 60_210_000)).toBeNull();
    expect(at(slept, 60_200_000, 60_205_000, 60_220_000)).toBe(slept);
    expect(lookAtWall(slept, 1e12 + 60_440_000 + 500_000, 60_410_000).restarts).toBe(1);
  });

  it("reads 64-bit nanoseconds", () => {
    expect(toMicroseconds(1_500)).toBe(1.5);
    expect(toMicroseconds(2n ** 60n + 1500n)).toBeCloseTo(Number(2n ** 60n) / 1000 + 1.5, -1);
  });
});

/** A small generator, so that a failure can be run again. */
function diceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A link and two clocks; times in µs. `sleeps` stop the page's clock, `steps` move the cell's. */
interface World {
  readonly there: number;
  readonly back: number;
  readonly jitter: number;
  readonly loss: number;
  readonly late: number;
  readonly ppm: number;
  readonly quantum: number;
  readonly sleeps: boolean;
  readonly steps: boolean;
}

interface Seen {
  readonly errors: number[];
  readonly beyond: number;
  readonly checks: number;
  readonly clock: Clock;
}

const SECONDS = 40;
const PING_EVERY = 200_000;

/** Plays pings through the world; compares each estimate with the truth, but between a step and its first pong. */
function play(world: World, seed: number): Seen {
  const dice = diceOf(seed);
  const delay = (base: number): number =>
    base - world.jitter * Math.log(1 - dice()) + (dice() < world.late ? 3_000_000 * dice() : 0);
  const rounded = (t: number): number => (world.quantum === 0 ? t : Math.floor(t / world.quantum + dice()) * world.quantum);
  const start = 5e6 * dice();
  let offset = 1e9 * dice();
  let wall = 1.7e15;
  const coming: { readonly at: number; readonly left: number; readonly pong: Pong }[] = [];
  let [clock, hidden, stepped, beyond, checks] = [NO_CLOCK, false, 0, 0, 0];
  const errors: number[] = [];
  for (let n = 0; n < (SECONDS * 1e6) / 50_000; n += 1) {
    const now = start + n * 50_000;
    offset += 50_000 * world.ppm * 1e-6;
    if (world.sleeps && dice() < 0.004) {
      const slept = 60_000 + 1e7 * dice();
      [offset, wall] = [offset + slept, wall + slept];
    }
    if (world.steps && dice() < 0.004) {
      offset += (dice() < 0.5 ? 1 : -1) * (5e6 + 1e9 * dice());
      [hidden, stepped] = [true, now];
    }
    clock = lookAtWall(clock, wall + now, rounded(now));
    for (const one of coming.splice(0).sort((a, b) => a.at - b.at)) {
      if (one.at > now) coming.push(one);
      else clock = addPong(clock, one.pong, rounded(one.at));
      if (one.at <= now && one.left >= stepped) hidden = false;
    }
    if (n % (PING_EVERY / 50_000) === 0 && dice() >= world.loss) {
      const [there, back] = [delay(world.there), delay(world.back)];
      const answered = now + there + offset + there * world.ppm * 1e-6;
      coming.push({ at: now + there + back, left: now, pong: pongOf(rounded(now), answered) });
    }
    const found = estimate(clock, now);
    if (found === null || hidden) continue;
    checks += 1;
    errors.push(Math.abs(found.offset - offset));
    if (Math.abs(found.offset - offset) > found.error) beyond += 1;
  }
  return { errors, beyond, checks, clock };
}

/** Errors (µs) of a page that pings at its own pace over a link whose both ways take 40 ms and an even ±40 ms. */
function playEven(ppm: number, seed: number): number[] {
  const dice = diceOf(seed);
  const offset = (now: number): number => 1e9 + now * ppm * 1e-6;
  const coming: { readonly at: number; readonly pong: Pong }[] = [];
  for (let left = 0; left < SECONDS * 1e6; left += pingPauseMs(left / 1000) * 1000) {
    const [there, back] = [80_000 * dice(), 80_000 * dice()];
    coming.push({ at: left + there + back, pong: pongOf(left, left + there + offset(left + there)) });
  }
  let clock = NO_CLOCK;
  return coming.sort((a, b) => a.at - b.at).flatMap((one) => {
    clock = addPong(clock, one.pong, one.at);
    const found = estimate(clock, one.at);
    return found === null || one.at < 1e6 ? [] : [Math.abs(found.offset - offset(one.at))];
  });
}

const EVEN: World = { there: 100_000, back: 100_000, jitter: 5_000, loss: 0.05, late: 0.02, ppm: 60, quantum: 0, sleeps: false, steps: false };

describe("the estimate against the truth", () => {
  it("states a bound that is always true: lopsided, lossy, late, drifting, rounded, through sleeps and steps", () => {
    const dice = diceOf(7);
    let checks = 0;
    for (let seed = 0; seed < 150; seed += 1) {
      const world: World = {
        there: 300_000 * dice() ** 2, back: 300_000 * dice() ** 2, jitter: 60_000 * dice() ** 2, loss: 0.5 * dice(), late: 0.2 * dice(),
        ppm: 100 * (2 * dice() - 1), quantum: dice() < 0.5 ? 0 : 1_000, sleeps: dice() < 0.5, steps: dice() < 0.3,
      };
      const seen = play(world, seed);
      expect(seen.beyond, `seed ${seed}: ${JSON.stringify(world)}`).toBe(0);
      checks += seen.checks;
    }
    expect(checks).toBeGreaterThan(80_000);
  });

  it.each([20_000, 100_000, 200_000, 400_000])("is right to 2 ms at the 95th percentile on a symmetric link of %i µs", (roundTrip) => {
    const errors: number[] = [];
    for (const jitter of [500, 5_000, 15_000]) {
      for (const ppm of [-100, 0, 100]) errors.push(...play({ ...EVEN, there: roundTrip / 2, back: roundTrip / 2, jitter, ppm }, jitter + ppm).errors);
    }
    errors.sort((a, b) => a - b);
    expect(errors[Math.floor(errors.length * 0.95)]).toBeLessThanOrEqual(2_000);
  });

  it("is right to 2 ms at the 95th percentile from the first second on, with ±40 ms on each way of a symmetric link", () => {
    const errors: number[] = [];
    for (let seed = 0; seed < 20; seed += 1) {
      for (const ppm of [-100, 0, 100]) errors.push(...playEven(ppm, seed));
    }
    errors.sort((a, b) => a - b);
    expect(errors[Math.floor(errors.length * 0.95)]).toBeLessThanOrEqual(2_000);
  });

  it("knows the drift with its error", () => {
    for (const ppm of [-100, -30, 0, 30, 100]) {
      const found = driftOf(play({ ...EVEN, ppm }, 3).clock);
      expect(found).not.toBeNull();
      if (found) expect(Math.abs(found.ppm - ppm)).toBeLessThanOrEqual(found.error);
    }
  });

  it("begins anew after each sleep and each step, and not otherwise", () => {
    expect(play(EVEN, 1).clock.restarts).toBe(0);
    expect(play({ ...EVEN, sleeps: true }, 1).clock.why).toBe("sleep");
    expect(play({ ...EVEN, steps: true }, 1).clock.why).toBe("step");
  });
});
