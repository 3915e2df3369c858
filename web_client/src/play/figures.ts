/** What the page tells in words and figures, taken a few times a second. */

import type { ClockEstimate } from "../link/clock";
import { toMicroseconds } from "../link/clock";
import { linkVerdict, told, type ToldVerdict } from "../link/quality";
import { isMoving } from "../input/stick";
import type { ArmPosture, Cause, Mode, Slowing } from "../wire";
import { SHUT_BELOW } from "./drive";
import type { Restraint } from "./restraint";
import type { PlaySession } from "./session";
import { secondsLeft } from "./turn";
import { tellsPictures } from "./watching";

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
  readonly connection: ToldVerdict;
  readonly roundTripMs: number | null;
  readonly jitterMs: number | null;
  /** The share of messages or of the pictures' packets that is lost. */
  readonly loss: number | null;
  /** How old the picture on the screen is. */
  readonly pictureMs: number | null;
  readonly secondsLeft: number | null;
  readonly gamepad: string | null;
}

/** Reads the session's figures. */
export function figuresOf(session: PlaySession, at: number): Figures {
  const { state, link, pictures, drive } = session;
  const { clock } = link;
  const roundTripMs = clock ? clock.roundTrip / 1000 : null;
  const measured = {
    roundTripMs,
    jitterMs: clock ? clock.jitter / 1000 : null,
    loss: link.reading.loss,
    pictureMs: pictures.age(at),
  };
  const verdict = linkVerdict({
    ...measured,
    connected: link.status.value.kind === "open",
    silenceMs: session.silence(at),
    quietMs: pictures.quiet(at),
    tells: tellsPictures() && !pictures.unnamed,
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
    ...measured,
    connection: told(session.figures.peek()?.connection ?? null, verdict, at),
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
