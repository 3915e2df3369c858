import { encode as packed } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { difference, is } from "../../src/link/check";
import { decodeControl, decodeEvent, encode } from "../../src/link/codec";
import { linkQuality } from "../../src/link/quality";
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
    const ping = { type: "ping", version: 1, client_us: 5_000_000_000, pong_cell_ns: 2n ** 60n, pong_received_us: 12 } as const;
    const back = unpacked(encode(ping), { useBigInt64: true });
    expect(back).toMatchObject({ client_us: 5_000_000_000n, pong_cell_ns: 2n ** 60n, pong_received_us: 12 });
  });

  it("does not send what the cell would refuse for its size", () => {
    expect(() => encode({ type: "hello", version: 1, ticket: "x".repeat(3000), language: "en", agent: "" })).toThrow(RangeError);
  });
});

describe("the quality in a word", () => {
  const fine = { connected: true, roundTripMs: 30, jitterMs: 5, silenceMs: 20, pictureMs: 40 };

  it.each([
    ["good", fine],
    ["lost", { ...fine, connected: false }],
    ["stalled", { ...fine, silenceMs: 900 }],
    ["stalled", { ...fine, pictureMs: 1_500 }],
    ["measuring", { ...fine, roundTripMs: null }],
    ["fair", { ...fine, roundTripMs: 130 }],
    ["slow", { ...fine, roundTripMs: 130, jitterMs: 60 }],
    ["poor", { ...fine, roundTripMs: 600 }],
  ])("is %s", (word, figures) => {
    expect(linkQuality(figures)).toBe(word);
  });
});
