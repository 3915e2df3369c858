/**
 * The quickest way of one joint to rest at a target, with bounded velocity, acceleration and jerk.
 *
 * Seen so that the target lies ahead of where an immediate stop would end, the way is: reach a cruising speed,
 * keep it, stop. While the joint brakes already and needs to go only a little further than its stop, it eases
 * off the brake for a moment instead. Either has one unknown, which halving finds.
 */

/** Position, velocity and acceleration; rad and s, as all here. */
export interface Moving {
  readonly position: number;
  readonly velocity: number;
  readonly acceleration: number;
}

/** Largest velocity, acceleration and jerk. */
export interface Caps {
  readonly velocity: number;
  readonly acceleration: number;
  readonly jerk: number;
}

/** A time of constant jerk. */
interface Phase {
  readonly jerk: number;
  readonly time: number;
}

/** A way to rest. `cruise` is its speed in the middle, seen forward; null when it only eases off the brake. */
export interface Profile {
  readonly phases: readonly Phase[];
  readonly time: number;
  readonly cruise: number | null;
}

const HALVINGS = 36;
const ROUNDS = 40;
const NOTHING_RAD = 1e-13;
const SLOWEST = 1e-7;
const SAME_S = 1e-9;
const SAME_RAD = 1e-7;

/** Where the phases lead within `time`, or at their end; at rest there when `time` is longer. */
export function after(from: Moving, phases: readonly Phase[], time = Number.POSITIVE_INFINITY): Moving {
  let { position: p, velocity: v, acceleration: a } = from;
  let left = time;
  for (const { jerk, time: full } of phases) {
    const t = Math.min(full, left);
    p += t * (v + t * (a / 2 + (t * jerk) / 6));
    v += t * (a + (t * jerk) / 2);
    a += t * jerk;
    left -= t;
    if (left <= 0) break;
  }
  return { position: p, velocity: v, acceleration: a };
}

/** The quickest way to rest at `target`. */
export function quickest(from: Moving, target: number, caps: Caps): Profile {
  const sign = signOf(from, target, caps);
  const forward: Moving = { position: 0, velocity: sign * from.velocity, acceleration: sign * from.acceleration };
  const way = sign * (target - from.position);
  const relaxed = eased(forward, caps);
  const brakes = forward.acceleration < 0 && relaxed.velocity > 0;
  if (brakes && length(forward, [easing(forward, 0, caps), ...ramp(relaxed, 0, caps)]) > way) return turned(brakeLater(forward, way, caps), sign);
  return turned(cruising(forward, way, Math.max(0, Math.min(relaxed.velocity, caps.velocity)), caps), sign);
}

/** The `best` way in just this time: by a lower cruising speed, or a softer brake; the quickest one where neither is known. */
export function inTime(from: Moving, target: number, caps: Caps, time: number, best = quickest(from, target, caps)): Profile {
  if (best.time >= time - SAME_S) return best;
  const sign = signOf(from, target, caps);
  const forward: Moving = { position: 0, velocity: sign * from.velocity, acceleration: sign * from.acceleration };
  const way = sign * (target - from.position);
  const most = best.cruise ?? forward.velocity;
  const slow = rooted(SLOWEST, most, (speed) => reachedAt(forward, speed, time, caps) - way);
  const found = atSpeed(forward, way, slow, caps);
  if (fits(found, time)) return turned(found, sign);
  const soft = brakeSoftly(forward, way, caps, time) ?? brakeEarly(forward, way, caps, time);
  return soft === null ? best : turned(soft, sign);
}

const fits = ({ time: needed, phases }: Profile, time: number): boolean =>
  Math.abs(needed - time) < 1e-6 && phases.every((phase) => phase.time >= 0);

/** How far this cruising speed leads in this time, with as much of it cruised as the ramps leave. */
function reachedAt(from: Moving, speed: number, time: number, caps: Caps): number {
  const up = ramp(from, speed, caps);
  const down = ramp({ velocity: speed, acceleration: 0 }, 0, caps);
  return length(from, up) + (speed * timeOf(down)) / 2 + speed * (time - timeOf(up) - timeOf(down));
}

/** One brake, as soft as the time allows, after more speed if that is needed; null where that is no way. */
function brakeSoftly(from: Moving, way: number, caps: Caps, time: number): Profile | null {
  const { velocity, acceleration: a } = from;
  const { jerk } = caps;
  const phasesFor = (peak: number): readonly Phase[] | null => {
    const left = time - (2 * peak - a) / jerk;
    const gained = velocity + (2 * peak * peak - a * a) / (2 * jerk);
    const square = left * left - (4 * gained) / jerk;
    if (square < 0 || gained <= 0) return null;
    const brake = (jerk / 2) * (left - Math.sqrt(square));
    if (brake > caps.acceleration) return null;
    return [
      { jerk, time: (peak - a) / jerk }, { jerk: -jerk, time: (peak + brake) / jerk },
      { jerk: 0, time: gained / brake - brake / jerk }, { jerk, time: brake / jerk },
    ];
  };
  const peak = halved(a, caps.acceleration, (value) => {
    const phases = phasesFor(value);
    return phases !== null && length(from, phases) < way;
  });
  const phases = phasesFor(peak);
  if (phases === null || Math.abs(length(from, phases) - way) > SAME_RAD) return null;
  return { phases, time, cruise: null };
}

