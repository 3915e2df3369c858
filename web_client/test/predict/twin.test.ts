import { describe, expect, it } from "vitest";
import { aimAt } from "../../src/predict/aim";
import { type Course, standing, stepCourse } from "../../src/predict/forecast";
import { forward } from "../../src/predict/inverse";
import { LEASH_M, leashed, pressingOf } from "../../src/predict/leash";
import { apart } from "../../src/predict/reference";
import { restAfter } from "../../src/predict/rest";
import { Twin } from "../../src/predict/twin";
import type { PoseTarget } from "../../src/wire";
import { LIMITS, poseOf, READY, WORKSPACE } from "./vectors";

const BOUNDS = { limits: LIMITS, workspace: WORKSPACE };
const ready = poseOf(READY.pose);
const placesOf = (course: Course): readonly number[] => course.joints.map(({ position }) => position);
const ghostAt = (seconds: number): PoseTarget => ({ ...ready, y_m: 0.08 * Math.sin(2 * Math.min(seconds, 1.2)), z_m: ready.z_m - 0.03 * Math.min(seconds, 1.2) });

/** What the arm reports at the end of a period, and of which number. */
interface Report {
  readonly sequence: number;
  readonly applied: readonly number[];
}

/** An arm that hears the poses of a page at 60 Hz, each a little later or earlier than the last, and reports every period. */
function reports(seconds: number, late: (sequence: number) => number, off = 0): readonly (Report & { readonly at: number })[] {
  let course = standing(READY.joints);
  const told: (Report & { readonly at: number })[] = [];
  for (let tick = 1; tick * 0.01 <= seconds; tick += 1) {
    const at = tick * 0.01;
    let sequence = 0;
    for (let number = 1; number <= 60 * seconds; number += 1) if (number / 60 + late(number) <= at) sequence = number;
    const pose = ghostAt(sequence / 60);
    course = stepCourse(course, aimAt(pose, course.reference, BOUNDS), BOUNDS, 1);
    told.push({ at, sequence, applied: placesOf(course).map((angle, joint) => (joint === 0 ? angle + off : angle)) });
  }
  return told;
}

/** A twin that leads at 60 Hz and hears each report `back` later; answers what it missed by (mm). */
function missed(seconds: number, there: (sequence: number) => number, back: number, off = 0): { readonly twin: Twin; readonly mm: readonly number[] } {
  const twin = new Twin(BOUNDS, READY.joints, 0);
  const waiting = [...reports(seconds, there, off)];
  const mm: number[] = [];
  for (let frame = 1; frame <= 60 * seconds; frame += 1) {
    const at = frame / 60;
    while (waiting[0] && waiting[0].at + back <= at) {
      const report = waiting.shift();
      const heard = report && twin.hear(report.sequence, report.applied);
      if (heard) mm.push(1e3 * heard.missed);
    }
    twin.follow(ghostAt(at), frame, 1, at);
  }
  return { twin, mm };
}

const worst = (values: readonly number[]): number => Math.max(...values);

