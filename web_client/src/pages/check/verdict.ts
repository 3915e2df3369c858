/** What a measured connection is good for, and what may be done about it; pure. */

import type { Reading } from "../../link/meter";
import { COARSE, felt, FINE, needsOf, suffices } from "../../link/quality";
import type { PuzzleInfo } from "../../wire";

/** All that the check has found. */
export interface Found extends Reading {
  /** Whether the cell itself answered, through the connection that a turn would use. */
  readonly reached: boolean;
  /** From camera to screen; null when this browser cannot tell. */
  readonly pictureMs: number | null;
  /** Whether the browser says which picture it shows, and which codecs it plays. */
  readonly tells: boolean;
  readonly h264: boolean;
  readonly vp8: boolean;
}

/** `blind`: messages come through, pictures do not. */
export type Fitness = "every" | "some" | "none" | "blind" | "unreachable";
export type Advice =
  | "network" | "browser" | "video_blocked" | "cable" | "quiet_link" | "quiet_device" | "far" | "unseen" | "ghost";

/** What is said on the page; `good` and `hard` are puzzles, easiest first as they came. */
export interface CheckVerdict {
  readonly fitness: Fitness;
  readonly good: readonly PuzzleInfo[];
  readonly hard: readonly PuzzleInfo[];
  readonly advice: readonly Advice[];
}

/** From here on a cable or less traffic helps. */
const SHAKY_MS = 25;
const LOSSY = 0.02;
/** A picture that is so much older than its way is long waits in this device, or in a queue before the link. */
const WAITING_MS = 200;
const SLOW_DECODE_MS = 25;
const FEW_PICTURES_PER_S = 15;
const MANY_DROPPED = 0.2;
/** With a steady link a longer round trip than this comes from the way itself. */
const FAR_MS = 150;

/** Judges what was found for the puzzles that the cell offers. */
export function judge(found: Found, puzzles: readonly PuzzleInfo[]): CheckVerdict {
  const { roundTripMs } = found;
  if (!found.reached || roundTripMs === null) return { fitness: "unreachable", good: [], hard: puzzles, advice: ["network"] };
  if (!((found.picturesPerS ?? 0) > 0)) {
    return { fitness: "blind", good: [], hard: puzzles, advice: [found.h264 || found.vp8 ? "video_blocked" : "browser"] };
  }
  const link = { feltMs: felt(roundTripMs, found.jitterMs), pictureMs: found.pictureMs, loss: found.loss };
  const good = puzzles.filter((puzzle) => suffices(needsOf(puzzle), link));
  const hard = puzzles.filter((puzzle) => !good.includes(puzzle));
  return { fitness: fitnessOf(good.length, puzzles.length, link), good, hard, advice: adviceOn(found, roundTripMs, hard.length > 0) };
}

/** Without a list of puzzles the needs themselves tell. */
function fitnessOf(good: number, all: number, link: Parameters<typeof suffices>[1]): Fitness {
  if (all > 0) return good === all ? "every" : good > 0 ? "some" : "none";
  return suffices(FINE, link) ? "every" : suffices(COARSE, link) ? "some" : "none";
}

function adviceOn(found: Found, roundTripMs: number, tooHard: boolean): readonly Advice[] {
  const jitter = found.jitterMs ?? 0;
  const shaky = jitter > SHAKY_MS || (found.loss ?? 0) > LOSSY;
  const slowDevice =
    (found.decodeMs ?? 0) > SLOW_DECODE_MS || (found.picturesPerS ?? 0) < FEW_PICTURES_PER_S || (found.dropped ?? 0) > MANY_DROPPED;
  const waiting = (found.pictureMs ?? 0) - roundTripMs / 2 > WAITING_MS;
  const far = roundTripMs > FAR_MS;
  const all: readonly (readonly [boolean, Advice])[] = [
    [shaky, "cable"],
    [shaky || (waiting && !slowDevice), "quiet_link"],
    [slowDevice, "quiet_device"],
    [far && !shaky && tooHard, "far"],
    [far, "ghost"],
    [!found.tells, "unseen"],
  ];
  return all.flatMap(([counts, advice]) => (counts ? [advice] : []));
}
