/**
 * The page's part of driving, by itself: from keys or a gamepad and what has arrived to the ghost and what is sent.
 *
 * One JSON line in and one out for each frame, in whatever time the line names: so tests in simulated time run the
 * page's own code. What a frame does here is what `PlaySession` does in it.
 */

import { type PadReading, readPad } from "../../src/input/gamepad";
import { stickOf } from "../../src/input/keys";
import { NOT_STARTED, type Run, stepRun } from "../../src/input/run";
import { firstMoving } from "../../src/input/stick";
import { type Drive, hearArm, IDLE, stepDrive } from "../../src/play/drive";
import { Foresight } from "../../src/play/foresight";
import { controlOf } from "../../src/play/message";
import { withJaws } from "../../src/play/scene";
import { blindness } from "../../src/play/sight";
import { type ViewAxes, viewAxes } from "../../src/predict/camera";
import { type Bounds, PACE, wished } from "../../src/predict/ghost";
import { rollSpan } from "../../src/predict/inverse";
import { reachOf } from "../../src/predict/reach";
import type { Rotation } from "../../src/predict/space";
import type { Control, JointLimits, PoseTarget, PoseVelocity, SeenFrame, State, Workspace } from "../../src/wire";

/** Begins a page: what the cell's Welcome tells of the arm and of the camera that stands still. */
interface Opening {
  readonly type: "open";
  readonly epoch: number;
  readonly limits: readonly JointLimits[];
  readonly workspace: Workspace;
  readonly rotation: Rotation;
}

/** One frame: the time (ms), the hands, the newest state if one came, and the newest picture on the screen. */
interface Frame {
  readonly type: "frame";
  readonly at: number;
  readonly keys: readonly string[];
  readonly pad: PadReading | null;
  readonly gripper: boolean;
  readonly go: boolean;
  readonly state: State | null;
  readonly seen: SeenFrame | null;
}

/** `wished` is the speed that the hands ask for, with no ghost in between. */
interface Answer {
  readonly control: Control | null;
  readonly ghost: PoseTarget | null;
  readonly arrived: boolean;
  readonly following: boolean;
  readonly running: boolean;
  readonly wished: PoseVelocity;
}

/** A page that has been opened. */
class PageAlone {
  readonly #epoch: number;
  readonly #bounds: Bounds;
  readonly #axes: ViewAxes;
  readonly #foresight: Foresight;
  #drive: Drive = IDLE;
  #run: Run = NOT_STARTED;
  #state: State | null = null;
  #stateAt = 0;
  #pictureAt: number | null = null;
  #seen: SeenFrame | null = null;
  #frameAt: number | null = null;
  #sequence = 0;

  constructor({ epoch, limits, workspace, rotation }: Opening) {
    const arm = { limits, workspace };
    const reach = reachOf(arm, () => this.#state?.applied_rad ?? []);
    this.#foresight = new Foresight(arm);
    this.#epoch = epoch;
    this.#bounds = { workspace, reach, roll: rollSpan(limits) };
    this.#axes = viewAxes(rotation);
  }

  frame(frame: Frame): Answer {
    const seconds = this.#frameAt === null ? 0 : (frame.at - this.#frameAt) / 1000;
    this.#frameAt = frame.at;
    this.#hear(frame);
    const stick = firstMoving([stickOf(new Set(frame.keys)), ...(frame.pad ? [readPad(frame.pad).stick] : [])]);
    const pictureMs = this.#pictureAt === null ? null : frame.at - this.#pictureAt;
    const sees = blindness({ pictureMs, stateMs: this.#state && frame.at - this.#stateAt, tells: true }) === null;
    const known = { state: this.#state, axes: this.#axes, bounds: this.#bounds, pressing: this.#foresight.pressing };
    const hands = { stick, toggleGripper: frame.gripper, seconds };
    this.#drive = stepDrive(this.#drive, hands, { playing: true, run: this.#run, sees, ...known });
    this.#sequence += 1;
    this.#foresight.lead(this.#drive, this.#sequence, frame.at / 1000);
    const moment = { epoch: this.#epoch, sequence: this.#sequence, at: frame.at, running: this.#run.running && sees };
    return {
      control: this.#state && controlOf({ ...moment, stick, drive: this.#drive, state: this.#state, seen: this.#seen }),
      ghost: this.#drive.ghost && withJaws(this.#drive.ghost.pose, this.#foresight.joints),
      arrived: this.#foresight.arrived,
      following: this.#drive.following,
      running: this.#run.running,
      wished: wished(stick, this.#axes, PACE),
    };
  }

  #hear({ at, go, state, seen }: Frame): void {
    if (go) this.#run = stepRun(this.#run, { kind: "go" });
    if (seen !== null && seen.rtp_timestamp !== this.#seen?.rtp_timestamp) [this.#seen, this.#pictureAt] = [seen, at];
    if (state === null) return;
    [this.#state, this.#stateAt] = [state, at];
    this.#drive = hearArm(this.#drive, state);
    this.#foresight.hear(state);
    this.#run = stepRun(this.#run, { kind: "arm", mode: state.mode, cause: state.cause });
  }
}

let page: PageAlone | null = null;

/** The answer to one line. */
export function answer(line: string): string {
  const told: Opening | Frame = JSON.parse(line);
  if (told.type === "frame") return JSON.stringify(page?.frame(told) ?? null);
  page = new PageAlone(told);
  return "{}";
}
