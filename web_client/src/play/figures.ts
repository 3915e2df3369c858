/** What the page tells in words and figures, taken a few times a second. */

import type { ClockEstimate } from "../link/clock";
import { toMicroseconds } from "../link/clock";
import { type LinkQuality, linkQuality } from "../link/quality";
import { isMoving } from "../input/stick";
import type { ArmPosture, Cause, Mode, Slowing } from "../wire";
import { SHUT_BELOW } from "./drive";
import type { Restraint } from "./restraint";
import type { PlaySession } from "./session";
import { secondsLeft } from "./turn";

/** One reading. */
export interface Figures {
  readonly mode: Mode | null;
  readonly cause: Cause;
  readonly posture: ArmPosture;
  /** What holds the arm back for long enough to be told. */
  readonly restraint: Restraint | null;
  readonly speedScale: number;
  /** What the cell's gates took of the speed. */
  readonly slowed: readonly Slowing[];
  readonly assisting: boolean;
  readonly handsOn: boolean;
  readonly gripperOpen: boolean;
  readonly quality: LinkQuality;
  readonly roundTripMs: number | null;
  readonly pictureMs: number | null;
  readonly secondsLeft: number | null;
  readonly gamepad: string | null;
}

const RECENT_AGES = 30;

/** Reads the session's figures. */
export function figuresOf(session: PlaySession, at: number): Figures {
  const { state, link, pictures, drive } = session;
  const { clock } = link;
  const roundTripMs = clock ? clock.roundTrip / 1000 : null;
  const quality = linkQuality({
    connected: link.status.value.kind === "open",
    roundTripMs,
    jitterMs: clock ? clock.jitter / 1000 : null,
    silenceMs: session.silence(at),
    pictureMs: pictures.quiet(at),
  });
  return {
    mode: state?.mode ?? null,
    cause: state?.cause ?? "none",
    posture: state?.posture ?? "held",
    restraint: session.restraint,
    speedScale: state?.speed_scale ?? 1,
    slowed: state?.slowed ?? [],
    assisting: drive.following && state?.move_id != null,
    handsOn: session.stick !== null && isMoving(session.stick),
    gripperOpen: (drive.ghost?.pose.gripper ?? state?.measured_pose.gripper ?? 0) > SHUT_BELOW,
    quality,
    roundTripMs,
    pictureMs: median(pictures.ages.slice(-RECENT_AGES)),
    secondsLeft: secondsLeft(session.turn.value, cellSeconds(session, clock, at)),
    gamepad: session.hands.gamepad,
  };
}

/** The cell's clock now, in seconds: by the estimate, or by its newest state. */
function cellSeconds(session: PlaySession, clock: ClockEstimate | null, at: number): number | null {
  if (clock) return (at * 1000 + clock.offset) / 1e6;
  const silence = session.silence(at);
  return session.state && silence !== null ? toMicroseconds(session.state.now_ns) / 1e6 + silence / 1000 : null;
}

/** The middle value; null for none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
