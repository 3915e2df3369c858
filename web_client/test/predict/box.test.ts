import { describe, expect, it } from "vitest";
import { depth, toBox } from "../../src/predict/box";
import { advance } from "../../src/predict/reference";
import { aimAt } from "../../src/predict/aim";
import { forward } from "../../src/predict/inverse";
import { reachOf } from "../../src/predict/reach";
import { roomsOf } from "../../src/predict/rooms";
import type { Vec3 } from "../../src/predict/space";
import { LIMITS, poseOf, READY, WORKSPACE } from "./vectors";

const BOX = { x_m: [0.1, 0.3], y_m: [-0.1, 0.1], z_m: [0, 0.2] } as const;
const ready = poseOf(READY.pose);

describe("a box that is kept out of", () => {
  it("is as far as its nearest face, edge or corner, and negative inside", () => {
    expect(depth(BOX, 0.4, 0, 0.1)).toBeCloseTo(0.1, 12);
    expect(depth(BOX, 0.33, 0.14, 0.1)).toBeCloseTo(0.05, 12);
    expect(depth(BOX, 0.2, 0, 0.17)).toBeCloseTo(-0.03, 12);
  });

  it("is as far from a segment as from the nearest of its points", () => {
    const segments: readonly (readonly [Vec3, Vec3])[] = [
      [[0.4, -0.3, 0.1], [0.35, 0.3, 0.3]], [[0, 0, 0.3], [0.5, 0.05, 0.22]], [[0.2, 0, 0.1], [0.6, 0, 0.1]], [[0.05, 0.2, 0.4], [0.06, 0.2, 0.1]],
    ];
    for (const [a, b] of segments) {
      let least = Number.POSITIVE_INFINITY;
      for (let part = 0; part <= 1; part += 1e-4) {
        least = Math.min(least, depth(BOX, a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]), a[2] + part * (b[2] - a[2])));
      }
      expect(Math.abs(toBox([a, b], BOX) - least)).toBeLessThan(1e-4);
    }
  });

  it("stops the arm, and the ghost, before it", () => {
    const wall = { x_m: [0.1, 0.5], y_m: [0.12, 0.3], z_m: [0, 0.4] } as const;
    const bounds = { limits: LIMITS, workspace: WORKSPACE, keepOut: [wall] };
    const beyond = { ...ready, y_m: 0.15 };
    let at = READY.joints;
    for (let tick = 0; tick < 300; tick += 1) {
      at = advance(at, aimAt(beyond, at, bounds), bounds, { period: 0.01, speedScale: 1, goal: null }).joints;
    }
    const { y_m } = forward(at);
    expect(y_m).toBeGreaterThan(ready.y_m + 0.03);
    expect(Math.min(...roomsOf(at, bounds))).toBeGreaterThan(-0.001);
    const reach = reachOf(bounds, () => READY.joints);
    let ghost = ready;
    for (let frame = 0; frame < 120; frame += 1) ghost = reach(ghost, { ...ghost, y_m: ghost.y_m + 0.0025 });
    expect(Math.abs(ghost.y_m - y_m)).toBeLessThan(0.003);
    expect(advance(READY.joints, aimAt(ready, READY.joints, bounds), bounds, { period: 0.01, speedScale: 1, goal: null }).acted).toEqual([]);
  });
});
