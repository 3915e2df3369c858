import { describe, expect, it } from "vitest";
import { choosePad, newlyPressed, type PadReading, readPad, shaped } from "../../src/input/gamepad";
import { NO_TOUCH, touchStick } from "../../src/input/hands";
import { actOf, isAxisKey, numberOf, stickOf } from "../../src/input/keys";
import { NOT_STARTED, stepRun } from "../../src/input/run";
import { firstMoving, isMoving, NEUTRAL } from "../../src/input/stick";
import { AT_REST, thumbAt } from "../../src/input/thumbstick";

const keys = (...codes: string[]) => stickOf(new Set(codes));

describe("keys", () => {
  it("move as the viewer sees it", () => {
    expect(keys("KeyW")).toMatchObject({ away: 1, right: 0, up: 0, device: "keyboard" });
    expect(keys("KeyS")).toMatchObject({ away: -1 });
    expect(keys("KeyA")).toMatchObject({ right: -1 });
    expect(keys("KeyD")).toMatchObject({ right: 1 });
    expect(keys("KeyQ")).toMatchObject({ up: -1 });
    expect(keys("KeyE")).toMatchObject({ up: 1 });
    expect(keys("KeyR")).toMatchObject({ pitch: 1 });
    expect(keys("KeyF")).toMatchObject({ pitch: -1 });
    expect(keys("KeyZ")).toMatchObject({ roll: -1 });
    expect(keys("KeyC")).toMatchObject({ roll: 1 });
  });

  it("are no faster on a diagonal", () => {
    const { away, right, up } = keys("KeyW", "KeyD", "KeyE");
    expect(Math.hypot(away, right, up)).toBeCloseTo(1, 12);
  });

  it("cancel their opposites, and two keys for one way count once", () => {
    expect(keys("KeyW", "KeyS")).toEqual(NEUTRAL);
    expect(keys("KeyW", "ArrowUp")).toMatchObject({ away: 1 });
  });

  it("are slow with Shift, which alone moves nothing", () => {
    expect(keys("KeyW", "ShiftLeft").fine).toBe(true);
    expect(keys("KeyW").fine).toBe(false);
    expect(isMoving(keys("ShiftRight"))).toBe(false);
  });

  it("act once where they do not move", () => {
    expect(actOf("Space")).toBe("gripper");
    expect(actOf("Escape")).toBe("stop_motion");
    expect(actOf("Enter")).toBe("go");
    expect(actOf("KeyW")).toBeNull();
    expect(isAxisKey("KeyW")).toBe(true);
    expect(isAxisKey("Space")).toBe(false);
    expect(actOf("constructor")).toBeNull();
    expect(isAxisKey("constructor")).toBe(false);
  });
});

const pad = (axes: number[], down: number[] = [], values: Record<number, number> = {}): PadReading => ({
  id: "test pad",
  connected: true,
  mapping: "standard",
  axes,
  buttons: Array.from({ length: 17 }, (_, at) => ({ pressed: down.includes(at), value: values[at] ?? (down.includes(at) ? 1 : 0) })),
});

describe("digit keys", () => {
  it("name pieces and slots", () => {
    expect(numberOf("Digit3")).toBe(3);
    expect(numberOf("Numpad9")).toBe(9);
    expect(numberOf("Digit0")).toBeNull();
    expect(numberOf("KeyW")).toBeNull();
  });
});

