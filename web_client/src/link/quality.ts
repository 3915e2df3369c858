/**
 * The connection in words: how it will feel, from round trip, jitter, loss, and how old picture and state are.
 *
 * Each measure gives a grade of its own and the worst one is told, with its cause: a short round trip never
 * makes up for an old picture.
 */

import type { PuzzleInfo } from "../wire";

/** What is measured; milliseconds, and the share that is lost one way, from 0 to 1; null when unknown. */
export interface LinkFigures {
  readonly connected: boolean;
  readonly roundTripMs: number | null;
  readonly jitterMs: number | null;
  readonly loss: number | null;
  /** Since the newest arm state arrived. */
  readonly silenceMs: number | null;
  /** Since the newest picture was shown. */
  readonly quietMs: number | null;
  /** Since the picture on the screen was taken. */
  readonly pictureMs: number | null;
  /** Whether this browser tells which picture it shows; of the others the picture's age stays unknown. */
  readonly tells: boolean;
}

export type LinkQuality = "lost" | "stalled" | "measuring" | "poor" | "slow" | "fair" | "good";
/** The measure that the word is for. */
export type LinkCause = "round_trip" | "jitter" | "loss" | "picture" | "state" | "unseen";

/** The word, and what it is for; `because` is null when nothing is wrong, or nothing known. */
export interface LinkVerdict {
  readonly quality: LinkQuality;
  readonly because: LinkCause | null;
}

const STALLED_MS = 400;
const FROZEN_PICTURE_MS = 700;
/** As at the cell: an arm is not driven by an older picture. */
const OLD_PICTURE_MS = 1_000;

/** Up to these the link is good, fair, slow; beyond the last it is poor. `felt` is round trip and twice the jitter. */
const STEPS = {
  round_trip: [80, 180, 350],
  loss: [0.025, 0.06, 0.15],
  picture: [150, 300, 500],
} as const satisfies Partial<Record<LinkCause, readonly [number, number, number]>>;
const WORDS = ["good", "fair", "slow", "poor"] as const;

/** What a player feels of round trip and jitter: the slow answers set the pace. */
export const felt = (roundTripMs: number, jitterMs: number | null): number => roundTripMs + 2 * (jitterMs ?? 0);

const grade = (value: number, steps: readonly number[]): number => steps.filter((step) => value > step).length;

/** The verdict on these figures. */
export function linkVerdict(figures: LinkFigures): LinkVerdict {
  const { roundTripMs, jitterMs, loss, silenceMs, quietMs, pictureMs, tells } = figures;
  if (!figures.connected) return { quality: "lost", because: null };
  if ((quietMs ?? 0) > FROZEN_PICTURE_MS || (pictureMs ?? 0) > OLD_PICTURE_MS) return { quality: "stalled", because: "picture" };
  if ((silenceMs ?? 0) > STALLED_MS) return { quality: "stalled", because: "state" };
  if (roundTripMs === null || (tells && pictureMs === null)) return { quality: "measuring", because: null };
  const way: LinkCause = 2 * (jitterMs ?? 0) > roundTripMs ? "jitter" : "round_trip";
  const grades: readonly (readonly [LinkCause, number])[] = [
    ["picture", pictureMs === null ? 0 : grade(pictureMs, STEPS.picture)],
    ["unseen", pictureMs === null ? 1 : 0],
    ["loss", grade(loss ?? 0, STEPS.loss)],
    [way, grade(felt(roundTripMs, jitterMs), STEPS.round_trip)],
  ];
  const worst = Math.max(...grades.map(([, one]) => one));
  const [because] = grades.find(([, one]) => one === worst) ?? [null];
  return { quality: WORDS[worst] ?? "poor", because: worst === 0 ? null : because };
}

/** A verdict as it is told; `betterSince` (ms) is how long the link has been better than the word. */
export interface ToldVerdict extends LinkVerdict {
  readonly betterSince: number | null;
}

const BETTER_AFTER_MS = 1_000;
const GRADED: readonly LinkQuality[] = ["poor", "slow", "fair", "good"];

/** What is told at `at` (ms): a worse word at once, a better one after a second of it, so that words never flicker. */
export function told(before: ToldVerdict | null, now: LinkVerdict, at: number): ToldVerdict {
  const was = before === null ? -1 : GRADED.indexOf(before.quality);
  if (before === null || was < 0 || GRADED.indexOf(now.quality) <= was) return { ...now, betterSince: null };
  const since = before.betterSince ?? at;
  return at - since < BETTER_AFTER_MS ? { ...before, betterSince: since } : { ...now, betterSince: null };
}

/** The most that a puzzle can do with: round trip with jitter, the picture's age (both ms), and loss. */
export interface Needs {
  readonly feltMs: number;
  readonly pictureMs: number;
  readonly loss: number;
}

/**
 * With round trips people work well up to 200 ms, suitably to 300, and tire at 400 to 500 (Xu 2014, 16 people);
 * an arm drawn ahead of the picture hides the wait for the most part, not the surprise when something slips. Loss
 * troubles them less than delay (Rodriguez-Seda 2009, 18 people). From a picture's age of 500 ms on the cell
 * itself slows the arm, and with long round trips more and more up to 700 ms. Where what was put down can fall
 * over, or a piece must lie closer than hobby arms are exact, the finer needs count.
 */
export const FINE: Needs = { feltMs: 300, pictureMs: 400, loss: 0.05 };
export const COARSE: Needs = { feltMs: 600, pictureMs: 500, loss: 0.15 };
/** With less room than this a tip that is uncertain by 5 to 7 mm needs more than one try. */
const EASY_M = 0.01;

/** What a puzzle wants of the link: finely where its goal has a stack, or a slot with little room around a piece. */
export function needsOf(puzzle: Pick<PuzzleInfo, "goal" | "slots" | "pieces">): Needs {
  const room = (place: PuzzleInfo["goal"][number]): number => {
    const slot = puzzle.slots.find((one) => one.id === place.slot);
    const piece = puzzle.pieces.find((one) => one.id === place.piece);
    return slot === undefined || piece === undefined ? 0 : slot.radius_m - piece.size_m / 2;
  };
  const fine = puzzle.goal.some((place) => place.level > 0 || room(place) < EASY_M);
  return fine ? FINE : COARSE;
}

/** Whether a link of these figures is good enough; what is unknown does not speak against it. */
export function suffices(needs: Needs, link: { feltMs: number; pictureMs: number | null; loss: number | null }): boolean {
  return link.feltMs <= needs.feltMs && (link.pictureMs ?? 0) <= needs.pictureMs && (link.loss ?? 0) <= needs.loss;
}
