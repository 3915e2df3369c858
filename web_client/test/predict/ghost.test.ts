import { describe, expect, it } from "vitest";
import type { Stick } from "../../src/input/stick";
import { NEUTRAL } from "../../src/input/stick";
import { viewAxes } from "../../src/predict/camera";
import { type Bounds, drawnTo, type Ghost, ghostAt, isResting, moveGhost, PACE, wished, withGripper, WORKING_PITCH } from "../../src/predict/ghost";
import { inverse, rollSpan } from "../../src/predict/inverse";
import { reachOf } from "../../src/predict/reach";
import type { PoseTarget } from "../../src/wire";
import { LIMITS, poseOf, READY, WORKSPACE } from "./vectors";

const FACING = viewAxes([0, 1, 0, 0.6, 0, -0.8, -0.8, 0, -0.6]); // from ahead of the arm, looking back and down at it
const free: Bounds = { workspace: WORKSPACE, reach: (_from, to) => to, roll: rollSpan(LIMITS) };
const arm: Bounds = { ...free, reach: reachOf({ limits: LIMITS, workspace: WORKSPACE }, () => READY.joints) };
const ready = poseOf(READY.pose);
const stick = (part: Partial<Stick>): Stick => ({ ...NEUTRAL, device: "keyboard", ...part });

function run(ghost: Ghost, part: Partial<Stick>, seconds: number, bounds = arm, dt = 1 / 60): Ghost {
  let now = ghost;
  for (let t = 0; t < seconds - 1e-9; t += dt) now = moveGhost(now, wished(stick(part), FACING, PACE), dt, bounds, PACE);
  return now;
}

const travelled = (a: PoseTarget, b: PoseTarget): number => Math.hypot(a.x_m - b.x_m, a.y_m - b.y_m, a.z_m - b.z_m);

