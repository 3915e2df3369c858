import { describe, expect, it } from "vitest";
import { Arrival } from "../../src/play/arrival";
import { type Drive, IDLE } from "../../src/play/drive";
import { ghostAt } from "../../src/predict/ghost";
import type { PoseTarget, State } from "../../src/wire";
import { poseOf, READY } from "../predict/vectors";

const ready = poseOf(READY.pose);
const there: PoseTarget = { ...ready, y_m: ready.y_m + 0.05 };
const ghost = (pose: PoseTarget): Drive => ({ ...IDLE, following: false, ghost: ghostAt(pose) });
const told = (sequence: number, applied: PoseTarget, measured = applied): State => ({
  type: "state", version: 1, now_ns: 1n, mode: "play", cause: "none", stop_id: null, stop_generation: 0, applied_sequence: sequence,
  measured_rad: READY.joints, applied_rad: READY.joints, measured_pose: measured, applied_pose: applied, limits: [], speed_scale: 1,
  loads: [], temperatures_c: [], voltages_v: [], move_id: null, bus_ok: true, posture: "held", slowed: [],
});

/** An arm that reports this of a ghost that went to `there` with message 2 and has stood for three messages. */
function arrived(report: State): boolean {
  const arrival = new Arrival();
  arrival.lead(ghost(ready), 1);
  for (const sequence of [2, 3, 4]) arrival.lead(ghost(there), sequence);
  arrival.hear(report);
  return arrival.arrived;
}

describe("the mark that the arm has arrived", () => {
  it("comes with the report that the arm is there by the message that put the ghost there, and none before it", () => {
    expect(arrived(told(2, there))).toBe(true);
    expect(arrived(told(4, { ...there, x_m: there.x_m + 0.0009 }, { ...there, x_m: there.x_m + 0.0039 }))).toBe(true);
    expect(arrived(told(1, there))).toBe(false);
  });

  it.each<[string, State]>([
    ["the motion is still on its way", told(3, { ...there, y_m: there.y_m - 0.0015 }, there)],
    ["the measured arm lags or hangs", told(3, there, { ...there, z_m: there.z_m - 0.005 })],
    ["the arm is held", { ...told(3, there), mode: "hold" }],
    ["the tool is still tilting", told(3, { ...there, pitch_rad: there.pitch_rad + 0.03 }, there)],
    ["the tool is still turning", told(3, there, { ...there, roll_rad: there.roll_rad - 0.07 })],
  ])("does not come while %s", (_, report) => {
    expect(arrived(report)).toBe(false);
  });

  it("does not wait for the jaws", () => {
    expect(arrived(told(3, { ...there, gripper: 0 }, { ...there, gripper: 1 }))).toBe(true);
  });

  it("goes when the ghost moves on, when the arm is pushed away, and when the ghost follows the arm", () => {
    const arrival = new Arrival();
    arrival.hear(told(0, ready));
    expect(arrival.arrived).toBe(false);
    arrival.lead(ghost(ready), 1);
    arrival.hear(told(1, ready));
    expect(arrival.arrived).toBe(true);
    arrival.lead(ghost(there), 2);
    expect(arrival.arrived).toBe(false);
    arrival.hear(told(1, there));
    expect(arrival.arrived).toBe(false);
    arrival.hear(told(2, there));
    expect(arrival.arrived).toBe(true);
    arrival.hear(told(2, there, ready));
    expect(arrival.arrived).toBe(false);
    arrival.hear(told(2, there));
    arrival.lead({ ...IDLE, ghost: ghostAt(there) }, 3);
    expect(arrival.arrived).toBe(false);
    arrival.lead(IDLE, 4);
    arrival.hear(told(4, there));
    expect(arrival.arrived).toBe(false);
  });
});
