import { describe, expect, it } from "vitest";
import { judge, type Found } from "../../src/pages/check/verdict";
import type { PuzzleInfo } from "../../src/wire";

const here: Found = {
  reached: true, roundTripMs: 20, jitterMs: 2, loss: 0, decodeMs: 3, picturesPerS: 30, dropped: 0, pictureMs: 60,
  tells: true, h264: true, vp8: true,
};
const far: Found = { ...here, roundTripMs: 380, jitterMs: 10, pictureMs: 260 };
const words = { en: "", zh: "" };
const puzzle = (id: string, level: number): PuzzleInfo => ({
  id, version: 1, title: words, prompt: words, time_limit_s: 240, difficulty: 1,
  pieces: [{ id: "red", name: words, colour: "#e5484d", size_m: 0.03 }],
  slots: [{ id: "a", name: words, x_m: 0.2, y_m: 0, radius_m: 0.028, colour: null }],
  start: [], goal: [{ piece: "red", slot: "a", level }],
});
const ALL = [puzzle("sort", 0), puzzle("swap", 0), puzzle("tower", 2)];
const ids = (puzzles: readonly PuzzleInfo[]): string[] => puzzles.map(({ id }) => id);

describe("the verdict on a connection", () => {
  it("is good for every puzzle nearby, with nothing to do", () => {
    const verdict = judge(here, ALL);
    expect(verdict.fitness).toBe("every");
    expect(ids(verdict.good)).toEqual(["sort", "swap", "tower"]);
    expect(verdict.advice).toEqual([]);
  });

  it("is good for slow puzzles from far away", () => {
    const verdict = judge(far, ALL);
    expect(verdict.fitness).toBe("some");
    expect([ids(verdict.good), ids(verdict.hard)]).toEqual([["sort", "swap"], ["tower"]]);
    expect(verdict.advice).toEqual(["far", "ghost"]);
  });

  it("is too slow to drive with far too long a round trip, or an old picture, or much loss", () => {
    for (const found of [{ ...far, roundTripMs: 700 }, { ...here, pictureMs: 900 }, { ...here, loss: 0.4 }, { ...here, jitterMs: 400 }]) {
      const verdict = judge(found, ALL);
      expect(verdict.fitness).toBe("none");
      expect(verdict.good).toEqual([]);
      expect(verdict.advice).not.toEqual([]);
    }
  });

  it("never gets better when the link gets worse", () => {
    for (const measure of ["roundTripMs", "jitterMs", "pictureMs", "loss"] as const) {
      let before = ALL.length;
      for (let step = 0; step <= 100; step += 1) {
        const verdict = judge({ ...here, [measure]: measure === "loss" ? step / 100 : step * 10 }, ALL);
        expect(verdict.good.length).toBeLessThanOrEqual(before);
        before = verdict.good.length;
      }
      expect(before).toBe(0);
    }
  });

  it("says that no picture comes through, and why that may be", () => {
    expect(judge({ ...here, picturesPerS: 0 }, ALL)).toMatchObject({ fitness: "blind", good: [], hard: ALL, advice: ["video_blocked"] });
    expect(judge({ ...here, picturesPerS: null, h264: false, vp8: false }, ALL)).toMatchObject({ fitness: "blind", advice: ["browser"] });
  });

  it("says that the arm cannot be reached", () => {
    expect(judge({ ...here, reached: false }, ALL)).toMatchObject({ fitness: "unreachable", good: [], hard: ALL, advice: ["network"] });
    expect(judge({ ...here, roundTripMs: null }, ALL).fitness).toBe("unreachable");
  });

  it("goes by the needs alone while no puzzle is known", () => {
    expect([here, far, { ...far, roundTripMs: 900 }].map((found) => judge(found, []).fitness)).toEqual(["every", "some", "none"]);
  });

  it("takes what this browser cannot tell as no fault of the link", () => {
    const verdict = judge({ ...here, pictureMs: null, loss: null, jitterMs: null, decodeMs: null, dropped: null, tells: false }, ALL);
    expect(verdict).toMatchObject({ fitness: "every", advice: ["unseen"] });
  });

  it.each<[string, readonly string[], Partial<Found>]>([
    ["a cable for a shaky link", ["cable", "quiet_link"], { jitterMs: 60 }],
    ["a cable for a lossy link", ["cable", "quiet_link"], { loss: 0.03 }],
    ["less traffic where the picture waits before the link", ["quiet_link"], { pictureMs: 350 }],
    ["a quieter device where decoding is slow", ["quiet_device"], { decodeMs: 40 }],
    ["a quieter device where few pictures are shown", ["quiet_device"], { picturesPerS: 9, pictureMs: 350 }],
    ["a quieter device where many are dropped", ["quiet_device"], { dropped: 0.4 }],
    ["nothing but the ghost for a steady long way that is good enough", ["ghost"], { roundTripMs: 200 }],
  ])("advises %s", (_, advice, part) => {
    expect(judge({ ...here, ...part }, ALL).advice).toEqual(advice);
  });
});
