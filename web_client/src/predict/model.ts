/** The bounds of the SO-101 arm, as the bridge's model has them: `so101.json` is written from that model. */

import numbers from "./so101.json";
import type { Vec3 } from "./space";

/** A point of a link (0 is the base), in the link's frame. */
export interface GuardPoint {
  readonly link: number;
  readonly at: Vec3;
}

/** A capsule around a link, in the link's frame. */
export interface Capsule {
  readonly link: number;
  readonly from: Vec3;
  readonly to: Vec3;
  readonly radius: number;
}

/** Joint values are in wire order, the gripper last; m, rad, s. */
export interface Model {
  readonly toolSpeed: number;
  readonly toolTurn: number;
  readonly toolLead: number;
  readonly tableClearance: number;
  readonly velocity: readonly number[];
  readonly acceleration: readonly number[];
  readonly jerk: readonly number[];
  readonly rest: readonly number[];
  readonly ready: readonly number[];
  readonly guards: readonly GuardPoint[];
  readonly capsules: readonly Capsule[];
}

const triple = ([x = 0, y = 0, z = 0]: readonly number[]): Vec3 => [x, y, z];

export const SO101: Model = {
  toolSpeed: numbers.tool_speed_m_s,
  toolTurn: numbers.tool_turn_rad_s,
  toolLead: numbers.tool_lead_m,
  tableClearance: numbers.table_clearance_m,
  velocity: numbers.velocity_rad_s,
  acceleration: numbers.acceleration_rad_s2,
  jerk: numbers.jerk_rad_s3,
  rest: numbers.rest_rad,
  ready: numbers.ready_rad,
  guards: numbers.guard_points.map(({ link, at }) => ({ link, at: triple(at) })),
  capsules: numbers.capsules.map(({ link, from, to, radius }) => ({ link, from: triple(from), to: triple(to), radius })),
};

/** One period of the bridge. */
export const PERIOD_S = numbers.period_s;
