import { describe, expect, it } from "vitest";
import { NEUTRAL } from "../../src/input/stick";
import { type Drive, IDLE, stepDrive } from "../../src/play/drive";
import { Foresight } from "../../src/play/foresight";
import { shownPose, wayOf, withJaws } from "../../src/play/scene";
import { ghostAt } from "../../src/predict/ghost";
import { forward, rollSpan } from "../../src/predict/inverse";
import { LEASH_M } from "../../src/predict/leash";
import { apart } from "../../src/predict/reference";
import { reachOf } from "../../src/predict/reach";
import type { State } from "../../src/wire";
import { LIMITS, poseOf, READY, WORKSPACE } from "../predict/vectors";

const BOUNDS = { limits: LIMITS, workspace: WORKSPACE };
const ready = poseOf(READY.pose);
const armState = (part: Partial<State> = {}): State => ({
  type: "state", version: 1, now_ns: 1n, mode: "play", cause: "none", stop_id: null, stop_generation: 0, applied_sequence: 0,
  measured_rad: READY.joints, applied_rad: READY.joints, measured_pose: ready, applied_pose: ready, limits: [], speed_scale: 1,
  loads: [], temperatures_c: [], voltages_v: [], move_id: null, bus_ok: true, posture: "held", slowed: [], ...part,
});
const at = (part: Partial<typeof ready>): Drive => ({ ...IDLE, following: false, ghost: ghostAt({ ...ready, ...part }) });

describe("what is foreseen", () => {
  it("is nothing until hands move the ghost, and nothing again when the ghost follows the arm", () => {
    const foresight = new Foresight(BOUNDS);
    foresight.lead(at({}), 1, 0);
    expect(foresight.joints).toBeNull();
    foresight.hear(armState());
    foresight.lead({ ...IDLE, ghost: ghostAt(ready) }, 1, 0);
    expect([foresight.joints, foresight.rest, foresight.behind]).toEqual([null, null, []]);
    foresight.lead(at({}), 1, 0);
    foresight.lead(at({ y_m: 0.05 }), 2, 0.1);
    expect(foresight.joints).not.toBeNull();
    expect(foresight.behind.length).toBe(10);
    expect(foresight.begun).toBe(1);
    foresight.lead(IDLE, 3, 0.2);
    expect([foresight.joints, foresight.rest, foresight.behind, foresight.pressing]).toEqual([null, null, [], null]);
    foresight.lead(at({}), 4, 0.3);
    expect(foresight.begun).toBe(2);
  });

  it("is forgotten in a hold, also when the arm follows again before the next frame", () => {
    const foresight = new Foresight(BOUNDS);
    foresight.hear(armState());
    foresight.lead(at({ y_m: 0.05 }), 1, 0);
    foresight.lead(at({ y_m: 0.05 }), 2, 0.1);
    foresight.hear(armState({ mode: "hold" }));
    foresight.hear(armState());
    expect([foresight.joints, foresight.rest]).toEqual([null, null]);
    foresight.lead(at({}), 3, 0.2);
    expect(foresight.begun).toBe(2);
  });

  it("leads the way from the arm through what it has been told to where it will rest", () => {
    const foresight = new Foresight(BOUNDS);
    foresight.hear(armState());
    for (let frame = 0; frame <= 30; frame += 1) foresight.lead(at({ y_m: ready.y_m + 0.002 * frame }), frame + 1, frame / 60);
    const ghost = { ...ready, y_m: ready.y_m + 0.06 };
    const way = wayOf(armState(), ghost, foresight.rest, foresight.behind);
    const sides = way.map((point) => point[1]);
    expect(sides.length).toBeGreaterThan(40);
    expect(sides.every((side, step) => step === 0 || side >= (sides[step - 1] ?? 0) - 1e-3)).toBe(true);
    expect(apart(shownPose(ghost, foresight.rest), ghost)).toBe(0);
    expect(Math.abs(forward(foresight.joints ?? []).y_m - ghost.y_m)).toBeLessThan(0.04);
  });

  it("shuts the ghost's jaws in the time that the arm's need", () => {
    const foresight = new Foresight(BOUNDS);
    foresight.hear(armState());
    const openings = Array.from({ length: 60 }, (_, frame) => {
      const drive = at({ gripper: 0 });
      foresight.lead(drive, frame, frame / 60);
      return withJaws(drive.ghost?.pose ?? ready, foresight.joints).gripper;
    });
    expect(openings[0]).toBeCloseTo(ready.gripper, 1);
    expect(openings.every((open, frame) => frame === 0 || open <= (openings[frame - 1] ?? 0) + 1e-9)).toBe(true);
    expect(openings[6]).toBeGreaterThan(0.5 * ready.gripper);
    expect(openings[59]).toBeCloseTo(0, 2);
    expect(withJaws(ready, null)).toBe(ready);
  });

  it("counts what it missed, and keeps a ghost near an arm that presses", () => {
    const foresight = new Foresight(BOUNDS);
    const pressed = (sequence: number): State => armState({ applied_sequence: sequence, limits: ["contact"] });
    const bounds = { workspace: WORKSPACE, reach: reachOf(BOUNDS, () => READY.joints), roll: rollSpan(LIMITS) };
    let drive = IDLE;
    let lowest = 0;
    foresight.hear(armState());
    for (let frame = 1; frame <= 240; frame += 1) {
      if (frame > 18) foresight.hear(pressed(frame - 18));
      const setting = {
        playing: true, run: { running: true, loss: "not_started" }, sees: true, state: frame > 18 ? pressed(frame - 18) : armState(),
        axes: { right: [0, 1], away: [-1, 0] }, bounds, pressing: foresight.pressing,
      } as const;
      drive = stepDrive(drive, { stick: { ...NEUTRAL, up: -1, device: "keyboard" }, toggleGripper: false, seconds: 1 / 60 }, setting);
      foresight.lead(drive, frame, frame / 60);
      if (frame > 120) lowest = Math.max(lowest, ready.z_m - (drive.ghost?.pose.z_m ?? 0));
    }
    expect(foresight.missed.length).toBeGreaterThan(200);
    expect(lowest).toBeGreaterThan(0.5 * LEASH_M);
    expect(lowest).toBeLessThan(LEASH_M + 0.004);
    foresight.hear(armState({ applied_sequence: 230 }));
    expect(foresight.pressing).toBeNull();
  });
});