/** A hard brake first and a softer one to the end, which is slower than one brake of the same length. */
function brakeEarly(from: Moving, way: number, caps: Caps, time: number): Profile | null {
  const { velocity, acceleration: a } = from;
  const { jerk } = caps;
  const phasesFor = (dip: number): readonly Phase[] | null => {
    const hold = time - (a + 2 * dip) / jerk;
    const brake = (velocity + (a * a - 2 * dip * dip) / (2 * jerk)) / hold;
    if (hold <= 0 || brake < 0 || brake > dip) return null;
    return [
      { jerk: -jerk, time: (a + dip) / jerk }, { jerk, time: (dip - brake) / jerk }, { jerk: 0, time: hold }, { jerk, time: brake / jerk },
    ];
  };
  const dip = halved(Math.max(0, -a), caps.acceleration, (value) => {
    const phases = phasesFor(value);
    return phases === null || length(from, phases) > way;
  });
  const phases = phasesFor(dip);
  if (phases === null || Math.abs(length(from, phases) - way) > SAME_RAD) return null;
  return { phases, time, cruise: null };
}

/** 1 when the target lies beyond the end of an immediate stop, -1 when before it. */
function signOf(from: Moving, target: number, caps: Caps): 1 | -1 {
  return target - from.position >= length({ ...from, position: 0 }, ramp(from, 0, caps)) ? 1 : -1;
}

const turned = ({ phases, time, cruise }: Profile, sign: 1 | -1): Profile =>
  sign === 1 ? { phases, time, cruise } : { phases: phases.map((phase) => ({ jerk: -phase.jerk, time: phase.time })), time, cruise };

const length = (from: Moving, phases: readonly Phase[]): number => after(from, phases).position - from.position;

const timeOf = (phases: readonly Phase[]): number => phases.reduce((sum, phase) => sum + phase.time, 0);

/** The largest value for which `holds` is not yet false, which it becomes once and for all. */
function halved(low: number, high: number, holds: (value: number) => boolean): number {
  let [good, bad] = [low, high];
  for (let round = 0; round < HALVINGS; round += 1) {
    const middle = (good + bad) / 2;
    if (holds(middle)) good = middle;
    else bad = middle;
  }
  return (good + bad) / 2;
}

/** Where a value that rises from one end to the other is 0: by secants that keep it between them. */
function rooted(low: number, high: number, value: (at: number) => number): number {
  let [a, b, fa, fb, side] = [low, high, value(low), value(high), 0];
  if (fa >= 0) return a;
  if (fb <= 0) return b;
  for (let round = 0; round < ROUNDS; round += 1) {
    const at = (a * fb - b * fa) / (fb - fa);
    const found = value(at);
    if (Math.abs(found) < NOTHING_RAD) return at;
    if (found > 0) {
      [b, fb] = [at, found];
      if (side === 1) fa /= 2;
      side = 1;
    } else {
      [a, fa] = [at, found];
      if (side === -1) fb /= 2;
      side = -1;
    }
  }
  return (a + b) / 2;
}

/** The quickest way to a velocity with no acceleration left. */
function ramp({ velocity, acceleration }: Pick<Moving, "velocity" | "acceleration">, to: number, caps: Caps): readonly Phase[] {
  const { jerk } = caps;
  const bound = velocity + (acceleration * Math.abs(acceleration)) / (2 * jerk);
  const way = to >= bound ? 1 : -1;
  const a = way * acceleration;
  const gain = way * (to - velocity);
  const free = Math.sqrt(Math.max(0, jerk * gain + (a * a) / 2));
  const peak = Math.min(free, caps.acceleration);
  const hold = free > peak ? (gain - (2 * peak * peak - a * a) / (2 * jerk)) / peak : 0;
  return [
    { jerk: peak >= a ? way * jerk : -way * jerk, time: Math.abs(peak - a) / jerk },
    { jerk: 0, time: Math.max(0, hold) },
    { jerk: -way * jerk, time: peak / jerk },
  ];
}

/** The phase that takes an acceleration below 0 to `to`. */
const easing = ({ acceleration }: Moving, to: number, { jerk }: Caps): Phase => ({ jerk, time: (to - acceleration) / jerk });

/** The state once the acceleration is gone. */
function eased(from: Moving, caps: Caps): Moving {
  const { acceleration: a } = from;
  return after(from, [{ jerk: -Math.sign(a) * caps.jerk, time: Math.abs(a) / caps.jerk }]);
}

function brakeLater(from: Moving, way: number, caps: Caps): Profile {
  const phasesFor = (a: number): readonly Phase[] => {
    const ease = easing(from, a, caps);
    return [ease, ...ramp(after(from, [ease]), 0, caps)];
  };
  const phases = phasesFor(halved(from.acceleration, 0, (a) => length(from, phasesFor(a)) < way));
  return { phases, time: timeOf(phases), cruise: null };
}

function cruising(from: Moving, way: number, slowest: number, caps: Caps): Profile {
  const full = atSpeed(from, way, caps.velocity, caps);
  if ((full.phases[3]?.time ?? 0) >= 0) return full;
  const speed = rooted(slowest, caps.velocity, (value) => length(from, ramps(from, value, caps)) - way);
  const phases = ramps(from, speed, caps);
  return { phases, time: timeOf(phases), cruise: speed };
}

const ramps = (from: Moving, speed: number, caps: Caps): readonly Phase[] => [
  ...ramp(from, speed, caps), ...ramp({ velocity: speed, acceleration: 0 }, 0, caps),
];

/** To this speed, along at it, and to rest; a way too short for it shows as a time below 0 in the middle. */
function atSpeed(from: Moving, way: number, speed: number, caps: Caps): Profile {
  const up = ramp(from, speed, caps);
  const down = ramp({ velocity: speed, acceleration: 0 }, 0, caps);
  const along = { jerk: 0, time: (way - length(from, [...up, ...down])) / speed };
  const phases = [...up, along, ...down];
  return { phases, time: timeOf(phases), cruise: speed };
}
