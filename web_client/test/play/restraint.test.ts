import { describe, expect, it } from "vitest";
import { LIMIT_WORDS } from "../../src/i18n/arm";
import { type Restraints, RESTRAINTS, stepRestraints, UNRESTRAINED } from "../../src/play/restraint";
import type { Limit } from "../../src/wire";

const TICK = 1 / 60;

/** What is told after each tick, when `acting` says which limits act in it. */
function told(seconds: number, acting: (tick: number) => readonly Limit[], from = UNRESTRAINED, scale = 1): { at: Restraints; told: (string | null)[] } {
  let at = from;
  const heard: (string | null)[] = [];
  for (let tick = 0; tick < seconds * 60; tick += 1) {
    at = stepRestraints(at, acting(tick), scale, TICK);
    heard.push(at.told);
  }
  return { at, told: heard };
}
const changes = (heard: readonly (string | null)[]): number => heard.filter((one, at) => at > 0 && one !== heard[at - 1]).length;

describe("what holds the arm back", () => {
  it("is told once it has acted for a while, and for a while after", () => {
    const pressed = told(2, () => ["contact"]);
    expect(pressed.told.indexOf("contact") * TICK).toBeCloseTo(0.3, 1);
    const free = told(3, () => [], pressed.at);
    expect(free.told.lastIndexOf("contact") * TICK).toBeCloseTo(2, 1);
    expect(free.at).toEqual(UNRESTRAINED);
  });

  it("is not told when it acts for a moment", () => {
    expect(told(4, (tick) => (tick % 60 < 10 ? ["table"] : [])).told.every((one) => one === null)).toBe(true);
  });

  it("does not flicker when it acts in every other tick", () => {
    const { told: heard } = told(5, (tick) => (tick % 2 === 0 ? ["contact"] : []));
    expect(heard.at(-1)).toBe("contact");
    expect(changes(heard)).toBe(1);
  });

  it("stays with what it tells while another limit joins, then goes over to it", () => {
    const both = told(1, () => ["load"]);
    const joined = told(1, () => ["load", "keep_out"], both.at);
    expect(joined.told.every((one) => one === "load")).toBe(true);
    const left = told(3, () => ["keep_out"], joined.at);
    expect([left.told.at(0), left.told.at(-1), changes(left.told)]).toEqual(["load", "keep_out", 1]);
  });

  it("names the weightier of two that begin together", () => {
    expect(told(1, () => ["load", "self"]).at.told).toBe("self");
  });

  it("has no words for what belongs to driving", () => {
    expect(told(3, () => ["velocity", "look_ahead", "pitch_relaxed", "speed_scale"]).at).toEqual(UNRESTRAINED);
  });

  it("tells of a lowered speed for which there is no better name", () => {
    expect(told(1, () => ["speed_scale"], UNRESTRAINED, 0.6).at.told).toBe("slowed");
    expect(told(1, () => ["heat"], UNRESTRAINED, 0.6).at.told).toBe("heat");
  });

  it("has words in both languages for all that it tells", () => {
    for (const one of RESTRAINTS) {
      if (one === "slowed") continue;
      expect(LIMIT_WORDS[one].en.length).toBeGreaterThan(4);
      expect(LIMIT_WORDS[one].zh).toMatch(/\p{Script=Han}/u);
    }
  });
});
