/** The SO-101 arm: where its links are for given joint angles. The numbers are those of the bridge's arm model. */

import {
  compose,
  type Frame,
  fromRollPitchYaw,
  multiply,
  turnAboutZ,
  type Vec3,
  WORLD,
} from "./space";

const origin = (xyz: Vec3, roll: number, pitch: number, yaw: number): Frame => ({
  origin: xyz,
  rotation: fromRollPitchYaw(roll, pitch, yaw),
});

const HALF = Math.PI / 2;

/** The vertical axis that the whole arm turns about, m ahead of the base frame. */
export const PAN_AXIS_X = 0.0388353;

/** Each joint's place in its parent link at angle 0; every joint turns about its own z. */
const JOINT_ORIGINS: readonly Frame[] = [
  origin([PAN_AXIS_X, 0, 0.0624], Math.PI, 0, -Math.PI),
  origin([-0.0303992, -0.0182778, -0.0542], -HALF, -HALF, 0),
  origin([-0.11257, -0.028, 0], 0, 0, HALF),
  origin([-0.1349, 0.0052, 0], 0, 0, -HALF),
  origin([0, -0.0611, 0.0181], HALF, 0.0486795, Math.PI),
  origin([0.0202, 0.0188, -0.0234], HALF, 0, 0),
];

/** The point that poses speak of, in the gripper link; the tool axis is that link's -z. */
export const TOOL_POINT: Vec3 = [0.0131, -0.000218, -0.0981274];
/** Inner face of the fixed finger along the gripper link's x: what a held piece lies against. */
export const FIXED_FINGER_X = -0.0079;

/** Frames of the links, each in the arm's base frame. */
export interface Links {
  readonly base: Frame;
  readonly shoulder: Frame;
  readonly upperArm: Frame;
  readonly lowerArm: Frame;
  readonly wrist: Frame;
  readonly gripper: Frame;
  readonly jaw: Frame;
}

/** The base's frame and each joint's child link's, for joint angles in wire order; missing joints stand at 0. */
export function chain(joints: readonly number[]): readonly Frame[] {
  const frames: Frame[] = [WORLD];
  JOINT_ORIGINS.forEach((at, joint) => {
    const { rotation, origin } = compose(frames[joint] ?? WORLD, at);
    frames.push({ rotation: multiply(rotation, turnAboutZ(joints[joint] ?? 0)), origin });
  });
  return frames;
}

/** The same frames by name. */
export function linkFrames(joints: readonly number[]): Links {
  const [base = WORLD, shoulder = WORLD, upperArm = WORLD, lowerArm = WORLD, wrist = WORLD, gripper = WORLD, jaw = WORLD] =
    chain(joints);
  return { base, shoulder, upperArm, lowerArm, wrist, gripper, jaw };
}
