/**
 * How far a posture is from what the arm may not touch, and which steps keep it so: the bridge's own rules.
 *
 * Each guarded thing has a room (m): what is left of the way to its margin.
 */

import type { KeepOutBox, Limit, Workspace } from "../wire";
import { chain } from "./arm";
import { depth, toBox } from "./box";
import { forward } from "./inverse";
import { SO101 } from "./model";
import { clamp, distance, dot, type Frame, place, subtract, type Vec3 } from "./space";

export const REACH_M = 0.04;
const SELF_MARGIN_M = 0.005;
const KEEP_OUT_MARGIN_M = 0.01;
const SLACK_M = 0.0005;
const CREEP_M_S = 0.01;
const MINUTE_M = 1e-9;
const TINY = 1e-12;

type Guarded = Extract<Limit, "workspace" | "table" | "self" | "keep_out">;
const APPROACH_PER_S: Readonly<Record<Guarded, number>> = { workspace: 40, table: 40, self: 8, keep_out: 8 };
const NO_BOXES: readonly KeepOutBox[] = [];

/** What the arm keeps within, and what it keeps out of, as the cell told the page. */
export interface Around {
  readonly workspace: Workspace;
  readonly keepOut?: readonly KeepOutBox[];
}

type Segment = readonly [Vec3, Vec3];

/** Two capsules that can meet, the distance of axes at which their room is nothing, and where it is of interest. */
interface Pair {
  readonly one: number;
  readonly other: number;
  readonly gap: number;
  readonly sphere: number;
}

/** One room per guarded thing: the workspace's six walls, each guard point over the table, pairs of links, links and boxes. */
export function roomsOf(joints: readonly number[], around: Around): readonly number[] {
  if (last.joints === joints && last.around === around) return last.rooms;
  last = { joints, around, rooms: measured(joints, around) };
  return last.rooms;
}

/** The end of one step is the start of the next. */
let last: { readonly joints: readonly number[]; readonly around: Around | null; readonly rooms: readonly number[] } = { joints: [], around: null, rooms: [] };

function measured(joints: readonly number[], { workspace, keepOut = NO_BOXES }: Around): readonly number[] {
  const { x_m, y_m, z_m } = workspace;
  const frames = chain(joints);
  const tool = forward(joints);
  const rooms = [
    tool.x_m - x_m[0], x_m[1] - tool.x_m, tool.y_m - y_m[0], y_m[1] - tool.y_m, tool.z_m - z_m[0], z_m[1] - tool.z_m,
  ].map((room) => Math.min(REACH_M, room));
  for (const { link, at } of SO101.guards) rooms.push(Math.min(REACH_M, heightOf(frames[link], at) - SO101.tableClearance));
  const segments = segmentsOf(frames);
  for (const pair of PAIRS) rooms.push(ownRoom(pair, segments));
  for (const box of keepOut) {
    for (const { at, gap, half } of MOVABLE) rooms.push(boxRoom(box, segments[at], gap, half));
  }
  return rooms;
}

/** Height of the lowest guard point above the table. */
export function lowestGuard(joints: readonly number[]): number {
  const frames = chain(joints);
  let lowest = Number.POSITIVE_INFINITY;
  for (const { link, at } of SO101.guards) lowest = Math.min(lowest, heightOf(frames[link], at));
  return lowest;
}

/** Tells of postures whether they keep every room, or at least take nothing from one that was short at the start. */
export function keeperOf(start: readonly number[], around: Around): (joints: readonly number[]) => boolean {
  let before: readonly number[] | null = null;
  return (joints) => {
    const after = roomsOf(joints, around);
    if (after.every((room) => room >= -MINUTE_M)) return true;
    const known = (before ??= roomsOf(start, around));
    return after.every((room, at) => room >= -MINUTE_M || room >= (known[at] ?? 0) - MINUTE_M);
  };
}

/** What a step came to: its end, and the limits that cut it. */
export interface Step {
  readonly joints: readonly number[];
  readonly acted: readonly Limit[];
}

/** The part of a step that no room forbids: the arm's joints as a whole, then the jaw by itself. */
export function clearStep(start: readonly number[], goal: readonly number[], around: Around, period: number): Step {
  const jaw = start.length - 1;
  const arm = partOf(start, [...goal.slice(0, jaw), start[jaw] ?? 0], around, period);
  const both = partOf(arm.joints, [...arm.joints.slice(0, jaw), goal[jaw] ?? 0], around, period);
  return { joints: both.joints, acted: [...arm.acted, ...both.acted] };
}

function partOf(start: readonly number[], goal: readonly number[], around: Around, period: number): Step {
  if (goal.every((value, at) => value === start[at])) return { joints: start, acted: [] };
  const before = roomsOf(start, around);
  const after = roomsOf(goal, around);
  let part = 1;
  let cutting: Guarded | null = null;
  before.forEach((room, at) => {
    const [name, left] = [NAMES[at] ?? "keep_out", after[at] ?? 0];
    const way = room - left;
    if (way <= MINUTE_M || left >= REACH_M) return;
    const allowed = approach(name, room + SLACK_M, period);
    if (allowed < part * way) [part, cutting] = [allowed / way, name];
  });
  return cutting === null ? { joints: goal, acted: [] } : { joints: blend(start, goal, part), acted: [cutting] };
}

