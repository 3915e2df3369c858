import { describe, expect, it } from "vitest";
import { canCancel, canResume, leftOut, stateWord, stepWord, toneOf, troubleWord, underWay } from "../../src/pages/exports/tell";
import { SHAPES, type ExportCard, type ExportState, type ExportTrouble } from "../../src/wire";

function card(part: Partial<ExportCard>): ExportCard {
  return {
    export_id: "x1",
    state: "queued",
    step: "",
    done: 0,
    total: 0,
    pictures: 0,
    asked_utc_ns: 1,
    ended_utc_ns: null,
    recipe: "successes",
    form: "mcap",
    captured: 3,
    kept: 0,
    left_out: [],
    gone: [],
    place: "",
    bytes: 0,
    trouble: "",
    detail: "",
    ...part,
  };
}

const members = (shape: unknown): string[] => (shape as string[]).slice(1);

describe("an export in words", () => {
  it("has a word and a tone for every state", () => {
    for (const state of members(SHAPES.ExportState) as ExportState[]) {
      expect(stateWord(card({ state }))).not.toBe("");
      expect(toneOf(card({ state }))).not.toBe("");
    }
    expect([toneOf(card({ state: "done" })), toneOf(card({ state: "cancelled" }))]).toEqual(["good", "plain"]);
  });

  it("says what to do about every trouble", () => {
    for (const trouble of members(SHAPES.ExportTrouble) as ExportTrouble[]) {
      expect(troubleWord(card({ trouble })) === "").toBe(trouble === "");
    }
  });

  it("tells the step only while it runs", () => {
    expect(stepWord(card({ step: "curating", done: 1 }))).toBe("");
    expect(stepWord(card({ state: "running" }))).toBe("Starting…");
    expect(stepWord(card({ state: "running", step: "exporting", done: 1, total: 2, pictures: 4000 }))).toBe(
      "Step 2 of 2: writing, episode 1 of 2, 4,000 pictures",
    );
  });

  it("counts what was left out", () => {
    const out = [
      { rule: "labels", episodes: 2 },
      { rule: "once", episodes: 1 },
    ];
    expect(leftOut(card({ left_out: out }))).toBe(3);
  });

  it("offers what the hub allows, and looks again while something moves", () => {
    const allowed = (state: ExportState): boolean[] => [canCancel(card({ state })), canResume(card({ state }))];
    expect(allowed("queued")).toEqual([true, false]);
    expect(allowed("interrupted")).toEqual([true, true]);
    expect(allowed("failed")).toEqual([false, true]);
    expect(allowed("done")).toEqual([false, false]);
    expect(underWay([card({ state: "done" }), card({ state: "running" })])).toBe(true);
    expect(underWay([card({ state: "interrupted" })])).toBe(false);
  });
});