describe("the twin", () => {
  it("is where the arm will be, whatever the delay and its jitter", () => {
    for (const back of [0.02, 0.1, 0.2]) {
      const { mm } = missed(2, (number) => back + 0.012 * ((number * 7) % 5) / 5, back);
      expect(mm.length).toBeGreaterThan(100);
      expect(worst(mm)).toBeLessThan(1);
      expect([...mm].sort((a, b) => a - b)[Math.floor(mm.length / 2)]).toBeLessThan(0.5);
    }
  });

  it("takes an error out bit by bit, not once for every report on its way", () => {
    const twin = new Twin(BOUNDS, READY.joints, 0);
    const off = READY.joints.map((angle, at) => (at === 0 ? angle + 0.05 : angle));
    let before = forward(placesOf(twin.course));
    let first = 0;
    for (let frame = 1; frame <= 60; frame += 1) {
      twin.follow(forward(off), frame, 0, frame / 60); // the scale 0: only the correction moves it
      if (frame > 18) twin.hear(frame - 18, off);
      const now = forward(placesOf(twin.course));
      expect(apart(before, now)).toBeLessThan(0.004);
      if (frame === 25) first = apart(now, forward(off));
      expect(placesOf(twin.course)[0]).toBeLessThan((off[0] ?? 0) + 1e-6);
      before = now;
    }
    expect(first).toBeGreaterThan(0.001);
    expect(apart(before, forward(off))).toBeLessThan(0.0005);
  });

  it("does not hear of numbers that it does not know, nor mind what is less than a servo's step", () => {
    const twin = new Twin(BOUNDS, READY.joints, 0);
    expect(twin.hear(1, READY.joints)).toBeNull();
    twin.follow(ready, 4, 1, 0.05);
    expect(twin.hear(5, READY.joints)).toBeNull();
    twin.hear(4, READY.joints.map((angle) => angle + 0.001));
    twin.follow(ready, 5, 1, 0.2);
    expect(apart(forward(placesOf(twin.course)), ready)).toBeLessThan(1e-6);
  });

  it("tells the way that the arm has still before it, and forgets the oldest", () => {
    const { twin } = missed(4, () => 0.1, 0.1);
    const all = twin.since(0);
    expect(all.length).toBe(150);
    const newest = twin.since(220);
    expect(newest.length).toBeLessThan(40);
    expect(all.slice(-newest.length)).toEqual(newest);
    expect(twin.since(240)).toEqual([]);
  });

  it("catches up only in part after a pause, so that a busy page stays one", () => {
    const twin = new Twin(BOUNDS, READY.joints, 0);
    twin.follow(ghostAt(1), 1, 1, 30);
    expect(twin.since(0).length).toBeLessThan(20);
    twin.follow(ghostAt(1), 2, 1, 30.01);
    expect(twin.since(1).length).toBe(1);
  });
});

describe("the rest foreseen from a motion", () => {
  it("is the pose that was asked for, by way of where the motion goes on to", () => {
    const { twin } = missed(0.5, () => 0, 0);
    const end = ghostAt(0.5);
    const rest = restAfter(end, twin.course, BOUNDS, 1);
    expect(apart(rest.pose, end)).toBeLessThan(1e-4);
    expect(apart(rest.way[0] ?? ready, forward(placesOf(twin.course)))).toBeLessThan(1e-9);
    expect(rest.way.length).toBeGreaterThan(3);
    expect(restAfter(ready, standing(READY.joints), BOUNDS, 1).way.length).toBeLessThan(4);
  });
});

describe("the leash of an arm that presses", () => {
  const told = { ...ready, z_m: ready.z_m - 0.03 };
  const pressing = pressingOf(told, ready);
  const slid = (dx: number, dz: number, from = ready): PoseTarget => ({ ...from, x_m: from.x_m + dx, z_m: from.z_m + dz });

  it("is none while the arm is where it was told to be", () => {
    expect(pressingOf(ready, slid(0.001, 0.001))).toBeNull();
    expect(pressing?.toward[2]).toBeCloseTo(-1, 12);
  });

  it("holds the ghost back where the arm presses, and nowhere else", () => {
    if (pressing === null) throw new Error("it presses");
    const near = slid(0, -0.01);
    expect(leashed(ready, near, pressing, 1 / 60)).toBe(near);
    const far = slid(0.04, -LEASH_M - 0.01);
    const kept = leashed(near, far, pressing, 1 / 60);
    expect(ready.z_m - kept.z_m).toBeCloseTo(LEASH_M, 9);
    expect(kept.x_m).toBeCloseTo(far.x_m, 9);
    const up = slid(0, 0.08);
    expect(leashed(near, up, pressing, 1 / 60)).toBe(up);
  });

  it("brings a ghost that is too far back without a leap", () => {
    if (pressing === null) throw new Error("it presses");
    let ghost = slid(0, -0.06);
    for (let frame = 0; frame < 60; frame += 1) {
      const next = leashed(ghost, ghost, pressing, 1 / 60);
      expect(apart(next, ghost)).toBeLessThan(0.0026);
      ghost = next;
    }
    expect(ready.z_m - ghost.z_m).toBeCloseTo(LEASH_M, 9);
  });
});