describe("gamepad", () => {
  it("has a dead zone that is round", () => {
    expect(shaped(0.1, 0.1)).toEqual([0, 0]);
    expect(shaped(0.14, 0.14)[0]).toBeGreaterThan(0);
    expect(shaped(Number.NaN, 0)).toEqual([0, 0]);
  });

  it("keeps the direction, reaches 1 at the rim and never goes beyond", () => {
    const [x, y] = shaped(0.5, 0.25);
    expect(y / x).toBeCloseTo(0.5, 12);
    expect(Math.hypot(...shaped(1, 0))).toBeCloseTo(1, 12);
    expect(Math.hypot(...shaped(1, 1))).toBeLessThanOrEqual(1 + 1e-12);
  });

  it("is finer near the middle than a straight line", () => {
    expect(shaped(0.5, 0)[0]).toBeLessThan((0.5 - 0.15) / 0.85);
  });

  it("maps the standard layout", () => {
    expect(readPad(pad([1, 0, 0, 0])).stick).toMatchObject({ right: 1, away: 0, device: "gamepad" });
    expect(readPad(pad([0, -1, 0, 0])).stick).toMatchObject({ away: 1 });
    expect(readPad(pad([0, 0, 0, -1])).stick).toMatchObject({ up: 1 });
    expect(readPad(pad([0, 0, 1, 0])).stick).toMatchObject({ pitch: 1 });
    expect(readPad(pad([0, 0, 0, 0], [], { 7: 1 })).stick).toMatchObject({ roll: 1 });
    expect(readPad(pad([0, 0, 0, 0], [], { 6: 1 })).stick).toMatchObject({ roll: -1 });
    expect(readPad(pad([1, 0, 0, 0], [4])).stick.fine).toBe(true);
    expect(readPad(pad([0, 0, 0, 0])).stick).toEqual(NEUTRAL);
    expect(readPad(pad([])).stick).toEqual(NEUTRAL);
  });

  it("acts when a button goes down, not while it stays down", () => {
    const up = readPad(pad([])).buttons;
    const down = readPad(pad([], [0, 1, 3, 9])).buttons;
    expect(newlyPressed(up, down)).toEqual({ gripper: true, stop: true, go: true, swapCameras: true });
    expect(newlyPressed(down, down)).toEqual({ gripper: false, stop: false, go: false, swapCameras: false });
  });

  it("listens only to a connected pad with the standard mapping", () => {
    const good = pad([]);
    expect(choosePad([null, { ...good, mapping: "" }, { ...good, connected: false }, good])).toBe(good);
    expect(choosePad([null])).toBeNull();
  });
});

describe("touch", () => {
  it("keeps the knob within the stick", () => {
    const { dx, dy, x, y } = thumbAt(300, -400, 50);
    expect(Math.hypot(dx, dy)).toBeCloseTo(50, 9);
    expect(x).toBeGreaterThan(0);
    expect(y).toBeGreaterThan(0);
    expect(thumbAt(2, 2, 50)).toMatchObject({ x: 0, y: 0 });
  });

  it("moves with the left thumb, lifts and turns with the right", () => {
    const up = { ...AT_REST, x: 0.2, y: 0.7 };
    expect(touchStick({ ...NO_TOUCH, left: up })).toMatchObject({ right: 0.2, away: 0.7, device: "touch" });
    expect(touchStick({ ...NO_TOUCH, right: up })).toMatchObject({ roll: 0.2, up: 0.7 });
    expect(touchStick({ ...NO_TOUCH, tilt: -1 })).toMatchObject({ pitch: -1 });
    expect(touchStick(NO_TOUCH)).toEqual(NEUTRAL);
  });
});

describe("devices together", () => {
  it("listen to the first that moves", () => {
    const key = keys("KeyW");
    expect(firstMoving([NEUTRAL, key, { ...key, device: "gamepad" }])).toBe(key);
    expect(firstMoving([NEUTRAL])).toEqual(NEUTRAL);
  });
});

describe("hold-to-run", () => {
  const running = stepRun(NOT_STARTED, { kind: "go" });

  it("begins with a clear act and ends with any loss", () => {
    expect(running.running).toBe(true);
    for (const why of ["player", "focus", "hidden", "gamepad", "link"] as const) {
      expect(stepRun(running, { kind: "lost", why })).toEqual({ running: false, loss: why });
    }
  });

  it("keeps the first reason", () => {
    const lost = stepRun(running, { kind: "lost", why: "focus" });
    expect(stepRun(lost, { kind: "lost", why: "hidden" })).toBe(lost);
  });

  it("ends when the arm is stopped or the operator holds it, not at a hiccup of the link", () => {
    expect(stepRun(running, { kind: "arm", mode: "latched", cause: "stop_pressed" })).toEqual({ running: false, loss: "stopped" });
    expect(stepRun(running, { kind: "arm", mode: "hold", cause: "operator" })).toEqual({ running: false, loss: "over" });
    expect(stepRun(running, { kind: "arm", mode: "hold", cause: "silence" })).toBe(running);
    expect(stepRun(running, { kind: "arm", mode: "play", cause: "none" })).toBe(running);
  });

  it("is not taken up by the arm alone", () => {
    expect(stepRun(NOT_STARTED, { kind: "arm", mode: "play", cause: "none" })).toBe(NOT_STARTED);
  });

  it("begins a turn although the arm still holds from the turn before", () => {
    const begun = stepRun(NOT_STARTED, { kind: "go" });
    expect(stepRun(begun, { kind: "arm", mode: "hold", cause: "turn_over" }).running).toBe(true);
    expect(stepRun(begun, { kind: "arm", mode: "hold", cause: "operator" }).running).toBe(false);
  });
});
