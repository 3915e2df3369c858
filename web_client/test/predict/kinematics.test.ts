import { describe, expect, it } from "vitest";
import { type Links, linkFrames } from "../../src/predict/arm";
import { forward, inverse } from "../../src/predict/inverse";
import type { Frame } from "../../src/predict/space";
import { FORWARD, INVERSE, LIMITS, poseOf } from "./vectors";

const rows = ({ rotation: r, origin: o }: Frame): number[] => [
  r[0], r[1], r[2], o[0], r[3], r[4], r[5], o[1], r[6], r[7], r[8], o[2],
];

const LINKS: Readonly<Record<string, keyof Links>> = {
  base: "base", shoulder: "shoulder", upper_arm: "upperArm", lower_arm: "lowerArm", wrist: "wrist", gripper: "gripper", jaw: "jaw",
};

const worst = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, at) => Math.abs(value - (b[at] ?? Number.NaN))));

describe("forward kinematics", () => {
  it("puts every link where the bridge does", () => {
    for (const { joints, frames } of FORWARD) {
      const links = linkFrames(joints);
      for (const [name, frame] of Object.entries(frames)) {
        const link = LINKS[name];
        expect(link, name).toBeDefined();
        if (link) expect(worst(frame, rows(links[link]))).toBeLessThan(1e-7);
      }
    }
  });

  it("gives the bridge's tool pose", () => {
    for (const { joints, pose } of FORWARD) {
      const mine = forward(joints);
      const row = [mine.x_m, mine.y_m, mine.z_m, mine.pitch_rad, mine.roll_rad, mine.gripper];
      expect(worst(pose, row)).toBeLessThan(1e-7);
    }
  });
});

describe("inverse kinematics", () => {
  it("takes the bridge's posture for every pose, or none where it takes none", () => {
    for (const { pose, near, answer } of INVERSE) {
      const mine = inverse(poseOf(pose), LIMITS, near);
      if (answer === null) {
        expect(mine).toBeNull();
        continue;
      }
      expect(mine).not.toBeNull();
      expect(worst(answer.joints, mine?.joints ?? [])).toBeLessThan(1e-6);
      expect(mine?.pitchRelaxed).toBe(answer.pitch_relaxed);
      expect(mine?.rollLimited).toBe(answer.roll_limited);
    }
  });

  it("comes back to the pose that it was asked for", () => {
    const kept = INVERSE.filter((one) => one.answer && !one.answer.pitch_relaxed && !one.answer.roll_limited);
    expect(kept.length).toBeGreaterThan(30);
    for (const { pose, near } of kept) {
      const back = forward(inverse(poseOf(pose), LIMITS, near)?.joints ?? []);
      expect(worst(pose.slice(0, 4), [back.x_m, back.y_m, back.z_m, back.pitch_rad])).toBeLessThan(1e-6);
    }
  });
});
