import { describe, expect, it } from "vitest";
import { NOT_STARTED } from "../../src/input/run";
import { NEUTRAL, type Stick } from "../../src/input/stick";
import { deviceOf, type Drive, handsOn, hearArm, IDLE, type Setting, stepDrive } from "../../src/play/drive";
import { controlOf } from "../../src/play/message";
import { ageOnScreen, median, pictureAge } from "../../src/play/picture_age";
import { apartness, elsewhere, shownPose, surfaceUnder, wayOf } from "../../src/play/scene";
import { blindness } from "../../src/play/sight";
import { hull } from "../../src/play/silhouette";
import { restraintWords } from "../../src/play/status";
import { clickOn, contains, type PieceDrawn, type SlotDrawn, targetAt } from "../../src/play/table";
import { begin, hear, phaseOf, secondsLeft, UNTOLD } from "../../src/play/turn";
import { restFor } from "../../src/predict/rest";
import { PACE } from "../../src/predict/ghost";
import { rollSpan } from "../../src/predict/inverse";
import { reachOf } from "../../src/predict/reach";
import type { RefereeNews, State, TurnOver, Welcome } from "../../src/wire";
import { LIMITS, poseOf, READY, WORKSPACE } from "../predict/vectors";

const ready = poseOf(READY.pose);
const armState = (part: Partial<State> = {}): State => ({
  type: "state", version: 1, now_ns: 1n, mode: "play", cause: "none", stop_id: null, stop_generation: 0, applied_sequence: 0,
  measured_rad: READY.joints, applied_rad: READY.joints, measured_pose: ready, applied_pose: ready, limits: [], speed_scale: 1,
  loads: [], temperatures_c: [], voltages_v: [], move_id: null, bus_ok: true, posture: "held", slowed: [], ...part,
});
const setting = (part: Partial<Setting> = {}): Setting => ({
  playing: true,
  run: { running: true, loss: "not_started" },
  sees: true,
  state: armState(),
  axes: { right: [0, 1], away: [-1, 0] },
  bounds: { workspace: WORKSPACE, reach: reachOf({ limits: LIMITS, workspace: WORKSPACE }, () => READY.joints), roll: rollSpan(LIMITS) },
  ...part,
});
const away: Stick = { ...NEUTRAL, away: 1, device: "keyboard" };

function drive(from: Drive, stick: Stick, seconds: number, where: Setting, toggleGripper = false): Drive {
  let now = stepDrive(from, { stick, toggleGripper, seconds: 1 / 60 }, where);
  for (let t = 1 / 60; t < seconds; t += 1 / 60) now = stepDrive(now, { stick, toggleGripper: false, seconds: 1 / 60 }, where);
  return now;
}

