import { describe, expect, it } from "vitest";
import { Playback, type Film } from "../../src/pages/episodes/playback";
import { ageAt, agesMs, evenAgeAt, quantile } from "../../src/pages/episodes/sight";
import { moments, offsets, sharedJoints, valuesAt } from "../../src/pages/episodes/side_by_side";
import type { Series, Tracks } from "../../src/wire";

function tracks(part: Partial<Tracks>): Tracks {
  return { t_s: [], seen_s: [], error_s: [], unseen: 0, limits: [], motion_s: null, grasp_s: null, ...part };
}

const SEEN = tracks({ t_s: [1, 1.1, 1.2, 5], seen_s: [0.9, 0.9, 1.1, 4.5] });

describe("what the player saw", () => {
  it("is told by the newest input, as long as it is not stale", () => {
    expect(ageAt(SEEN, 0.5)).toBeNull();
    expect(ageAt(SEEN, 1)).toBeCloseTo(0.1);
    expect(ageAt(SEEN, 1.15)).toBeCloseTo(0.2);
    expect(ageAt(SEEN, 2.19)).toBeCloseTo(0.1);
    expect(ageAt(SEEN, 2.3)).toBeNull();
    expect(ageAt(SEEN, 9)).toBeNull();
    expect(ageAt(tracks({}), 1)).toBeNull();
  });

  it("is evened out while it runs", () => {
    expect(evenAgeAt(SEEN, 1.1)).toBeCloseTo(0.4 / 3);
    expect(evenAgeAt(SEEN, 1.9)).toBeCloseTo(0.1);
    expect(evenAgeAt(SEEN, 3)).toBeNull();
  });

  it("has figures", () => {
    expect(agesMs(SEEN).map(Math.round)).toEqual([100, 200, 100, 500]);
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([3, 1, 2], 1)).toBe(3);
    expect(quantile([], 0.5)).toBeNull();
  });
});

class FakeFilm implements Film {
  currentTime = 0;
  playbackRate = 1;
  readyState = 4;
  seeking = false;
  ended = false;
  play = (): Promise<void> => Promise.resolve();
  pause = (): void => undefined;
}

describe("films that lie behind the clock", () => {
  it("are shown as of then, and lead it by as much", () => {
    const playback = new Playback();
    playback.duration = 10;
    const [leader, other] = [new FakeFilm(), new FakeFilm()];
    playback.add(leader, (_time, runs) => (runs ? 0.3 : 0.5));
    playback.add(other, () => -2);
    expect([leader.currentTime, other.currentTime]).toEqual([0, 2]);
    playback.seek(4);
    expect([leader.currentTime, other.currentTime]).toEqual([3.5, 6]);
    playback.play();
    leader.currentTime = 5;
    playback.advance(1);
    expect([playback.time.value, other.currentTime]).toEqual([5.3, 7.3]);
  });
});

describe("two episodes", () => {
  const a = tracks({ motion_s: 1, grasp_s: 4 });
  const b = tracks({ motion_s: 2.5, grasp_s: null });

  it("are aligned by leaving out the longer beginning", () => {
    expect(offsets(a, b, "start")).toEqual([0, 0]);
    expect(offsets(a, b, "motion")).toEqual([0, 1.5]);
    expect(offsets(b, a, "motion")).toEqual([1.5, 0]);
    expect(offsets(a, b, "grasp")).toBeNull();
  });

  it("have values at the same moments, and none outside", () => {
    expect(moments(0.2).map((at) => Number(at.toFixed(3)))).toEqual([0, 0.05, 0.1, 0.15, 0.2]);
    expect(moments(1000)).toHaveLength(2001);
    expect(valuesAt([1, 2, 3], [10, 20, 30], 0, [0, 1, 2.5, 3, 4])).toEqual([null, 10, 20, 30, null]);
    expect(valuesAt([1, 2, 3], [10, 20, 30], 2, [0, 1, 2])).toEqual([20, 30, null]);
    expect(valuesAt([], [], 0, [0])).toEqual([null]);
  });

  it("share the joints of the same name", () => {
    const arm = (...joint_names: string[]): Series => ({ joint_names }) as unknown as Series;
    expect(sharedJoints(arm("pan", "lift"), arm("lift", "pan"))).toEqual([
      { name: "pan", a: 0, b: 1 },
      { name: "lift", a: 1, b: 0 },
    ]);
    expect(sharedJoints(arm("pan"), arm("waist"))).toEqual([]);
  });
});
