/**
 * The page's prediction against the bridge. The cases are thousands, so that they are written anew each time:
 * tests/web_client/test_prediction.py runs this file with their place in VITE_PREDICTION.
 */

import { describe, expect, it } from "vitest";
import { aimAt } from "../../src/predict/aim";
import { type Course, forecast } from "../../src/predict/forecast";
import { forward } from "../../src/predict/inverse";
import { restFor } from "../../src/predict/rest";
import { apart } from "../../src/predict/reference";
import { roomsOf } from "../../src/predict/rooms";
import { Twin } from "../../src/predict/twin";
import type { KeepOutBox, PoseTarget } from "../../src/wire";
import { LIMITS, poseOf, READY, WORKSPACE } from "./vectors";

type Row = readonly number[];

interface ForecastCase {
  readonly asked: Row;
  readonly scale: number;
  readonly boxes: boolean;
  readonly jaws: boolean;
  readonly moving: readonly Row[];
  readonly reference: Row;
  readonly later: readonly Row[];
}

interface RestCase {
  readonly round_trip_ms: number;
  readonly asked: Row;
  readonly applied: Row;
  readonly rest: Row;
  readonly pose: Row;
  readonly way: readonly Row[];
  readonly reports: readonly Row[];
}

interface Cases {
  readonly aims: readonly (readonly Row[])[];
  readonly rooms: readonly (readonly Row[])[];
  readonly boxes: readonly KeepOutBox[];
  readonly forecasts: readonly ForecastCase[];
  readonly rests: readonly RestCase[];
}

const WHERE: unknown = import.meta.env["VITE_PREDICTION"];
const LATER_S = [0.1, 0.2, 0.4];
const BOUNDS = { limits: LIMITS, workspace: WORKSPACE };
const DEGREE = Math.PI / 180;

const cases: Cases = (await import(/* @vite-ignore */ String(WHERE))).default;

const turned = (a: PoseTarget, b: PoseTarget): number => Math.max(Math.abs(a.pitch_rad - b.pitch_rad), Math.abs(a.roll_rad - b.roll_rad));

function share(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

const told = (name: string, values: readonly number[], unit: string): void =>
  console.info(`${name}: median ${share(values, 0.5).toFixed(3)}, p95 ${share(values, 0.95).toFixed(3)}, most ${share(values, 1).toFixed(3)} ${unit} (${values.length})`);

describe("the page's arm against the bridge's", () => {
  const { aims, rooms, boxes, forecasts, rests } = cases;
  const among = { ...BOUNDS, keepOut: boxes };

  it("aims where the bridge aims: 0.5 mm and half a degree for every one of ten thousand", () => {
    expect(aims.length).toBeGreaterThanOrEqual(10_000);
    const [lengths, angles]: [number[], number[]] = [[], []];
    for (const [asked = [], start = [], joints = [], pose = []] of aims) {
      const mine = aimAt(poseOf(asked), start, BOUNDS);
      lengths.push(1e3 * apart(mine.pose, poseOf(pose)));
      angles.push(turned(mine.pose, poseOf(pose)) / DEGREE, ...joints.map((angle, at) => Math.abs(angle - (mine.joints[at] ?? 9)) / DEGREE));
    }
    told("aim", lengths, "mm");
    expect(share(lengths, 1)).toBeLessThan(0.5);
    expect(share(angles, 1)).toBeLessThan(0.5);
  });

  it("finds the same room to everything that is guarded", () => {
    expect(rooms.length).toBeGreaterThan(0);
    for (const [joints = [], found = []] of rooms) {
      const mine = roomsOf(joints, among);
      expect(mine).toHaveLength(found.length);
      for (const [at, room] of found.entries()) expect(Math.abs(room - (mine[at] ?? 9))).toBeLessThan(1e-7);
    }
  });

  it("moves as the bridge moves over the next 400 ms", () => {
    const errors: number[][] = LATER_S.map(() => []);
    for (const { asked, scale, moving, reference, later, boxes: kept } of forecasts) {
      const [position = [], velocity = [], acceleration = []] = moving;
      const course: Course = {
        joints: position.map((value, at) => ({ position: value, velocity: velocity[at] ?? 0, acceleration: acceleration[at] ?? 0 })),
        reference,
      };
      later.forEach((joints, at) => {
        const mine = forecast(course, poseOf(asked), kept ? among : BOUNDS, LATER_S[at] ?? 0, scale).joints.map((joint) => joint.position);
        errors[at]?.push(1e3 * apart(forward(mine), forward(joints)));
      });
    }
    LATER_S.forEach((seconds, at) => told(`motion after ${seconds} s`, errors[at] ?? [], "mm"));
    for (const found of errors) {
      expect(found.length).toBeGreaterThan(0);
      expect(share(found, 0.5)).toBeLessThan(0.01);
      expect(share(found, 0.95)).toBeLessThan(0.5); // where several ways end at one time, ruckig and the page may take another
    }
  });

  it("has a twin that is where the arm reports to be, number by number, at round trips of 100 to 400 ms", () => {
    const missed: number[] = [];
    for (const { round_trip_ms, way, reports } of rests) {
      const twin = new Twin(BOUNDS, READY.joints, 0);
      const waiting = [...reports];
      for (let tick = 0; waiting.length > 0; tick += 1) {
        const pose = way[Math.min(tick, way.length - 1)] ?? [];
        twin.follow(poseOf(pose), tick, 1, (tick + 1) / 100);
        while (waiting[0] && (waiting[0][0] ?? 0) + round_trip_ms / 10 <= tick) {
          const [number = 0, ...applied] = waiting.shift() ?? [];
          const heard = twin.hear(number, applied);
          if (heard) missed.push(1e3 * heard.missed);
        }
      }
    }
    told("twin", missed, "mm");
    expect(missed.length).toBeGreaterThan(500);
    expect(share(missed, 0.95)).toBeLessThan(1); // the steps of the servos alone are 0.4 mm at the tool
  });

  it("rests where the arm came to rest, at round trips of 100 to 400 ms", () => {
    const errors = rests.map(({ asked, applied, pose }) => 1e3 * apart(restFor(poseOf(asked), applied, BOUNDS).pose, poseOf(pose)));
    told("rest", errors, "mm");
    told("the ghost itself", rests.map(({ asked, pose }) => 1e3 * apart(poseOf(asked), poseOf(pose))), "mm");
    expect(errors.length).toBeGreaterThan(0);
    expect(share(errors, 0.95)).toBeLessThanOrEqual(3);
  });
});