describe("driving", () => {
  it("begins where the arm is", () => {
    expect(drive(IDLE, NEUTRAL, 0.02, setting()).ghost?.pose).toEqual(ready);
  });

  it("waits for the arm's first report", () => {
    expect(drive(IDLE, away, 0.5, setting({ state: null }))).toBe(IDLE);
  });

  it("takes the ghost back to an arm that was held between two frames", () => {
    const moved = drive(IDLE, away, 0.4, setting());
    expect(hearArm(moved, armState())).toBe(moved);
    const back = hearArm(hearArm(moved, armState({ mode: "hold" })), armState());
    expect([back.following, back.ghost?.pose]).toEqual([true, ready]);
    expect(drive(back, NEUTRAL, 0.02, setting()).ghost?.pose).toEqual(ready);
  });

  it("moves the ghost by hand, and leaves it there once let go", () => {
    const moved = drive(drive(IDLE, away, 0.4, setting()), NEUTRAL, 0.2, setting());
    expect(moved.following).toBe(false);
    expect(moved.ghost?.pose.x_m).toBeLessThan(ready.x_m - 0.03);
    expect(drive(moved, NEUTRAL, 3, setting()).ghost?.pose).toEqual(moved.ghost?.pose);
  });

  it.each([
    ["hold-to-run is lost", setting({ run: NOT_STARTED })],
    ["the arm holds", setting({ state: armState({ mode: "hold", cause: "silence" }) })],
    ["the arm is stopped", setting({ state: armState({ mode: "latched", cause: "stop_pressed" }) })],
    ["the turn is not played yet", setting({ playing: false })],
    ["the player sees nothing", setting({ sees: false })],
  ])("snaps the ghost back to the arm when %s, whatever the hands do", (_, where) => {
    const moved = drive(IDLE, away, 0.4, setting());
    const back = drive(moved, away, 0.1, where);
    expect(back.following).toBe(true);
    expect(back.ghost?.pose).toEqual(ready);
  });

  it("follows the arm through a puzzle move until hands are on", () => {
    const moving = setting({ state: armState({ move_id: 4, applied_pose: { ...ready, z_m: 0.2 } }) });
    const watched = drive(IDLE, NEUTRAL, 0.2, moving);
    expect(watched.following).toBe(true);
    expect(watched.ghost?.pose.z_m).toBe(0.2);
    expect(deviceOf(watched, armState({ move_id: 4 }), NEUTRAL)).toBe("puzzle");
    const taken = drive(watched, away, 0.1, moving);
    expect(taken.following).toBe(false);
    expect(drive(taken, NEUTRAL, 0.3, moving).following).toBe(false);
    const next = setting({ state: armState({ move_id: 5 }) });
    expect(drive(taken, NEUTRAL, 0.1, next).following).toBe(true);
  });

  it("toggles the gripper, which counts as hands on for a moment", () => {
    const open = { ...ready, gripper: 1 };
    const where = setting({ state: armState({ applied_pose: open }) });
    const shut = drive(drive(IDLE, NEUTRAL, 0.02, where), NEUTRAL, 0.02, where, true);
    expect(shut.ghost?.pose.gripper).toBe(0);
    expect(handsOn(shut, NEUTRAL)).toBe(true);
    const later = drive(shut, NEUTRAL, 0.3, where);
    expect(handsOn(later, NEUTRAL)).toBe(false);
    expect(drive(later, NEUTRAL, 0.02, where, true).ghost?.pose.gripper).toBe(1);
  });

  it("keeps a grip through a hold", () => {
    const gripping = setting({ state: armState({ applied_pose: { ...ready, gripper: 0.33 } }) });
    const shut = drive(drive(IDLE, NEUTRAL, 0.02, setting({ state: armState({ applied_pose: { ...ready, gripper: 1 } }) })), NEUTRAL, 0.02, gripping, true);
    const held = drive(shut, NEUTRAL, 0.1, setting({ ...gripping, run: NOT_STARTED }));
    expect(held.ghost?.pose.gripper).toBe(0);
    expect(drive(held, NEUTRAL, 0.1, gripping).ghost?.pose.gripper).toBe(0);
  });

  it("settles on where the arm can go when a limit keeps it from the ghost", () => {
    const moved = drive(drive(IDLE, away, 0.4, setting()), NEUTRAL, 0.1, setting());
    const kept = setting({ state: armState({ limits: ["table"] }) });
    expect(drive(moved, NEUTRAL, 0.3, kept).ghost?.pose.x_m).toBeCloseTo(moved.ghost?.pose.x_m ?? 0, 6);
    expect(drive(moved, NEUTRAL, 4, kept).ghost?.pose.x_m).toBeCloseTo(ready.x_m, 4);
    const passing = setting({ state: armState({ limits: ["velocity"] }) });
    expect(drive(moved, NEUTRAL, 4, passing).ghost?.pose.x_m).toBe(moved.ghost?.pose.x_m);
  });

  it("slows down with the arm, and stands still when the arm may not move", () => {
    const way = (speed_scale: number): number =>
      (drive(IDLE, { ...NEUTRAL, right: 1, device: "keyboard" }, 0.4, setting({ state: armState({ speed_scale }) })).ghost?.pose.y_m ?? 0) - ready.y_m;
    expect(way(0.7)).toBeCloseTo(way(1), 6);
    expect(way(0.4)).toBeLessThan(0.75 * way(1));
    expect(way(0)).toBe(0);
  });

  it("writes messages within the wire's bounds", () => {
    const moved = drive(IDLE, away, 0.4, setting());
    const message = controlOf({
      epoch: 2, sequence: 9, at: 1234.5678, running: true, stick: away, drive: moved, seen: null,
      state: armState({ applied_pose: { ...ready, x_m: 99 } }),
    });
    expect(message).toMatchObject({ hold_to_run: true, stick: true, device: "keyboard", client_us: 1_234_568, echo_ns: 1n });
    expect(Math.abs(message.velocity.x_m_s)).toBeLessThanOrEqual(PACE.speed + 1e-9);
    const idle = controlOf({
      epoch: 2, sequence: 9, at: 0, running: false, stick: NEUTRAL, drive: IDLE, seen: null, state: armState({ applied_pose: { ...ready, x_m: 99, gripper: 3 } }),
    });
    expect(idle.pose).toMatchObject({ x_m: 2, gripper: 1 });
    expect(idle.device).toBe("none");
  });
});

