import { encode as packed } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { difference, is } from "../../src/link/check";
import { decodeControl, decodeEvent, encode } from "../../src/link/codec";
import { COARSE, FINE, type LinkFigures, type LinkQuality, linkVerdict, needsOf, suffices, told, type ToldVerdict } from "../../src/link/quality";
import { decode as unpacked } from "@msgpack/msgpack";
import type { Pong } from "../../src/wire";

const pose = { type: "pose", x_m: 0.2, y_m: 0, z_m: 0.1, pitch_rad: -1, roll_rad: 0, gripper: 1 };
const state = {
  type: "state", version: 1, now_ns: 12_345_678_901n, mode: "play", cause: "none", stop_id: null, stop_generation: 3,
  applied_sequence: 7, measured_rad: [0, 1], applied_rad: [0, 1], measured_pose: pose, applied_pose: pose, limits: ["reach"],
  speed_scale: 1, loads: [], temperatures_c: [], voltages_v: [], move_id: null, bus_ok: true, posture: "held", slowed: [],
};
const pong: Pong = { type: "pong", version: 1, client_us: 0, cell_ns: 0, offset_ns: null, error_ns: null, round_trip_ns: null, rtp_origins: [] };
const wire = (value: unknown): ArrayBuffer => new Uint8Array(packed(value, { useBigInt64: true })).buffer;

describe("the check", () => {
  it("takes a whole message", () => {
    expect(is("State", state)).toBe(true);
    expect(is("ControlOut", state)).toBe(true);
    expect(is("Pong", pong)).toBe(true);
  });

  it.each([
    ["a missing field", { ...state, mode: undefined }],
    ["a word that is none of the set", { ...state, mode: "dance" }],
    ["a wrong version", { ...state, version: 2 }],
    ["a number that is none", { ...state, speed_scale: Number.NaN }],
    ["text for a number", { ...state, speed_scale: "1" }],
    ["a wrong part", { ...state, measured_pose: { ...pose, x_m: null } }],
    ["a wrong item", { ...state, limits: ["reach", 3] }],
    ["a list for a map", []],
    ["nothing", null],
  ])("refuses %s", (_, message) => {
    expect(is("ControlOut", message)).toBe(false);
  });

  it("says where a message is wrong", () => {
    expect(difference("ControlOut", { ...state, limits: ["reach", 3] })).toBe(".limits[1]: 3");
    expect(difference("State", { ...state, measured_pose: { ...pose, x_m: null } })).toBe(".measured_pose.x_m: null");
    expect(difference("Workspace", { x_m: [0, 1, 2], y_m: [0, 1], z_m: [0, 1] })).toBe(".x_m has 3 items");
    expect(difference("State", state)).toBe("");
    expect(difference("State", 3)).toBe(": 3");
  });

  it("lets newer cells send more", () => {
    expect(is("State", { ...state, mood: "good" })).toBe(true);
  });

  it("counts the items of a tuple", () => {
    expect(is("Workspace", { x_m: [0, 1], y_m: [0, 1], z_m: [0, 1] })).toBe(true);
    expect(is("Workspace", { x_m: [0, 1, 2], y_m: [0, 1], z_m: [0, 1] })).toBe(false);
  });
});

describe("the codec", () => {
  it("reads what the cell writes", () => {
    expect(decodeControl(wire(state))).toEqual({ ...state, now_ns: 12_345_678_901 });
    expect(decodeEvent(wire({ type: "refused", version: 1, reason: "no", text: { en: "No", zh: "不" } }))).toMatchObject({ reason: "no" });
  });

  it("makes bigints only of what no number can hold", () => {
    const late = { ...state, applied_sequence: 1_795_255_082_683n, now_ns: 2n ** 60n + 1n };
    expect(decodeControl(wire(late))).toMatchObject({ applied_sequence: 1_795_255_082_683, now_ns: 2n ** 60n + 1n });
  });

  it.each([
    ["text", "hello"],
    ["no bytes", new ArrayBuffer(0)],
    ["half a message", wire(state).slice(0, 40)],
    ["another channel's message", wire({ ...pong, type: "welcome" })],
    ["too much", new ArrayBuffer(70_000)],
    ["noise", Uint8Array.from({ length: 64 }, (_, at) => (at * 97) % 256).buffer],
  ])("answers null for %s and does not throw", (_, data) => {
    expect(decodeControl(data)).toBeNull();
    expect(decodeEvent(data)).toBeNull();
  });

  it("keeps whole numbers whole, however large", () => {
    const ping = { type: "ping", version: 1, client_us: 5_000_000_000, pong_cell_ns: 2n ** 60n, pong_received_us: 12, restarts: 1 } as const;
    const back = unpacked(encode(ping), { useBigInt64: true });
    expect(back).toMatchObject({ client_us: 5_000_000_000n, pong_cell_ns: 2n ** 60n, pong_received_us: 12 });
  });

  it("does not send what the cell would refuse for its size", () => {
    expect(() => encode({ type: "hello", version: 1, ticket: "x".repeat(3000), language: "en", agent: "" })).toThrow(RangeError);
  });
});

