import { describe, expect, it } from "vitest";
import { answered, counted, type Meter, NO_PICTURES, pictureCounts, pinged, reading, UNMEASURED } from "../../src/link/meter";

/** A ping every 100 ms from time 0; `trip` gives its round trip in milliseconds, null for none. */
function pings(count: number, trip: (number: number) => number | null): Meter {
  let meter = UNMEASURED;
  const answers: { left: number; at: number }[] = [];
  for (let number = 0; number < count; number += 1) {
    const left = number * 100;
    meter = pinged(meter, left);
    const took = trip(number);
    if (took !== null) answers.push({ left, at: left + took });
  }
  for (const { left, at } of answers.sort((a, b) => a.at - b.at)) meter = answered(meter, left, at);
  return meter;
}

const counts = { videos: 2, packets: 1_000, lost: 0, decoded: 100, dropped: 0, decodeSeconds: 1 };

describe("the meter", () => {
  it("knows nothing at first", () => {
    expect(reading(UNMEASURED, 0)).toEqual({
      roundTripMs: null, jitterMs: null, loss: null, decodeMs: null, picturesPerS: null, dropped: null,
    });
  });

  it("tells the median round trip, and how much longer one in five takes", () => {
    const seen = reading(pings(30, (number) => (number % 5 === 0 ? 90 : 50)), 2_950);
    expect(seen.roundTripMs).toBe(50);
    expect(seen.jitterMs).toBe(40);
  });

  it("counts what was never answered, and not what was answered late", () => {
    expect(reading(pings(30, () => 20), 3_900).loss).toBe(0);
    expect(reading(pings(40, (number) => (number % 4 === 0 ? null : 20)), 4_950).loss).toBeCloseTo(1 - 0.75 ** 0.5, 12);
    expect(reading(pings(40, (number) => (number % 4 === 0 ? 1_200 : 20)), 9_000).loss).toBe(0);
  });

  it("gives every answer its second or two round trips, and says nothing of a few", () => {
    expect(reading(pings(40, (number) => (number < 20 ? 900 : null)), 3_750).loss).toBe(0);
    expect(reading(pings(40, (number) => (number < 20 ? 900 : null)), 4_750).loss).toBeGreaterThan(0.1);
    expect(reading(pings(30, (number) => (number < 15 ? 20 : null)), 2_500).loss).toBe(0);
    expect(reading(pings(9, () => null), 5_000).loss).toBeNull();
  });

  it("does not count an answer twice", () => {
    const twice = answered(pings(3, () => 20), 100, 900);
    expect(reading(twice, 2_000).roundTripMs).toBe(20);
    expect(twice.sent.map((ping) => ping.roundTrip)).toEqual([20, 20, 20]);
  });

  it("forgets what is older than some seconds", () => {
    const meter = pings(220, (number) => (number < 100 ? null : 20));
    expect(reading(meter, 21_900).loss).toBe(0);
    expect(meter.sent.length).toBeLessThan(110);
  });

  it("keeps so many pings and no more, however fast they go out", () => {
    let meter = UNMEASURED;
    for (let number = 0; number < 2_000; number += 1) meter = pinged(meter, number);
    expect(meter.sent.length).toBe(500);
  });

  it("sees smaller losses in the pictures' packets, and tells the worse of the two", () => {
    const first = counted(pings(30, () => 20), 2_000, counts);
    expect(reading(first, 4_000).loss).toBe(0);
    const lossy = counted(first, 3_000, { ...counts, packets: 1_990, lost: 10 });
    expect(reading(lossy, 4_000).loss).toBeCloseTo(0.01, 12);
    expect(reading(counted(pings(30, () => null), 1_000, counts), 4_000).loss).toBe(1);
    const late = counted(counted(UNMEASURED, 0, { ...counts, lost: 5 }), 1_000, { ...counts, packets: 1_500 });
    expect(reading(late, 1_000).loss).toBe(0);
    expect(reading(counted(counted(UNMEASURED, 0, counts), 1_000, counts), 1_000).loss).toBeNull();
    expect(reading(counted(first, 2_000, { ...counts, lost: 500 }), 4_000).loss, "no time between the two").toBe(0);
  });

  it("tells how long a picture takes to decode, how many come, and how many are dropped", () => {
    const end = { ...counts, decoded: 160, dropped: 20, decodeSeconds: 1.3 };
    const seen = reading(counted(counted(UNMEASURED, 0, counts), 1_000, end), 1_000);
    expect(seen.decodeMs).toBeCloseTo(5, 9);
    expect(seen.picturesPerS).toBe(30);
    expect(seen.dropped).toBe(0.25);
    const still = reading(counted(counted(UNMEASURED, 0, NO_PICTURES), 1_000, NO_PICTURES), 1_000);
    expect(still).toMatchObject({ decodeMs: null, picturesPerS: 0, dropped: null });
  });

  it("looks at the last seconds of the pictures only", () => {
    let meter = UNMEASURED;
    for (let second = 0; second <= 20; second += 1) {
      meter = counted(meter, second * 1_000, { ...counts, packets: second * 1_000, lost: Math.min(second, 5) * 100 });
    }
    expect(reading(meter, 20_000).loss).toBe(0);
  });
});

describe("a connection's statistics", () => {
  const video = { type: "inbound-rtp", kind: "video", packetsReceived: 10, packetsLost: 1, framesDecoded: 4, framesDropped: 2, totalDecodeTime: 0.5 };

  it("are summed over the pictures that come in", () => {
    expect(pictureCounts([video, video, { ...video, kind: "audio" }, { ...video, type: "outbound-rtp" }])).toEqual({
      videos: 2, packets: 20, lost: 2, decoded: 8, dropped: 4, decodeSeconds: 1,
    });
  });

  it("may lack figures, or be none", () => {
    expect(pictureCounts([{ type: "inbound-rtp", kind: "video", packetsLost: "1", framesDecoded: Number.NaN }, null, 3, {}])).toEqual({
      ...NO_PICTURES, videos: 1,
    });
  });
});