const welcome: Welcome = {
  type: "welcome", version: 1, role: "player", cell_id: "home", lease_epoch: 3, turn_ends_ns: null, arm: "so101", joints: LIMITS,
  workspace: WORKSPACE, keep_out: [], cameras: [], track_order: [], source: "sim",
  puzzle: { id: "p", version: 1, title: { en: "", zh: "" }, prompt: { en: "", zh: "" }, time_limit_s: 300, difficulty: 1, pieces: [], slots: [], start: [], goal: [] },
};
const referee: RefereeNews = { type: "referee", version: 1, capture_ns: 0, pieces: [], filled: 0, wanted: 3, moves: 0, elapsed_s: 40 };
const over: TurnOver = { type: "turn_over", version: 1, turn_id: "t", solved: true, reason: { en: "", zh: "" }, score: 1, stars: 3, time_s: 3, moves: 3, episode_id: null };

describe("what the player sees", () => {
  const all = { pictureMs: 30, stateMs: 20, tells: true };

  it.each([
    [null, all],
    [null, { ...all, pictureMs: 999 }],
    ["picture", { ...all, pictureMs: 1_001 }],
    ["picture", { ...all, pictureMs: null }],
    [null, { ...all, pictureMs: null, tells: false }],
    ["state", { ...all, stateMs: 1_001 }],
    ["state", { ...all, stateMs: null, tells: false }],
  ] as const)("is %s missing for %o", (missing, sight) => {
    expect(blindness(sight)).toBe(missing);
  });

  it("says why the arm is slow, lateness before limits, limits before the link", () => {
    expect(restraintWords({ slowed: [], restraint: null, speedScale: 1 })).toBe("");
    expect(restraintWords({ slowed: ["picture_old", "link_slow"], restraint: "table", speedScale: 0.4 })).toBe("slowed to 40 %: your picture is old");
    expect(restraintWords({ slowed: ["link_slow"], restraint: "table", speedScale: 0.7 })).toMatch(/table/);
    expect(restraintWords({ slowed: ["link_slow"], restraint: "slowed", speedScale: 0.7 })).toBe("slowed to 70 %: the connection is slow");
    expect(restraintWords({ slowed: [], restraint: "slowed", speedScale: 0.7 })).toBe("slowed to 70 %");
    expect(restraintWords({ slowed: ["link_slow"], restraint: null, speedScale: 0.99 })).toBe("");
  });
});

