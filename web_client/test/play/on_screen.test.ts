import { describe, expect, it } from "vitest";
import { alsoTold, KEPT_TOLD, LATEST_MS, onScreen, presentedOf, REFRESH_MS, REFRESHES, type Told } from "../../src/play/on_screen";

const told = (stamp: number | null, expectedMs: number, presentedFrames = 1): Told => ({
  stamp, presentedMs: expectedMs - 8, expectedMs, presentedFrames, refresh: 0,
});
const three = [told(3_000, 100, 1), told(6_000, 133, 2), told(9_000, 166, 3)];
const between = (painted: number | null, at: number, all: readonly Told[] = three, refresh = REFRESHES): readonly (number | null)[] | null => {
  const seen = onScreen("overview", all, painted, { at, refresh });
  return seen && [seen.oldest_rtp, seen.rtp_timestamp, seen.newest_rtp];
};

describe("the picture on the screen", () => {
  it("is the painted one, and no other once a refresh has passed since its display", () => {
    expect(between(9_000, 166 + REFRESH_MS)).toEqual([9_000, 9_000, 9_000]);
  });

  it("may still be the one before, until then", () => {
    expect(between(9_000, 166 + REFRESH_MS - 0.1)).toEqual([6_000, 9_000, 9_000]);
    expect(between(9_000, 150)).toEqual([6_000, 9_000, 9_000]);
    expect(between(9_000, 149)).toEqual([3_000, 9_000, 9_000]);
  });

  it("may still be one before, however late it is, until the second animation frame after it was told", () => {
    const late = three.map((one, at) => ({ ...one, refresh: 10 + at }));
    expect(between(9_000, 900, late, 12 + REFRESHES)).toEqual([9_000, 9_000, 9_000]);
    expect(between(9_000, 900, late, 11 + REFRESHES)).toEqual([6_000, 9_000, 9_000]);
    expect(between(9_000, 900, late, 10 + REFRESHES)).toEqual([3_000, 9_000, 9_000]);
    expect(between(9_000, 900, late, 9 + REFRESHES)).toBeNull();
  });

  it("is one that the browser has not told of yet, when that is what is painted", () => {
    expect(between(12_000, 200)).toEqual([9_000, 12_000, 12_000]);
  });

  it("may be any newer one, where the browser does not tell what it paints", () => {
    expect(between(null, 200)).toEqual([9_000, 9_000, null]);
  });

  it("is unknown until one has surely been shown", () => {
    expect(between(3_000, 200, [])).toBeNull();
    expect(between(3_000, 116, three.slice(0, 1))).toBeNull();
    expect(between(3_000, 117, three.slice(0, 1))).toEqual([3_000, 3_000, 3_000]);
  });

  it("is surely shown a while after its presentation, even where the browser expects that much later", () => {
    const late = [{ ...told(3_000, 5_000), presentedMs: 100 }];
    expect(between(3_000, 100 + LATEST_MS + REFRESH_MS - 1, late)).toBeNull();
    expect(between(3_000, 100 + LATEST_MS + REFRESH_MS, late)).toEqual([3_000, 3_000, 3_000]);
  });

  it("is not shown before its presentation, even where the browser expects that", () => {
    const early = [{ ...told(3_000, 20), presentedMs: 100 }];
    expect(between(3_000, 100 + REFRESH_MS - 1, early)).toBeNull();
    expect(between(3_000, 100 + REFRESH_MS, early)).toEqual([3_000, 3_000, 3_000]);
  });

  it("is unknown where the browser tells no time stamps", () => {
    expect(between(null, 500, [told(null, 100)])).toBeNull();
    expect(between(9_000, 190, [told(null, 100), told(9_000, 180)])).toBeNull();
  });

  it("carries when it was shown, as far as the browser has told, and the count told last", () => {
    expect(onScreen("wrist", three, 9_000, { at: 200, refresh: REFRESHES })).toMatchObject({ camera: "wrist", displayed_us: 166_000, presented_frames: 3 });
    expect(onScreen("wrist", three, 6_000, { at: 200, refresh: REFRESHES })).toMatchObject({ displayed_us: 133_000, presented_frames: 3 });
    expect(onScreen("wrist", three, null, { at: 200, refresh: REFRESHES })).toMatchObject({ displayed_us: 166_000 });
    expect(onScreen("wrist", three, 12_000, { at: 200, refresh: REFRESHES })).toMatchObject({ displayed_us: 0 });
  });

  it("was shown soon after its presentation, whatever the browser expected", () => {
    const late = [{ ...told(3_000, 5_000), presentedMs: 100 }];
    expect(onScreen("wrist", late, 3_000, { at: 300, refresh: REFRESHES })).toMatchObject({ displayed_us: (100 + LATEST_MS) * 1_000 });
  });
});

it("keeps the newest that were told", () => {
  let kept: readonly Told[] = [];
  for (let at = 0; at < 2 * KEPT_TOLD; at += 1) kept = alsoTold(kept, told(at, at));
  expect(kept.map(({ stamp }) => stamp)).toEqual(Array.from({ length: KEPT_TOLD }, (_, at) => KEPT_TOLD + at));
});

it("reads a time stamp beyond 31 bits, and its absence", () => {
  const metadata = { presentationTime: 5, expectedDisplayTime: 13, presentedFrames: 7, width: 2, height: 2, mediaTime: 0 };
  expect(presentedOf({ ...metadata, rtpTimestamp: 2 ** 31 + 5 })).toEqual({ stamp: 2 ** 31 + 5, presentedMs: 5, expectedMs: 13, presentedFrames: 7 });
  expect(presentedOf(metadata).stamp).toBeNull();
});