describe("the quality in a word", () => {
  const fine: LinkFigures = {
    connected: true, roundTripMs: 30, jitterMs: 5, loss: 0, silenceMs: 20, quietMs: 16, pictureMs: 60, tells: true,
  };

  it.each<[string, string | null, LinkFigures]>([
    ["good", null, fine],
    ["good", null, { ...fine, jitterMs: null, loss: null }],
    ["lost", null, { ...fine, connected: false }],
    ["stalled", "state", { ...fine, silenceMs: 900 }],
    ["stalled", "picture", { ...fine, quietMs: 1_500 }],
    ["stalled", "picture", { ...fine, pictureMs: 1_100 }],
    ["measuring", null, { ...fine, roundTripMs: null }],
    ["measuring", null, { ...fine, pictureMs: null }],
    ["fair", "unseen", { ...fine, pictureMs: null, tells: false }],
    ["fair", "round_trip", { ...fine, roundTripMs: 130 }],
    ["slow", "round_trip", { ...fine, roundTripMs: 130, jitterMs: 60 }],
    ["poor", "jitter", { ...fine, jitterMs: 200 }],
    ["poor", "round_trip", { ...fine, roundTripMs: 600 }],
    ["fair", "loss", { ...fine, loss: 0.05 }],
    ["poor", "loss", { ...fine, loss: 0.2 }],
    ["fair", "picture", { ...fine, pictureMs: 200 }],
    ["slow", "picture", { ...fine, roundTripMs: 130, pictureMs: 420 }],
    ["poor", "picture", { ...fine, pictureMs: 600, loss: 0.1 }],
    ["stalled", "picture", { ...fine, roundTripMs: null, quietMs: 800, silenceMs: null }],
  ])("is %s for %s", (quality, because, figures) => {
    expect(linkVerdict(figures)).toEqual({ quality, because });
  });

  it("is never good while the picture is old, lossy or unknown, however short the round trip", () => {
    for (let ms = 0; ms <= 2_000; ms += 10) {
      expect(linkVerdict({ ...fine, roundTripMs: 1, jitterMs: 0, pictureMs: ms }).quality === "good").toBe(ms <= 150);
      expect(linkVerdict({ ...fine, quietMs: ms, loss: ms / 2_000 }).quality === "good").toBe(ms <= 50);
    }
  });
});

describe("the word that is told", () => {
  const course = (words: readonly LinkQuality[]): string[] => {
    let now: ToldVerdict | null = null;
    return words.map((quality, at) => {
      now = told(now, { quality, because: null }, at * 250);
      return now.quality;
    });
  };

  it("gets worse at once", () => {
    expect(course(["good", "fair", "poor", "stalled"])).toEqual(["good", "fair", "poor", "stalled"]);
  });

  it("gets better only after a second without anything as bad", () => {
    expect(course(["slow", "good", "good", "good", "good", "good", "good"])).toEqual(["slow", "slow", "slow", "slow", "slow", "good", "good"]);
    expect(course(["slow", "good", "good", "good", "slow", "good", "good"])).toEqual(Array.from({ length: 7 }, () => "slow"));
    expect(course(["slow", "fair", "good", "fair", "good", "fair"])).toEqual(["slow", "slow", "slow", "slow", "slow", "fair"]);
  });

  it("says at once that the link is back, or measured", () => {
    expect(course(["measuring", "good"])).toEqual(["measuring", "good"]);
    expect(course(["lost", "measuring", "fair"])).toEqual(["lost", "measuring", "fair"]);
    expect(course(["stalled", "good"])).toEqual(["stalled", "good"]);
    expect(course(["fair", "lost", "good"])).toEqual(["fair", "lost", "good"]);
  });
});

describe("what a puzzle wants of the link", () => {
  const piece = { id: "red", name: { en: "", zh: "" }, colour: "#ffffff", size_m: 0.03 };
  const slot = { id: "a", name: { en: "", zh: "" }, x_m: 0.2, y_m: 0, radius_m: 0.028, colour: null };
  const goal = { piece: "red", slot: "a", level: 0 };

  it("is little where pieces lie apart with room around them", () => {
    expect(needsOf({ pieces: [piece], slots: [slot], goal: [goal] })).toBe(COARSE);
  });

  it.each([
    ["something is stacked", { pieces: [piece], slots: [slot], goal: [goal, { ...goal, level: 1 }] }],
    ["a slot has little room", { pieces: [piece], slots: [{ ...slot, radius_m: 0.022 }], goal: [goal] }],
    ["nothing is known of the slot", { pieces: [piece], slots: [], goal: [goal] }],
    ["nothing is known of the piece", { pieces: [], slots: [slot], goal: [goal] }],
  ])("is much where %s", (_, puzzle) => {
    expect(needsOf(puzzle)).toBe(FINE);
  });

  it.each([
    [true, { feltMs: 300, pictureMs: 400, loss: 0.05 }],
    [true, { feltMs: 10, pictureMs: null, loss: null }],
    [false, { feltMs: 301, pictureMs: 0, loss: 0 }],
    [false, { feltMs: 0, pictureMs: 401, loss: 0 }],
    [false, { feltMs: 0, pictureMs: 0, loss: 0.06 }],
  ])("is %s met", (met, link) => {
    expect(suffices(FINE, link)).toBe(met);
  });
});