function approach(name: Guarded, room: number, period: number): number {
  return Math.max(0, Math.min(room, Math.max(APPROACH_PER_S[name] * room, CREEP_M_S) * period));
}

/** The posture at this fraction of the joints' straight way. */
export const blend = (a: readonly number[], b: readonly number[], part: number): number[] =>
  a.map((value, at) => value + part * ((b[at] ?? value) - value));

const heightOf = (frame: Frame | undefined, [x, y, z]: Vec3): number =>
  frame ? frame.rotation[6] * x + frame.rotation[7] * y + frame.rotation[8] * z + frame.origin[2] : 0;

const segmentsOf = (frames: readonly Frame[]): readonly Segment[] =>
  SO101.capsules.map(({ link, from, to }): Segment => {
    const frame = frames[link];
    return frame ? [place(frame, from), place(frame, to)] : [from, to];
  });

function ownRoom({ one, other, gap, sphere }: Pair, segments: readonly Segment[]): number {
  const [a, b] = [segments[one], segments[other]];
  if (!a || !b) return REACH_M;
  const [dx, dy, dz] = [0, 1, 2].map((axis) => (a[0][axis] ?? 0) + (a[1][axis] ?? 0) - (b[0][axis] ?? 0) - (b[1][axis] ?? 0));
  if (Math.hypot(dx ?? 0, dy ?? 0, dz ?? 0) / 2 >= sphere) return REACH_M;
  return Math.min(REACH_M, betweenSegments(a, b) - gap);
}

function boxRoom(box: KeepOutBox, segment: Segment | undefined, gap: number, half: number): number {
  if (!segment) return REACH_M;
  const [[ax, ay, az], [bx, by, bz]] = segment;
  if (depth(box, (ax + bx) / 2, (ay + by) / 2, (az + bz) / 2) - half - gap >= REACH_M) return REACH_M;
  return Math.min(REACH_M, toBox(segment, box) - gap);
}

/** Two capsules that are near in the rest or ready posture may come as near as they are there. */
function pairsOf(): readonly Pair[] {
  const hand = SO101.velocity.length - 1;
  const { capsules } = SO101;
  const good = [SO101.rest, SO101.ready].map((joints) => segmentsOf(chain(joints)));
  const pairs: Pair[] = [];
  capsules.forEach((a, one) => {
    capsules.forEach((b, other) => {
      if (other <= one || Math.abs(Math.min(a.link, hand) - Math.min(b.link, hand)) <= 1) return;
      const known = good.map((at) => (at[one] && at[other] ? betweenSegments(at[one], at[other]) : REACH_M));
      const gap = Math.min(a.radius + b.radius + SELF_MARGIN_M, ...known);
      pairs.push({ one, other, gap, sphere: REACH_M + gap + (distance(a.from, a.to) + distance(b.from, b.to)) / 2 });
    });
  });
  return pairs;
}

/** The least distance between two straight lines of finite length. */
export function betweenSegments(a: Segment, b: Segment): number {
  const [u, v, w] = [subtract(a[1], a[0]), subtract(b[1], b[0]), subtract(a[0], b[0])];
  const [s, t] = nearest(dot(u, u), dot(v, v), dot(u, v), dot(u, w), dot(v, w));
  return Math.hypot(w[0] + s * u[0] - t * v[0], w[1] + s * u[1] - t * v[1], w[2] + s * u[2] - t * v[2]);
}

/** Where on each segment, 0 to 1, they are nearest, from the products of their directions. */
function nearest(uu: number, vv: number, uv: number, uw: number, vw: number): readonly [number, number] {
  if (uu <= TINY) return [0, share(vw, vv)];
  if (vv <= TINY) return [share(-uw, uu), 0];
  const s = share(uv * vw - uw * vv, uu * vv - uv * uv);
  const t = (uv * s + vw) / vv;
  if (t < 0) return [share(-uw, uu), 0];
  return t > 1 ? [share(uv - uw, uu), 1] : [s, t];
}

const share = (part: number, whole: number): number => (whole > TINY ? clamp(part / whole, 0, 1) : 0);

const PAIRS = pairsOf();
/** The capsules that move, the distance of their axes from a box at which their room is nothing, and half their length. */
const MOVABLE = SO101.capsules
  .map(({ link, from, to, radius }, at) => ({ link, at, gap: radius + KEEP_OUT_MARGIN_M, half: distance(from, to) / 2 }))
  .filter(({ link }) => link > 0);
/** Whose room it is, in the order of `roomsOf`; all that follow are the boxes'. */
const NAMES: readonly Guarded[] = [
  ...Array<Guarded>(6).fill("workspace"), ...SO101.guards.map((): Guarded => "table"), ...PAIRS.map((): Guarded => "self"),
];