describe("the turn", () => {
  it("goes through its phases", () => {
    let turn = UNTOLD;
    expect(phaseOf(turn)).toBe("connecting");
    turn = hear(turn, welcome);
    expect(phaseOf(turn)).toBe("ready");
    turn = begin(turn);
    expect(phaseOf(turn)).toBe("getting_ready");
    turn = hear(turn, { ...welcome, turn_ends_ns: 5n });
    expect(phaseOf(turn)).toBe("playing");
    turn = hear(turn, over);
    expect(phaseOf(turn)).toBe("over");
  });

  it("is found running by a page that is loaded anew", () => {
    expect(phaseOf(hear(hear(UNTOLD, welcome), referee))).toBe("playing");
  });

  it("counts down on the cell's clock, else by the referee's", () => {
    const running = hear(UNTOLD, { ...welcome, turn_ends_ns: 1_000_000_000_000n });
    expect(secondsLeft(running, 940)).toBeCloseTo(60, 9);
    expect(secondsLeft(running, 2_000)).toBe(0);
    expect(secondsLeft(hear(hear(UNTOLD, welcome), referee), null)).toBe(260);
    expect(secondsLeft(UNTOLD, 5)).toBeNull();
  });

  it("keeps the newest news", () => {
    const refused = hear(UNTOLD, { type: "refused", version: 1, reason: "x", text: { en: "No", zh: "不" } });
    expect(refused.refused?.en).toBe("No");
    expect(hear(refused, welcome).refused).toBeNull();
    const move = { type: "move", version: 1, move_id: 1, status: "done", reason: { en: "", zh: "" } } as const;
    expect(hear(UNTOLD, move).move).toBe(move);
  });
});

describe("the age of a picture", () => {
  it("is the time from capture to screen", () => {
    const origin = 4_000_000_000; // wraps soon
    const captureUs = 50_000_000;
    const stamp = (origin + captureUs * 0.09) % 2 ** 32;
    expect(pictureAge(stamp, origin, 49_000_000, 1_042_000)).toBeCloseTo(42, 6);
  });

  it("is right after the stamps have wrapped many times", () => {
    const captureUs = 86_400_000_000 * 30;
    const stamp = (7 + captureUs * 0.09) % 2 ** 32;
    expect(pictureAge(stamp, 7, captureUs, 12_000)).toBeCloseTo(12, 3);
  });

  it("is unknown without a clock or an origin, or when it makes no sense", () => {
    expect(pictureAge(1, null, 1, 1)).toBeNull();
    expect(pictureAge(1, 1, null, 1)).toBeNull();
    expect(pictureAge(0, 0, 0, 100_000_000)).toBeNull();
  });
});

const square = (x: number, y: number, half: number): [number, number][] => [
  [x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half],
];
const piece = (id: string, x: number, y: number, slot: string | null): PieceDrawn => ({
  id, slot, placed: false, colour: "#ffffff", outline: square(x, y, 10), top: square(x, y, 10), height: 0,
});
const slot = (id: string, x: number, y: number): SlotDrawn => ({ id, colour: null, ring: square(x, y, 14), centre: [x, y] });

describe("clicks on the table", () => {
  const pieces = [piece("red", 100, 100, "a"), piece("blue", 200, 100, "b"), piece("loose", 400, 100, null)];
  const slots = [slot("a", 100, 100), slot("b", 200, 100), slot("c", 300, 100)];
  const under = (x: number, y: number) => targetAt(pieces, slots, [x, y], 25);

  it("meet a piece before the slot that it lies in, and near things when nothing is hit", () => {
    expect(under(105, 95)).toEqual({ kind: "piece", id: "red" });
    expect(under(112, 112)).toEqual({ kind: "slot", id: "a" });
    expect(under(320, 100)).toEqual({ kind: "slot", id: "c" });
    expect(under(360, 300)).toBeNull();
  });

  it("choose a piece, then say where it goes", () => {
    expect(clickOn(under(100, 100), null, pieces)).toEqual({ kind: "choose", piece: "red" });
    expect(clickOn(under(300, 100), "red", pieces)).toEqual({ kind: "move", piece: "red", slot: "c" });
    expect(clickOn(under(200, 100), "red", pieces)).toEqual({ kind: "move", piece: "red", slot: "b" });
    expect(clickOn(under(400, 100), "red", pieces)).toEqual({ kind: "choose", piece: "loose" });
  });

  it("let go of a piece when it is clicked again, or nothing is", () => {
    expect(clickOn(under(100, 100), "red", pieces)).toEqual({ kind: "choose", piece: null });
    expect(clickOn(null, "red", pieces)).toEqual({ kind: "choose", piece: null });
    expect(clickOn(under(300, 100), null, pieces)).toEqual({ kind: "choose", piece: null });
  });

  it("know inside from outside", () => {
    expect(contains(square(0, 0, 5), [1, 1])).toBe(true);
    expect(contains(square(0, 0, 5), [6, 1])).toBe(false);
    expect(contains([], [0, 0])).toBe(false);
  });
});

