/** Writes the control message of one frame. */

import type { Stick } from "../input/stick";
import { clamp } from "../predict/space";
import type { Control, PoseTarget, SeenFrame, State } from "../wire";
import { deviceOf, type Drive, handsOn } from "./drive";

/** What goes into a message. */
export interface Moment {
  readonly epoch: number;
  readonly sequence: number;
  /** performance.now() */
  readonly at: number;
  readonly running: boolean;
  readonly stick: Stick;
  readonly drive: Drive;
  readonly state: State;
  readonly seen: SeenFrame | null;
}

/** The message; its pose is the ghost's. */
export function controlOf(moment: Moment): Control {
  const { drive, state, stick } = moment;
  const ghost = drive.ghost;
  return {
    type: "control",
    version: 1,
    lease_epoch: moment.epoch,
    sequence: moment.sequence,
    client_us: Math.round(moment.at * 1000),
    echo_ns: state.now_ns,
    hold_to_run: moment.running,
    stick: handsOn(drive, stick),
    device: deviceOf(drive, state, stick),
    pose: bounded(ghost?.pose ?? state.applied_pose),
    velocity: ghost?.velocity ?? { x_m_s: 0, y_m_s: 0, z_m_s: 0, pitch_rad_s: 0, roll_rad_s: 0 },
    seen: moment.seen,
  };
}

/** Within what the wire allows, whatever the arm reported. */
function bounded(pose: PoseTarget): PoseTarget {
  return {
    type: "pose",
    x_m: clamp(pose.x_m, -2, 2),
    y_m: clamp(pose.y_m, -2, 2),
    z_m: clamp(pose.z_m, -2, 2),
    pitch_rad: clamp(pose.pitch_rad, -12, 12),
    roll_rad: clamp(pose.roll_rad, -12, 12),
    gripper: clamp(pose.gripper, 0, 1),
  };
}