describe("the ghost", () => {
  it("moves toward the arm when told away, and to the arm's left when told right, for a camera that faces it", () => {
    expect(run(ghostAt(ready), { away: 1 }, 0.3).pose.x_m).toBeLessThan(ready.x_m - 0.02);
    expect(run(ghostAt(ready), { right: 1 }, 0.3).pose.y_m).toBeGreaterThan(ready.y_m + 0.02);
  });

  it("never goes faster than its pace, also through a slow page", () => {
    let ghost = ghostAt(ready);
    for (const dt of [0.016, 0.016, 0.05, 0.4, 2, 0.016]) {
      const next = moveGhost(ghost, wished(stick({ right: 1 }), FACING, PACE), dt, free, PACE);
      expect(travelled(ghost.pose, next.pose)).toBeLessThanOrEqual(PACE.speed * 0.05 + 1e-12);
      ghost = next;
    }
  });

  it("reaches full speed within its time, and stands in the frame after it was let go where it was drawn", () => {
    const moving = run(ghostAt(ready), { right: 1 }, PACE.rise + 0.02, free);
    expect(moving.velocity.y_m_s).toBeCloseTo(PACE.speed, 6);
    const after = moveGhost(moving, wished(NEUTRAL, FACING, PACE), 1 / 60, free, PACE);
    expect(isResting(after)).toBe(true);
    expect(after.pose).toEqual(moving.pose);
  });

  it("stays where it is once let go", () => {
    const moved = run(run(ghostAt(ready), { right: 1, away: -1 }, 0.4), {}, 0.2);
    expect(travelled(run(moved, {}, 5).pose, moved.pose)).toBe(0);
  });

  it("is slow when fine", () => {
    const fast = travelled(run(ghostAt(ready), { right: 1 }, 0.5, free).pose, ready);
    const slow = travelled(run(ghostAt(ready), { right: 1, fine: true }, 0.5, free).pose, ready);
    expect(slow).toBeLessThan(fast * 0.4);
    expect(slow).toBeGreaterThan(fast * 0.2);
  });

  it("stops at the walls of the workspace and leaves them at once", () => {
    const low = run(ghostAt(ready), { up: -1 }, 3, free);
    expect(low.pose.z_m).toBe(WORKSPACE.z_m[0]);
    expect(low.velocity.z_m_s).toBe(0);
    expect(run(low, { up: 1 }, 0.1, free).pose.z_m).toBeGreaterThan(WORKSPACE.z_m[0] + 0.004);
  });

  it("may come back from outside of a wall without a leap", () => {
    const outside = ghostAt({ ...ready, z_m: WORKSPACE.z_m[1] + 0.05 });
    const next = moveGhost(outside, wished(stick({ up: -1 }), FACING, PACE), 1 / 60, free, PACE);
    expect(next.pose.z_m).toBeGreaterThan(WORKSPACE.z_m[1] + 0.04);
  });

  it("is always where the arm can be, and slides along its reach", () => {
    let ghost = ghostAt(ready);
    const ways: Partial<Stick>[] = [{ away: -1 }, { away: -1, right: 1 }, { up: 1, right: -1 }, { away: 1, up: -1 }, { right: 1 }];
    for (const way of ways) {
      for (let step = 0; step < 120; step += 1) {
        ghost = moveGhost(ghost, wished(stick(way), FACING, PACE), 1 / 60, arm, PACE);
        expect(inverse(ghost.pose, LIMITS, READY.joints)).not.toBeNull();
      }
    }
    const edge = run(ghostAt(ready), { away: -1 }, 4);
    const slid = run(edge, { away: -1, right: 1 }, 0.5);
    expect(slid.pose.y_m).toBeGreaterThan(edge.pose.y_m + 0.02);
  });

  it("tilts back to the chosen pitch when there is room again", () => {
    const chosen = ghostAt({ ...ready, z_m: 0.03, pitch_rad: -Math.PI / 2 + 0.05 });
    const high = run(chosen, { up: 1 }, 1);
    expect(high.pose.pitch_rad).toBeGreaterThan(chosen.pose.pitch_rad + 0.05);
    const back = run(high, { up: -1 }, 1.1);
    expect(back.pose.pitch_rad).toBeCloseTo(chosen.pose.pitch_rad, 3);
  });

  it("tilts to its wish at a bounded rate, and only while hands move it", () => {
    const waiting = ghostAt({ ...ready, z_m: 0.05, pitch_rad: -1.1 }, WORKING_PITCH);
    expect(run(waiting, {}, 1).pose.pitch_rad).toBe(-1.1);
    const begun = moveGhost(waiting, wished(stick({ up: -1 }), FACING, PACE), 1 / 60, arm, PACE);
    expect(begun.pose.pitch_rad).toBeGreaterThan(-1.1 - (PACE.turn / 60) * 1.01);
    expect(run(begun, { up: -1 }, 0.5).pose.pitch_rad).toBeCloseTo(WORKING_PITCH, 3);
  });

  it("takes the tilt that the player gives from where it is", () => {
    const high = run(ghostAt({ ...ready, pitch_rad: -Math.PI / 2 + 0.05 }), { up: 1 }, 1);
    const tilted = run(high, { pitch: 1 }, 0.3);
    expect(tilted.pose.pitch_rad).toBeGreaterThan(high.pose.pitch_rad + 0.1);
    expect(run(tilted, {}, 0.5).pose.pitch_rad).toBeCloseTo(tilted.pose.pitch_rad, 1);
  });

  it("sends velocities that the wire allows, whatever the pitch does", () => {
    let ghost = ghostAt({ ...ready, pitch_rad: -Math.PI / 2 });
    for (let step = 0; step < 300; step += 1) {
      ghost = moveGhost(ghost, wished(stick({ up: step < 150 ? 1 : -1, away: -1 }), FACING, PACE), 0.001, arm, PACE);
      expect(Math.abs(ghost.velocity.pitch_rad_s)).toBeLessThanOrEqual(50);
      expect(Math.abs(ghost.velocity.z_m_s)).toBeLessThanOrEqual(5);
    }
  });

  it("keeps everything but the gripper when the gripper is asked for", () => {
    const ghost = withGripper(ghostAt(ready), 1);
    expect(ghost.pose).toEqual({ ...ready, gripper: 1 });
  });

  it("is drawn to the arm smoothly, keeping gripper and wish", () => {
    const far = ghostAt({ ...ready, x_m: ready.x_m + 0.05, gripper: 1 }, -1);
    const near = drawnTo(far, ready, 1 / 60, 0.25);
    expect(near.pose.x_m).toBeLessThan(far.pose.x_m);
    expect(near.pose.x_m).toBeGreaterThan(ready.x_m + 0.04);
    expect(near.pose.gripper).toBe(1);
    expect(near.pitchWish).toBe(-1);
  });

  it("lets any way be taken when it is out of the arm's reach already", () => {
    const lost = { ...ready, x_m: 0.9 };
    expect(arm.reach(lost, { ...lost, x_m: 0.89 }).x_m).toBe(0.89);
  });
});
