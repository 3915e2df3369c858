import { describe, expect, it } from "vitest";
import { aged, bySeverity, canRest, canWake, fraction, heat, overLimit, seenOf, summary } from "../../src/pages/operate/summary";
import type { CellCard, State } from "../../src/wire";

const CELL: CellCard = {
  cell_id: "home",
  name: { en: "Home", zh: "家" },
  online: true,
  source: "sim",
  arm: "so101",
  mode: "idle",
  cause: "none",
  stop_id: null,
  stop_generation: 1,
  turn_id: null,
  driver: null,
  driver_since_s: null,
  viewers: 0,
  queue_length: 0,
  wait_s: 0,
  thumbnail_version: 1,
  joints: [],
  positions_rad: [0.1],
  temperatures_c: [30],
  bus_ok: true,
  cameras_ok: true,
  recorder: "idle",
  status_age_s: 0.2,
  posture: "held",
  bus_note: "",
};
const POSE = { type: "pose", x_m: 0, y_m: 0, z_m: 0, pitch_rad: 0, roll_rad: 0, gripper: 0 } as const;
const STATE: State = {
  type: "state",
  version: 1,
  now_ns: 1,
  mode: "latched",
  cause: "bus_lost",
  stop_id: "stop-9",
  stop_generation: 2,
  applied_sequence: 0,
  measured_rad: [0.5],
  applied_rad: [0.6],
  measured_pose: POSE,
  applied_pose: POSE,
  limits: [],
  speed_scale: 1,
  loads: [0.1],
  temperatures_c: [40],
  voltages_v: [7.4],
  move_id: null,
  bus_ok: false,
  posture: "held",
  slowed: [],
};

const headOf = (cell: CellCard, state: State | null = null) => summary(cell, seenOf(cell, state), state !== null);

describe("what the operator sees first", () => {
  it("is grey in every mode that needs nobody", () => {
    for (const mode of ["idle", "play", "hold"] as const) expect(headOf({ ...CELL, mode }).urgency).toBe("normal");
  });

  it("asks for a person when latched, whatever the cause, and says what to do", () => {
    const head = headOf({ ...CELL, mode: "latched", cause: "overheat", stop_id: "s" });
    expect(head.urgency).toBe("act");
    expect(head.word.en).toBe("STOPPED");
    expect(head.advice.en).toContain("reset");
  });

  it("says that the arm is being lowered or lies released, and what then", () => {
    expect(headOf({ ...CELL, posture: "resting" }).word.en).toBe("LOWERING");
    const idle = headOf({ ...CELL, posture: "released" });
    expect([idle.word.en, idle.urgency]).toEqual(["RELEASED", "attention"]);
    expect(idle.advice.en).toContain("wake it up");
    const hot = headOf(CELL, { ...STATE, bus_ok: true, cause: "overheat", posture: "released" });
    expect([hot.word.en, hot.cause.en, hot.urgency]).toEqual(["RELEASED", "A servo is too hot", "act"]);
    expect(hot.advice.en).toContain("torque again");
  });

  it("offers to lower the arm only while it is held, its bus answers and nobody plays", () => {
    const of = (part: Partial<CellCard>): boolean => canRest(seenOf({ ...CELL, ...part }, null));
    expect([of({}), of({ mode: "latched" }), of({ mode: "hold" })]).toEqual([true, true, true]);
    expect([of({ mode: "play" }), of({ posture: "released" }), of({ bus_ok: false })]).toEqual([false, false, false]);
    expect(canRest(null)).toBe(false);
  });

  it("offers to wake the arm only while it lies released and no stop waits for its reset", () => {
    const of = (part: Partial<CellCard>): boolean => canWake(seenOf({ ...CELL, posture: "released", ...part }, null));
    expect([of({}), of({ mode: "hold" })]).toEqual([true, true]);
    expect([of({ mode: "latched" }), of({ mode: "play" }), of({ posture: "resting" }), of({ posture: "held" }), of({ bus_ok: false })]).toEqual(Array(5).fill(false));
    expect(canWake(null)).toBe(false);
  });

  it("names what was in the way when the arm could not be lowered", () => {
    const cause = (limits: State["limits"]) => headOf(CELL, { ...STATE, cause: "cannot_lower", limits }).cause;
    expect(cause(["keep_out", "table"])).toEqual({
      en: "The arm could not be lowered: edge of a closed area, close to the table",
      zh: "机械臂无法放下：禁入区域边缘、靠近桌面",
    });
    expect(cause([]).en).toBe("The arm could not be lowered");
    expect(headOf(CELL, { ...STATE, limits: ["table"] }).cause.en).toBe("No contact with the servos");
  });

  it("asks for a look when the drive has something to say", () => {
    expect(headOf({ ...CELL, bus_note: "a controller has incompatible quality of service" }).urgency).toBe("attention");
  });

  it("believes the cell itself before the hub's older card", () => {
    const seen = seenOf(CELL, STATE);
    expect(seen?.stopId).toBe("stop-9");
    expect(seen?.goals).toEqual([0.6]);
    expect(headOf(CELL, STATE).urgency).toBe("act");
  });

  it("says offline when the hub hears nothing and no link is up", () => {
    const away = { ...CELL, online: false };
    expect(headOf(away).word.en).toBe("OFFLINE");
    expect(headOf(away, STATE).word.en).toBe("STOPPED");
    expect(headOf({ ...CELL, mode: null }).word.en).toBe("OFFLINE");
  });

  it("never shows old figures as if they were new", () => {
    const head = headOf({ ...CELL, status_age_s: 9 });
    expect(head.urgency).toBe("attention");
    expect(head.cause.en).toContain("old");
    expect(head.advice.en).toContain("Look at the arm");
    expect(headOf(aged(CELL, 0.9)).urgency).toBe("normal");
    expect(headOf(aged(CELL, 5)).urgency).toBe("attention");
  });

  it("puts cells that need someone first and keeps the order otherwise", () => {
    const cells = ["a", "b", "c"].map((cell_id) => ({ ...CELL, cell_id }));
    const [a, b, c] = cells;
    if (a === undefined || b === undefined || c === undefined) throw new Error("three cells");
    const sorted = bySeverity([a, { ...b, status_age_s: 10 }, { ...c, mode: "latched" }]);
    expect(sorted.map((cell) => cell.cell_id)).toEqual(["c", "b", "a"]);
  });
});

describe("bars", () => {
  it("clip to their range", () => {
    expect([fraction(-9, -1, 1), fraction(0, -1, 1), fraction(9, -1, 1), fraction(0, 1, 1)]).toEqual([0, 0.5, 1, 0]);
  });

  it("colour a joint only beyond its limits, and a servo when it is warm", () => {
    expect([overLimit(1, -1, 1), overLimit(1.03, -1, 1), overLimit(-1.03, -1, 1)]).toEqual([false, true, true]);
    expect([heat(54), heat(55), heat(65)]).toEqual(["normal", "attention", "act"]);
  });
});