describe("the drawing", () => {
  it("has hulls without inner points", () => {
    const outline = hull([[0, 0], [10, 0], [5, 5], [10, 10], [0, 10], [5, 0]]);
    expect(outline).toHaveLength(4);
  });

  it("shows the ghost only where it differs from the arm", () => {
    expect(apartness(ready, ready)).toBe(0);
    expect(apartness({ ...ready, x_m: ready.x_m + 0.005 }, ready)).toBe(0);
    expect(apartness({ ...ready, x_m: ready.x_m + 0.3 }, ready)).toBe(1);
  });

  it("leads the way to where the arm will rest, and shows the ghost there when the arm cannot come to it", () => {
    const low = { ...ready, x_m: ready.x_m + 0.05, z_m: -0.05 };
    const stopped = restFor(low, READY.joints, { limits: LIMITS, workspace: WORKSPACE });
    expect(stopped.pose.z_m).toBeGreaterThan(0.005);
    expect(elsewhere(stopped)).toBe(stopped);
    const way = wayOf(armState(), low, stopped);
    expect(way[0]).toEqual([ready.x_m, ready.y_m, ready.z_m]);
    expect(way[way.length - 1]).toEqual([stopped.pose.x_m, stopped.pose.y_m, stopped.pose.z_m]);
    const near = { ...ready, y_m: ready.y_m + 0.06 };
    const free = restFor(near, READY.joints, { limits: LIMITS, workspace: WORKSPACE });
    expect(elsewhere(free)).toBeNull();
    const beside = { ...free, pose: { ...free.pose, x_m: free.asked.x_m + 0.003 } };
    expect(elsewhere(beside)).toBe(beside);
    expect(shownPose({ ...near, y_m: near.y_m + 0.01 }, free).y_m).toBe(near.y_m + 0.01); // it moved on since
    expect(wayOf(armState(), near, null)).toHaveLength(2);
  });

  it("lets the ghost's foot stand on what lies below it", () => {
    const info = { id: "red", name: { en: "", zh: "" }, colour: "#ffffff", size_m: 0.03 };
    const seen = { piece: "red", x_m: 0.2, y_m: 0, z_m: 0.015, yaw_rad: 0, slot: null, placed: false };
    expect(surfaceUnder([0.2, 0.005, 0.1], [seen], [info])).toBeCloseTo(0.03, 12);
    expect(surfaceUnder([0.25, 0, 0.1], [seen], [info])).toBe(0);
    expect(surfaceUnder([0.2, 0, 0.01], [seen], [info])).toBe(0);
  });

  it("grows old while it stands still", () => {
    expect(ageOnScreen([80, 90, 100], 30)).toBe(90);
    expect(ageOnScreen([80, 90, 100], 600)).toBe(690);
    expect(ageOnScreen([5_000, ...Array.from({ length: 10 }, () => 60)], 10), "only the last ten count").toBe(60);
    expect(ageOnScreen([], 30)).toBeNull();
    expect(ageOnScreen([80], null)).toBeNull();
  });

  it("takes the middle of figures", () => {
    expect(median([5, 1, 9])).toBe(5);
    expect(median([])).toBeNull();
  });
});
